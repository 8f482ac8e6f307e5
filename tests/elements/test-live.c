/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Live: nothing waits for the reference longer than the latency says. */
#include "bench.h"

#include <string.h>

#define STEP 160 /* 10 ms */

static void
assert_silent (const Sound *sound, gsize from, gsize frames)
{
  g_assert_cmpuint (sound->frames, >=, from + frames);
  for (gsize k = from; k < from + frames; k++)
    g_assert_cmpfloat (sound->data[k], ==, 0.f);
}

/* With a wire for a filter and the primary as its own reference the output is
 * zero where the two are paired, and the primary where the reference lacks. */
static Bench *
wire (gchar **ret_weights, const gchar *more)
{
  g_autofree gchar *launch = NULL;

  *ret_weights = bench_unit_weights (BENCH_RATE);
  launch = g_strdup_printf ("ancnlms filter-length=1 adapt=false weights=%s %s",
                            *ret_weights, more);
  return bench_new_full (launch, 1, 1, BENCH_RATE, TRUE);
}

static void
test_latency (void)
{
  gchar *weights;
  g_autoptr (Bench) bench = wire (&weights, "");

  g_assert_cmpuint (bench_latency (bench), ==, 40 * GST_MSECOND);
  gst_harness_set_upstream_latency (bench->primary, 20 * GST_MSECOND);
  gst_harness_set_upstream_latency (bench->reference, 50 * GST_MSECOND);
  g_assert_cmpuint (bench_latency (bench), ==, 90 * GST_MSECOND);
  gst_harness_set_upstream_latency (bench->primary, 70 * GST_MSECOND);
  g_assert_cmpuint (bench_latency (bench), ==, 110 * GST_MSECOND);
  bench_messages (bench, GST_MESSAGE_LATENCY, NULL);
  g_object_set (bench->element, "delay", -160, "reference-timeout",
                (guint64) 5 * GST_MSECOND, NULL);
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_LATENCY, NULL), ==, 2);
  g_assert_cmpuint (bench_latency (bench), ==, 85 * GST_MSECOND);
  bench_remove (weights);
}

/* A live source in band adds nothing. */
static void
test_latency_in_band (void)
{
  g_autoptr (Bench) bench
      = bench_new_full ("ancnlms reference-channel=1", 2, 0, 0, TRUE);

  g_assert_cmpuint (bench_latency (bench), ==, 0);
}

static void
test_stall_and_return (void)
{
  gchar *weights;
  g_autoptr (Bench) bench = wire (&weights, "");
  g_autoptr (Sound) sound = sound_noise (1, 32000, 51), output = NULL;
  gsize k;

  for (k = 0; k < 3200; k += STEP) {
    bench_push (bench->primary, sound, k, STEP);
    bench_push (bench->reference, sound, k, STEP);
  }
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_WARNING, NULL), ==, 0);
  /* the reference stalls: 40 ms are held, no more */
  for (; k < 6400; k += STEP) {
    bench_push (bench->primary, sound, k, STEP);
    g_assert_cmpuint (gst_harness_buffers_received (bench->primary), >=,
                      (k + STEP - 640) / STEP);
  }
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_WARNING, NULL), ==, 1);
  /* and comes back, with what it had at the time */
  for (gsize j = 3200; j < 6400; j += STEP)
    bench_push (bench->reference, sound, j, STEP);
  for (; k < 9600; k += STEP) {
    bench_push (bench->primary, sound, k, STEP);
    bench_push (bench->reference, sound, k, STEP);
  }
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, 9600);
  assert_silent (output, 0, 3200);
  g_assert_cmpint (memcmp (output->data + 3200, sound->data + 3200,
                           (6400 - 640 - 3200) * sizeof (gfloat)),
                   ==, 0);
  assert_silent (output, 6400 - 640, 9600 - 6400 + 640);
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_WARNING, NULL), ==, 0);
  bench_remove (weights);
}

/* A reference in a thread of its own, while the primary's thread is held by a
 * sink that keeps time. */
static gpointer
push_reference (gpointer data)
{
  Bench *bench = data;
  g_autoptr (Sound) sound = sound_noise (1, 10 * STEP, 53);

  for (gsize k = 0; k < 10 * STEP; k += STEP)
    bench_push (bench->reference, sound, k, STEP);
  return NULL;
}

static GstPadProbeReturn
hold (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  return GST_PAD_PROBE_OK;
}

static void
test_reference_is_never_held (void)
{
  gchar *weights;
  g_autoptr (Bench) bench = wire (&weights, "");
  g_autoptr (Sound) sound = sound_noise (1, 10 * STEP, 53);
  g_autoptr (GstPad) src = gst_element_get_static_pad (bench->element, "src");
  GThread *thread;
  gulong probe;

  for (gsize k = 0; k < 3 * STEP; k += STEP)
    bench_push (bench->primary, sound, k, STEP);
  probe = gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, hold,
                             NULL, NULL);
  /* would never end if it took the spans that it completes */
  thread = g_thread_new ("reference", push_reference, bench);
  g_thread_join (thread);
  g_assert_cmpuint (gst_harness_buffers_received (bench->primary), ==, 0);
  gst_pad_remove_probe (src, probe);
  bench_push (bench->primary, sound, 3 * STEP, STEP);
  g_assert_cmpuint (gst_harness_buffers_received (bench->primary), ==, 4);
  bench_remove (weights);
}

/* The queue's limit is by time, and the measured delay is the query's. */
static void
test_measured_delay (void)
{
  gchar *weights;
  g_autoptr (Bench) bench
      = wire (&weights, "reference-timeout=25000000 delay=-80");
  g_autoptr (Sound) sound = sound_noise (1, 3200, 52);
  gsize held = 0;

  g_assert_cmpuint (bench_latency (bench), ==, 30 * GST_MSECOND);
  while (gst_harness_buffers_received (bench->primary) == 0)
    bench_push (bench->primary, sound, held++, 1);
  /* the sample that makes it longer than 30 ms is the 481st */
  g_assert_cmpuint (held, ==, 30 * BENCH_RATE / 1000 + 1);
  bench_remove (weights);
}

static void
test_full_store (void)
{
  gchar *weights;
  g_autoptr (Bench) bench = wire (&weights, "");
  g_autoptr (Sound) sound = sound_noise (1, 3 * BENCH_RATE, 53), output = NULL;
  gsize kept = 2 * BENCH_RATE;

  /* three seconds from one thread, then from another nothing has fed */
  for (gsize k = 0; k < sound->frames; k += STEP)
    g_assert_cmpint (bench_push (bench->reference, sound, k, STEP), ==,
                     GST_FLOW_OK);
  for (gsize k = 0; k < sound->frames; k += STEP)
    bench_push (bench->primary, sound, k, STEP);
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, sound->frames);
  g_assert_cmpint (memcmp (output->data, sound->data, kept * sizeof (gfloat)),
                   ==, 0);
  assert_silent (output, kept, BENCH_RATE);
  bench_remove (weights);
}

static void
test_eos_drains (void)
{
  gchar *weights;
  g_autoptr (Bench) bench = wire (&weights, "");
  g_autoptr (Sound) sound = sound_noise (1, 480, 54), output = NULL;
  GstEvent *event;
  gboolean eos = FALSE;

  bench_push (bench->primary, sound, 0, 480);
  g_assert_cmpuint (gst_harness_buffers_received (bench->primary), ==, 0);
  bench_eos (bench->primary);
  output = bench_pull (bench);
  assert_same_sound (output, sound);
  while ((event = gst_harness_try_pull_event (bench->primary)) != NULL) {
    eos |= GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  g_assert_true (eos);
  bench_remove (weights);
}

static gpointer
push_forever (gpointer data)
{
  Bench *bench = data;
  g_autoptr (Sound) sound = sound_noise (1, 16000, 55);

  for (gsize k = 0; k < 160000; k += STEP)
    bench_push_at (bench->reference, sound, k % 16000, STEP, (gint64) k);
  return NULL;
}

/* Two threads, no primary at all: the reference is never held. */
static void
test_never_waits (void)
{
  gchar *weights;
  g_autoptr (Bench) bench = wire (&weights, "");
  g_autoptr (Sound) sound = sound_noise (1, STEP, 56);

  bench_push (bench->primary, sound, 0, STEP);
  g_thread_join (g_thread_new ("reference", push_forever, bench));
  bench_remove (weights);
}

/* Real live sources: both run, EOS comes through. */
static void
test_two_live_sources (void)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch_full (
      "audiotestsrc is-live=true num-buffers=20 samplesperbuffer=160 ! "
      "audio/x-raw,format=F32LE,rate=16000,channels=1 ! ancnlms name=c ! "
      "fakesink sync=true "
      "audiotestsrc is-live=true num-buffers=10 samplesperbuffer=160 ! "
      "audio/x-raw,format=F32LE,rate=16000,channels=1 ! c.reference",
      NULL, GST_PARSE_FLAG_FATAL_ERRORS, NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
add_tests (void)
{
  g_test_add_func ("/live/reference-is-never-held",
                   test_reference_is_never_held);
  g_test_add_func ("/live/latency", test_latency);
  g_test_add_func ("/live/latency-in-band", test_latency_in_band);
  g_test_add_func ("/live/measured-delay", test_measured_delay);
  g_test_add_func ("/live/stall-and-return", test_stall_and_return);
  g_test_add_func ("/live/full-store", test_full_store);
  g_test_add_func ("/live/eos-drains", test_eos_drains);
  g_test_add_func ("/live/never-waits", test_never_waits);
  g_test_add_func ("/live/two-sources", test_two_live_sources);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
