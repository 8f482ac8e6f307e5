/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The stream itself: channel counts, buffer sizes, counts of samples, time
 * stamps, gaps; for every algorithm. */
#include "bench.h"

#include <string.h>

typedef struct {
  const gchar *algorithm;
  guint channels, references;
} Case;

static const gchar *const algorithms[] = { "lms", "nlms", "rls" };
static const guint counts[][2] = { { 1, 1 }, { 2, 2 }, { 3, 1 }, { 3, 3 } };
/* one, a prime, a frame, a frame + 1, large */
static const gsize steps[] = { 1, 113, 160, 161, 5000 };

static gchar *
launch_of (const gchar *algorithm, const gchar *rest)
{
  return g_strdup_printf ("anc%s filter-length=8 %s", algorithm, rest);
}

/* Any split of the stream gives the samples of one direct call, bit for bit. */
static void
test_split (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Sound) reference = sound_noise (c->references, 2500, 1);
  g_autoptr (Sound) primary = sound_primary (reference, c->channels, 2);
  Expect expect = { .algorithm = c->algorithm, .taps = 8 };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);
  g_autofree gchar *launch = launch_of (c->algorithm, "");

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autoptr (Bench) bench = bench_new (launch, c->channels, c->references);
    g_autoptr (Sound) output = NULL;

    bench_feed (bench, primary, reference, steps[i]);
    output = bench_pull (bench);
    assert_same_sound (output, expected);
    g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_WARNING, NULL), ==, 0);
  }
  g_assert_cmpfloat (sound_db (expected, 1500, 1000), <,
                     sound_db (primary, 1500, 1000) - 1.);
}

static void
test_split_in_band (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Sound) reference = sound_noise (1, 2500, 3);
  g_autoptr (Sound) primary = sound_primary (reference, c->channels, 4);
  g_autoptr (Sound) input = sound_beside (primary, reference);
  Expect expect = { .algorithm = c->algorithm, .taps = 8 };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);
  g_autofree gchar *rest
      = g_strdup_printf ("reference-channel=%u", c->channels);
  g_autofree gchar *launch = launch_of (c->algorithm, rest);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autoptr (Bench) bench = bench_new (launch, c->channels + 1, 0);
    g_autoptr (Sound) output = NULL;

    for (gsize k = 0; k < input->frames; k += steps[i]) {
      bench_push (bench->primary, input, k, MIN (steps[i], input->frames - k));
      /* what went in is out: no latency */
      g_assert_cmpuint (gst_harness_buffers_received (bench->primary), ==,
                        k / steps[i] + 1);
    }
    g_assert_cmpuint (bench_latency (bench), ==, 0);
    output = bench_pull (bench);
    assert_same_sound (output, expected);
  }
}

/* delay = -N holds the primary for exactly N samples; the query says so. */
static void
test_latency_of_delay (void)
{
  g_autoptr (Sound) sound = sound_noise (1, 400, 5);
  g_autoptr (Bench) bench
      = bench_new ("ancnlms filter-length=8 delay=-100", 1, 1);
  gsize first = 0;

  g_assert_cmpuint (bench_latency (bench), ==, 100 * GST_SECOND / BENCH_RATE);
  for (gsize k = 0; k < sound->frames && first == 0; k++) {
    bench_push (bench->primary, sound, k, 1);
    bench_push (bench->reference, sound, k, 1);
    if (gst_harness_buffers_received (bench->primary) > 0)
      first = k;
  }
  g_assert_cmpuint (first, ==, 100);
}

static void
test_odd_buffers (void)
{
  g_autoptr (Sound) input = sound_noise (2, 100, 6);
  g_autoptr (Bench) bench
      = bench_new ("ancnlms filter-length=4 reference-channel=1", 2, 0);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 100 * 8 + 3, NULL);
  g_autoptr (Sound) output = NULL;

  gst_buffer_fill (buffer, 0, input->data, 100 * 8);
  g_assert_cmpint (gst_harness_push (bench->primary, gst_buffer_new ()), ==,
                   GST_FLOW_OK);
  g_assert_cmpint (gst_harness_push (bench->primary, buffer), ==, GST_FLOW_OK);
  buffer = gst_harness_pull (bench->primary);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 400);
  gst_buffer_unref (buffer);
}

/* A gap buffer passes as it is with its flag, the reference runs through the
 * history, and the filter stays as it was. */
static void
test_gap_flag (void)
{
  g_autoptr (Sound) reference = sound_noise (1, 4000, 7);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 8);
  g_autoptr (Bench) bench = bench_new ("anclms filter-length=8", 1, 1);
  gdouble norm;
  GstBuffer *buffer;

  memset (primary->data + 2000, 0, 160 * sizeof (gfloat));
  bench_push (bench->reference, reference, 0, 4000);
  bench_push (bench->primary, primary, 0, 2000);
  gst_buffer_unref (gst_harness_pull (bench->primary));
  norm = bench_stat (bench, "weight-norm");
  buffer = bench_buffer (primary, 2000, 160, 2000, BENCH_RATE);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
  gst_harness_push (bench->primary, buffer);
  buffer = gst_harness_pull (bench->primary);
  g_assert_true (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP));
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, primary->data + 2000, 640), ==,
                   0);
  gst_buffer_unref (buffer);
  g_assert_cmpfloat (bench_stat (bench, "weight-norm"), ==, norm);
}

/* A frozen filter after a jump of the primary has the history of a stream
 * without the jump: that is, the reference ran through it. */
static void
test_gap_event (void)
{
  g_autoptr (Sound) reference = sound_noise (1, 6000, 9);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 10);
  g_autoptr (Bench) jumping = bench_new ("ancnlms filter-length=8", 1, 1);
  g_autoptr (Bench) whole = bench_new ("ancnlms filter-length=8", 1, 1);
  g_autoptr (Sound) a = NULL, b = NULL;
  Bench *benches[] = { jumping, whole };

  for (guint i = 0; i < 2; i++) {
    bench_push (benches[i]->reference, reference, 0, 6000);
    bench_push (benches[i]->primary, primary, 0, 3000);
    g_clear_pointer (&a, sound_free);
    a = bench_pull (benches[i]);
    g_object_set (benches[i]->element, "adapt", FALSE, NULL);
  }
  gst_harness_push_event (jumping->primary,
                          gst_event_new_gap (3000 * GST_SECOND / BENCH_RATE,
                                             1000 * GST_SECOND / BENCH_RATE));
  bench_push (whole->primary, primary, 3000, 1000);
  gst_buffer_unref (gst_harness_pull (whole->primary));
  bench_push (jumping->primary, primary, 4000, 1000);
  bench_push (whole->primary, primary, 4000, 1000);
  g_clear_pointer (&a, sound_free);
  a = bench_pull (jumping);
  b = bench_pull (whole);
  assert_same_sound (a, b);
}

static void
add_tests (void)
{
  for (guint a = 0; a < G_N_ELEMENTS (algorithms); a++) {
    for (guint i = 0; i < G_N_ELEMENTS (counts); i++) {
      Case *c = g_new (Case, 1);
      g_autofree gchar *name = g_strdup_printf (
          "/buffers/split/%s/%ux%u", algorithms[a], counts[i][0], counts[i][1]);
      g_autofree gchar *in_band = g_strdup_printf (
          "/buffers/split-in-band/%s/%u-%u", algorithms[a], counts[i][0], i);

      *c = (Case){ algorithms[a], counts[i][0], counts[i][1] };
      g_test_add_data_func (name, c, test_split);
      g_test_add_data_func_full (in_band, c, test_split_in_band, g_free);
    }
  }
  g_test_add_func ("/buffers/latency-of-delay", test_latency_of_delay);
  g_test_add_func ("/buffers/odd", test_odd_buffers);
  g_test_add_func ("/buffers/gap-flag", test_gap_flag);
  g_test_add_func ("/buffers/gap-event", test_gap_event);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
