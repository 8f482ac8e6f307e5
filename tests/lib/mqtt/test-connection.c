/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection against a real mosquitto. */
#include "broker.h"

#include <stdlib.h>

#include "anc-mqtt-error.h"
#include "anc-secret.h"

static Client *
subscriber (const AncMqttSettings *settings, const gchar *filter, guint qos)
{
  g_autoptr (GError) error = NULL;
  Client *client = client_new (settings, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (
      anc_mqtt_connection_subscribe (client->connection, filter, qos, &error));
  client_start (client);
  client_wait_state (client, ANC_MQTT_STATE_CONNECTED);
  return client;
}

static void
exchange (const AncMqttSettings *settings, guint qos, guint count)
{
  g_autoptr (AncMqttQueue) queue = memory_queue ();
  g_autoptr (Client) listener = subscriber (settings, "test/+/x", qos);
  g_autoptr (Client) sender = client_new (settings, queue, NULL);
  AncMqttStats stats;

  client_start (sender);
  for (guint i = 0; i < count; i++) {
    g_autofree gchar *text = g_strdup_printf ("%u", i);

    publish (queue, "test/a/x", qos, text);
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

static void
test_exchange (void)
{
  g_autoptr (Broker) broker = broker_new ("");

  if (broker == NULL)
    return;
  for (guint version = g_getenv ("V") ? (guint) atoi (g_getenv ("V")) : 4; version <= 5; version++) {
    for (guint qos = g_getenv ("Q") ? (guint) atoi (g_getenv ("Q")) : 0; qos <= 2; qos++) {
      g_test_message ("%u %u", version, qos);
      g_autoptr (AncMqttSettings) settings = broker_settings (broker, "PORT");

      settings->version = version;
      exchange (settings, qos, 500);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/connection/exchange", test_exchange);
  return g_test_run ();
}
