/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ancmqttsink and ancmqttsrc against a real mosquitto. */
#include <glib/gstdio.h>
#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include <string.h>

#include "client.h"

#define PATIENCE (30 * GST_SECOND)

static gchar *
uri_of (TestServer *broker, const gchar *topic)
{
  return g_strdup_printf ("mqtt://127.0.0.1:%s/%s",
                          test_server_get (broker, "PORT"), topic);
}

/* The next message of that type; element messages also by name. */
static GstMessage *
wait_message (GstElement *element, GstMessageType type, const gchar *name)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (element);
  GstMessage *message;

  while ((message = gst_bus_timed_pop_filtered (
              bus, PATIENCE, type | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))
         != NULL) {
    g_autoptr (GError) error = NULL;

    if (GST_MESSAGE_TYPE (message) == type
        && (name == NULL || gst_message_has_name (message, name)))
      return message;
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
      gst_message_parse_error (message, &error, NULL);
      g_error ("instead of %s: %s", name, error->message);
    }
    gst_message_unref (message);
  }
  g_error ("no message %s %s", gst_message_type_get_name (type), name);
}

static void
wait_named (GstElement *element, const gchar *name)
{
  gst_message_unref (wait_message (element, GST_MESSAGE_ELEMENT, name));
}

static guint64
stat_of (GstElement *element, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

static GstElement *
listen_to (TestServer *broker, const gchar *properties, GstElement **ret_sink)
{
  g_autofree gchar *line
      = g_strdup_printf ("ancmqttsrc name=src uri=mqtt://127.0.0.1:%s %s ! "
                         "appsink name=sink sync=false",
                         test_server_get (broker, "PORT"), properties);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (line, &error);

  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_named (pipeline, "anc-mqtt-connected");
  *ret_sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  return pipeline;
}

static GstSample *
pull (GstElement *sink)
{
  GstSample *sample = NULL;

  g_signal_emit_by_name (sink, "try-pull-sample", PATIENCE, &sample);
  g_assert_nonnull (sample);
  return sample;
}

static void
end (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
play_to_end (const gchar *format, ...)
{
  g_autofree gchar *line = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *pipeline;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  pipeline = gst_parse_launch (line, &error);
  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_message_unref (wait_message (pipeline, GST_MESSAGE_EOS, NULL));
  end (pipeline);
}

/* Caps, times and flags arrive as they were sent. */
static void
test_json (gconstpointer more)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autofree gchar *uri = NULL;
  GstElement *pipeline, *sink;

  if (broker == NULL)
    return;
  uri = uri_of (broker, "site/room/mic");
  pipeline = listen_to (
      broker, "topic=site/+/mic payload-format=json-base64 timestamps=keep",
      &sink);
  play_to_end ("audiotestsrc num-buffers=20 samplesperbuffer=160 wave=saw ! "
               "audio/x-raw,format=S16LE,rate=16000,channels=1 ! "
               "ancmqttsink uri=%s payload-format=json-base64 %s",
               uri, (const gchar *) more);
  for (guint i = 0; i < 20; i++) {
    g_autoptr (GstSample) sample = pull (sink);
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstStructure *caps
        = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
    GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, "AncMqttMeta");
    gint rate;

    g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, i * 10 * GST_MSECOND);
    g_assert_cmpuint (GST_BUFFER_DURATION (buffer), ==, 10 * GST_MSECOND);
    g_assert_cmpuint (GST_BUFFER_OFFSET (buffer), ==, i * 160);
    g_assert_true (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT)
                   == (i == 0));
    g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 320);
    g_assert_true (gst_structure_get_int (caps, "rate", &rate));
    g_assert_cmpint (rate, ==, 16000);
    g_assert_nonnull (meta);
    g_assert_cmpstr (gst_structure_get_string (
                         gst_custom_meta_get_structure (meta), "topic"),
                     ==, "site/room/mic");
  }
  gst_object_unref (sink);
  end (pipeline);
}

/* The sender's distances, on our running time. */
static void
test_sender_times (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autofree gchar *uri = NULL;
  GstElement *pipeline, *sink;
  GstClockTime first = 0;

  if (broker == NULL)
    return;
  uri = uri_of (broker, "mic");
  pipeline = listen_to (broker, "topic=mic payload-format=json-base64", &sink);
  play_to_end ("audiotestsrc num-buffers=5 samplesperbuffer=160 "
               "timestamp-offset=3600000000000 ! "
               "audio/x-raw,format=S16LE,rate=16000,channels=1 ! "
               "ancmqttsink uri=%s payload-format=json-base64",
               uri);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (GstSample) sample = pull (sink);
    GstClockTime pts = GST_BUFFER_PTS (gst_sample_get_buffer (sample));

    if (i == 0)
      first = pts;
    g_assert_cmpuint (pts, <, 100 * GST_SECOND);
    g_assert_cmpuint (pts - first, ==, i * 10 * GST_MSECOND);
  }
  gst_object_unref (sink);
  end (pipeline);
}

static void
test_raw (gconstpointer gzip)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autofree gchar *uri = NULL;
  g_autofree gchar *properties = g_strdup_printf (
      "topic=# caps=application/x-test gzip=%s", (const gchar *) gzip);
  GstElement *pipeline, *sink;

  if (broker == NULL)
    return;
  uri = uri_of (broker, "a");
  pipeline = listen_to (broker, properties, &sink);
  play_to_end ("fakesrc num-buffers=3 sizetype=fixed sizemax=999 "
               "filltype=pattern ! ancmqttsink uri=%s gzip=%s",
               uri, (const gchar *) gzip);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GstSample) sample = pull (sink);
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    guint8 bytes[999];

    g_assert_cmpuint (gst_buffer_extract (buffer, 0, bytes, 999), ==, 999);
    g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 999);
    for (guint k = 0; k < 999; k++)
      g_assert_cmpuint (bytes[k], ==, k % 256);
    g_assert_true (GST_BUFFER_PTS_IS_VALID (buffer));
    g_assert_true (gst_structure_has_name (
        gst_caps_get_structure (gst_sample_get_caps (sample), 0),
        "application/x-test"));
  }
  gst_object_unref (sink);
  end (pipeline);
}

/* Any publisher can send anything: skipped, said once. */
static void
test_invalid (void)
{
  static const gchar *const texts[] = {
    "",
    "x",
    "{}",
    "[]",
    "{\"data\":1}",
    "{\"data\":\"a\"}",
    "{\"data\":\"AAAA\",\"pts\":-1}",
    "{\"data\":\"AAAA\",\"caps\":\"audio/x-raw, rate=[1,2]\"}",
    "{\"data\":\"AAAA\",\"encoding\":\"gzip\"}",
    "{\"data\":\"AA=A\"}",
  };
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (AncMqttQueue) queue = memory_queue ();
  g_autoptr (AncMqttSettings) settings = NULL;
  g_autoptr (Client) sender = NULL;
  g_autoptr (GstElement) src = NULL;
  g_autoptr (GstSample) sample = NULL;
  GstElement *pipeline, *sink;

  if (broker == NULL)
    return;
  pipeline = listen_to (broker, "topic=# payload-format=json-base64", &sink);
  settings = broker_settings (broker, "PORT");
  sender = client_new (settings, queue, NULL);
  client_start (sender);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GBytes) payload = g_bytes_new (texts[i], strlen (texts[i]));
    g_autoptr (AncMqttMessage) message
        = anc_mqtt_message_new ("a", payload, 1, FALSE);

    anc_mqtt_queue_append (queue, message, NULL);
  }
  {
    g_autoptr (GBytes) payload
        = g_bytes_new_static ("{\"data\":\"AAAA\",\"x\":{\"y\":[1]}}", 29);
    g_autoptr (AncMqttMessage) message
        = anc_mqtt_message_new ("a", payload, 1, FALSE);

    anc_mqtt_queue_append (queue, message, NULL);
  }
  sample = pull (sink);
  g_assert_cmpuint (gst_buffer_get_size (gst_sample_get_buffer (sample)), ==,
                    3);
  src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  g_assert_cmpuint (stat_of (src, "invalid"), ==, G_N_ELEMENTS (texts));
  gst_object_unref (sink);
  end (pipeline);
}

static GstHarness *
new_sink (TestServer *broker, const gchar *properties)
{
  g_autofree gchar *line
      = g_strdup_printf ("ancmqttsink uri=mqtt://127.0.0.1:%s/a %s async=false",
                         test_server_get (broker, "PORT"), properties);
  GstHarness *harness = gst_harness_new_parse (line);

  gst_harness_set_src_caps_str (harness, "application/x-test");
  return harness;
}

static GstElement *
sink_of (GstHarness *harness)
{
  g_autoptr (GstIterator) elements
      = GST_IS_BIN (harness->element)
            ? gst_bin_iterate_sinks (GST_BIN (harness->element))
            : NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  if (elements == NULL)
    return gst_object_ref (harness->element);
  g_assert_cmpint (gst_iterator_next (elements, &value), ==, GST_ITERATOR_OK);
  return g_value_dup_object (&value);
}

static GstFlowReturn
push (GstHarness *harness, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, 'x', size);
  return gst_harness_push (harness, buffer);
}

/* Nothing of the network is in the streaming thread: with a broker that stands
 * still every buffer goes into the queue, and none is lost. */
static void
test_stalled (void)
{
  enum { COUNT = 20000 };
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (GstElement) sink = NULL;
  GstHarness *harness;

  if (broker == NULL)
    return;
  harness = new_sink (broker, "");
  sink = sink_of (harness);
  test_server_tell (broker, "suspend");
  for (guint i = 0; i < COUNT; i++)
    g_assert_cmpint (push (harness, 200), ==, GST_FLOW_OK);
  g_assert_cmpuint (stat_of (sink, "acknowledged"), ==, 0);
  g_assert_cmpuint (stat_of (sink, "queued-messages"), ==, COUNT);
  test_server_tell (broker, "resume");
  gst_harness_push_event (harness, gst_event_new_eos ());
  g_assert_cmpuint (stat_of (sink, "queued-messages"), ==, 0);
  g_assert_cmpuint (stat_of (sink, "acknowledged"), ==, COUNT);
  gst_harness_teardown (harness);
}

static gpointer
push_many (gpointer harness)
{
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; i < 100 && flow == GST_FLOW_OK; i++)
    flow = push (harness, 100);
  return GINT_TO_POINTER (flow);
}

/* A full queue holds the stream; PAUSED and back lose nothing. */
static void
test_block (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (GstElement) sink = NULL;
  GstHarness *harness;
  GThread *thread;

  if (broker == NULL)
    return;
  test_server_tell (broker, "suspend");
  harness = new_sink (broker, "queue-limit-messages=10");
  sink = sink_of (harness);
  thread = g_thread_new ("push", push_many, harness);
  while (stat_of (sink, "queued-messages") < 10)
    g_usleep (1000);
  gst_element_set_state (sink, GST_STATE_PAUSED);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  test_server_tell (broker, "resume");
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, GST_FLOW_OK);
  gst_harness_push_event (harness, gst_event_new_eos ());
  g_assert_cmpuint (stat_of (sink, "acknowledged"), ==, 100);
  gst_harness_teardown (harness);
}

static void
test_stop_while_full (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (GstElement) sink = NULL;
  GstHarness *harness;
  GThread *thread;

  if (broker == NULL)
    return;
  test_server_tell (broker, "suspend");
  harness = new_sink (broker, "queue-limit-messages=10");
  sink = sink_of (harness);
  thread = g_thread_new ("push", push_many, harness);
  while (stat_of (sink, "queued-messages") < 10)
    g_usleep (1000);
  gst_element_set_state (sink, GST_STATE_NULL);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), !=, GST_FLOW_OK);
  test_server_tell (broker, "resume");
  gst_harness_teardown (harness);
}

/* With a file, what the broker did not get in one run it gets in the next. */
static void
test_next_start (void)
{
  g_autofree gchar *directory = g_dir_make_tmp ("anc-sink-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (directory, "robin.sqlite", NULL);
  g_autofree gchar *properties = g_strdup_printf (
      "queue-directory=%s client-id=robin drain-timeout=1", directory);
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  GstHarness *harness;
  GstElement *sink;

  if (broker == NULL)
    return;
  test_server_tell (broker, "suspend");
  harness = new_sink (broker, properties);
  for (guint i = 0; i < 50; i++)
    g_assert_cmpint (push (harness, 100), ==, GST_FLOW_OK);
  gst_harness_push_event (harness, gst_event_new_eos ());
  gst_harness_teardown (harness);
  test_server_tell (broker, "resume");

  harness = new_sink (broker, properties);
  sink = sink_of (harness);
  g_object_set (sink, "drain-timeout", GST_CLOCK_TIME_NONE, NULL);
  g_assert_cmpuint (stat_of (sink, "recovered"), ==, 50);
  push (harness, 100);
  gst_harness_push_event (harness, gst_event_new_eos ());
  g_assert_cmpuint (stat_of (sink, "acknowledged"), ==, 51);
  gst_object_unref (sink);
  gst_harness_teardown (harness);
  g_unlink (file);
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/mqtt/json/plain", "", test_json);
  g_test_add_data_func ("/mqtt/json/gzip", "gzip=true", test_json);
  g_test_add_data_func ("/mqtt/json/version-5", "protocol-version=5 qos=2",
                        test_json);
  g_test_add_func ("/mqtt/sender-times", test_sender_times);
  g_test_add_data_func ("/mqtt/raw/plain", "false", test_raw);
  g_test_add_data_func ("/mqtt/raw/gzip", "true", test_raw);
  g_test_add_func ("/mqtt/invalid", test_invalid);
  g_test_add_func ("/mqtt/stalled", test_stalled);
  g_test_add_func ("/mqtt/block", test_block);
  g_test_add_func ("/mqtt/stop-while-full", test_stop_while_full);
  g_test_add_func ("/mqtt/next-start", test_next_start);
  return g_test_run ();
}
