/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who feeds which pad when does not matter: one thread in bursts, two threads
 * with buffers of any size and pauses, a tee into both pads. Nor does what the
 * application asks and changes meanwhile, from a thread of its own. */
#include "bench.h"

#include <string.h>

typedef struct {
  GstHarness *side;
  const Sound *sound;
  guint32 seed;
  gsize longest;
  gint finished; /* atomic */
} Feeder;

static gpointer
feed_randomly (gpointer data)
{
  Feeder *self = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (self->seed);

  for (gsize k = 0; k < self->sound->frames;) {
    gsize n = (gsize) g_rand_int_range (rand, 1, (gint32) self->longest);

    n = MIN (n, self->sound->frames - k);
    if (bench_push (self->side, self->sound, k, n) != GST_FLOW_OK)
      break;
    k += n;
    if (g_rand_int_range (rand, 0, 8) == 0)
      g_usleep ((gulong) g_rand_int_range (rand, 0, 1500));
  }
  gst_harness_push_event (self->side, gst_event_new_eos ());
  g_atomic_int_set (&self->finished, TRUE);
  return NULL;
}

static void
run_threads (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  gsize n = (gsize) g_rand_int_range (rand, 20000, 90000);
  gsize m = (gsize) g_rand_int_range (rand, 20000, 90000);
  gint delay = g_rand_int_range (rand, -300, 300);
  g_autoptr (Sound) reference = sound_noise (1, m, seed);
  g_autoptr (Sound) source = sound_noise (1, n, seed);
  g_autoptr (Sound) primary = sound_primary (source, 1, seed + 1);
  Expect expect = { .algorithm = "lms", .taps = 4, .delay = delay };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);
  g_autofree gchar *launch
      = g_strdup_printf ("anclms filter-length=4 delay=%d", delay);
  g_autoptr (Bench) bench = bench_new (launch, 1, 1);
  Feeder feeders[2] = { { bench->primary, primary, seed,
                          (gsize) g_rand_int_range (rand, 2, 30000), FALSE },
                        { bench->reference, reference, seed + 1,
                          (gsize) g_rand_int_range (rand, 2, 30000), FALSE } };
  GThread *threads[2];
  g_autoptr (Sound) output = NULL;

  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("feeder", feed_randomly, &feeders[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  output = bench_pull (bench);
  assert_same_sound (output, expected);
}

static void
test_two_threads (void)
{
  guint32 rounds = g_test_slow () ? 300 : 25;

  for (guint32 seed = 1; seed <= rounds; seed++) {
    g_test_message ("seed %u", seed);
    run_threads (seed);
  }
}

static void
push_burst (GstHarness *side, const Sound *sound, gsize from, gsize to)
{
  for (gsize k = from; k < MIN (to, sound->frames); k += 100)
    bench_push (side, sound, k, MIN (100, sound->frames - k));
}

/* One thread that runs seconds ahead on one pad, then on the other: it is
 * known to feed both, and never held. */
static void
test_bursts (gconstpointer data)
{
  gboolean primary_first = GPOINTER_TO_INT (data);
  gsize n = 6 * BENCH_RATE, burst = 3 * BENCH_RATE;
  g_autoptr (Sound) reference = sound_noise (1, n, 31);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 32);
  Expect expect = { .algorithm = "lms", .taps = 4 };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);
  g_autoptr (Bench) bench = bench_new ("anclms filter-length=4", 1, 1);
  g_autoptr (Sound) output = NULL;

  push_burst (bench->reference, reference, 0, 100);
  push_burst (bench->primary, primary, 0, 100);
  for (gsize k = 100; k < n; k += burst) {
    if (primary_first)
      push_burst (bench->primary, primary, k, k + burst);
    push_burst (bench->reference, reference, k, k + burst);
    if (!primary_first)
      push_burst (bench->primary, primary, k, k + burst);
  }
  bench_eos (bench->primary);
  bench_eos (bench->reference);
  output = bench_pull (bench);
  assert_same_sound (output, expected);
}

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  GByteArray *bytes = data;
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_byte_array_append (bytes, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

/* A tee without queues: buffers longer than the queues' second, in either
 * order of the branches. The primary is its own reference, so the input must
 * still be whole for the second branch. */
static void
test_tee (gconstpointer data)
{
  const gchar *order = data;
  g_autofree gchar *launch = g_strdup_printf (
      "audiotestsrc wave=white-noise num-buffers=4 samplesperbuffer=20000 ! "
      "audio/x-raw,format=F32LE,rate=8000,channels=1 ! tee name=t "
      "anclms name=c filter-length=4 step-size=0.01 ! "
      "fakesink name=out signal-handoffs=true sync=false %s",
      order);
  g_autoptr (GstElement) pipeline
      = gst_parse_launch_full (launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, NULL);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  const gfloat *samples;

  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), bytes);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_cmpuint (bytes->len, ==, 4 * 20000 * sizeof (gfloat));
  samples = (const gfloat *) bytes->data;
  for (guint k = 79000; k < 80000; k++)
    g_assert_cmpfloat (ABS (samples[k]), <, .05f);
}

/* One round of all that an application may do while two threads stream. */
static void
meddle (GstElement *element, GRand *rand, const gchar *weights)
{
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (GBytes) state = NULL;
  gboolean done = FALSE;

  g_object_set (element, "step-size", g_rand_double_range (rand, 0., .002),
                "adapt", g_rand_boolean (rand), "output",
                g_rand_int_range (rand, 0, 3), "interval",
                g_rand_int_range (rand, 1, 50) * GST_MSECOND, NULL);
  if (g_rand_int_range (rand, 0, 4) == 0)
    g_object_set (element, "filter-length", g_rand_int_range (rand, 1, 300),
                  "delay", g_rand_int_range (rand, -50, 50), NULL);
  g_object_get (element, "state", &state, NULL);
  g_object_get (element, "stats", &stats, NULL);
  g_assert_nonnull (stats);
  if (g_rand_int_range (rand, 0, 8) == 0)
    g_signal_emit_by_name (element, "reset");
  if (g_rand_int_range (rand, 0, 8) == 0)
    g_signal_emit_by_name (element, "save-weights", weights, &done);
}

/* Every sample comes out, in its place, whatever is done to the settings. */
static void
test_meddling (void)
{
  gsize n = (g_test_slow () ? 100 : 10) * BENCH_RATE;
  g_autoptr (GRand) rand = g_rand_new_with_seed (41);
  g_autoptr (Sound) reference = sound_noise (1, n, 42);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 43);
  g_autoptr (Bench) bench
      = bench_new ("anclms filter-length=4 post-messages=true", 1, 1);
  Feeder feeders[2] = { { bench->primary, primary, 44, 2000, FALSE },
                        { bench->reference, reference, 45, 2000, FALSE } };
  gfloat unit = 1.f;
  gchar *weights = bench_wav (&unit, 1, 1, BENCH_RATE);
  GThread *threads[2];
  g_autoptr (Sound) output = NULL;

  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("feeder", feed_randomly, &feeders[i]);
  while (!g_atomic_int_get (&feeders[0].finished)
         || !g_atomic_int_get (&feeders[1].finished)) {
    meddle (bench->element, rand, weights);
    g_assert_cmpuint (bench_latency (bench), !=, GST_CLOCK_TIME_NONE);
    g_usleep (500);
  }
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, n);
  g_assert_cmpfloat (sound_db (output, 0, n), <, 0.);
  bench_remove (weights);
}

static void
add_tests (void)
{
  g_test_add_func ("/threads/two", test_two_threads);
  g_test_add_data_func ("/threads/bursts/primary-first", GINT_TO_POINTER (TRUE),
                        test_bursts);
  g_test_add_data_func ("/threads/bursts/reference-first",
                        GINT_TO_POINTER (FALSE), test_bursts);
  g_test_add_data_func ("/threads/tee/primary-first",
                        "t. ! c.sink t. ! c.reference", test_tee);
  g_test_add_data_func ("/threads/tee/reference-first",
                        "t. ! c.reference t. ! c.sink", test_tee);
  g_test_add_func ("/threads/meddling", test_meddling);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
