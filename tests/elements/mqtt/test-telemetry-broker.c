/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* anctelemetry and a real broker: all that was told arrives, in order, and the
 * stream never waits. */
#include <gst/check/gstharness.h>
#include <string.h>

#include "../bench.h"
#include "anc-mqtt-gzip.h"
#include "observer.h"
#include "records.h"

static void
test_records (void)
{
  g_autoptr (Scene) scene = scene_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (AncMqttMessage) message = NULL;
  JsonObject *last;

  if (scene == NULL)
    return;
  pipeline = parse_format (LIVE "interval=20000000 ! fakesink name=end",
                           scene->port);
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (scene->client, 10);
  end_stream (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (scene->client, "eos");
  message = message_of (scene->client, 0);
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
  g_autoptr (Scene) scene = scene_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (AncMqttMessage) message = NULL;

  if (scene == NULL)
    return;
  pipeline = parse_format (
      "audiotestsrc num-buffers=2 ! anctelemetry name=telemetry "
      "uri=mqtt://127.0.0.1:%u thing-name=a/b+ client-id=me interval=0 qos=0 "
      "retain=true topic=x/{thing}/{element}/{client-id} drain-timeout=%" //
      G_GUINT64_FORMAT " ! fakesink",
      scene->port, 30 * GST_SECOND);
  set_state (pipeline, GST_STATE_PLAYING);
  wait_eos (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  client_wait_messages (scene->client, 1);
  message = message_of (scene->client, 0);
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
test_batches (void)
{
  g_autoptr (Scene) scene = scene_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;
  guint count;

  if (scene == NULL)
    return;
  pipeline = parse_format (LIVE "interval=10000000 batch-size=5 ! fakesink",
                           scene->port);
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (scene->client, 3);
  end_stream (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (scene->client, "eos");
  g_assert_cmpint (assert_consecutive (records, 1), ==,
                   (gint64) stat_of (pipeline, "records"));
  count = messages (scene->client);
  for (guint i = 0; i < count; i++) {
    g_autoptr (AncMqttMessage) message = message_of (scene->client, i);
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
  g_autoptr (Scene) scene = scene_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;

  if (scene == NULL)
    return;
  pipeline = parse_format (
      LIVE "interval=10000000 batch-size=100 batch-bytes=6000 ! fakesink",
      scene->port);
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (scene->client, 3);
  end_stream (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (scene->client, "eos");
  g_assert_cmpint (assert_consecutive (records, 1), ==,
                   (gint64) stat_of (pipeline, "records"));
  for (guint i = 0; i < messages (scene->client); i++) {
    g_autoptr (AncMqttMessage) message = message_of (scene->client, i);

    g_assert_cmpuint (g_bytes_get_size (message->payload), <=, 6000);
  }
  /* several in each */
  g_assert_cmpuint (records->len, >=, 2 * messages (scene->client));
}

static void
test_gzip (void)
{
  g_autoptr (Scene) scene = scene_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (AncMqttMessage) message = NULL;
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (scene == NULL)
    return;
  pipeline = parse_format (LIVE "interval=5000000 batch-size=20 gzip=true ! "
                                "fakesink",
                           scene->port);
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (scene->client, 1);
  set_state (pipeline, GST_STATE_NULL);
  message = message_of (scene->client, 0);
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
  g_test_add_func ("/telemetry-broker/batches", test_batches);
  g_test_add_func ("/telemetry-broker/batch-bytes", test_batch_bytes);
  g_test_add_func ("/telemetry-broker/gzip", test_gzip);
  g_test_add_func ("/telemetry-broker/too-large", test_too_large);
  g_test_add_func ("/telemetry-broker/tls", test_tls);
  g_test_add_data_func ("/telemetry-broker/stalled/drop-oldest", "drop-oldest",
                        test_stalled_broker);
  g_test_add_data_func ("/telemetry-broker/stalled/block", "block",
                        test_stalled_broker);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
