/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Weights in files: read at start, written on request. */
#include "bench.h"

#include <string.h>
#include <unistd.h>

static GstStateChangeReturn
start_with (const gchar *location, gchar **ret_text)
{
  g_autoptr (GstElement) element
      = gst_object_ref_sink (gst_element_factory_make ("ancnlms", NULL));
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  GstStateChangeReturn result;

  gst_element_set_bus (element, bus);
  g_object_set (element, "weights", location, NULL);
  result = gst_element_set_state (element, GST_STATE_PAUSED);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  if (message == NULL)
    return result;
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  *ret_text = g_strdup (error->message);
  return result;
}

static void
assert_cannot_start (const gchar *location)
{
  g_autofree gchar *text = NULL;

  g_assert_cmpint (start_with (location, &text), ==, GST_STATE_CHANGE_FAILURE);
  g_assert_nonnull (text);
  g_assert_nonnull (strstr (text, location));
}

static void
test_unreadable (void)
{
  gfloat response[4] = { 1.f, 0.f, 0.f, 0.f };
  gchar *file = bench_wav (response, 1, 4, BENCH_RATE);
  g_autofree gchar *bytes = NULL, *text = NULL;
  gsize size;

  assert_cannot_start ("/nonexistent/weights.wav");
  g_assert_cmpint (start_with (file, &text), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_true (g_file_get_contents (file, &bytes, &size, NULL));
  for (gsize n = 0; n < size; n += 5) {
    g_assert_true (g_file_set_contents (file, bytes, (gssize) n, NULL));
    assert_cannot_start (file);
  }
  g_assert_true (g_file_set_contents (file, "text called .wav\n", -1, NULL));
  assert_cannot_start (file);
  bench_remove (file);
}

typedef struct {
  guint responses;
  gsize taps;
  guint rate;
} Wrong;

static const Wrong wrongs[]
    = { { 2, 4, BENCH_RATE }, { 1, 9, BENCH_RATE }, { 1, 4, 48000 } };

/* What does not fit to the stream is said when the stream is known. */
static void
test_unfit (void)
{
  gfloat zeros[64] = { 0.f };
  g_autoptr (Sound) sound = sound_noise (1, 100, 121);

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++) {
    gchar *file = bench_wav (zeros, wrongs[i].responses, wrongs[i].taps,
                             wrongs[i].rate);
    g_autofree gchar *launch
        = g_strdup_printf ("ancnlms filter-length=8 weights=%s", file);
    g_autofree gchar *text = NULL;
    g_autoptr (Bench) bench = bench_new (launch, 1, 1);

    bench_push (bench->reference, sound, 0, 100);
    g_assert_cmpint (bench_push (bench->primary, sound, 0, 100), ==,
                     GST_FLOW_ERROR);
    g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_ERROR, &text), ==, 1);
    g_assert_nonnull (strstr (text, file));
    bench_remove (file);
  }
}

static Sound *
read_with_wavparse (const gchar *file)
{
  g_autofree gchar *launch = g_strdup_printf (
      "filesrc location=%s ! wavparse ! appsink name=out sync=false", file);
  g_autoptr (GstElement) pipeline
      = gst_parse_launch_full (launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, NULL);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_autoptr (GstSample) sample = NULL;
  GstAudioInfo info;
  GstMapInfo map;
  Sound *sound;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (sink, "pull-sample", &sample);
  g_assert_nonnull (sample);
  g_assert_true (
      gst_audio_info_from_caps (&info, gst_sample_get_caps (sample)));
  g_assert_cmpint (GST_AUDIO_INFO_FORMAT (&info), ==, GST_AUDIO_FORMAT_F32LE);
  gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ);
  sound = sound_new ((guint) GST_AUDIO_INFO_CHANNELS (&info),
                     map.size / (gsize) GST_AUDIO_INFO_BPF (&info));
  memcpy (sound->data, map.data, map.size);
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return sound;
}

/* The saved file opens as any WAV does, one channel a response, tap 0 first;
 * read again it makes the same frozen filter. */
static void
test_round_trip (gconstpointer data)
{
  const gchar *name = data;
  g_autoptr (Sound) reference = sound_noise (1, 4000, 122);
  g_autoptr (Sound) primary = sound_primary (reference, 2, 123);
  g_autofree gchar *launch = g_strdup_printf ("%s filter-length=16", name);
  g_autoptr (Bench) first = bench_new (launch, 2, 1), second = NULL;
  g_autoptr (Sound) a = NULL, b = NULL, responses = NULL;
  gfloat one = 1.f;
  gchar *file = bench_wav (&one, 1, 1, BENCH_RATE);
  g_autofree gchar *frozen = g_strdup_printf (
      "%s filter-length=16 adapt=false weights=%s", name, file);
  gboolean saved = FALSE;

  bench_push (first->reference, reference, 0, 4000);
  bench_push (first->primary, primary, 0, 2000);
  a = bench_pull (first);
  g_signal_emit_by_name (first->element, "save-weights", file, &saved);
  g_assert_true (saved);
  responses = read_with_wavparse (file);
  g_assert_cmpuint (responses->channels, ==, 2);
  g_assert_cmpuint (responses->frames, ==, 16);
  if (!g_str_equal (name, "anclms")) {
    g_assert_cmpfloat_with_epsilon (responses->data[0], .6, .05);
    g_assert_cmpfloat_with_epsilon (responses->data[1], .3, .05);
  }

  g_object_set (first->element, "adapt", FALSE, NULL);
  bench_push (first->primary, primary, 2000, 2000);
  g_clear_pointer (&a, sound_free);
  a = bench_pull (first);
  second = bench_new (frozen, 2, 1);
  bench_push (second->reference, reference, 2000 - 16, 2016);
  bench_push (second->primary, primary, 2000 - 16, 2016);
  gst_harness_push_event (second->reference, gst_event_new_eos ());
  b = bench_pull (second);
  for (gsize k = 0; k < 2000 * 2; k++)
    g_assert_cmpfloat (ABS (a->data[k] - b->data[16 * 2 + k]), <, 1e-6f);
  bench_remove (file);
}

static void
test_cannot_save (void)
{
  g_autoptr (Sound) sound = sound_noise (1, 100, 124);
  g_autoptr (Bench) bench = bench_new ("ancnlms", 1, 1);
  gboolean saved = TRUE;

  g_signal_emit_by_name (bench->element, "save-weights", "/tmp/none.wav",
                         &saved);
  g_assert_false (saved);
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_WARNING, NULL), ==, 1);
  bench_feed (bench, sound, sound, 100);
  g_signal_emit_by_name (bench->element, "save-weights",
                         "/nonexistent/folder/w.wav", &saved);
  g_assert_false (saved);
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_WARNING, NULL), ==, 1);
  g_assert_false (g_file_test ("/tmp/none.wav", G_FILE_TEST_EXISTS));
}

static void
add_tests (void)
{
  g_test_add_func ("/weights/unreadable", test_unreadable);
  g_test_add_func ("/weights/unfit", test_unfit);
  g_test_add_data_func ("/weights/round-trip/lms", "anclms", test_round_trip);
  g_test_add_data_func ("/weights/round-trip/nlms", "ancnlms", test_round_trip);
  g_test_add_data_func ("/weights/round-trip/rls", "ancrls", test_round_trip);
  g_test_add_func ("/weights/cannot-save", test_cannot_save);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
