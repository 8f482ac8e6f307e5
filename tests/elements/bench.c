/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench.h"

#include <string.h>
#include <unistd.h>

#include "anc-wav.h"

GstCaps *
bench_caps (guint channels, guint rate)
{
  GstCaps *caps = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING,
                                       "F32LE", "layout", G_TYPE_STRING,
                                       "interleaved", "rate", G_TYPE_INT, rate,
                                       "channels", G_TYPE_INT, channels, NULL);

  if (channels > 1)
    gst_caps_set_simple (
        caps, "channel-mask", GST_TYPE_BITMASK,
        channels <= 8 ? gst_audio_channel_get_fallback_mask (channels) : 0,
        NULL);
  return caps;
}

static void
start_side (GstHarness *side, guint channels, guint rate, gboolean live)
{
  gst_harness_set_live (side, live);
  if (rate != 0)
    gst_harness_set_src_caps (side, bench_caps (channels, rate));
}

Bench *
bench_new_full (const gchar *launch, guint channels, guint reference_channels,
                guint reference_rate, gboolean live)
{
  Bench *self = g_new0 (Bench, 1);
  g_autoptr (GError) error = NULL;

  self->rate = BENCH_RATE;
  self->element = gst_parse_launch_full (launch, NULL,
                                         GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_assert_no_error (error);
  gst_object_ref_sink (self->element);
  self->bus = gst_bus_new ();
  gst_element_set_bus (self->element, self->bus);
  self->primary = gst_harness_new_with_element (self->element, "sink", "src");
  if (reference_channels > 0) {
    self->reference
        = gst_harness_new_with_element (self->element, "reference", NULL);
    start_side (self->reference, reference_channels, reference_rate, live);
  }
  start_side (self->primary, channels, self->rate, live);
  return self;
}

Bench *
bench_new (const gchar *launch, guint channels, guint reference_channels)
{
  return bench_new_full (launch, channels, reference_channels, BENCH_RATE,
                         FALSE);
}

void
bench_free (Bench *self)
{
  if (self->reference != NULL)
    gst_harness_teardown (self->reference);
  gst_harness_teardown (self->primary);
  gst_element_set_state (self->element, GST_STATE_NULL);
  gst_element_set_bus (self->element, NULL);
  gst_bus_set_flushing (self->bus, TRUE);
  gst_object_unref (self->bus);
  gst_object_unref (self->element);
  g_free (self);
}

static GstClockTime
time_of (gint64 frame, guint rate)
{
  return gst_util_uint64_scale (frame, GST_SECOND, rate);
}

GstBuffer *
bench_buffer (const Sound *sound, gsize from, gsize n, gint64 at, guint rate)
{
  gsize bpf = sound->channels * sizeof (gfloat);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, n * bpf, NULL);

  gst_buffer_fill (buffer, 0, sound->data + from * sound->channels, n * bpf);
  GST_BUFFER_PTS (buffer) = time_of (at, rate);
  GST_BUFFER_DURATION (buffer)
      = time_of (at + (gint64) n, rate) - time_of (at, rate);
  return buffer;
}

static guint
side_rate (GstHarness *side)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (side->srcpad);
  gint rate;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "rate", &rate);
  return rate;
}

GstFlowReturn
bench_push_at (GstHarness *side, const Sound *sound, gsize from, gsize n,
               gint64 at)
{
  return gst_harness_push (side,
                           bench_buffer (sound, from, n, at, side_rate (side)));
}

GstFlowReturn
bench_push (GstHarness *side, const Sound *sound, gsize from, gsize n)
{
  return bench_push_at (side, sound, from, n, (gint64) from);
}

void
bench_eos (GstHarness *side)
{
  g_assert_true (gst_harness_push_event (side, gst_event_new_eos ()));
}

void
bench_push_all (GstHarness *side, const Sound *sound, gsize step)
{
  for (gsize k = 0; k < sound->frames; k += step) {
    if (bench_push (side, sound, k, MIN (step, sound->frames - k))
        != GST_FLOW_OK)
      break;
  }
  gst_harness_push_event (side, gst_event_new_eos ());
}

void
bench_feed (Bench *self, const Sound *primary, const Sound *reference,
            gsize step)
{
  gsize end = MAX (primary->frames, reference->frames);

  for (gsize k = 0; k < end; k += step) {
    if (k < primary->frames)
      bench_push (self->primary, primary, k, MIN (step, primary->frames - k));
    if (k < reference->frames)
      bench_push (self->reference, reference, k,
                  MIN (step, reference->frames - k));
  }
  bench_eos (self->primary);
  bench_eos (self->reference);
}

Sound *
bench_pull (Bench *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->primary->sinkpad);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  GstClockTime next = GST_CLOCK_TIME_NONE;
  GstBuffer *buffer;
  gint channels = 1;
  Sound *sound;

  if (caps != NULL)
    gst_structure_get_int (gst_caps_get_structure (caps, 0), "channels",
                           &channels);
  while ((buffer = gst_harness_try_pull (self->primary)) != NULL) {
    GstMapInfo map;

    /* partial spans are stamped by rounding */
    if (GST_CLOCK_TIME_IS_VALID (next)
        && !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
      g_assert_cmpint (ABS (GST_CLOCK_DIFF (next, GST_BUFFER_PTS (buffer))), <=,
                       2);
    next = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
    g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
    g_byte_array_append (bytes, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  g_assert_cmpuint (bytes->len % (channels * sizeof (gfloat)), ==, 0);
  sound = sound_new (channels, bytes->len / (channels * sizeof (gfloat)));
  if (bytes->len > 0)
    memcpy (sound->data, bytes->data, bytes->len);
  return sound;
}

static gchar *
message_text (GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ERROR:
    gst_message_parse_error (message, &error, NULL);
    break;
  case GST_MESSAGE_WARNING:
    gst_message_parse_warning (message, &error, NULL);
    break;
  case GST_MESSAGE_INFO:
    gst_message_parse_info (message, &error, NULL);
    break;
  default:
    return gst_structure_to_string (gst_message_get_structure (message));
  }
  return g_strdup (error->message);
}

guint
bench_messages (Bench *self, GstMessageType type, gchar **ret_text)
{
  GstMessage *message;
  guint n = 0;

  while ((message = gst_bus_pop_filtered (self->bus, type)) != NULL) {
    n++;
    if (ret_text != NULL) {
      g_free (*ret_text);
      *ret_text = message_text (message);
    }
    gst_message_unref (message);
  }
  return n;
}

GstClockTime
bench_latency (Bench *self)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime latency;

  g_assert_true (gst_pad_peer_query (self->primary->sinkpad, query));
  gst_query_parse_latency (query, NULL, &latency, NULL);
  return latency;
}

gchar *
bench_wav (const gfloat *planes, guint channels, gsize frames, guint rate)
{
  gsize size = anc_wav_size (channels, frames);
  g_autofree gchar *bytes = g_malloc (size);
  g_autoptr (GError) error = NULL;
  gchar *location;
  gint fd = g_file_open_tmp ("anc-XXXXXX.wav", &location, &error);

  g_assert_no_error (error);
  close (fd);
  anc_wav_write (bytes, planes, channels, rate, frames);
  g_assert_true (g_file_set_contents (location, bytes, (gssize) size, NULL));
  return location;
}

gchar *
bench_unit_weights (guint rate)
{
  const gfloat one = 1.f;

  return bench_wav (&one, 1, 1, rate);
}

void
bench_remove (gchar *location)
{
  unlink (location);
  g_free (location);
}

gdouble
bench_stat (Bench *self, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  GValue number = G_VALUE_INIT;
  gdouble result;

  g_object_get (self->element, "stats", &stats, NULL);
  g_assert_true (gst_structure_has_field (stats, name));
  g_value_init (&number, G_TYPE_DOUBLE);
  g_assert_true (
      g_value_transform (gst_structure_get_value (stats, name), &number));
  result = g_value_get_double (&number);
  g_value_unset (&number);
  return result;
}

void
bench_watchdog (guint seconds)
{
  alarm (seconds);
}

/* Read by LeakSanitizer. The program that finds no registry loads every plugin
 * of the system, and some of them keep what they allocate. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:gst_update_registry\nleak:libfontconfig\n";
}

int
bench_main (int argc, char **argv, void (*add_tests) (void))
{
  int result;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  bench_watchdog (300);
  add_tests ();
  result = g_test_run ();
  gst_deinit ();
  return result;
}
