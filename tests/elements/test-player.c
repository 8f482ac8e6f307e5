/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* As an application uses it: playbin's audio-filter, presets, no leaks. */
#include "bench.h"

#include <string.h>

static const gchar *const names[] = { "anclms", "ancnlms", "ancrls" };

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_byte_array_append (data, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

/* What reaches a float sink behind a real playbin. */
static Sound *
play (const gchar *file, guint channels, const gchar *filter)
{
  g_autofree gchar *uri = gst_filename_to_uri (file, NULL);
  g_autoptr (GstElement) player
      = gst_object_ref_sink (gst_element_factory_make ("playbin", NULL));
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GstBus) bus = gst_element_get_bus (player);
  g_autoptr (GstElement) out = NULL;
  GstElement *sink, *canceller;
  GstMessage *message;
  Sound *sound;

  g_assert_nonnull (player);
  sink = gst_parse_bin_from_description (
      "audio/x-raw,format=F32LE ! fakesink name=out signal-handoffs=true", TRUE,
      NULL);
  out = gst_bin_get_by_name (GST_BIN (sink), "out");
  g_signal_connect (out, "handoff", G_CALLBACK (on_handoff), bytes);
  canceller
      = gst_parse_launch_full (filter, NULL, GST_PARSE_FLAG_FATAL_ERRORS, NULL);
  g_object_set (player, "uri", uri, "audio-sink", sink, "audio-filter",
                canceller, "video-sink",
                gst_element_factory_make ("fakesink", NULL), NULL);
  gst_element_set_state (player, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (player, GST_STATE_NULL);
  sound = sound_new (channels, bytes->len / 4 / channels);
  memcpy (sound->data, bytes->data, sound->frames * channels * 4);
  return sound;
}

static gchar *
write_sound (const Sound *sound)
{
  g_autofree gfloat *planes = g_new (gfloat, sound->frames * sound->channels);

  for (gsize k = 0; k < sound->frames * sound->channels; k++)
    planes[k % sound->channels * sound->frames + k / sound->channels]
        = sound->data[k];
  return bench_wav (planes, sound->channels, sound->frames, BENCH_RATE);
}

static void
test_playbin_stereo (void)
{
  g_autoptr (Sound) reference = sound_noise (1, 16000, 151);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 152);
  g_autoptr (Sound) both = sound_beside (primary, reference);
  gchar *file = write_sound (both);
  g_autoptr (Sound) output
      = play (file, 1, "ancnlms filter-length=16 reference-channel=1");
  Expect expect = { .algorithm = "nlms", .taps = 16 };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);

  assert_same_sound (output, expected);
  bench_remove (file);
}

static void
test_playbin_mono (void)
{
  g_autoptr (Sound) sound = sound_noise (1, 16000, 153);
  gchar *file = write_sound (sound);
  g_autoptr (Sound) output = play (file, 1, "ancnlms reference-channel=1");

  assert_same_sound (output, sound);
  bench_remove (file);
}

static gchar *
preset_file (GstElement *element)
{
  g_autofree gchar *name
      = g_strconcat (G_OBJECT_TYPE_NAME (element), ".prs", NULL);

  return g_build_filename (g_getenv ("GST_PRESET_PATH"), name, NULL);
}

/* Every preset loads, changes something, and names only properties that there
 * are and that a preset may hold. */
static void
test_presets (gconstpointer data)
{
  g_autoptr (GstElement) element
      = gst_object_ref_sink (gst_element_factory_make (data, NULL));
  g_autofree gchar *path = preset_file (element);
  g_auto (GStrv) presets = gst_preset_get_preset_names (GST_PRESET (element));
  g_auto (GStrv) properties
      = gst_preset_get_property_names (GST_PRESET (element));
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_assert_true (g_key_file_load_from_file (file, path, 0, NULL));
  g_assert_cmpuint (g_strv_length (presets), >=, 4);
  g_assert_false (g_strv_contains ((const gchar *const *) properties, "state"));
  g_assert_false (g_strv_contains ((const gchar *const *) properties, "stats"));
  g_assert_false (
      g_strv_contains ((const gchar *const *) properties, "weights"));
  for (gchar **preset = presets; *preset != NULL; preset++) {
    g_auto (GStrv) keys = g_key_file_get_keys (file, *preset, NULL, NULL);

    g_assert_true (gst_preset_load_preset (GST_PRESET (element), *preset));
    g_assert_nonnull (keys);
    for (gchar **key = keys; *key != NULL; key++) {
      g_autofree gchar *wanted = NULL;
      g_auto (GValue) value = G_VALUE_INIT, expected = G_VALUE_INIT;
      GParamSpec *pspec;

      if (g_str_has_prefix (*key, "_meta/"))
        continue;
      g_assert_true (g_strv_contains ((const gchar *const *) properties, *key));
      pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), *key);
      wanted = g_key_file_get_value (file, *preset, *key, NULL);
      g_value_init (&value, pspec->value_type);
      g_value_init (&expected, pspec->value_type);
      g_assert_true (gst_value_deserialize (&expected, wanted));
      g_object_get_property (G_OBJECT (element), *key, &value);
      g_assert_cmpint (gst_value_compare (&value, &expected), ==,
                       GST_VALUE_EQUAL);
    }
  }
}

/* The leaks tracer over a run with everything in it. */
static void
test_leaks (void)
{
  if (g_test_subprocess ()) {
    g_autoptr (Sound) sound = sound_noise (2, 4000, 154);
    g_autoptr (Bench) bench = bench_new_full (
        "ancrls filter-length=8 delay=-20", 2, 2, 8000, FALSE);
    g_autoptr (GBytes) state = NULL;
    GstBuffer *held;

    g_object_set (bench->element, "post-messages", TRUE, NULL);
    held = gst_buffer_ref (bench_buffer (sound, 0, 500, 0, BENCH_RATE));
    gst_harness_push (bench->primary, held);
    bench_push (bench->reference, sound, 0, 2000);
    bench_push (bench->primary, sound, 500, 3000);
    gst_harness_push_event (bench->primary, gst_event_new_flush_start ());
    gst_harness_push_event (bench->primary, gst_event_new_flush_stop (TRUE));
    g_object_get (bench->element, "state", &state, NULL);
    gst_buffer_unref (held);
    return;
  }
  g_setenv ("GST_TRACERS", "leaks", TRUE);
  g_setenv ("GST_DEBUG", "GST_TRACER:7", TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_unsetenv ("GST_TRACERS");
  g_unsetenv ("GST_DEBUG");
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr_unmatched ("*object-alive, type-name=(string)Gst*");
}

static void
add_tests (void)
{
  g_test_add_func ("/player/leaks", test_leaks);
  g_test_add_func ("/player/playbin-stereo", test_playbin_stereo);
  g_test_add_func ("/player/playbin-mono", test_playbin_mono);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *name = g_strdup_printf ("/player/presets/%s", names[i]);
    g_test_add_data_func (name, names[i], test_presets);
  }
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
