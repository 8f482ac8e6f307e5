/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* anctelemetry and a real broker: all that was told arrives, in order, and the
 * stream never waits. */
#include <gst/check/gstharness.h>

#include "../bench.h"
#include "anc-mqtt-gzip.h"
#include "client.h"
#include "records.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define PATIENCE_US (30 * G_TIME_SPAN_SECOND)
#define LIVE                                                                   \
  "audiotestsrc name=source is-live=true samplesperbuffer=441 ! anctelemetry " \
  "name=telemetry thing-name=mic reconnect-min=20000000 "                      \
  "reconnect-max=100000000 uri=mqtt://127.0.0.1:%u "

/* All that is published, also what comes while it is not connected. */
static Client *
subscribe (TestServer *broker)
{
  g_autoptr (AncMqttSettings) settings = broker_settings (broker, "PORT");
  g_autoptr (GError) error = NULL;
  Client *client;

  settings->client_id = g_strdup ("observer");
  settings->clean_session = FALSE;
  client = client_new (settings, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (
      anc_mqtt_connection_subscribe (client->connection, "#", 1, &error));
  client_start (client);
  client_wait_state (client, ANC_MQTT_STATE_CONNECTED);
  return client;
}

static AncMqttMessage *
message_of (Client *client, guint i)
{
  AncMqttMessage *message;

  g_mutex_lock (&client->lock);
  g_assert_cmpuint (i, <, client->messages->len);
  message = anc_mqtt_message_ref (g_ptr_array_index (client->messages, i));
  g_mutex_unlock (&client->lock);
  return message;
}

static guint
messages (Client *client)
{
  guint count;

  g_mutex_lock (&client->lock);
  count = client->messages->len;
  g_mutex_unlock (&client->lock);
  return count;
}

static JsonNode *
parse_payload (GBytes *payload)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  const gchar *text = g_bytes_get_data (payload, &size);
  g_autofree gchar *whole = g_strndup (text, size);
  JsonNode *node = json_from_string (whole, &error);

  g_assert_no_error (error);
  return node;
}

/* The objects of all payloads so far, whether alone or in arrays. */
static GPtrArray *
records_of (Client *client)
{
  GPtrArray *records
      = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  guint count = messages (client);

  for (guint i = 0; i < count; i++) {
    g_autoptr (AncMqttMessage) message = message_of (client, i);
    g_autoptr (JsonNode) node = parse_payload (message->payload);

    if (JSON_NODE_HOLDS_OBJECT (node)) {
      g_ptr_array_add (records, json_node_dup_object (node));
      continue;
    }
    for (guint j = 0; j < json_array_get_length (json_node_get_array (node));
         j++)
      g_ptr_array_add (records, json_object_ref (json_array_get_object_element (
                                    json_node_get_array (node), j)));
  }
  return records;
}

static const gchar *
text_of (JsonObject *record, const gchar *member)
{
  return json_object_get_string_member (record, member);
}

static gint64
sequence_of (JsonObject *record)
{
  return json_object_get_int_member (record, "sequence");
}

/* Consecutive from `first` on; duplicates only as QoS 1 allows. */
static gint64
assert_consecutive (GPtrArray *records, gint64 first)
{
  gint64 next = first;

  for (guint i = 0; i < records->len; i++) {
    JsonObject *record = g_ptr_array_index (records, i);

    g_assert_cmpstr (text_of (record, "format"), ==, "anc-telemetry-1");
    g_assert_cmpint (sequence_of (record), <=, next);
    if (sequence_of (record) == next)
      next++;
  }
  return next - 1;
}

/* Until one with that reason, other than interval, has come. */
static GPtrArray *
wait_reason (Client *client, const gchar *reason)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_US;

  for (;;) {
    g_autoptr (GPtrArray) records = records_of (client);

    for (guint i = 0; i < records->len; i++) {
      if (g_str_equal (text_of (g_ptr_array_index (records, i), "reason"),
                       reason))
        return g_steal_pointer (&records);
    }
    g_assert_cmpint (g_get_monotonic_time (), <, until);
    g_usleep (5000);
  }
}

static void
end_stream (GstElement *pipeline)
{
  g_assert_true (gst_element_send_event (pipeline, gst_event_new_eos ()));
  wait_eos (pipeline);
}

static guint64
stat_of (GstElement *pipeline, const gchar *field)
{
  g_autoptr (GstElement) telemetry
      = gst_bin_get_by_name (GST_BIN (pipeline), "telemetry");
  g_autoptr (GstStructure) stats = NULL;
  guint64 count;

  g_object_get (telemetry, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, field, &count));
  return count;
}

static void
wait_stat (GstElement *pipeline, const gchar *field, guint64 least)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_US;

  while (stat_of (pipeline, field) < least) {
    g_assert_cmpint (g_get_monotonic_time (), <, until);
    g_usleep (2000);
  }
}

static void
test_records (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (Client) client = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (AncMqttMessage) message = NULL;
  JsonObject *last;

  if (broker == NULL)
    return;
  client = subscribe (broker);
  pipeline = parse_format (LIVE "interval=20000000 ! fakesink name=end",
                           test_server_get_port (broker, "PORT"));
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (client, 10);
  end_stream (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (client, "eos");
  message = message_of (client, 0);
  g_assert_cmpstr (message->topic, ==, "anc/mic/telemetry");
  g_assert_cmpuint (message->qos, ==, 1);
  g_assert_cmpint (assert_consecutive (records, 1), ==,
                   (gint64) stat_of (pipeline, "records"));
  g_assert_cmpuint (stat_of (pipeline, "acknowledged"), ==,
                    stat_of (pipeline, "payloads"));
  last = g_ptr_array_index (records, records->len - 1);
  g_assert_true (json_object_get_boolean_member (
      json_object_get_object_member (last, "stream"), "eos"));
  g_assert_cmpstr (text_of (last, "thing"), ==, "mic");
}

/* The topic's placeholders; a value is one level. */
static void
test_topic (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (Client) client = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (AncMqttMessage) message = NULL;

  if (broker == NULL)
    return;
  client = subscribe (broker);
  pipeline = parse_format (
      "audiotestsrc num-buffers=2 ! anctelemetry name=telemetry "
      "uri=mqtt://127.0.0.1:%u thing-name=a/b+ client-id=me interval=0 qos=0 "
      "retain=true topic=x/{thing}/{element}/{client-id} drain-timeout=%" //
      G_GUINT64_FORMAT " ! fakesink",
      test_server_get_port (broker, "PORT"), 30 * GST_SECOND);
  set_state (pipeline, GST_STATE_PLAYING);
  wait_eos (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  client_wait_messages (client, 1);
  message = message_of (client, 0);
  g_assert_cmpstr (message->topic, ==, "x/a_b_/telemetry/me");
}

typedef struct {
  gint64 longest, all;
  guint n;
} Delays;

static void
push_for (GstHarness *harness, gint64 duration, Delays *delays)
{
  gint64 start = g_get_monotonic_time ();

  while (g_get_monotonic_time () < start + duration) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 1920, NULL);
    gint64 before;

    gst_buffer_memset (buffer, 0, 0, 1920);
    GST_BUFFER_PTS (buffer) = delays->n * 10 * GST_MSECOND;
    before = g_get_monotonic_time ();
    gst_harness_push (harness, buffer);
    before = g_get_monotonic_time () - before;
    delays->longest = MAX (delays->longest, before);
    delays->all += before;
    delays->n++;
    gst_buffer_unref (gst_harness_pull (harness));
    g_usleep (200);
  }
}

/* A broker that keeps the connection and answers nothing, and a queue that is
 * full and blocks: the records wait, the stream does not. */
static void
test_stalled_broker (gconstpointer policy)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autofree gchar *launch = NULL;
  GstHarness *harness;
  Delays before = { 0 }, stalled = { 0 };
  gint64 start;

  if (broker == NULL)
    return;
  launch = g_strdup_printf (
      "anctelemetry interval=10000000 uri=mqtt://127.0.0.1:%u "
      "queue-limit-messages=3 queue-policy=%s drain-timeout=100000000",
      test_server_get_port (broker, "PORT"), (const gchar *) policy);
  harness = gst_harness_new_parse (launch);
  gst_harness_set_src_caps_str (
      harness, "audio/x-raw,format=F32LE,rate=48000,channels=1,"
               "layout=interleaved");
  push_for (harness, G_TIME_SPAN_SECOND, &before);
  test_server_tell (broker, "suspend");
  push_for (harness, 2 * G_TIME_SPAN_SECOND, &stalled);
  g_test_message (
      "%u buffers: mean %.1f us, longest %" G_GINT64_FORMAT
      " us; stalled: %u, mean %.1f us, longest %" G_GINT64_FORMAT " us",
      before.n, (gdouble) before.all / before.n, before.longest, stalled.n,
      (gdouble) stalled.all / stalled.n, stalled.longest);
  /* two seconds of nothing; a busy machine may take a thread off for a while */
  g_assert_cmpint (stalled.longest, <, G_TIME_SPAN_SECOND / 2);
  /* nor does EOS wait; the stop does, as long as it may */
  start = g_get_monotonic_time ();
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_TIME_SPAN_SECOND / 2);
  gst_harness_teardown (harness);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
  test_server_tell (broker, "resume");
}

static void
set_interval (GstElement *pipeline, guint64 interval)
{
  g_autoptr (GstElement) telemetry
      = gst_bin_get_by_name (GST_BIN (pipeline), "telemetry");

  g_object_set (telemetry, "interval", interval, NULL);
}

/* What mosquitto acknowledged and did not write yet would die with it: nothing
 * is sent meanwhile. */
static void
kill_when_saved (TestServer *broker, GstElement *pipeline)
{
  set_interval (pipeline, 0);
  /* one may still be under way */
  g_usleep (50000);
  while (stat_of (pipeline, "acknowledged") < stat_of (pipeline, "records"))
    g_usleep (1000);
  test_server_tell (broker, "save");
  test_server_tell (broker, "kill");
  set_interval (pipeline, 20 * GST_MSECOND);
}

static void
test_killed_and_back (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (Client) client = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autofree gchar *warnings = NULL;

  if (broker == NULL)
    return;
  client = subscribe (broker);
  pipeline
      = parse_format (LIVE "interval=20000000 drain-timeout=%" //
                      G_GUINT64_FORMAT " ! fakesink",
                      test_server_get_port (broker, "PORT"), 30 * GST_SECOND);
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (client, 5);
  for (guint i = 0; i < 3; i++) {
    guint64 told;

    kill_when_saved (broker, pipeline);
    told = stat_of (pipeline, "records");
    wait_stat (pipeline, "records", told + 10);
    test_server_tell (broker, "start");
    wait_stat (pipeline, "acknowledged", told + 10);
  }
  warnings = take_warnings (pipeline);
  end_stream (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (client, "eos");
  g_assert_cmpint (assert_consecutive (records, 1), ==,
                   (gint64) stat_of (pipeline, "records"));
  /* one an outage */
  g_test_message ("%s", warnings);
  g_assert_nonnull (strstr (warnings, "elemetry waits for the MQTT broker"));
}

static void
test_batches (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (Client) client = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;
  guint count;

  if (broker == NULL)
    return;
  client = subscribe (broker);
  pipeline = parse_format (LIVE "interval=10000000 batch-size=5 ! fakesink",
                           test_server_get_port (broker, "PORT"));
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (client, 3);
  end_stream (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (client, "eos");
  g_assert_cmpint (assert_consecutive (records, 1), ==,
                   (gint64) stat_of (pipeline, "records"));
  count = messages (client);
  for (guint i = 0; i < count; i++) {
    g_autoptr (AncMqttMessage) message = message_of (client, i);
    g_autoptr (JsonNode) node = parse_payload (message->payload);
    guint length = json_array_get_length (json_node_get_array (node));

    g_assert_cmpuint (length, <=, 5);
    /* what the end left over is not held back */
    if (i + 2 < count)
      g_assert_cmpuint (length, ==, 5);
  }
}

/* No payload is above the limit, and no record is lost to it. */
static void
test_batch_bytes (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (Client) client = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;

  if (broker == NULL)
    return;
  client = subscribe (broker);
  pipeline = parse_format (
      LIVE "interval=10000000 batch-size=100 batch-bytes=6000 ! fakesink",
      test_server_get_port (broker, "PORT"));
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (client, 3);
  end_stream (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (client, "eos");
  g_assert_cmpint (assert_consecutive (records, 1), ==,
                   (gint64) stat_of (pipeline, "records"));
  for (guint i = 0; i < messages (client); i++) {
    g_autoptr (AncMqttMessage) message = message_of (client, i);

    g_assert_cmpuint (g_bytes_get_size (message->payload), <=, 6000);
  }
  /* several in each */
  g_assert_cmpuint (records->len, >=, 2 * messages (client));
}

static void
test_gzip (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (Client) client = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (AncMqttMessage) message = NULL;
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (broker == NULL)
    return;
  client = subscribe (broker);
  pipeline = parse_format (LIVE "interval=5000000 batch-size=20 gzip=true ! "
                                "fakesink",
                           test_server_get_port (broker, "PORT"));
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (client, 1);
  set_state (pipeline, GST_STATE_NULL);
  message = message_of (client, 0);
  plain = anc_mqtt_gunzip (message->payload, 1 << 20, &error);
  g_assert_no_error (error);
  node = parse_payload (plain);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (node)), ==, 20);
  g_test_message ("%zu bytes for %zu", g_bytes_get_size (message->payload),
                  g_bytes_get_size (plain));
  g_assert_cmpuint (g_bytes_get_size (message->payload) * 5, <,
                    g_bytes_get_size (plain));
}

/* One that is too large is told of, and the others still arrive. */
static void
test_too_large (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;
  g_autofree gchar *warnings = NULL;

  if (broker == NULL)
    return;
  pipeline = parse_format (LIVE "interval=10000000 max-payload-size=100 ! "
                                "fakesink",
                           test_server_get_port (broker, "PORT"));
  set_state (pipeline, GST_STATE_PLAYING);
  wait_stat (pipeline, "dropped-records", 5);
  warnings = take_warnings (pipeline);
  g_assert_nonnull (strstr (warnings, "largest payload"));
  g_assert_null (
      strstr (strstr (warnings, "largest payload") + 1, "largest payload"));
  set_state (pipeline, GST_STATE_NULL);
}

/* What does not fit goes, the oldest first, and the numbers tell. */
static void
test_drop_oldest (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (Client) client = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;
  gint64 first;

  if (broker == NULL)
    return;
  client = subscribe (broker);
  test_server_tell (broker, "save");
  test_server_tell (broker, "kill");
  pipeline
      = parse_format (LIVE "interval=5000000 queue-limit-messages=5 "
                           "drain-timeout=%" G_GUINT64_FORMAT " ! fakesink",
                      test_server_get_port (broker, "PORT"), 30 * GST_SECOND);
  set_state (pipeline, GST_STATE_PLAYING);
  wait_stat (pipeline, "records", 30);
  end_stream (pipeline);
  g_assert_cmpuint (stat_of (pipeline, "dropped"), >=, 20);
  test_server_tell (broker, "start");
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (client, "eos");
  first = sequence_of (g_ptr_array_index (records, 0));
  g_assert_cmpint (first, >, 20);
  g_assert_cmpint (assert_consecutive (records, first), ==,
                   (gint64) stat_of (pipeline, "records"));
}

static gchar *
make_directory (void)
{
  gchar *directory = g_dir_make_tmp ("anc-XXXXXX", NULL);

  g_assert_nonnull (directory);
  return directory;
}

static void
remove_directory (const gchar *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (directory)) != NULL) {
    g_autofree gchar *file = g_build_filename (path, name, NULL);
    g_unlink (file);
  }
  g_rmdir (path);
}

static void
run_offline (guint port, const gchar *directory, guint64 drain)
{
  g_autoptr (GstElement) pipeline = parse_format (
      "audiotestsrc num-buffers=3 ! anctelemetry name=telemetry interval=0 "
      "thing-name=mic client-id=mic uri=mqtt://127.0.0.1:%u "
      "queue-directory=%s drain-timeout=%" G_GUINT64_FORMAT
      " reconnect-min=20000000 reconnect-max=100000000 ! fakesink",
      port, directory, drain);
  g_autofree gchar *warnings = NULL;

  set_state (pipeline, GST_STATE_PLAYING);
  wait_eos (pipeline);
  set_state (pipeline, GST_STATE_READY);
  /* nothing is lost: nobody says so */
  warnings = take_warnings (pipeline);
  g_assert_null (strstr (warnings, "lost"));
  set_state (pipeline, GST_STATE_NULL);
}

/* What is on disk is sent by the next run, before its own. */
static void
test_durable (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (Client) client = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autofree gchar *directory = make_directory ();
  JsonObject *first, *second;
  guint port;

  if (broker == NULL)
    return;
  port = test_server_get_port (broker, "PORT");
  client = subscribe (broker);
  test_server_tell (broker, "save");
  test_server_tell (broker, "kill");
  run_offline (port, directory, 0);
  test_server_tell (broker, "start");
  run_offline (port, directory, 30 * GST_SECOND);
  client_wait_messages (client, 2);
  records = records_of (client);
  g_assert_cmpuint (records->len, ==, 2);
  first = g_ptr_array_index (records, 0);
  second = g_ptr_array_index (records, 1);
  g_assert_cmpint (sequence_of (first), ==, 1);
  g_assert_cmpint (sequence_of (second), ==, 1);
  g_assert_cmpstr (text_of (first, "session"), !=, text_of (second, "session"));
  g_assert_cmpstr (text_of (first, "time"), <, text_of (second, "time"));
  remove_directory (directory);
}

/* No broker, a queue in memory: the stop is bounded and says what is lost. */
static void
test_lost_at_stop (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;
  g_autofree gchar *warnings = NULL;
  gint64 start;

  if (broker == NULL)
    return;
  test_server_tell (broker, "kill");
  pipeline = parse_format (LIVE "interval=5000000 drain-timeout=200000000 ! "
                                "fakesink",
                           test_server_get_port (broker, "PORT"));
  set_state (pipeline, GST_STATE_PLAYING);
  wait_stat (pipeline, "records", 5);
  start = g_get_monotonic_time ();
  set_state (pipeline, GST_STATE_READY);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
  warnings = take_warnings (pipeline);
  g_assert_nonnull (strstr (warnings, "waits for the MQTT broker"));
  g_assert_nonnull (strstr (warnings, "are lost; set queue-directory"));
  set_state (pipeline, GST_STATE_NULL);
}

/* Given up by the library, begun anew by the element. */
static void
test_begun_anew (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (Client) client = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  guint port;

  if (broker == NULL)
    return;
  port = test_server_get_port (broker, "PORT");
  test_server_tell (broker, "kill");
  pipeline = parse_format (LIVE "interval=10000000 connect-timeout=50000000 ! "
                                "fakesink",
                           port);
  set_state (pipeline, GST_STATE_PLAYING);
  /* several connections' worth */
  wait_stat (pipeline, "records", 50);
  test_server_tell (broker, "start");
  client = subscribe (broker);
  client_wait_messages (client, 1);
  set_state (pipeline, GST_STATE_NULL);
}

static void
test_fatal (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (broker == NULL)
    return;
  test_server_tell (broker, "kill");
  pipeline = parse_format (LIVE "connect-timeout=50000000 fatal=true ! "
                                "fakesink",
                           test_server_get_port (broker, "PORT"));
  set_state (pipeline, GST_STATE_PLAYING);
  message = wait_message (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR,
                  GST_RESOURCE_ERROR_OPEN_READ_WRITE);
  set_state (pipeline, GST_STATE_NULL);
}

static GMutex log_lock;
static GString *log_text;

static void
keep_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file,
          const gchar *function, gint line, GObject *object,
          GstDebugMessage *message, gpointer unused)
{
  /* may itself log */
  const gchar *text = gst_debug_message_get (message);

  g_mutex_lock (&log_lock);
  g_string_append (log_text, text);
  g_string_append_c (log_text, '\n');
  g_mutex_unlock (&log_lock);
}

static gboolean
all_messages (GstBus *bus, GstMessage *message, gpointer text)
{
  const GstStructure *structure = gst_message_get_structure (message);
  g_autofree gchar *line
      = structure != NULL ? gst_structure_to_string (structure) : NULL;

  if (line != NULL)
    g_string_append (text, line);
  return TRUE;
}

static void
assert_no_secret (const gchar *text)
{
  g_assert_null (strstr (text, "topsecret"));
  g_assert_null (strstr (text, "keysecret"));
}

/* With everything logged: not in the log, not in messages, records, graphs. */
static void
test_secrets (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence --user ann:topsecret");
  g_autoptr (GstElement) pipeline = NULL, telemetry = NULL;
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (GstBus) bus = NULL;
  g_autofree gchar *uri = NULL, *read = NULL, *graph = NULL;
  GstMessage *message;

  if (broker == NULL)
    return;
  log_text = g_string_new (NULL);
  pipeline = parse ("audiotestsrc is-live=true ! anctelemetry name=telemetry "
                    "interval=10000000 post-messages=true ! fakesink");
  telemetry = gst_bin_get_by_name (GST_BIN (pipeline), "telemetry");
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (keep_log, NULL, NULL);
  gst_debug_set_threshold_from_string ("*:9", TRUE);
  uri = g_strdup_printf ("mqtt://ann:topsecret@127.0.0.1:%u",
                         test_server_get_port (broker, "PORT"));
  g_object_set (telemetry, "uri", uri, "tls-key-password", "keysecret",
                "password", "topsecret", NULL);
  set_state (pipeline, GST_STATE_PLAYING);
  wait_stat (pipeline, "acknowledged", 3);
  graph = gst_debug_bin_to_dot_data (GST_BIN (pipeline),
                                     GST_DEBUG_GRAPH_SHOW_ALL);
  g_object_get (telemetry, "uri", &read, NULL);
  bus = gst_element_get_bus (pipeline);
  while ((message = gst_bus_pop (bus)) != NULL) {
    all_messages (bus, message, told);
    gst_message_unref (message);
  }
  set_state (pipeline, GST_STATE_NULL);
  gst_debug_set_threshold_from_string ("*:0", TRUE);
  gst_debug_remove_log_function (keep_log);
  gst_debug_add_log_function (gst_debug_log_default, NULL, NULL);
  g_assert_nonnull (strstr (told->str, "anc-telemetry"));
  /* the log is what it should be: all of GStreamer's */
  g_assert_nonnull (strstr (log_text->str, "telemetry"));
  g_assert_nonnull (strstr (read, "ann"));
  assert_no_secret (log_text->str);
  assert_no_secret (told->str);
  assert_no_secret (graph);
  assert_no_secret (read);
  g_string_free (g_steal_pointer (&log_text), TRUE);
}

static void
test_tls (void)
{
  g_autoptr (TestServer) broker = test_server_new (
      "mosquitto --no-persistence --tls --client-certificates");
  g_autoptr (GstElement) pipeline = NULL;

  if (broker == NULL)
    return;
  pipeline = parse_format (
      "audiotestsrc is-live=true ! anctelemetry name=telemetry "
      "interval=10000000 uri=mqtts://127.0.0.1:%u tls-ca-file=%s "
      "tls-certificate-file=%s tls-key-file=%s ! fakesink",
      test_server_get_port (broker, "TLS_PORT"), test_server_get (broker, "CA"),
      test_server_get (broker, "CLIENT"),
      test_server_get (broker, "CLIENT_KEY"));
  set_state (pipeline, GST_STATE_PLAYING);
  wait_stat (pipeline, "acknowledged", 3);
  set_state (pipeline, GST_STATE_NULL);
}

/* States without end, a broker that comes and goes, and the leaks tracer. */
static void
cycle (TestServer *broker, guint cycles)
{
  g_autoptr (GstElement) pipeline = parse_format (
      LIVE "interval=2000000 drain-timeout=20000000 ! anctelemetry "
           "uri=mqtt://127.0.0.1:%u interval=3000000 batch-size=3 gzip=true "
           "drain-timeout=20000000 ! fakesink",
      test_server_get_port (broker, "PORT"),
      test_server_get_port (broker, "PORT"));

  for (guint i = 0; i < cycles; i++) {
    if (i % 5 == 1)
      test_server_tell (broker, "kill");
    if (i % 5 == 3)
      test_server_tell (broker, "start");
    set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (20000);
    set_state (pipeline, i % 2 == 0 ? GST_STATE_READY : GST_STATE_NULL);
  }
  set_state (pipeline, GST_STATE_NULL);
}

static void
test_cycles (void)
{
  if (g_test_subprocess ()) {
    g_autoptr (TestServer) broker
        = test_server_new ("mosquitto --no-persistence");

    if (broker != NULL)
      cycle (broker, 15);
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
  g_test_add_func ("/telemetry-broker/cycles", test_cycles);
  g_test_add_func ("/telemetry-broker/records", test_records);
  g_test_add_func ("/telemetry-broker/topic", test_topic);
  g_test_add_data_func ("/telemetry-broker/stalled/drop-oldest", "drop-oldest",
                        test_stalled_broker);
  g_test_add_data_func ("/telemetry-broker/stalled/block", "block",
                        test_stalled_broker);
  g_test_add_func ("/telemetry-broker/killed-and-back", test_killed_and_back);
  g_test_add_func ("/telemetry-broker/batches", test_batches);
  g_test_add_func ("/telemetry-broker/batch-bytes", test_batch_bytes);
  g_test_add_func ("/telemetry-broker/gzip", test_gzip);
  g_test_add_func ("/telemetry-broker/too-large", test_too_large);
  g_test_add_func ("/telemetry-broker/drop-oldest", test_drop_oldest);
  g_test_add_func ("/telemetry-broker/durable", test_durable);
  g_test_add_func ("/telemetry-broker/lost-at-stop", test_lost_at_stop);
  g_test_add_func ("/telemetry-broker/begun-anew", test_begun_anew);
  g_test_add_func ("/telemetry-broker/fatal", test_fatal);
  g_test_add_func ("/telemetry-broker/tls", test_tls);
  g_test_add_func ("/telemetry-broker/secrets", test_secrets);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
