/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* anctelemetry and a broker that goes away: what arrives later, what is said,
 * and what is never told. */
#include <glib/gstdio.h>
#include <string.h>

#include "../bench.h"
#include "observer.h"
#include "records.h"

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
  g_autoptr (Scene) scene = scene_new ("mosquitto");
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autofree gchar *warnings = NULL;

  if (scene == NULL)
    return;
  pipeline = parse_format (LIVE "interval=20000000 drain-timeout=%" //
                           G_GUINT64_FORMAT " ! fakesink",
                           scene->port, 30 * GST_SECOND);
  set_state (pipeline, GST_STATE_PLAYING);
  client_wait_messages (scene->client, 5);
  for (guint i = 0; i < 3; i++) {
    guint64 told;

    kill_when_saved (scene->broker, pipeline);
    told = stat_of (pipeline, "records");
    wait_stat (pipeline, "records", told + 10);
    test_server_tell (scene->broker, "start");
    wait_stat (pipeline, "acknowledged", told + 10);
  }
  warnings = take_warnings (pipeline);
  end_stream (pipeline);
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (scene->client, "eos");
  g_assert_cmpint (assert_consecutive (records, 1), ==,
                   (gint64) stat_of (pipeline, "records"));
  /* one an outage */
  g_test_message ("%s", warnings);
  g_assert_nonnull (strstr (warnings, "elemetry waits for the MQTT broker"));
}

/* What does not fit goes, the oldest first, and the numbers tell. */
static void
test_drop_oldest (void)
{
  g_autoptr (Scene) scene = scene_new ("mosquitto");
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) records = NULL;
  gint64 first;

  if (scene == NULL)
    return;
  test_server_tell (scene->broker, "save");
  test_server_tell (scene->broker, "kill");
  pipeline
      = parse_format (LIVE "interval=5000000 queue-limit-messages=5 "
                           "drain-timeout=%" G_GUINT64_FORMAT " ! fakesink",
                      scene->port, 30 * GST_SECOND);
  set_state (pipeline, GST_STATE_PLAYING);
  wait_stat (pipeline, "records", 30);
  /* none after that of EOS, for which it would have to go */
  set_interval (pipeline, 0);
  end_stream (pipeline);
  g_assert_cmpuint (stat_of (pipeline, "dropped"), >=, 20);
  test_server_tell (scene->broker, "start");
  set_state (pipeline, GST_STATE_NULL);
  records = wait_reason (scene->client, "eos");
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
  g_autoptr (Scene) scene = scene_new ("mosquitto");
  g_autoptr (GPtrArray) records = NULL;
  g_autofree gchar *directory = make_directory ();
  JsonObject *first, *second;

  if (scene == NULL)
    return;
  test_server_tell (scene->broker, "save");
  test_server_tell (scene->broker, "kill");
  run_offline (scene->port, directory, 0);
  test_server_tell (scene->broker, "start");
  run_offline (scene->port, directory, 30 * GST_SECOND);
  client_wait_messages (scene->client, 2);
  records = records_of (scene->client);
  g_assert_cmpuint (records->len, ==, 2);
  first = g_ptr_array_index (records, 0);
  second = g_ptr_array_index (records, 1);
  g_assert_cmpint (sequence_of (first), ==, 1);
  g_assert_cmpint (sequence_of (second), ==, 1);
  g_assert_cmpstr (text_of (first, "session"), !=, text_of (second, "session"));
  g_assert_cmpstr (text_of (first, "time"), <, text_of (second, "time"));
  remove_directory (directory);
}

static GstElement *
parse_without_broker (const gchar *settings)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");

  if (broker == NULL)
    return NULL;
  test_server_tell (broker, "kill");
  return parse_format (LIVE "%s ! fakesink",
                       test_server_get_port (broker, "PORT"), settings);
}

/* The stop is bounded and says what is lost, and why. */
static gchar *
stop_and_lose (GstElement *pipeline)
{
  gint64 start = g_get_monotonic_time ();
  gchar *warnings;

  set_state (pipeline, GST_STATE_READY);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
  warnings = take_warnings (pipeline);
  g_test_message ("%s", warnings);
  g_assert_nonnull (strstr (warnings, ") and are lost; set queue-directory"));
  set_state (pipeline, GST_STATE_NULL);
  return warnings;
}

/* A message that is popped is not found again: what it warns of. */
static gchar *
wait_warning (GstElement *pipeline)
{
  g_autoptr (GstMessage) message = wait_message (pipeline, GST_MESSAGE_WARNING);
  g_autoptr (GError) warning = NULL;

  gst_message_parse_warning (message, &warning, NULL);
  return g_strdup (warning->message);
}

/* No broker, a queue in memory. */
static void
test_lost_at_stop (void)
{
  g_autoptr (GstElement) pipeline
      = parse_without_broker ("interval=5000000 drain-timeout=200000000");
  g_autofree gchar *outage = NULL, *warnings = NULL;

  if (pipeline == NULL)
    return;
  set_state (pipeline, GST_STATE_PLAYING);
  wait_stat (pipeline, "records", 5);
  outage = wait_warning (pipeline);
  g_test_message ("%s", outage);
  g_assert_true (g_str_has_prefix (outage, "telemetry waits for the MQTT "
                                           "broker 127.0.0.1:"));
  g_assert_nonnull (strstr (outage, "keeps trying; "));
  g_assert_nonnull (strstr (outage, " queued"));
  g_assert_nonnull (strstr (outage, "refuses connections"));
  warnings = stop_and_lose (pipeline);
  g_assert_nonnull (strstr (warnings, "refuses connections"));
  /* an outage is told of once */
  g_assert_null (strstr (warnings, "waits for the MQTT broker"));
}

/* Before it is known what is wrong with the broker. */
static void
test_lost_at_once (void)
{
  g_autoptr (GstElement) pipeline
      = parse_without_broker ("interval=1000000 drain-timeout=0");
  g_autofree gchar *warnings = NULL;

  if (pipeline == NULL)
    return;
  set_state (pipeline, GST_STATE_PLAYING);
  wait_stat (pipeline, "records", 1);
  warnings = stop_and_lose (pipeline);
  g_assert_true (strstr (warnings, "refuses connections") != NULL
                 || strstr (warnings, "(no connection had come about yet)"));
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
  g_autoptr (GstElement) pipeline
      = parse_without_broker ("connect-timeout=50000000 fatal=true");
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (pipeline == NULL)
    return;
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
add_tests (void)
{
  g_test_add_func ("/telemetry-outage/killed-and-back", test_killed_and_back);
  g_test_add_func ("/telemetry-outage/drop-oldest", test_drop_oldest);
  g_test_add_func ("/telemetry-outage/durable", test_durable);
  g_test_add_func ("/telemetry-outage/lost-at-stop", test_lost_at_stop);
  g_test_add_func ("/telemetry-outage/lost-at-once", test_lost_at_once);
  g_test_add_func ("/telemetry-outage/begun-anew", test_begun_anew);
  g_test_add_func ("/telemetry-outage/fatal", test_fatal);
  g_test_add_func ("/telemetry-outage/secrets", test_secrets);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
