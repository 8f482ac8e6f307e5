/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What passes through anctelemetry, and what it tells of it: levels, counters,
 * the same buffers and lists. */
#include <gst/audio/audio.h>
#include <gst/check/gstharness.h>
#include <math.h>

#include "../bench.h"
#include "records.h"

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
add_tests (void)
{
  static const gchar *const formats[]
      = { "S8",    "U8",    "S16LE", "S16BE", "U16LE", "S24LE", "S24_32LE",
          "S32LE", "S32BE", "F32LE", "F32BE", "F64LE", "F64BE" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree gchar *name
        = g_strdup_printf ("/telemetry-stream/levels/%s", formats[i]);
    g_test_add_data_func (name, formats[i], test_levels);
  }
  g_test_add_func ("/telemetry-stream/levels-off", test_levels_off);
  g_test_add_func ("/telemetry-stream/non-finite", test_non_finite);
  g_test_add_func ("/telemetry-stream/passthrough", test_passthrough);
  g_test_add_func ("/telemetry-stream/lists-stay-whole", test_lists_stay_whole);
  g_test_add_func ("/telemetry-stream/counters", test_counters);
  g_test_add_func ("/telemetry-stream/intervals", test_intervals);
  g_test_add_func ("/telemetry-stream/refused", test_refused);
  g_test_add_func ("/telemetry-stream/on-change", test_on_change);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
