/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* anctelemetry in a pipeline without a broker: whom it hears, and when. */
#include <glib/gstdio.h>
#include <string.h>

#include "../bench.h"
#include "records.h"

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

/* No record is ever made, and what joins before PLAYING is found. */
static void
test_missing_without_record (void)
{
  g_autoptr (GstElement) pipeline
      = parse ("audiotestsrc is-live=true ! anctelemetry interval=0 "
               "elements=late,nobody ! fakesink");
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) warning = NULL;
  g_autofree gchar *more = NULL;

  set_state (pipeline, GST_STATE_PAUSED);
  gst_bin_add (GST_BIN (pipeline),
               gst_element_factory_make ("identity", "late"));
  set_state (pipeline, GST_STATE_PLAYING);
  message = wait_message (pipeline, GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &warning, NULL);
  g_assert_nonnull (strstr (warning->message, "no element named nobody"));
  set_state (pipeline, GST_STATE_PAUSED);
  set_state (pipeline, GST_STATE_PLAYING);
  more = take_warnings (pipeline);
  g_assert_cmpstr (more, ==, "");
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
  g_test_add_func ("/telemetry/leaks", test_leaks);
  g_test_add_func ("/telemetry/elements", test_elements);
  g_test_add_func ("/telemetry/named-elements", test_named_elements);
  g_test_add_func ("/telemetry/array-of-names", test_array_of_names);
  g_test_add_func ("/telemetry/missing-element", test_missing_element);
  g_test_add_func ("/telemetry/missing-without-record",
                   test_missing_without_record);
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
