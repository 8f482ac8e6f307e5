/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files: two streams of any length, start and order. */
#include "bench.h"

#define N 4000

typedef struct {
  const gchar *name;
  gsize reference_frames;
  gint64 offset; /* of the reference against the primary */
  gint delay;
} Shape;

static const Shape shapes[] = {
  { "equal", N, 0, 0 },
  { "longer", N + 3000, 0, 0 },
  { "shorter", N - 1234, 0, 0 },
  { "late", N, 777, 0 },
  { "late-and-short", 1500, 777, 0 },
  { "early", N, -555, 0 },
  { "delayed", N, 0, 93 },
  { "advanced", N, 0, -93 },
  { "late-and-delayed", N, 200, 301 },
  { "early-and-advanced", N - 2000, -200, -301 },
};

/* Feeds reference frames from..to; its axis is shifted by offset. */
static void
push_reference (Bench *bench, const Sound *sound, gint64 offset, gsize from,
                gsize n)
{
  if (from >= sound->frames)
    return;
  n = MIN (n, sound->frames - from);
  bench_push_at (bench->reference, sound, from, n, (gint64) from + offset);
}

static void
feed_shifted (Bench *bench, const Sound *primary, const Sound *reference,
              gint64 offset, gsize step, gboolean reference_first)
{
  gsize end = MAX (primary->frames, reference->frames);

  for (gsize k = 0; k < end; k += step) {
    if (reference_first)
      push_reference (bench, reference, offset, k, step);
    if (k < primary->frames)
      bench_push (bench->primary, primary, k, MIN (step, primary->frames - k));
    if (!reference_first)
      push_reference (bench, reference, offset, k, step);
  }
}

/* Cuts what an early reference has before the primary's zero, since time
 * stamps cannot be negative without a segment that says so. */
static Sound *
visible_part (const Sound *whole, gint64 *offset)
{
  gsize cut = *offset < 0 ? (gsize) - *offset : 0;

  *offset = MAX (*offset, 0);
  return sound_part (whole, cut, whole->frames - cut);
}

static void
test_shape (gconstpointer data)
{
  const Shape *shape = data;
  gint64 offset = shape->offset;
  g_autoptr (Sound) whole = sound_noise (1, shape->reference_frames, 11);
  g_autoptr (Sound) reference = visible_part (whole, &offset);
  g_autoptr (Sound) base = sound_noise (1, N, 11);
  g_autoptr (Sound) primary = sound_primary (base, 1, 12);
  Expect expect = {
    .algorithm = "nlms", .taps = 16, .delay = shape->delay, .offset = offset
  };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);
  g_autofree gchar *launch
      = g_strdup_printf ("ancnlms filter-length=16 delay=%d", shape->delay);

  for (guint order = 0; order < 4; order++) {
    g_autoptr (Bench) bench = bench_new (launch, 1, 1);
    g_autoptr (Sound) output = NULL;

    feed_shifted (bench, primary, reference, offset, order < 2 ? 160 : N + 1,
                  order % 2);
    bench_eos (bench->primary);
    bench_eos (bench->reference);
    output = bench_pull (bench);
    assert_same_sound (output, expected);
  }
}

static void
test_no_reference_data (gconstpointer data)
{
  gboolean caps = GPOINTER_TO_INT (data);
  g_autoptr (Sound) primary = sound_noise (2, 1000, 13);
  g_autoptr (Bench) bench
      = bench_new_full ("ancnlms", 2, 1, caps ? BENCH_RATE : 0, FALSE);
  g_autoptr (Sound) output = NULL;

  bench_push (bench->primary, primary, 0, 500);
  g_assert_cmpuint (gst_harness_buffers_received (bench->primary), ==, 0);
  bench_eos (bench->reference);
  bench_push (bench->primary, primary, 500, 500);
  bench_eos (bench->primary);
  output = bench_pull (bench);
  assert_same_sound (output, primary);
}

/* After the primary's end the reference is told to stop. */
static void
test_reference_after_end (void)
{
  g_autoptr (Sound) sound = sound_noise (1, 1000, 14);
  g_autoptr (Bench) bench = bench_new ("ancnlms", 1, 1);

  bench_push (bench->reference, sound, 0, 500);
  bench_push (bench->primary, sound, 0, 400);
  bench_eos (bench->primary);
  g_assert_cmpint (bench_push (bench->reference, sound, 500, 500), ==,
                   GST_FLOW_EOS);
}

/* A buffer longer than all the reference can hold goes out in parts. */
static void
test_partial_spans (void)
{
  gsize n = 5 * BENCH_RATE;
  g_autoptr (Sound) reference = sound_noise (1, n, 15);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 16);
  Expect expect = { .algorithm = "lms", .taps = 4 };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);
  g_autoptr (Bench) bench = bench_new ("anclms filter-length=4", 1, 1);
  g_autoptr (Sound) output = NULL;

  bench_push (bench->primary, primary, 0, n);
  bench_push_all (bench->reference, reference, 1000);
  bench_eos (bench->primary);
  g_assert_cmpuint (gst_harness_buffers_received (bench->primary), >, 1);
  output = bench_pull (bench);
  assert_same_sound (output, expected);
}

/* Gap in the reference: zeros, adaptation held, whether an event or a flag
 * says so; the samples after it are at their place. */
static void
test_reference_gap (gconstpointer data)
{
  gboolean event = GPOINTER_TO_INT (data);
  g_autoptr (Sound) reference = sound_noise (1, N, 17);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 18);
  g_autoptr (Bench) bench = bench_new ("ancnlms filter-length=8", 1, 1);
  g_autoptr (Sound) output = NULL;
  g_autoptr (Sound) head = sound_part (reference, 0, 2000);
  Expect expect = { .algorithm = "nlms", .taps = 8 };
  g_autoptr (Sound) expected = expect_output (&expect, primary, head);

  bench_push (bench->reference, reference, 0, 2000);
  if (event) {
    gst_harness_push_event (bench->reference,
                            gst_event_new_gap (2000 * GST_SECOND / BENCH_RATE,
                                               1000 * GST_SECOND / BENCH_RATE));
  } else {
    GstBuffer *gap = bench_buffer (reference, 2000, 1000, 2000, BENCH_RATE);
    GST_BUFFER_FLAG_SET (gap, GST_BUFFER_FLAG_GAP);
    gst_harness_push (bench->reference, gap);
  }
  bench_push (bench->primary, primary, 0, 3000);
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, 3000);
  expected->frames = 3000;
  assert_same_sound (output, expected);
  bench_push (bench->reference, reference, 3000, 1000);
  bench_push (bench->primary, primary, 3000, 1000);
  g_clear_pointer (&output, sound_free);
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, 1000);
  g_assert_cmpfloat (sound_db (output, 100, 900), <,
                     sound_db (primary, 3100, 900) - 6.);
}

/* Time stamps of the primary that are off by `off` samples from the middle
 * on: over 40 ms realigns (the pairing follows), less does not. */
static void
test_jump (gconstpointer data)
{
  gint64 off = GPOINTER_TO_INT (data);
  gboolean realigns = off > BENCH_RATE * 40 / 1000;
  g_autoptr (Sound) reference = sound_noise (1, 2 * N, 19);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 20);
  g_autoptr (Bench) bench = bench_new ("ancnlms filter-length=8", 1, 1);
  g_autoptr (Sound) all = sound_new (1, 0), output = NULL;

  bench_push (bench->reference, reference, 0, 2 * N);
  bench_push (bench->primary, primary, 0, N);
  g_clear_pointer (&all, sound_free);
  all = bench_pull (bench);
  g_assert_cmpfloat (sound_db (all, N / 2, N / 2), <, -30.);
  /* the sound continues from frame N, the stamps say N + off */
  gst_harness_push (bench->primary,
                    bench_buffer (primary, N, 1000, N + off, BENCH_RATE));
  output = bench_pull (bench);
  if (realigns)
    g_assert_cmpfloat (sound_db (output, 0, 1000), >, -22.);
  else
    g_assert_cmpfloat (sound_db (output, 0, 1000), <, -30.);
}

static void
add_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++) {
    g_autofree gchar *name
        = g_strdup_printf ("/pairing/shape/%s", shapes[i].name);
    g_test_add_data_func (name, &shapes[i], test_shape);
  }
  g_test_add_data_func ("/pairing/reference-without-data",
                        GINT_TO_POINTER (TRUE), test_no_reference_data);
  g_test_add_data_func ("/pairing/reference-without-caps",
                        GINT_TO_POINTER (FALSE), test_no_reference_data);
  g_test_add_func ("/pairing/reference-after-end", test_reference_after_end);
  g_test_add_func ("/pairing/partial-spans", test_partial_spans);
  g_test_add_data_func ("/pairing/reference-gap-event", GINT_TO_POINTER (TRUE),
                        test_reference_gap);
  g_test_add_data_func ("/pairing/reference-gap-flag", GINT_TO_POINTER (FALSE),
                        test_reference_gap);
  g_test_add_data_func ("/pairing/jump/small", GINT_TO_POINTER (600),
                        test_jump);
  g_test_add_data_func ("/pairing/jump/large", GINT_TO_POINTER (700),
                        test_jump);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
