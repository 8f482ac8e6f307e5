/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Seeks and flushes. The primary is its own reference and the filter a wire:
 * whatever is paired rightly comes out as zero. */
#include "bench.h"

#define SECONDS 20

typedef struct {
  GstElement *pipeline, *sink;
  GMutex lock;
  guint64 wrong; /* samples that were not zero */
  guint64 frames;
} Player;

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  Player *self = data;
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_mutex_lock (&self->lock);
  for (gsize k = 0; k < map.size / sizeof (gfloat); k++)
    self->wrong += ((const gfloat *) map.data)[k] != 0.f;
  self->frames += map.size / sizeof (gfloat);
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static void
seek_to (Player *self, gdouble seconds)
{
  g_assert_true (gst_element_seek_simple (
      self->pipeline, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
      (gint64) (seconds * BENCH_RATE) * (gint64) GST_SECOND / BENCH_RATE));
}

/* In PAUSED: the first buffer after the seek is that of the position. */
static void
check_preroll (Player *self, gdouble seconds)
{
  g_autoptr (GstSample) sample = NULL;
  GstClockTime wanted = (GstClockTime) (seconds * 1e9), pts;

  g_assert_cmpint (
      gst_element_get_state (self->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE),
      ==, GST_STATE_CHANGE_SUCCESS);
  g_object_get (self->sink, "last-sample", &sample, NULL);
  g_assert_nonnull (sample);
  pts = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
  g_assert_cmpint (ABS (GST_CLOCK_DIFF (pts, wanted)), <, 200000);
}

static void
random_seeks (Player *self, guint n, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (guint i = 0; i < n; i++) {
    gdouble seconds = g_rand_double_range (rand, 0., SECONDS - 2.);
    gboolean paused = g_rand_int_range (rand, 0, 3) == 0;

    gst_element_set_state (self->pipeline,
                           paused ? GST_STATE_PAUSED : GST_STATE_PLAYING);
    seek_to (self, seconds);
    if (paused)
      check_preroll (self, seconds);
    else if (g_rand_boolean (rand))
      g_usleep ((gulong) g_rand_int_range (rand, 0, 3000));
  }
}

static void
run_player (const gchar *sources)
{
  g_autoptr (Sound) sound = sound_noise (1, SECONDS * BENCH_RATE, 61);
  gchar *file = bench_wav (sound->data, 1, sound->frames, BENCH_RATE);
  gchar *weights = bench_unit_weights (BENCH_RATE);
  g_autofree gchar *from
      = g_strdup_printf ("filesrc location=%s ! wavparse", file);
  g_auto (GStrv) parts = g_strsplit (sources, "FILE", -1);
  g_autofree gchar *filled = g_strjoinv (from, parts);
  g_autofree gchar *launch = g_strdup_printf (
      "ancnlms name=c filter-length=1 adapt=false weights=%s ! fakesink "
      "name=out signal-handoffs=true sync=true %s",
      weights, filled);
  Player player = { .pipeline = gst_parse_launch_full (
                        launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, NULL) };
  g_autoptr (GstBus) bus = gst_element_get_bus (player.pipeline);

  g_mutex_init (&player.lock);
  player.sink = gst_bin_get_by_name (GST_BIN (player.pipeline), "out");
  g_signal_connect (player.sink, "handoff", G_CALLBACK (on_handoff), &player);
  gst_element_set_state (player.pipeline, GST_STATE_PAUSED);
  check_preroll (&player, 0.);
  random_seeks (&player, g_test_slow () ? 1200 : 100, 62);
  g_assert_null (
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
  /* to the end from near it */
  seek_to (&player, SECONDS - .2);
  gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
  gst_message_unref (
      gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS));
  gst_element_set_state (player.pipeline, GST_STATE_NULL);
  g_assert_cmpuint (player.frames, >, BENCH_RATE / 5);
  g_assert_cmpuint (player.wrong, ==, 0);
  gst_object_unref (player.sink);
  gst_object_unref (player.pipeline);
  g_mutex_clear (&player.lock);
  bench_remove (file);
  bench_remove (weights);
}

static void
test_seeks (gconstpointer data)
{
  run_player (data);
}

static void
flush (GstHarness *side)
{
  g_assert_true (gst_harness_push_event (side, gst_event_new_flush_start ()));
  g_assert_true (
      gst_harness_push_event (side, gst_event_new_flush_stop (TRUE)));
}

static void
restart_segment (GstHarness *side)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  g_assert_true (
      gst_harness_push_event (side, gst_event_new_segment (&segment)));
}

static guint
count_flushes (Bench *bench)
{
  GstEvent *event;
  guint n = 0;

  while ((event = gst_harness_try_pull_event (bench->primary)) != NULL) {
    n += GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP;
    gst_event_unref (event);
  }
  return n;
}

/* Only one side is flushed: only the primary's goes downstream; history is
 * cleared and the weights are kept, so that a frozen filter gives what a new
 * one with those weights gives. */
static void
test_one_flush (gconstpointer data)
{
  gboolean primary_side = GPOINTER_TO_INT (data);
  g_autoptr (Sound) reference = sound_noise (1, 8000, 63);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 64);
  g_autoptr (Bench) bench = bench_new ("ancnlms filter-length=16", 1, 1);
  g_autoptr (Bench) fresh = NULL;
  g_autoptr (Sound) first = NULL, a = NULL, b = NULL;
  gchar *weights = bench_wav (primary->data, 1, 1, BENCH_RATE);
  g_autofree gchar *launch = g_strdup_printf (
      "ancnlms filter-length=16 adapt=false weights=%s", weights);
  gboolean saved = FALSE;

  bench_push (bench->reference, reference, 0, 4000);
  bench_push (bench->primary, primary, 0, 4000);
  first = bench_pull (bench);
  g_signal_emit_by_name (bench->element, "save-weights", weights, &saved);
  g_assert_true (saved);
  g_object_set (bench->element, "adapt", FALSE, NULL);
  flush (primary_side ? bench->primary : bench->reference);
  restart_segment (primary_side ? bench->primary : bench->reference);
  g_assert_cmpuint (count_flushes (bench), ==, primary_side ? 1 : 0);
  bench_push (bench->reference, reference, 4000, 4000);
  bench_push (bench->primary, primary, 4000, 4000);
  a = bench_pull (bench);

  fresh = bench_new (launch, 1, 1);
  bench_push (fresh->reference, reference, 4000, 4000);
  bench_push (fresh->primary, primary, 4000, 4000);
  b = bench_pull (fresh);
  assert_same_sound (a, b);
  bench_remove (weights);
}

/* What the primary held is dropped by its flush; it starts again at 0. */
static void
test_flush_with_held (void)
{
  g_autoptr (Sound) sound = sound_noise (1, 1000, 65);
  g_autoptr (Bench) bench = bench_new ("ancnlms", 1, 1);
  g_autoptr (Sound) output = NULL;

  bench_push (bench->primary, sound, 0, 500);
  flush (bench->primary);
  restart_segment (bench->primary);
  bench_push (bench->primary, sound, 0, 100);
  bench_push (bench->reference, sound, 0, 1000);
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, 100);
}

typedef struct {
  Bench *bench;
  const Sound *sound;
} Arrival;

static GstPadProbeReturn
arrive_during_seek (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Arrival *arrival = data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEEK) {
    bench_push (arrival->bench->primary, arrival->sound, 0, 500);
    bench_eos (arrival->bench->primary);
  }
  return GST_PAD_PROBE_OK;
}

/* Nothing is paired while a seek waits for the reference's flush. When none
 * comes (its upstream cannot seek), what was held goes on by itself. */
static void
test_seek_without_flush (void)
{
  g_autoptr (Sound) sound = sound_noise (1, 500, 67), output = NULL;
  g_autoptr (Bench) bench = bench_new ("ancnlms", 1, 1);
  Arrival arrival = { bench, sound };
  gboolean eos = FALSE;

  gst_pad_add_probe (bench->primary->srcpad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
                     arrive_during_seek, &arrival, NULL);
  bench_push (bench->reference, sound, 0, 500);
  gst_harness_push_upstream_event (
      bench->primary,
      gst_event_new_seek (1., GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                          GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0));
  while (!eos) {
    g_autoptr (GstEvent) event = gst_harness_pull_event (bench->primary);

    g_assert_nonnull (event);
    eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
  }
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, 500);
}

/* A second stream after EOS without a flush, as concat makes it. */
static void
test_second_stream (gconstpointer data)
{
  gboolean in_band = GPOINTER_TO_INT (data);
  g_autoptr (Sound) sound = sound_noise (in_band ? 2 : 1, 2000, 66);
  g_autoptr (Bench) bench = bench_new (
      in_band ? "ancnlms reference-channel=1 delay=-10" : "ancnlms",
      in_band ? 2 : 1, in_band ? 0 : 1);
  g_autoptr (Sound) output = NULL;
  GstHarness *sides[] = { bench->reference, bench->primary };

  for (guint part = 0; part < 2; part++) {
    for (guint i = in_band; i < 2; i++) {
      gst_harness_push_event (sides[i], gst_event_new_stream_start ("x"));
      gst_harness_push_event (sides[i], gst_event_new_caps (bench_caps (
                                            sound->channels, BENCH_RATE)));
      restart_segment (sides[i]);
      bench_push (sides[i], sound, part * 1000, 1000);
    }
    for (guint i = in_band; i < 2; i++)
      bench_eos (sides[i]);
  }
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, 2000);
}

static void
add_tests (void)
{
  g_test_add_data_func ("/seek/two-files", "FILE ! c.sink FILE ! c.reference",
                        test_seeks);
  g_test_add_data_func ("/seek/two-files-queued",
                        "FILE ! queue ! c.sink FILE ! queue ! c.reference",
                        test_seeks);
  g_test_add_data_func (
      "/seek/tee", "FILE ! tee name=t ! c.sink t. ! c.reference", test_seeks);
  g_test_add_data_func (
      "/seek/tee-queued",
      "FILE ! tee name=t ! queue ! c.sink t. ! queue ! c.reference",
      test_seeks);
  g_test_add_data_func ("/seek/flush-primary", GINT_TO_POINTER (TRUE),
                        test_one_flush);
  g_test_add_data_func ("/seek/flush-reference", GINT_TO_POINTER (FALSE),
                        test_one_flush);
  g_test_add_func ("/seek/flush-with-held", test_flush_with_held);
  g_test_add_func ("/seek/without-flush", test_seek_without_flush);
  g_test_add_data_func ("/seek/second-stream", GINT_TO_POINTER (FALSE),
                        test_second_stream);
  g_test_add_data_func ("/seek/second-stream-in-band", GINT_TO_POINTER (TRUE),
                        test_second_stream);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
