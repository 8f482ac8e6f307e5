/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client.h"

#include <string.h>

#define PATIENCE (30 * G_TIME_SPAN_SECOND)

AncMqttSettings *
broker_settings (TestServer *broker, const gchar *key)
{
  AncMqttSettings *settings = anc_mqtt_settings_new ();

  settings->host = g_strdup (test_server_get (broker, "HOST"));
  settings->port = test_server_get_port (broker, key);
  settings->tls = g_str_equal (key, "TLS_PORT");
  settings->reconnect_first_ms = 20;
  settings->reconnect_longest_ms = 100;
  return settings;
}

static void
on_state (const AncMqttStateChange *change, gpointer client)
{
  Client *self = client;

  g_mutex_lock (&self->lock);
  self->state = change->state;
  self->connects += change->state == ANC_MQTT_STATE_CONNECTED;
  self->waits += change->state == ANC_MQTT_STATE_WAITING;
  self->disconnects += change->was_connected;
  if (change->reason != NULL) {
    g_clear_error (&self->reason);
    self->reason = g_error_copy (change->reason);
    g_test_message ("%s: %s", anc_mqtt_state_name (change->state),
                    change->reason->message);
  }
  if (change->reason != NULL && change->was_connected) {
    g_clear_error (&self->loss);
    self->loss = g_error_copy (change->reason);
  }
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
on_message (AncMqttMessage *message, gpointer client)
{
  Client *self = client;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->messages, anc_mqtt_message_ref (message));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

Client *
client_new (const AncMqttSettings *settings, AncMqttQueue *queue,
            GError **error)
{
  static const AncMqttCallbacks callbacks = { on_state, on_message };
  Client *self = g_new0 (Client, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->messages = g_ptr_array_new_with_free_func (
      (GDestroyNotify) anc_mqtt_message_unref);
  self->connection
      = anc_mqtt_connection_new (settings, queue, &callbacks, self, error);
  if (self->connection == NULL)
    g_clear_pointer (&self, client_free);
  return self;
}

void
client_start (Client *self)
{
  anc_mqtt_connection_start (self->connection);
}

static void
wait_change (Client *self, const gchar *what)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;

  if (!g_cond_wait_until (&self->changed, &self->lock, until))
    g_error ("no %s; state %s, %u messages, %s", what,
             anc_mqtt_state_name (self->state), self->messages->len,
             self->reason != NULL ? self->reason->message : "no error");
}

void
client_wait_state (Client *self, AncMqttState state)
{
  g_mutex_lock (&self->lock);
  while (self->state != state) {
    if (self->state == ANC_MQTT_STATE_FAILED)
      g_error ("failed: %s", self->reason->message);
    wait_change (self, anc_mqtt_state_name (state));
  }
  g_mutex_unlock (&self->lock);
}

void
client_wait_failed (Client *self)
{
  g_mutex_lock (&self->lock);
  while (self->state != ANC_MQTT_STATE_FAILED)
    wait_change (self, "failure");
  g_mutex_unlock (&self->lock);
}

void
client_wait_lost (Client *self)
{
  g_mutex_lock (&self->lock);
  while (self->disconnects == 0)
    wait_change (self, "loss of the connection");
  g_mutex_unlock (&self->lock);
}

void
client_wait_messages (Client *self, guint count)
{
  g_mutex_lock (&self->lock);
  while (self->messages->len < count)
    wait_change (self, "more messages");
  g_mutex_unlock (&self->lock);
}

guint
client_disconnects (Client *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->disconnects;
  g_mutex_unlock (&self->lock);
  return count;
}

const gchar *
client_text (Client *self, guint i)
{
  AncMqttMessage *message;

  g_mutex_lock (&self->lock);
  message = g_ptr_array_index (self->messages, i);
  g_mutex_unlock (&self->lock);
  return g_bytes_get_data (message->payload, NULL);
}

void
client_free (Client *self)
{
  g_clear_pointer (&self->connection, anc_mqtt_connection_free);
  g_ptr_array_unref (self->messages);
  g_clear_error (&self->reason);
  g_clear_error (&self->loss);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* With its terminating zero, so that a payload is a string. */
AncMqttQueueResult
publish (AncMqttQueue *queue, const gchar *topic, guint qos, const gchar *text)
{
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text) + 1);
  g_autoptr (AncMqttMessage) message
      = anc_mqtt_message_new (topic, payload, qos, FALSE);

  return anc_mqtt_queue_append (queue, message, NULL);
}

AncMqttQueue *
memory_queue (void)
{
  AncMqttQueueOptions options = { .policy = ANC_MQTT_QUEUE_BLOCK };

  return anc_mqtt_queue_open (&options, NULL, NULL);
}

typedef struct {
  void (*run) (gconstpointer each);
  gconstpointer each;
} Case;

static gpointer
run_case (gpointer data)
{
  const Case *self = data;

  self->run (self->each);
  return NULL;
}

void
side_by_side (void (*run) (gconstpointer each), gconstpointer cases,
              guint count, gsize size)
{
  g_autofree Case *runs = g_new (Case, count);
  g_autofree GThread **threads = g_new (GThread *, count);

  for (guint i = 0; i < count; i++) {
    runs[i] = (Case){ run, (const guint8 *) cases + i * size };
    threads[i] = g_thread_new ("case", run_case, &runs[i]);
  }
  for (guint i = 0; i < count; i++)
    g_thread_join (threads[i]);
}
