/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A reference at another rate is converted, and its samples are where they
 * belong; the clocks' drift is measured; a primary may change its format. */
#include "bench.h"

#include <math.h>

#define N_TONES 24

/* The same band-limited sound at any rate: tones from 150 to 3,000 Hz. */
static Sound *
tones (guint rate, gdouble seconds)
{
  Sound *sound = sound_new (1, (gsize) (seconds * rate));

  for (gsize k = 0; k < sound->frames; k++) {
    for (guint i = 0; i < N_TONES; i++)
      sound->data[k] += (gfloat) (.02
                                  * sin (2. * G_PI * (150. + 118.7 * i)
                                             * (gdouble) k / rate
                                         + i * i));
  }
  return sound;
}

static const guint rates[][2]
    = { { 48000, 44100 }, { 44100, 48000 }, { 48000, 8000 },
        { 16000, 48000 }, { 16000, 22050 }, { 16000, 16000 } };

static Bench *
bench_at (const gchar *launch, guint rate, guint reference_rate)
{
  Bench *bench = bench_new_full (launch, 1, 1, reference_rate, FALSE);

  bench->rate = rate;
  if (rate != BENCH_RATE)
    gst_harness_set_src_caps (bench->primary, bench_caps (1, rate));
  return bench;
}

static void
feed_both (Bench *bench, const Sound *primary, const Sound *reference,
           guint reference_rate)
{
  /* 20 ms at a time on both sides */
  gsize a = bench->rate / 50, b = reference_rate / 50;

  for (gsize k = 0; k * a < primary->frames; k++) {
    bench_push (bench->primary, primary, k * a,
                MIN (a, primary->frames - k * a));
    bench_push (bench->reference, reference, k * b,
                MIN (b, reference->frames - k * b));
  }
  bench_eos (bench->primary);
  bench_eos (bench->reference);
}

/* The estimate of a filter that is a wire is the converted reference, against
 * the same tones at the primary's rate. One sample off is -13 dB at 48 kHz and
 * -4 dB at 16 kHz; a quarter of one at 48 kHz is -25 dB. */
static void
test_alignment (gconstpointer data)
{
  const guint *pair = data;
  g_autoptr (Sound) primary = tones (pair[0], 1.),
                    reference = tones (pair[1], 1.);
  gchar *weights = bench_unit_weights (pair[0]);
  g_autofree gchar *launch = g_strdup_printf (
      "ancnlms filter-length=1 adapt=false output=estimate weights=%s",
      weights);
  g_autoptr (Bench) bench = bench_at (launch, pair[0], pair[1]);
  g_autoptr (Sound) output = NULL;
  gsize n = primary->frames;
  guint said;

  feed_both (bench, primary, reference, pair[1]);
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, n);
  g_assert_cmpfloat (sound_difference_db (output, primary, n / 10, n * 8 / 10),
                     <, sound_db (primary, 0, n) - 25.);
  /* the end of the reference does not stay in the resampler */
  g_assert_cmpfloat (sound_db (output, n - n / 400, n / 400), >,
                     sound_db (primary, n - n / 400, n / 400) - 10.);
  said = bench_messages (bench, GST_MESSAGE_INFO, NULL);
  g_assert_cmpuint (said, ==, pair[0] == pair[1] ? 0 : 1);
  bench_remove (weights);
}

static void
test_cancels (gconstpointer data)
{
  const guint *pair = data;
  g_autoptr (Sound) primary = tones (pair[0], 2.),
                    reference = tones (pair[1], 2.);
  g_autoptr (Bench) bench
      = bench_at ("ancnlms filter-length=64", pair[0], pair[1]);
  g_autoptr (Sound) output = NULL;
  gsize n = primary->frames;

  feed_both (bench, primary, reference, pair[1]);
  output = bench_pull (bench);
  g_assert_cmpfloat (sound_db (output, n / 2, n * 4 / 10), <,
                     sound_db (primary, n / 2, n * 4 / 10) - 30.);
}

/* The caps of the reference may come before the primary's. */
static void
test_reference_first (void)
{
  g_autoptr (Sound) reference = tones (8000, 1.), primary = tones (16000, 1.);
  g_autoptr (Bench) bench
      = bench_new_full ("ancnlms filter-length=32", 1, 1, 8000, FALSE);
  g_autoptr (Sound) output = NULL;

  bench_push_all (bench->reference, reference, 400);
  bench_push_all (bench->primary, primary, 400);
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, primary->frames);
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_INFO, NULL), ==, 1);
}

static gint64
stamp (gint64 frame, gdouble ppm, GRand *rand)
{
  gdouble time = (gdouble) frame / BENCH_RATE * 1e9 * (1. + ppm * 1e-6);

  return (gint64) (time + g_rand_double_range (rand, -5e5, 5e5));
}

/* Time stamps of the reference run 100 ppm slower than its samples, with half
 * a millisecond of jitter: the figure says so. */
static void
test_drift (void)
{
  g_autoptr (Sound) sound = sound_noise (1, 320, 41);
  g_autoptr (Bench) bench = bench_new ("ancnlms filter-length=1", 1, 1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);

  g_assert_cmpfloat (bench_stat (bench, "drift-ppm"), ==, 0.);
  for (gint64 k = 0; k < 1500; k++) {
    GstBuffer *a = bench_buffer (sound, 0, 320, k * 320, BENCH_RATE);
    GstBuffer *b = bench_buffer (sound, 0, 320, k * 320, BENCH_RATE);

    GST_BUFFER_PTS (a) = (GstClockTime) MAX (stamp (k * 320, 0., rand), 0);
    GST_BUFFER_PTS (b) = (GstClockTime) MAX (stamp (k * 320, 100., rand), 0);
    gst_harness_push (bench->primary, a);
    gst_harness_push (bench->reference, b);
  }
  g_assert_cmpfloat_with_epsilon (bench_stat (bench, "drift-ppm"), 100., 10.);
}

/* Rate and channel count of the primary change in mid-stream. */
static void
test_renegotiation (void)
{
  g_autoptr (Bench) bench = bench_new ("ancnlms filter-length=8", 1, 1);
  g_autoptr (Sound) reference = sound_noise (1, 16000, 43);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 44);
  g_autoptr (Sound) wide = sound_noise (2, 8000, 45), before = NULL;
  g_autoptr (Sound) output = NULL;
  guint64 frames = 0;
  GstBuffer *buffer;

  bench_push (bench->reference, reference, 0, 8000);
  bench_push (bench->primary, primary, 0, 8000);
  before = bench_pull (bench);
  g_assert_cmpuint (before->frames, ==, 8000);
  gst_harness_set_src_caps (bench->primary, bench_caps (2, 8000));
  /* half a second has passed: frame 4,000 at the new rate */
  for (gsize k = 0; k < 2000; k += 400)
    bench_push_at (bench->primary, wide, k, 400, (gint64) (4000 + k));
  bench_push (bench->reference, reference, 8000, 8000);
  bench_eos (bench->primary);
  bench_eos (bench->reference);
  while ((buffer = gst_harness_try_pull (bench->primary)) != NULL) {
    frames += gst_buffer_get_size (buffer) / 8;
    gst_buffer_unref (buffer);
  }
  g_assert_cmpuint (frames, ==, 2000);
}

static void
add_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_autofree gchar *align
        = g_strdup_printf ("/rates/alignment/%u-%u", rates[i][0], rates[i][1]);
    g_autofree gchar *cancel
        = g_strdup_printf ("/rates/cancels/%u-%u", rates[i][0], rates[i][1]);
    g_test_add_data_func (align, rates[i], test_alignment);
    g_test_add_data_func (cancel, rates[i], test_cancels);
  }
  g_test_add_func ("/rates/reference-first", test_reference_first);
  g_test_add_func ("/rates/drift", test_drift);
  g_test_add_func ("/rates/renegotiation", test_renegotiation);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
