/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* States, and a reference pad that comes and goes in any of them. */
#include "bench.h"

#include <stdio.h>
#include <unistd.h>

static const gchar *const names[] = { "anclms", "ancnlms", "ancrls" };

static GstElement *
parse (const gchar *launch)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch_full (
      launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);

  g_assert_no_error (error);
  return gst_object_ref_sink (pipeline);
}

static gchar *
source (gint buffers)
{
  return g_strdup_printf (
      "audiotestsrc wave=white-noise num-buffers=%d samplesperbuffer=160 ! "
      "audio/x-raw,format=F32LE,rate=16000,channels=1 ! queue ! ",
      buffers);
}

static GstElement *
two_sources (const gchar *name, gint buffers, gint reference_buffers)
{
  g_autofree gchar *primary = source (buffers);
  g_autofree gchar *reference = source (reference_buffers);
  g_autofree gchar *launch = g_strdup_printf (
      "%s name=c filter-length=16 ! fakesink sync=false %s c.sink %s "
      "tee allow-not-linked=true ! c.reference",
      name, primary, reference);

  return parse (launch);
}

static void
set_state (GstElement *element, GstState state)
{
  g_assert_cmpint (gst_element_set_state (element, state), !=,
                   GST_STATE_CHANGE_FAILURE);
  g_assert_cmpint (
      gst_element_get_state (element, NULL, NULL, GST_CLOCK_TIME_NONE), !=,
      GST_STATE_CHANGE_FAILURE);
}

static void
wait_eos (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
      bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

/* Alone, through all states, with the pad requested and released in each. */
static void
test_states (gconstpointer data)
{
  static const GstState states[]
      = { GST_STATE_NULL,    GST_STATE_READY,  GST_STATE_PAUSED,
          GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_READY,
          GST_STATE_NULL };
  GstElement *element
      = gst_object_ref_sink (gst_element_factory_make (data, NULL));

  for (guint from = 0; from < G_N_ELEMENTS (states); from++) {
    for (guint to = from; to < G_N_ELEMENTS (states); to++) {
      GstPad *pad = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
        set_state (element, states[i]);
        if (i == from) {
          pad = gst_element_request_pad_simple (element, "reference");
          g_assert_nonnull (pad);
          g_assert_cmpint (GST_PAD_IS_ACTIVE (pad), ==,
                           states[i] > GST_STATE_READY);
          g_assert_null (gst_element_request_pad (
              element, GST_PAD_PAD_TEMPLATE (pad), NULL, NULL));
        }
        if (i == to) {
          gst_element_release_request_pad (element, pad);
          g_assert_cmpint (GST_OBJECT_REFCOUNT_VALUE (pad), ==, 1);
          gst_object_unref (pad);
        }
      }
    }
  }
  g_assert_cmpint (GST_OBJECT_REFCOUNT_VALUE (element), ==, 1);
  gst_object_unref (element);
}

static glong
resident_kilobytes (void)
{
  g_autofree gchar *text = NULL;
  glong pages = 0;

  g_file_get_contents ("/proc/self/statm", &text, NULL, NULL);
  sscanf (text, "%*s %ld", &pages);
  return pages * (sysconf (_SC_PAGESIZE) / 1024);
}

static void
cycle (GstElement *pipeline, guint n)
{
  for (guint i = 0; i < n; i++) {
    set_state (pipeline, i % 3 == 0 ? GST_STATE_PLAYING : GST_STATE_PAUSED);
    set_state (pipeline, i % 2 == 0 ? GST_STATE_READY : GST_STATE_NULL);
  }
}

/* Growth after a warm-up: below a megabyte in a thousand cycles. */
static void
test_cycles (gconstpointer data)
{
  g_autoptr (GstElement) pipeline = two_sources (data, 20, 30);
  glong before;

  cycle (pipeline, 100);
  before = resident_kilobytes ();
  cycle (pipeline, g_test_slow () ? 1000 : 200);
  /* allocators that keep freed memory make the figure meaningless */
  if (g_getenv ("ASAN_OPTIONS") == NULL && g_getenv ("LSAN_OPTIONS") == NULL
      && g_getenv ("TSAN_OPTIONS") == NULL)
    g_assert_cmpint (resident_kilobytes () - before, <, 1024);
  set_state (pipeline, GST_STATE_NULL);
}

static void
drop_reference (GstElement *pipeline, gboolean release)
{
  g_autoptr (GstElement) element
      = gst_bin_get_by_name (GST_BIN (pipeline), "c");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "reference");
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  g_assert_true (gst_pad_unlink (peer, pad));
  if (release)
    gst_element_release_request_pad (element, pad);
}

/* In PAUSED, where the worker waits in preroll, perhaps in the reference's own
 * thread: neither waits for it. Then the rest passes to the end. */
static void
test_drop_paused (gconstpointer data)
{
  gboolean release = GPOINTER_TO_INT (data);

  for (guint i = 0; i < 20; i++) {
    g_autoptr (GstElement) pipeline = two_sources (names[i % 3], 300, 400);

    set_state (pipeline, GST_STATE_PAUSED);
    drop_reference (pipeline, release);
    set_state (pipeline, GST_STATE_PLAYING);
    wait_eos (pipeline);
    set_state (pipeline, GST_STATE_NULL);
  }
}

static void
test_drop_playing (gconstpointer data)
{
  gboolean release = GPOINTER_TO_INT (data);

  for (guint i = 0; i < 20; i++) {
    g_autoptr (GstElement) pipeline = two_sources (names[i % 3], 2000, 2000);

    set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (500 * i);
    drop_reference (pipeline, release);
    wait_eos (pipeline);
    set_state (pipeline, GST_STATE_NULL);
  }
}

/* A held primary, its EOS behind it, and nobody left to push it: the one who
 * takes the reference away sets it free. */
static void
test_drop_after_eos (gconstpointer data)
{
  gboolean release = GPOINTER_TO_INT (data);
  g_autoptr (Sound) sound = sound_noise (1, 1000, 141), output = NULL;
  g_autoptr (Bench) bench = bench_new_full ("ancnlms", 1, 0, BENCH_RATE, FALSE);
  GstPad *pad = gst_element_request_pad_simple (bench->element, "reference");
  GstPad *peer = gst_pad_new ("peer", GST_PAD_SRC);
  gboolean eos;

  gst_pad_set_active (peer, TRUE);
  g_assert_cmpint (gst_pad_link (peer, pad), ==, GST_PAD_LINK_OK);
  bench_push (bench->primary, sound, 0, 1000);
  bench_eos (bench->primary);
  g_assert_cmpuint (gst_harness_buffers_received (bench->primary), ==, 0);
  if (release)
    gst_element_release_request_pad (bench->element, pad);
  else
    gst_pad_unlink (peer, pad);
  do {
    g_autoptr (GstEvent) event = gst_harness_pull_event (bench->primary);

    g_assert_nonnull (event);
    eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
  } while (!eos);
  output = bench_pull (bench);
  assert_same_sound (output, sound);
  gst_object_unref (pad);
  gst_object_unref (peer);
}

/* From in band to the pad and back while playing; each with its own channel
 * count, and no samples lost. */
static void
test_in_band_and_back (void)
{
  g_autoptr (Sound) stereo = sound_noise (2, 4000, 142);
  g_autoptr (Sound) reference = sound_noise (2, 4000, 143);
  g_autoptr (Bench) bench
      = bench_new ("ancnlms filter-length=8 reference-channel=1", 2, 0);
  GstHarness *side;
  guint64 bytes = 0;
  GstBuffer *buffer;

  bench_push (bench->primary, stereo, 0, 1000);
  side = gst_harness_new_with_element (bench->element, "reference", NULL);
  gst_harness_set_live (side, FALSE);
  gst_harness_set_src_caps (side, bench_caps (2, BENCH_RATE));
  bench_push (bench->primary, stereo, 1000, 1000);
  bench_push (side, reference, 1000, 1500);
  bench_push (bench->primary, stereo, 2000, 1000);
  gst_harness_teardown (side);
  bench_push (bench->primary, stereo, 3000, 1000);
  for (guint i = 0; i < 4; i++) {
    buffer = gst_harness_pull (bench->primary);
    bytes += gst_buffer_get_size (buffer);
    gst_buffer_unref (buffer);
  }
  /* 1,000 frames of one channel, 1,000 of two, the 1,000 that were held for a
   * reference that went, in one channel, and 1,000 more */
  g_assert_cmpuint (bytes, ==, 4 * (1000 + 2000 + 1000 + 1000));
}

static void
add_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *states
        = g_strdup_printf ("/lifecycle/states/%s", names[i]);
    g_autofree gchar *cycles
        = g_strdup_printf ("/lifecycle/cycles/%s", names[i]);
    g_test_add_data_func (states, names[i], test_states);
    g_test_add_data_func (cycles, names[i], test_cycles);
  }
  for (gint release = 0; release < 2; release++) {
    const gchar *how = release ? "release" : "unlink";
    g_autofree gchar *paused = g_strdup_printf ("/lifecycle/%s/paused", how);
    g_autofree gchar *playing = g_strdup_printf ("/lifecycle/%s/playing", how);
    g_autofree gchar *eos = g_strdup_printf ("/lifecycle/%s/after-eos", how);

    g_test_add_data_func (paused, GINT_TO_POINTER (release), test_drop_paused);
    g_test_add_data_func (playing, GINT_TO_POINTER (release),
                          test_drop_playing);
    g_test_add_data_func (eos, GINT_TO_POINTER (release), test_drop_after_eos);
  }
  g_test_add_func ("/lifecycle/in-band-and-back", test_in_band_and_back);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
