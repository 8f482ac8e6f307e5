/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* anctelemetry without a broker: what it passes on, and what it tells of it. */
#include <gst/audio/audio.h>
#include <gst/check/gstharness.h>

#include "../bench.h"
#include "records.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* One second at 48 kHz of a tone of amplitude 0.5: whole periods. */
#define TONE                                                                   \
  "audiotestsrc num-buffers=10 samplesperbuffer=4800 freq=1000 volume=0.5 ! "  \
  "audio/x-raw,rate=48000,channels=1,format=F64LE ! "

static void
assert_level (const GstStructure *record, guint channel, gdouble rms,
              gdouble peak)
{
  const GstStructure *level = array_item (record, "levels", channel);
  gdouble rms_db, peak_db;

  g_assert_true (gst_structure_get_double (level, "rms-db", &rms_db));
  g_assert_true (gst_structure_get_double (level, "peak-db", &peak_db));
  g_assert_cmpfloat_with_epsilon (rms_db, rms, 0.1);
  g_assert_cmpfloat_with_epsilon (peak_db, peak, 0.1);
}

/* -6.02 dB of amplitude, -3.01 dB of a sine's RMS; an eighth of it; silence. */
static void
test_levels (gconstpointer format)
{
  static const gchar *const layouts[] = { "interleaved", "non-interleaved" };

  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    g_autoptr (GstElement) pipeline = parse_format (
        TONE "audioconvert dithering=none mix-matrix=\"<<(float)1.0>, "
             "<(float)0.125>, <(float)0.0>>\" ! audioconvert dithering=none ! "
             "audio/x-raw,format=%s,layout=%s,channels=3,"
             "channel-mask=(bitmask)0x7 ! anctelemetry interval=0 ! fakesink",
        (const gchar *) format, layouts[i]);
    g_autoptr (GstStructure) record = last_record (pipeline);

    g_assert_cmpuint (array_size (record, "levels"), ==, 3);
    assert_level (record, 0, -9.03, -6.02);
    assert_level (record, 1, -27.09, -24.08);
    assert_level (record, 2, -200., -200.);
    g_assert_cmpuint (counter_of (record, "buffers"), ==, 10);
    g_assert_cmpuint (counter_of (record, "running-time-ns"), ==, GST_SECOND);
  }
}

static void
test_levels_off (void)
{
  g_autoptr (GstElement) pipeline
      = parse (TONE "anctelemetry interval=0 levels=false ! fakesink");
  g_autoptr (GstStructure) record = last_record (pipeline);

  g_assert_cmpuint (array_size (record, "levels"), ==, 0);
  g_assert_cmpuint (counter_of (record, "buffers"), ==, 10);
}

static GstBuffer *
samples (const gfloat *data, gsize n, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, n * sizeof *data);

  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = 10 * GST_MSECOND;
  return buffer;
}

/* A harness around the element, and a bus to read its records from. */
typedef struct {
  GstHarness *harness;
  GstBus *bus;
} Rig;

static void
rig_init (Rig *rig, const gchar *launch, const gchar *caps)
{
  rig->harness = gst_harness_new_parse (launch);
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->harness->element, rig->bus);
  if (caps != NULL)
    gst_harness_set_src_caps_str (rig->harness, caps);
}

static void
rig_clear (Rig *rig)
{
  gst_element_set_bus (rig->harness->element, NULL);
  gst_harness_teardown (rig->harness);
  gst_object_unref (rig->bus);
}

static GstStructure *
rig_record (Rig *rig, const gchar *reason)
{
  for (;;) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
        rig->bus, 30 * GST_SECOND, GST_MESSAGE_ELEMENT);
    const GstStructure *record;

    g_assert_nonnull (message);
    record = gst_message_get_structure (message);
    if (g_str_equal (gst_structure_get_string (record, "reason"), reason))
      return gst_structure_copy (record);
  }
}

static GstStructure *
rig_last (Rig *rig)
{
  gst_harness_push_event (rig->harness, gst_event_new_eos ());
  return rig_record (rig, "eos");
}

#define MONO "audio/x-raw,format=F32LE,rate=48000,channels=1,layout=interleaved"

static void
test_non_finite (void)
{
  static const gfloat data[]
      = { 0.5f, (gfloat) NAN, -0.5f, (gfloat) INFINITY, 0.5f, -0.5f, 0.f, 0.f };
  g_autoptr (GstStructure) record = NULL;
  Rig rig;

  rig_init (&rig, "anctelemetry interval=0", MONO);
  gst_harness_push (rig.harness, samples (data, 8, 0));
  record = rig_last (&rig);
  g_assert_cmpuint (counter_of (record, "non-finite-samples"), ==, 2);
  /* four of eight samples are 0.5 */
  assert_level (record, 0, -9.03, -6.02);
  rig_clear (&rig);
}

/* What is passed on is what came: the same buffer, list and events. */
static void
test_passthrough (void)
{
  static const gfloat data[480] = { 0 };
  GstBufferList *list = gst_buffer_list_new ();
  GstBuffer *buffer = samples (data, 480, 0), *out;
  gpointer before = buffer;
  Rig rig;

  rig_init (&rig, "anctelemetry interval=0", MONO);
  GST_BUFFER_OFFSET (buffer) = 77;
  gst_harness_push (rig.harness, buffer);
  out = gst_harness_pull (rig.harness);
  g_assert_true (out == before);
  g_assert_true (gst_buffer_is_writable (out));
  g_assert_cmpuint (GST_BUFFER_OFFSET (out), ==, 77);
  gst_buffer_unref (out);

  for (guint i = 0; i < 3; i++)
    gst_buffer_list_add (list, samples (data, 480, i * 10 * GST_MSECOND));
  g_assert_cmpint (gst_pad_push_list (rig.harness->srcpad, list), ==,
                   GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (rig.harness), ==, 4);
  rig_clear (&rig);
}

/* A list stays one: downstream with a list function gets it whole. */
static gboolean
on_list (GstPad *pad, GstPadProbeInfo *info, gpointer lists)
{
  *(guint *) lists += 1;
  return GST_PAD_PROBE_OK;
}

static void
test_lists_stay_whole (void)
{
  static const gfloat data[480] = { 0 };
  g_autoptr (GstPad) src = NULL;
  g_autoptr (GstStructure) record = NULL;
  GstBufferList *list = gst_buffer_list_new ();
  guint lists = 0;
  Rig rig;

  rig_init (&rig, "anctelemetry interval=0", MONO);
  src = gst_element_get_static_pad (rig.harness->element, "src");
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER_LIST,
                     (GstPadProbeCallback) on_list, &lists, NULL);
  for (guint i = 0; i < 3; i++)
    gst_buffer_list_add (list, samples (data, 480, i * 10 * GST_MSECOND));
  gst_pad_push_list (rig.harness->srcpad, list);
  g_assert_cmpuint (lists, ==, 1);
  record = rig_last (&rig);
  g_assert_cmpuint (counter_of (record, "buffers"), ==, 3);
  g_assert_cmpuint (counter_of (record, "bytes"), ==, 3 * 480 * 4);
  g_assert_cmpuint (counter_of (record, "running-time-ns"), ==,
                    30 * GST_MSECOND);
  rig_clear (&rig);
}

static void
push_flagged (Rig *rig, guint i, GstBufferFlags flags)
{
  static const gfloat data[480] = { 0 };
  GstBuffer *buffer = samples (data, 480, i * 10 * GST_MSECOND);

  GST_BUFFER_FLAG_SET (buffer, flags);
  gst_harness_push (rig->harness, buffer);
}

static void
send_qos (Rig *rig, GstClockTimeDiff jitter)
{
  gst_harness_push_upstream_event (
      rig->harness,
      gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 1.5, jitter, GST_SECOND));
}

static void
test_counters (void)
{
  g_autoptr (GstStructure) record = NULL;
  const GstStructure *stream;
  gdouble proportion;
  gint64 jitter;
  Rig rig;

  rig_init (&rig, "anctelemetry interval=0", MONO);
  push_flagged (&rig, 0, GST_BUFFER_FLAG_DISCONT);
  push_flagged (&rig, 1, 0);
  push_flagged (&rig, 2, GST_BUFFER_FLAG_DISCONT);
  push_flagged (&rig, 3, GST_BUFFER_FLAG_GAP);
  gst_harness_push_event (
      rig.harness, gst_event_new_gap (40 * GST_MSECOND, 10 * GST_MSECOND));
  push_flagged (&rig, 5, 0);
  send_qos (&rig, -5);
  send_qos (&rig, 20 * GST_MSECOND);
  record = rig_last (&rig);
  stream = stream_of (record);
  g_assert_cmpuint (counter_of (record, "buffers"), ==, 5);
  /* the first buffer's is none */
  g_assert_cmpuint (counter_of (record, "disconts"), ==, 1);
  g_assert_cmpuint (counter_of (record, "gaps"), ==, 2);
  g_assert_cmpuint (counter_of (record, "qos-events"), ==, 2);
  g_assert_cmpuint (counter_of (record, "late"), ==, 1);
  g_assert_cmpuint (counter_of (record, "refused"), ==, 0);
  g_assert_cmpuint (counter_of (record, "position-ns"), ==, 50 * GST_MSECOND);
  g_assert_true (
      gst_structure_get_double (stream, "qos-proportion", &proportion));
  g_assert_cmpfloat (proportion, ==, 1.5);
  g_assert_true (gst_structure_get_int64 (stream, "qos-jitter-ns", &jitter));
  g_assert_cmpint (jitter, ==, 20 * GST_MSECOND);
  g_assert_true (has_change (record, "late"));
  g_assert_true (has_change (record, "gap"));
  g_assert_true (has_change (record, "discont"));
  rig_clear (&rig);
}

/* Counters since the start; rates, levels and changes since the last record. */
static void
test_intervals (void)
{
  static const gfloat loud[480] = { 1.f }, quiet[480] = { 0.1f };
  g_autoptr (GstStructure) first = NULL, second = NULL;
  Rig rig;

  rig_init (&rig, "anctelemetry interval=0 on-change=true", MONO);
  gst_harness_push (rig.harness, samples (loud, 480, 0));
  first = rig_record (&rig, "change");
  g_assert_true (has_change (first, "caps"));
  assert_level (first, 0, -26.81, 0.);
  gst_harness_push (rig.harness, samples (quiet, 480, 10 * GST_MSECOND));
  second = rig_last (&rig);
  g_assert_false (has_change (second, "caps"));
  g_assert_cmpuint (counter_of (second, "buffers"), ==, 2);
  g_assert_cmpuint (counter_of (second, "sequence"), ==, 2);
  assert_level (second, 0, -46.81, -20.);
  rig_clear (&rig);
}

static GstFlowReturn
refuse (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_ERROR;
}

static void
test_refused (void)
{
  static const gfloat data[480] = { 0 };
  g_autoptr (GstStructure) record = NULL;
  Rig rig;

  rig_init (&rig, "anctelemetry interval=0", MONO);
  gst_pad_set_chain_function (rig.harness->sinkpad, refuse);
  g_assert_cmpint (gst_harness_push (rig.harness, samples (data, 480, 0)), ==,
                   GST_FLOW_ERROR);
  record = rig_last (&rig);
  g_assert_cmpuint (counter_of (record, "refused"), ==, 1);
  g_assert_true (has_change (record, "refused"));
  rig_clear (&rig);
}

/* Every change wakes it, but no more than ten times a second. */
static void
test_on_change (void)
{
  g_autoptr (GstStructure) record = NULL;
  guint records = 0, buffers = 0;
  gint64 start = g_get_monotonic_time (), seconds;
  Rig rig;

  rig_init (&rig, "anctelemetry interval=0 on-change=true", MONO);
  while (g_get_monotonic_time () < start + G_USEC_PER_SEC) {
    push_flagged (&rig, buffers++, GST_BUFFER_FLAG_DISCONT);
    g_usleep (1000);
  }
  record = rig_last (&rig);
  records = (guint) counter_of (record, "sequence");
  seconds = 1 + (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  g_assert_cmpuint (records, >=, 2);
  g_assert_cmpuint (records, <=, 10 * seconds + 2);
  rig_clear (&rig);
}

static void
test_elements (void)
{
  g_autoptr (GstElement) pipeline = parse (
      "audiotestsrc num-buffers=20 ! audio/x-raw,channels=2 ! audioconvert ! "
      "anctelemetry interval=0 ! bin.( ancnlms name=inner "
      "reference-channel=1 filter-length=8 ) ! fakesink name=end");
  g_autoptr (GstStructure) record = last_record (pipeline);
  const GstStructure *stats = gst_value_get_structure (
      gst_structure_get_value (element_of (record, "inner"), "stats"));

  g_assert_cmpuint (array_size (record, "elements"), ==, 2);
  g_assert_nonnull (element_of (record, "end"));
  g_assert_cmpstr (
      gst_structure_get_string (element_of (record, "inner"), "factory"), ==,
      "ancnlms");
  g_assert_cmpuint (counter_of (stats, "samples"), ==, 20 * 1024);
}

static void
test_named_elements (void)
{
  static const gchar *const forms[]
      = { "end,volume", "<end, volume>", " end , volume ," };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autoptr (GstElement) pipeline = parse (
        "audiotestsrc num-buffers=2 ! volume name=volume ! anctelemetry "
        "name=telemetry interval=0 ! fakesink name=end");
    g_autoptr (GstElement) telemetry
        = gst_bin_get_by_name (GST_BIN (pipeline), "telemetry");
    g_autoptr (GstStructure) record = NULL;

    g_object_set (telemetry, "elements", forms[i], NULL);
    record = last_record (pipeline);
    g_assert_cmpuint (array_size (record, "elements"), ==, 2);
    g_assert_true (
        gst_structure_has_field (element_of (record, "end"), "stats"));
    /* it has none */
    g_assert_false (
        gst_structure_has_field (element_of (record, "volume"), "stats"));
  }
}

/* A GstValueArray, as gst_parse_launch and bindings give it. */
static void
test_array_of_names (void)
{
  g_autoptr (GstElement) telemetry
      = gst_object_ref_sink (gst_element_factory_make ("anctelemetry", NULL));
  g_autofree gchar *text = NULL;
  GValue array = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  g_assert_true (gst_value_deserialize (&array, "<one, \"two\">"));
  g_object_set_property (G_OBJECT (telemetry), "elements", &array);
  g_value_unset (&array);
  g_object_get (telemetry, "elements", &text, NULL);
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, "one"));
  g_assert_nonnull (strstr (text, "two"));
}

static void
test_missing_element (void)
{
  g_autoptr (GstElement) pipeline
      = parse ("audiotestsrc num-buffers=50 is-live=true ! anctelemetry "
               "interval=50000000 elements=end,nobody ! fakesink name=end");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autofree gchar *warnings = NULL;
  GstMessage *message;

  set_state (pipeline, GST_STATE_PLAYING);
  message = wait_message (pipeline, GST_MESSAGE_EOS | GST_MESSAGE_WARNING);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_WARNING);
  gst_message_unref (message);
  wait_eos (pipeline);
  /* once, not each time */
  warnings = take_warnings (pipeline);
  g_assert_cmpstr (warnings, ==, "");
  set_state (pipeline, GST_STATE_NULL);
}

/* An element that joins while it runs. */
static void
test_new_element (void)
{
  g_autoptr (GstElement) pipeline
      = parse ("audiotestsrc is-live=true ! anctelemetry interval=20000000 ! "
               "fakesink name=first");
  GstElement *second = gst_element_factory_make ("fakesink", "second");
  GstStructure *record;

  set_state (pipeline, GST_STATE_PLAYING);
  record = next_record (pipeline);
  g_assert_cmpuint (array_size (record, "elements"), ==, 1);
  gst_structure_free (record);
  gst_bin_add (GST_BIN (pipeline), second);
  do {
    record = next_record (pipeline);
    if (element_of (record, "second") != NULL)
      break;
    g_assert_false (has_change (record, "elements"));
    gst_structure_free (record);
  } while (TRUE);
  g_assert_true (has_change (record, "elements"));
  gst_structure_free (record);
  set_state (pipeline, GST_STATE_NULL);
}

static void
test_messages (void)
{
  g_autoptr (GstElement) pipeline
      = parse ("audiotestsrc num-buffers=20 samplesperbuffer=4410 ! "
               "level name=level interval=100000000 ! anctelemetry "
               "elements=level interval=0 ! fakesink");
  g_autoptr (GstStructure) record = last_record (pipeline);
  const GstStructure *first = array_item (record, "messages", 0);
  const GstStructure *fields
      = gst_value_get_structure (gst_structure_get_value (first, "fields"));

  g_assert_cmpuint (array_size (record, "messages"), >=, 19);
  g_assert_cmpstr (gst_structure_get_string (first, "element"), ==, "level");
  g_assert_cmpstr (gst_structure_get_string (first, "name"), ==, "level");
  g_assert_true (gst_structure_has_field (fields, "rms"));
  g_assert_true (has_change (record, "message"));
  g_assert_cmpuint (counter_of (record, "messages-dropped"), ==, 0);
}

/* The application still gets them all; the record keeps 64. */
static void
test_many_messages (void)
{
  g_autoptr (GstElement) pipeline
      = parse ("audiotestsrc num-buffers=100 samplesperbuffer=4410 ! "
               "level name=level interval=100000000 ! anctelemetry "
               "elements=level interval=0 ! fakesink");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstStructure) record = NULL;
  guint levels = 0, kept;

  set_state (pipeline, GST_STATE_PLAYING);
  while (record == NULL) {
    g_autoptr (GstMessage) message
        = wait_message (pipeline, GST_MESSAGE_ELEMENT);

    levels += gst_message_has_name (message, "level");
    if (gst_message_has_name (message, "anc-telemetry"))
      record = gst_structure_copy (gst_message_get_structure (message));
  }
  kept = array_size (record, "messages");
  g_assert_cmpuint (kept, ==, 64);
  g_assert_cmpuint (levels, ==, kept + counter_of (record, "messages-dropped"));
  set_state (pipeline, GST_STATE_NULL);
}

/* Neither hears the other's records, and both see all. */
static void
test_two (void)
{
  g_autoptr (GstElement) pipeline = parse (
      "audiotestsrc num-buffers=20 ! anctelemetry name=a interval=0 "
      "thing-name=a ! identity ! anctelemetry name=b interval=0 thing-name=b ! "
      "fakesink name=end");
  guint seen = 0;

  set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstStructure) record = record_with_reason (pipeline, "eos");
    const gchar *name = gst_structure_get_string (record, "thing");

    seen |= 1u << (name[0] - 'a');
    g_assert_cmpuint (counter_of (record, "buffers"), ==, 20);
    g_assert_cmpuint (array_size (record, "messages"), ==, 0);
    g_assert_nonnull (element_of (record, "end"));
    g_assert_nonnull (element_of (record, name[0] == 'a' ? "b" : "a"));
    g_assert_null (element_of (record, name));
  }
  g_assert_cmpuint (seen, ==, 3);
  set_state (pipeline, GST_STATE_NULL);
}

/* A sink that keeps time drops what is late, and says so. */
static void
test_dropped (void)
{
  g_autoptr (GstElement) pipeline
      = parse ("audiotestsrc num-buffers=20 ! identity sleep-time=60000 ! "
               "anctelemetry interval=0 ! fakesink sync=true "
               "max-lateness=1000000 qos=true");
  g_autoptr (GstStructure) record = last_record (pipeline);

  g_assert_cmpuint (counter_of (record, "dropped"), >, 0);
  g_assert_cmpuint (counter_of (record, "late"), >, 0);
}

/* Until the sink has had one more. */
static void
wait_buffer (GstElement *sink)
{
  guint64 before = G_MAXUINT64, rendered;

  do {
    g_autoptr (GstStructure) stats = NULL;

    g_object_get (sink, "stats", &stats, NULL);
    rendered = counter_of (stats, "rendered");
    before = MIN (before, rendered);
    g_usleep (1000);
  } while (rendered == before);
}

static void
test_interval (void)
{
  g_autoptr (GstElement) pipeline
      = parse ("audiotestsrc is-live=true ! anctelemetry name=telemetry "
               "interval=30000000 ! fakesink name=end");
  g_autoptr (GstElement) telemetry
      = gst_bin_get_by_name (GST_BIN (pipeline), "telemetry");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "end");
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *session = NULL;

  set_state (pipeline, GST_STATE_PLAYING);
  for (guint64 i = 1; i <= 10; i++) {
    g_autoptr (GstStructure) record = record_with_reason (pipeline, "interval");

    if (session == NULL)
      session = g_strdup (gst_structure_get_string (record, "session"));
    g_assert_cmpstr (gst_structure_get_string (record, "session"), ==, session);
    g_assert_cmpuint (counter_of (record, "sequence"), ==, i);
    g_assert_cmpuint (counter_of (record, "interval-ns"), <, 30 * GST_SECOND);
  }
  /* none but the last one from now on */
  g_object_set (telemetry, "interval", (guint64) 0, NULL);
  g_object_get (telemetry, "stats", &stats, NULL);
  g_assert_cmpuint (counter_of (stats, "records"), >=, 10);
  wait_buffer (sink);
  set_state (pipeline, GST_STATE_READY);
  gst_structure_free (record_with_reason (pipeline, "stop"));

  /* another session */
  set_state (pipeline, GST_STATE_PLAYING);
  g_object_set (telemetry, "interval", 10 * GST_MSECOND, NULL);
  {
    g_autoptr (GstStructure) record = next_record (pipeline);
    g_assert_cmpuint (counter_of (record, "sequence"), ==, 1);
    g_assert_cmpstr (gst_structure_get_string (record, "session"), !=, session);
  }
  set_state (pipeline, GST_STATE_NULL);
}

/* Nothing new: nothing to tell at the stop. */
static void
test_no_news (void)
{
  g_autoptr (GstElement) pipeline
      = parse ("audiotestsrc num-buffers=3 ! anctelemetry name=telemetry "
               "interval=0 ! fakesink");
  g_autoptr (GstElement) telemetry
      = gst_bin_get_by_name (GST_BIN (pipeline), "telemetry");
  g_autoptr (GstStructure) record = last_record (pipeline), stats = NULL;

  g_assert_cmpuint (counter_of (record, "sequence"), ==, 1);
  g_object_get (telemetry, "stats", &stats, NULL);
  g_assert_cmpuint (counter_of (stats, "records"), ==, 1);
}

static void
test_pull_mode (void)
{
  g_autofree gchar *path = NULL;
  g_autoptr (GstElement) writer = NULL, pipeline = NULL, telemetry = NULL;
  g_autoptr (GstPad) sink = NULL;
  gint file = g_file_open_tmp ("anc-XXXXXX.wav", &path, NULL);

  g_close (file, NULL);
  writer = parse_format (
      "audiotestsrc num-buffers=10 ! wavenc ! filesink location=%s", path);
  set_state (writer, GST_STATE_PLAYING);
  wait_eos (writer);
  set_state (writer, GST_STATE_NULL);

  pipeline = parse_format ("filesrc location=%s ! anctelemetry name=telemetry "
                           "interval=0 ! wavparse ! fakesink",
                           path);
  telemetry = gst_bin_get_by_name (GST_BIN (pipeline), "telemetry");
  sink = gst_element_get_static_pad (telemetry, "sink");
  set_state (pipeline, GST_STATE_PAUSED);
  g_assert_cmpint (GST_PAD_MODE (sink), ==, GST_PAD_MODE_PULL);
  set_state (pipeline, GST_STATE_PLAYING);
  wait_eos (pipeline);
  set_state (pipeline, GST_STATE_READY);
  {
    g_autoptr (GstStructure) record = record_with_reason (pipeline, "stop");
    GStatBuf facts;

    g_assert_cmpint (g_stat (path, &facts), ==, 0);
    g_assert_cmpuint (counter_of (record, "bytes"), >=,
                      (guint64) facts.st_size - 44);
  }
  set_state (pipeline, GST_STATE_NULL);
  g_unlink (path);
}

/* What is wrong is said at the start, in one sentence. */
static void
test_mistakes (gconstpointer data)
{
  const gchar *const *mistake = data;
  g_autoptr (GstElement) pipeline
      = parse_format ("audiotestsrc ! anctelemetry %s ! fakesink", mistake[0]);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  const GstStructure *details;

  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_test_message ("%s", error->message);
  g_assert_true (
      g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS)
      || g_error_matches (error, GST_RESOURCE_ERROR,
                          GST_RESOURCE_ERROR_NOT_FOUND));
  g_assert_true (g_regex_match_simple (mistake[1], error->message, 0, 0));
  g_assert_null (strchr (error->message, '\n'));
  gst_message_parse_error_details (message, &details);
  g_assert_nonnull (details);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_NULL), ==,
                   GST_STATE_CHANGE_SUCCESS);
}

static const gchar *const mistakes[][2] = {
  { "uri=http://localhost", "mqtt://" },
  { "uri=mqtt://localhost topic=a/#", "#" },
  { "uri=mqtt://localhost topic=a/{what}", "\\{what\\}" },
  { "uri=mqtts://x-ats.iot.eu-west-1.amazonaws.com qos=2", "QoS 2" },
  { "uri=mqtt://localhost tls-ca-file=/nowhere.pem", "mqtts://" },
  { "uri=mqtts://localhost tls-ca-file=/nowhere.pem", "/nowhere.pem" },
};

static void
test_leaks (void)
{
  if (g_test_subprocess ()) {
    for (guint i = 0; i < 3; i++) {
      g_autoptr (GstElement) pipeline = parse (
          "audiotestsrc num-buffers=30 ! level name=level ! anctelemetry "
          "interval=1000000 on-change=true elements=level,end,nobody ! "
          "anctelemetry interval=1000000 ! fakesink name=end");

      set_state (pipeline, GST_STATE_PAUSED);
      set_state (pipeline, GST_STATE_READY);
      set_state (pipeline, GST_STATE_PLAYING);
      wait_eos (pipeline);
      set_state (pipeline, GST_STATE_NULL);
    }
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
test_states (void)
{
  static const GstState states[]
      = { GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING };
  g_autoptr (GstElement) pipeline
      = parse ("audiotestsrc is-live=true ! anctelemetry interval=1000000 ! "
               "fakesink");

  for (guint i = 0; i < 30; i++) {
    set_state (pipeline, states[i % 3]);
    set_state (pipeline, states[(i * 7 + 1) % 3]);
    if (i % 5 == 0)
      set_state (pipeline, GST_STATE_NULL);
  }
  set_state (pipeline, GST_STATE_NULL);
}

static void
add_tests (void)
{
  static const gchar *const formats[]
      = { "S8",    "U8",    "S16LE", "S16BE", "U16LE", "S24LE", "S24_32LE",
          "S32LE", "S32BE", "F32LE", "F32BE", "F64LE", "F64BE" };

  g_test_add_func ("/telemetry/leaks", test_leaks);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree gchar *name
        = g_strdup_printf ("/telemetry/levels/%s", formats[i]);
    g_test_add_data_func (name, formats[i], test_levels);
  }
  g_test_add_func ("/telemetry/levels-off", test_levels_off);
  g_test_add_func ("/telemetry/non-finite", test_non_finite);
  g_test_add_func ("/telemetry/passthrough", test_passthrough);
  g_test_add_func ("/telemetry/lists-stay-whole", test_lists_stay_whole);
  g_test_add_func ("/telemetry/counters", test_counters);
  g_test_add_func ("/telemetry/intervals", test_intervals);
  g_test_add_func ("/telemetry/refused", test_refused);
  g_test_add_func ("/telemetry/on-change", test_on_change);
  g_test_add_func ("/telemetry/elements", test_elements);
  g_test_add_func ("/telemetry/named-elements", test_named_elements);
  g_test_add_func ("/telemetry/array-of-names", test_array_of_names);
  g_test_add_func ("/telemetry/missing-element", test_missing_element);
  g_test_add_func ("/telemetry/new-element", test_new_element);
  g_test_add_func ("/telemetry/messages", test_messages);
  g_test_add_func ("/telemetry/many-messages", test_many_messages);
  g_test_add_func ("/telemetry/two", test_two);
  g_test_add_func ("/telemetry/dropped", test_dropped);
  g_test_add_func ("/telemetry/interval", test_interval);
  g_test_add_func ("/telemetry/no-news", test_no_news);
  g_test_add_func ("/telemetry/pull-mode", test_pull_mode);
  g_test_add_func ("/telemetry/states", test_states);
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++) {
    g_autofree gchar *name = g_strdup_printf ("/telemetry/mistakes/%u", i);
    g_test_add_data_func (name, mistakes[i], test_mistakes);
  }
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
