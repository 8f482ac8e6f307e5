/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In band: a channel of the stream is the reference. */
#include "bench.h"

#include <string.h>

/* primary channels with the reference put in as channel `at` */
static Sound *
insert_channel (const Sound *primary, const Sound *reference, guint at)
{
  Sound *sound = sound_new (primary->channels + 1, primary->frames);

  for (gsize k = 0; k < sound->frames; k++) {
    for (guint c = 0, p = 0; c < sound->channels; c++)
      sound->data[k * sound->channels + c]
          = c == at ? reference->data[k]
                    : primary->data[k * primary->channels + p++];
  }
  return sound;
}

static void
test_position (gconstpointer data)
{
  guint at = GPOINTER_TO_UINT (data);
  g_autoptr (Sound) reference = sound_noise (1, 2000, 71);
  g_autoptr (Sound) primary = sound_primary (reference, 3, 72);
  g_autoptr (Sound) input = insert_channel (primary, reference, at);
  Expect expect = { .algorithm = "nlms", .taps = 8 };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);
  g_autofree gchar *launch
      = g_strdup_printf ("ancnlms filter-length=8 reference-channel=%u", at);
  g_autoptr (Bench) bench = bench_new (launch, 4, 0);
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (Sound) output = NULL;
  guint64 mask, all = gst_audio_channel_get_fallback_mask (4), dropped = all;

  bench_push (bench->primary, input, 0, 2000);
  caps = gst_pad_get_current_caps (bench->primary->sinkpad);
  g_assert_true (gst_structure_get (gst_caps_get_structure (caps, 0),
                                    "channel-mask", GST_TYPE_BITMASK, &mask,
                                    NULL));
  /* the reference's bit is gone, the others stay */
  for (guint c = 0, bit = 0; bit < 64; bit++) {
    if ((all >> bit & 1) != 0 && c++ == at)
      dropped &= ~(G_GUINT64_CONSTANT (1) << bit);
  }
  g_assert_cmphex (mask, ==, dropped);
  output = bench_pull (bench);
  assert_same_sound (output, expected);
}

static void
test_stereo_has_no_mask (void)
{
  g_autoptr (Sound) input = sound_noise (2, 100, 73);
  g_autoptr (Bench) bench = bench_new ("ancnlms reference-channel=0", 2, 0);
  g_autoptr (GstCaps) caps = NULL;
  GstStructure *structure;
  gint channels;

  bench_push (bench->primary, input, 0, 100);
  caps = gst_pad_get_current_caps (bench->primary->sinkpad);
  structure = gst_caps_get_structure (caps, 0);
  g_assert_true (gst_structure_get_int (structure, "channels", &channels));
  g_assert_cmpint (channels, ==, 1);
  g_assert_false (gst_structure_has_field (structure, "channel-mask"));
}

typedef struct {
  const gchar *launch;
  guint channels;
} Passing;

static const Passing mono = { "ancnlms reference-channel=1", 1 };
static const Passing too_few = { "ancnlms reference-channel=5", 3 };
static const Passing none = { "ancnlms", 2 };

/* Without a reference the very buffers pass, with one warning. */
static void
test_passes (gconstpointer data)
{
  const Passing *passing = data;
  g_autoptr (Sound) input = sound_noise (passing->channels, 1000, 74);
  g_autoptr (Bench) bench = bench_new (passing->launch, passing->channels, 0);
  g_autofree gchar *text = NULL;

  for (gsize k = 0; k < 1000; k += 100) {
    GstBuffer *in = bench_buffer (input, k, 100, (gint64) k, BENCH_RATE), *out;

    gst_harness_push (bench->primary, in);
    out = gst_harness_pull (bench->primary);
    g_assert_true (in == out);
    gst_buffer_unref (out);
  }
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_WARNING, &text), ==, 1);
  g_assert_nonnull (strstr (text, "unchanged"));
  g_assert_cmpuint (bench_latency (bench), ==, 0);
}

/* The buffer itself is used when it may be written, and left alone when
 * somebody else holds it. */
static void
test_in_place (void)
{
  g_autoptr (Sound) input = sound_noise (2, 100, 75);
  g_autoptr (Bench) bench = bench_new ("ancnlms reference-channel=1", 2, 0);
  GstBuffer *in = bench_buffer (input, 0, 100, 0, BENCH_RATE), *out;

  gst_harness_push (bench->primary, in);
  out = gst_harness_pull (bench->primary);
  g_assert_true (in == out);
  gst_buffer_unref (out);

  in = gst_buffer_ref (bench_buffer (input, 0, 100, 100, BENCH_RATE));
  gst_harness_push (bench->primary, in);
  out = gst_harness_pull (bench->primary);
  g_assert_true (in != out);
  g_assert_cmpuint (gst_buffer_get_size (in), ==, 800);
  g_assert_cmpint (gst_buffer_memcmp (in, 0, input->data, 800), ==, 0);
  gst_buffer_unref (out);
  gst_buffer_unref (in);
}

/* A delay in band gives what two pads with that delay give. */
static void
test_delay (gconstpointer data)
{
  gint delay = GPOINTER_TO_INT (data);
  g_autoptr (Sound) reference = sound_noise (1, 3000, 76);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 77);
  g_autoptr (Sound) input = sound_beside (primary, reference);
  Expect expect = { .algorithm = "nlms", .taps = 8, .delay = delay };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);
  g_autofree gchar *launch = g_strdup_printf (
      "ancnlms filter-length=8 reference-channel=1 delay=%d", delay);
  static const gsize steps[] = { 1, 113, 1500, 3000 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autoptr (Bench) bench = bench_new (launch, 2, 0);
    g_autoptr (Sound) output = NULL;

    bench_push_all (bench->primary, input, steps[i]);
    output = bench_pull (bench);
    assert_same_sound (output, expected);
  }
}

/* Backwards: as it came, with one warning; forwards again: filtered. */
static void
test_reverse (void)
{
  g_autoptr (Sound) input = sound_noise (2, 1000, 78);
  g_autoptr (Bench) bench = bench_new ("ancnlms reference-channel=1", 2, 0);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1.;
  segment.stop = segment.position = 10 * GST_SECOND;
  gst_harness_push_event (bench->primary, gst_event_new_segment (&segment));
  for (gsize k = 10; k > 0; k--) {
    GstBuffer *in = bench_buffer (input, k * 100 - 100, 100, (gint64) k * 100,
                                  BENCH_RATE);
    GstBuffer *out;

    gst_harness_push (bench->primary, in);
    out = gst_harness_pull (bench->primary);
    g_assert_cmpuint (gst_buffer_get_size (out), ==, 800);
    gst_buffer_unref (out);
  }
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_WARNING, NULL), ==, 1);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (bench->primary, gst_event_new_segment (&segment));
  bench_push (bench->primary, input, 0, 100);
  gst_buffer_unref (gst_harness_pull (bench->primary));
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_WARNING, NULL), ==, 0);
}

static gboolean
accepts (GstPad *pad, guint channels)
{
  g_autoptr (GstCaps) caps = bench_caps (channels, BENCH_RATE);

  return gst_pad_query_accept_caps (pad, caps);
}

/* What the sink pad takes is what downstream can have with one channel less. */
static void
test_caps_query (void)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch_full (
      "ancnlms name=c reference-channel=1 ! audio/x-raw,channels=2 ! fakesink",
      NULL, GST_PARSE_FLAG_FATAL_ERRORS, NULL);
  g_autoptr (GstElement) element
      = gst_bin_get_by_name (GST_BIN (pipeline), "c");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  gst_element_set_state (element, GST_STATE_READY);
  g_assert_true (accepts (pad, 3));
  g_assert_false (accepts (pad, 1));
  g_assert_false (accepts (pad, 2));
  g_assert_false (accepts (pad, 4));
  g_object_set (element, "reference-channel", 2, NULL);
  g_assert_true (accepts (pad, 2)); /* has no channel 2: passes */
  g_assert_true (accepts (pad, 3));
  g_object_set (element, "reference-channel", -1, NULL);
  g_assert_true (accepts (pad, 2));
  g_assert_false (accepts (pad, 3));
  gst_element_set_state (element, GST_STATE_NULL);
}

/* A GstAudioMeta of the input would describe a channel that has gone. */
static void
test_audio_meta (void)
{
  g_autoptr (Sound) input = sound_noise (2, 100, 79);
  g_autoptr (Bench) bench = bench_new ("ancnlms reference-channel=1", 2, 0);
  GstBuffer *buffer = bench_buffer (input, 0, 100, 0, BENCH_RATE);
  GstAudioInfo info;

  gst_audio_info_set_format (&info, GST_AUDIO_FORMAT_F32LE, BENCH_RATE, 2,
                             NULL);
  gst_buffer_add_audio_meta (buffer, &info, 100, NULL);
  gst_harness_push (bench->primary, buffer);
  buffer = gst_harness_pull (bench->primary);
  g_assert_null (gst_buffer_get_audio_meta (buffer));
  gst_buffer_unref (buffer);
}

/* Another channel is the reference from the next buffer on. */
static void
test_channel_changes (void)
{
  g_autoptr (Sound) reference = sound_noise (1, 8000, 80);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 81);
  g_autoptr (Sound) input = sound_beside (primary, reference);
  g_autoptr (Sound) output = NULL;
  g_autoptr (Bench) bench
      = bench_new ("ancnlms filter-length=8 reference-channel=0", 2, 0);

  bench_push (bench->primary, input, 0, 2000);
  g_clear_pointer (&output, sound_free);
  output = bench_pull (bench);
  g_object_set (bench->element, "reference-channel", 1, NULL);
  bench_push (bench->primary, input, 2000, 6000);
  g_clear_pointer (&output, sound_free);
  output = bench_pull (bench);
  g_assert_cmpfloat (sound_db (output, 3000, 3000), <, -35.);
}

static void
add_tests (void)
{
  g_test_add_data_func ("/in-band/first", GUINT_TO_POINTER (0), test_position);
  g_test_add_data_func ("/in-band/middle", GUINT_TO_POINTER (1), test_position);
  g_test_add_data_func ("/in-band/last", GUINT_TO_POINTER (3), test_position);
  g_test_add_func ("/in-band/no-mask", test_stereo_has_no_mask);
  g_test_add_data_func ("/in-band/passes/mono", &mono, test_passes);
  g_test_add_data_func ("/in-band/passes/too-few", &too_few, test_passes);
  g_test_add_data_func ("/in-band/passes/none", &none, test_passes);
  g_test_add_func ("/in-band/in-place", test_in_place);
  g_test_add_data_func ("/in-band/delay/100", GINT_TO_POINTER (100),
                        test_delay);
  g_test_add_data_func ("/in-band/delay/-100", GINT_TO_POINTER (-100),
                        test_delay);
  g_test_add_func ("/in-band/reverse", test_reverse);
  g_test_add_func ("/in-band/caps-query", test_caps_query);
  g_test_add_func ("/in-band/audio-meta", test_audio_meta);
  g_test_add_func ("/in-band/channel-changes", test_channel_changes);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
