/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection against a real mosquitto. */
#include "client.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "anc-mqtt-certificates.h"
#include "anc-mqtt-error.h"
#include "anc-secret.h"

/* Has begun to connect. */
static Client *
new_subscriber (const AncMqttSettings *settings, const gchar *filter, guint qos)
{
  g_autoptr (GError) error = NULL;
  Client *client = client_new (settings, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (
      anc_mqtt_connection_subscribe (client->connection, filter, qos, &error));
  client_start (client);
  return client;
}

static void
exchange (const AncMqttSettings *settings, const gchar *root, guint qos,
          guint count)
{
  g_autofree gchar *filter = g_strconcat (root, "/+/x", NULL);
  g_autofree gchar *topic = g_strconcat (root, "/a/x", NULL);
  g_autoptr (AncMqttQueue) queue = memory_queue ();
  g_autoptr (Client) listener = new_subscriber (settings, filter, qos);
  g_autoptr (Client) sender = client_new (settings, queue, NULL);
  AncMqttStats stats;

  client_start (sender);
  client_wait_state (listener, ANC_MQTT_STATE_CONNECTED);
  for (guint i = 0; i < count; i++) {
    g_autofree gchar *text = g_strdup_printf ("%u", i);

    publish (queue, topic, qos, text);
  }
  client_wait_messages (listener, count);
  g_assert_cmpint (anc_mqtt_queue_wait_empty (queue, -1), ==,
                   ANC_MQTT_WAIT_DONE);
  for (guint i = 0; i < count; i++)
    g_assert_cmpint (atoi (client_text (listener, i)), ==, i);
  anc_mqtt_connection_close (sender->connection, 1000);
  anc_mqtt_connection_get_stats (sender->connection, &stats);
  g_assert_cmpuint (stats.acknowledged, ==, count);
  g_assert_cmpuint (stats.published, ==, count);
  g_assert_cmpuint (stats.connects, ==, 1);
  g_assert_cmpint (stats.state, ==, ANC_MQTT_STATE_CLOSED);
}

typedef struct {
  TestServer *broker; /* NULL: one of its own */
  guint version, qos;
  guint cuts;
} Case;

static void
exchange_some (gconstpointer each)
{
  const Case *self = each;
  g_autoptr (AncMqttSettings) settings = broker_settings (self->broker, "PORT");
  g_autofree gchar *root = g_strdup_printf ("%u-%u", self->version, self->qos);

  settings->version = self->version;
  exchange (settings, root, self->qos, 500);
}

static void
test_exchange (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  Case cases[6];

  if (broker == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    cases[i] = (Case){ broker, 4 + i / 3, i % 3, 0 };
  side_by_side (exchange_some, cases, G_N_ELEMENTS (cases), sizeof cases[0]);
}

/* Waits until the connection has failed and returns why. */
static GError *
failure (const AncMqttSettings *settings, const gchar *filter, guint qos)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AncMqttQueue) queue = memory_queue ();
  g_autoptr (Client) client = client_new (settings, queue, &error);

  if (client == NULL)
    return g_steal_pointer (&error);
  if (filter != NULL
      && !anc_mqtt_connection_subscribe (client->connection, filter, qos,
                                         &error))
    return g_steal_pointer (&error);
  publish (queue, "secret/room", qos, "x");
  client_start (client);
  client_wait_failed (client);
  return g_error_copy (client->reason);
}

static void
assert_failure (const AncMqttSettings *settings, const gchar *filter,
                AncMqttError code, const gchar *words)
{
  g_autoptr (GError) error = failure (settings, filter, 1);

  g_assert_error (error, ANC_MQTT_ERROR, (gint) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_null (strstr (error->message, "wrong-word"));
}

static void
test_refused (void)
{
  g_autoptr (AncMqttSettings) settings = anc_mqtt_settings_new ();
  gint64 start = g_get_monotonic_time ();

  settings->host = g_strdup ("127.0.0.1");
  settings->port = 9; /* discard: nobody listens */
  settings->connect_timeout_ms = 500;
  settings->reconnect_first_ms = 50;
  assert_failure (settings, NULL, ANC_MQTT_ERROR_UNREACHABLE, "refuses");
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 500000);
  g_free (settings->host);
  settings->host = g_strdup ("no.such.host.invalid");
  assert_failure (settings, NULL, ANC_MQTT_ERROR_NOT_FOUND,
                  "no.such.host.invalid is not known");
}

static void
log_in (gconstpointer each)
{
  const Case *self = each;
  g_autoptr (AncMqttSettings) settings = broker_settings (self->broker, "PORT");
  g_autofree gchar *root = g_strdup_printf ("%u", self->version);

  settings->version = self->version;
  assert_failure (settings, NULL, ANC_MQTT_ERROR_NOT_AUTHORIZED, "username");
  settings->username = g_strdup ("ann");
  anc_secret_replace (&settings->password, "wrong-word");
  assert_failure (settings, NULL, ANC_MQTT_ERROR_NOT_AUTHORIZED, "password");
  anc_secret_replace (&settings->password, "right-word");
  exchange (settings, root, 1, 3);
}

static void
test_login (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --user ann:right-word");
  const Case cases[] = { { broker, 4, 1, 0 }, { broker, 5, 1, 0 } };

  if (broker != NULL)
    side_by_side (log_in, cases, G_N_ELEMENTS (cases), sizeof cases[0]);
}

static guint
count_files (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (directory) != NULL)
    count++;
  return count;
}

/* A cause is looked for again and again while a broker is away, for months: no
 * socket stays open. */
static void
test_diagnose (void)
{
  g_autoptr (GSocketListener) port = g_socket_listener_new ();
  g_autoptr (AncMqttSettings) settings = anc_mqtt_settings_new ();
  guint before = 0;

  settings->host = g_strdup ("127.0.0.1");
  /* its queue of connections takes them; nobody answers */
  settings->port = g_socket_listener_add_any_inet_port (port, NULL, NULL);
  for (guint i = 0; i < 10; i++) {
    g_assert_true (anc_mqtt_diagnose (settings, 100, NULL, NULL));
    if (i == 0)
      before = count_files ();
  }
  settings->tls = TRUE;
  g_assert_false (anc_mqtt_diagnose (settings, 100, NULL, NULL));
  g_assert_cmpuint (count_files (), ==, before);
}

/* 3.1.1 has no answer for it: the broker drops what is not allowed and
 * acknowledges it all the same. */
static void
test_access (void)
{
  g_autofree gchar *file = NULL;
  g_autofree gchar *options = NULL;
  g_autoptr (TestServer) broker = NULL;
  g_autoptr (AncMqttSettings) settings = NULL;
  int fd = g_file_open_tmp ("anc-acl-XXXXXX", &file, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (
      g_file_set_contents (file, "topic readwrite test/#\n", -1, NULL));
  options = g_strdup_printf ("mosquitto --acl '%s'", file);
  broker = test_server_new (options);
  g_unlink (file);
  if (broker == NULL)
    return;
  settings = broker_settings (broker, "PORT");
  settings->version = ANC_MQTT_VERSION_5;
  assert_failure (settings, NULL, ANC_MQTT_ERROR_NOT_AUTHORIZED,
                  "publish to secret/room: the MQTT broker");
  exchange (settings, "test", 1, 3);
}

static Client *
named (AncMqttSettings *settings, const gchar *name, AncMqttQueue *queue)
{
  Client *client;

  g_free (settings->client_id);
  settings->client_id = g_strdup (name);
  settings->clean_session = FALSE;
  settings->session_expiry_s = 3600;
  if (queue == NULL)
    return new_subscriber (settings, "test/#", 2);
  client = client_new (settings, queue, NULL);
  client_start (client);
  return client;
}

static void
publish_number (AncMqttQueue *queue, guint qos, guint number)
{
  g_autofree gchar *text = g_strdup_printf ("%u", number);

  publish (queue, "test/a", qos, text);
}

/* All came, in order but for repeats, which are counted. */
static guint
count_repeats (Client *listener, guint count)
{
  guint next = 0, repeats = 0;

  for (guint i = 0; next < count; i++) {
    guint value;

    client_wait_messages (listener, i + 1);
    value = (guint) atoi (client_text (listener, i));
    g_assert_cmpuint (value, <=, next);
    repeats += value < next;
    next = MAX (next, value + 1);
  }
  return repeats;
}

/* Over connections that are cut nothing is lost. How many messages came more
 * than once. */
static guint
cut_again_and_again (guint version, guint qos, guint cuts)
{
  enum { EACH = 200 };
  g_autoptr (TestServer) broker = test_server_new ("mosquitto --proxy");
  g_autoptr (AncMqttQueue) queue = memory_queue ();
  g_autoptr (AncMqttSettings) settings = NULL;
  g_autoptr (Client) listener = NULL, sender = NULL;

  if (broker == NULL)
    return 0;
  settings = broker_settings (broker, "PORT");
  settings->version = version;
  listener = named (settings, "listener", NULL);
  settings->port = test_server_get_port (broker, "PROXY_PORT");
  sender = named (settings, "sender", queue);
  client_wait_state (listener, ANC_MQTT_STATE_CONNECTED);
  for (guint i = 0; i < EACH * cuts; i++) {
    publish_number (queue, qos, i);
    if (i % EACH == EACH - 1) {
      client_wait_messages (listener, i - EACH + 20);
      test_server_tell (broker, "proxy cut");
    }
  }
  g_assert_cmpint (anc_mqtt_queue_wait_empty (queue, -1), ==,
                   ANC_MQTT_WAIT_DONE);
  g_assert_cmpuint (client_disconnects (sender), >=, 1);
  return count_repeats (listener, EACH * cuts);
}

static void
cut_some (gconstpointer each)
{
  const Case *self = each;
  guint repeats = cut_again_and_again (self->version, self->qos, self->cuts);

  g_test_message ("MQTT %u, QoS %u: %u came again", self->version, self->qos,
                  repeats);
  if (self->qos == 2)
    g_assert_cmpuint (repeats, ==, 0);
  else
    g_assert_cmpuint (repeats, <=, self->cuts * 100);
}

static void
test_at_least_once (void)
{
  guint cuts = g_test_slow () ? 20 : 2;
  const Case cases[] = { { NULL, 4, 1, cuts }, { NULL, 5, 1, cuts } };

  side_by_side (cut_some, cases, G_N_ELEMENTS (cases), sizeof cases[0]);
}

/* One after the other: where a QoS 2 session goes on Paho repeats what is on
 * its way in all connections of the process. */
static void
test_exactly_once (void)
{
  for (guint version = 4; version <= 5; version++) {
    const Case each = { NULL, version, 2, g_test_slow () ? 20 : 2 };

    cut_some (&each);
  }
}

/* Listener and sender come back to a broker that was away. */
static void
test_restart (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (AncMqttQueue) queue = memory_queue ();
  g_autoptr (AncMqttSettings) settings = NULL;
  g_autoptr (Client) listener = NULL, sender = NULL;

  if (broker == NULL)
    return;
  settings = broker_settings (broker, "PORT");
  listener = new_subscriber (settings, "test/#", 1);
  sender = client_new (settings, queue, NULL);
  client_start (sender);
  client_wait_state (listener, ANC_MQTT_STATE_CONNECTED);
  publish_number (queue, 1, 0);
  client_wait_messages (listener, 1);
  test_server_tell (broker, "kill");
  client_wait_state (listener, ANC_MQTT_STATE_WAITING);
  client_wait_state (sender, ANC_MQTT_STATE_WAITING);
  test_server_tell (broker, "start");
  client_wait_state (listener, ANC_MQTT_STATE_CONNECTED);
  publish_number (queue, 1, 1);
  client_wait_messages (listener, 2);
  g_assert_cmpuint (listener->connects, ==, 2);
}

/* A broker that stops answering is left, and found again. */
static void
test_stalled (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (AncMqttQueue) queue = memory_queue ();
  g_autoptr (AncMqttSettings) settings = NULL;
  g_autoptr (Client) sender = NULL;

  if (broker == NULL)
    return;
  settings = broker_settings (broker, "PORT");
  settings->acknowledge_timeout_ms = 500;
  settings->attempt_timeout_ms = 1000;
  sender = client_new (settings, queue, NULL);
  client_start (sender);
  client_wait_state (sender, ANC_MQTT_STATE_CONNECTED);
  test_server_tell (broker, "suspend");
  publish (queue, "test/a", 1, "x");
  client_wait_lost (sender);
  g_assert_error (sender->loss, ANC_MQTT_ERROR, ANC_MQTT_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (sender->loss->message, "acknowledged nothing"));
  test_server_tell (broker, "resume");
  g_assert_cmpint (anc_mqtt_queue_wait_empty (queue, -1), ==,
                   ANC_MQTT_WAIT_DONE);
}

/* Closed while it connects to a port that never answers. */
static void
test_close_early (void)
{
  g_autoptr (TestServer) broker = test_server_new ("mosquitto");
  g_autoptr (AncMqttQueue) queue = memory_queue ();
  g_autoptr (AncMqttSettings) settings = NULL;
  AncMqttQueueCounts counts;

  if (broker == NULL)
    return;
  settings = broker_settings (broker, "PORT");
  test_server_tell (broker, "suspend");
  publish (queue, "test/a", 1, "x");
  for (guint i = 0; i < 3; i++) {
    g_autoptr (Client) sender = client_new (settings, queue, NULL);

    client_start (sender);
    g_usleep (i * 20000);
  }
  test_server_tell (broker, "resume");
  anc_mqtt_queue_get_counts (queue, &counts);
  g_assert_cmpuint (counts.messages, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/connection/exchange", test_exchange);
  g_test_add_func ("/connection/refused", test_refused);
  g_test_add_func ("/connection/diagnose", test_diagnose);
  g_test_add_func ("/connection/login", test_login);
  g_test_add_func ("/connection/access", test_access);
  g_test_add_func ("/connection/at-least-once", test_at_least_once);
  g_test_add_func ("/connection/exactly-once", test_exactly_once);
  g_test_add_func ("/connection/restart", test_restart);
  g_test_add_func ("/connection/stalled", test_stalled);
  g_test_add_func ("/connection/close-early", test_close_early);
  return g_test_run ();
}
