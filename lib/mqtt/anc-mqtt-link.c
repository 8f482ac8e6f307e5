/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Eclipse Paho's MQTTAsync, for packets and sockets alone: its reconnecting,
 * buffering and storing are off. */
#include "anc-mqtt-link-private.h"

#include "anc-mqtt-uri.h"

/* The one thing here that the whole process shares, for what Paho shares: when
 * the last handle is destroyed it waits for its threads with its own mutex
 * unlocked, and frees its lists and heap after that. A handle that is created
 * meanwhile would be left with freed memory (1.3.12). */
static GMutex paho_lock;

static gboolean
create (AncMqttLink *self, const gchar *client_id, AncMqttSession *session)
{
  MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
  gboolean lasting = !self->settings->clean_session;
  g_autofree gchar *where
      = anc_mqtt_host_and_port (self->settings->host, self->settings->port);
  g_autofree gchar *uri
      = g_strconcat (self->settings->tls ? "ssl://" : "tcp://", where, NULL);
  int code;

  options.MQTTVersion = (int) self->settings->version;
  options.sendWhileDisconnected = 0;
  /* counts what waits for Paho's sending thread too: the window is ours */
  options.maxBufferedMessages = (int) self->n_slots + 1;
  options.restoreMessages = 1;
  options.persistQoS0 = 0;
  anc_mqtt_session_prune (session);
  g_mutex_lock (&paho_lock);
  code = MQTTAsync_createWithOptions (
      &self->paho, uri, client_id,
      lasting ? MQTTCLIENT_PERSISTENCE_USER : MQTTCLIENT_PERSISTENCE_NONE,
      lasting ? anc_mqtt_session_store (session) : NULL, &options);
  g_mutex_unlock (&paho_lock);
  if (code != MQTTASYNC_SUCCESS)
    return FALSE;
  anc_mqtt_link_listen (self);
  return TRUE;
}

AncMqttLink *
anc_mqtt_link_new (const AncMqttSettings *settings, const gchar *client_id,
                   gboolean clean, AncMqttSession *session,
                   const AncMqttLinkCallbacks *callbacks, gpointer user_data)
{
  g_autoptr (AncMqttLink) self = g_new0 (AncMqttLink, 1);

  self->settings = settings;
  self->clean = clean;
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->n_slots = settings->max_in_flight;
  self->slots = g_new0 (AncMqttSlot, self->n_slots);
  for (guint i = 0; i < self->n_slots; i++)
    self->slots[i].link = self;
  self->disconnect_code = -1;
  g_mutex_init (&self->lock);
  if (!create (self, client_id, session) || !anc_mqtt_link_connect (self))
    return NULL;
  return g_steal_pointer (&self);
}

void
anc_mqtt_link_close (AncMqttLink *self)
{
  g_mutex_lock (&paho_lock);
  if (self->paho != NULL)
    MQTTAsync_destroy (&self->paho);
  g_mutex_unlock (&paho_lock);
}

void
anc_mqtt_link_free (AncMqttLink *self)
{
  anc_mqtt_link_close (self);
  for (guint i = 0; i < self->n_slots; i++)
    g_clear_pointer (&self->slots[i].message, anc_mqtt_message_unref);
  g_mutex_clear (&self->lock);
  g_free (self->tls_text);
  g_free (self->slots);
  g_free (self);
}

gboolean
anc_mqtt_link_subscribe (AncMqttLink *self, const gchar *filter, guint qos,
                         guint index)
{
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;

  anc_mqtt_link_hear_subscribe (&self->slots[index], &options);
  return MQTTAsync_subscribe (self->paho, filter, (int) qos, &options)
         == MQTTASYNC_SUCCESS;
}

static AncMqttSlot *
free_slot (AncMqttLink *self)
{
  while (self->slots[self->next_slot].message != NULL)
    self->next_slot = (self->next_slot + 1) % self->n_slots;
  return &self->slots[self->next_slot];
}

gint
anc_mqtt_link_publish (AncMqttLink *self, AncMqttMessage *message,
                       guint64 number)
{
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  AncMqttSlot *slot = free_slot (self);
  gsize size;
  const void *data = g_bytes_get_data (message->payload, &size);
  int code;

  anc_mqtt_link_hear_publish (slot, &options);
  slot->number = number;
  slot->message = anc_mqtt_message_ref (message);
  self->in_flight++;
  code = MQTTAsync_send (self->paho, message->topic, (int) size,
                         data != NULL ? data : "", (int) message->qos,
                         message->retain, &options);
  slot->packet_id = options.token;
  return code;
}

guint
anc_mqtt_link_in_flight (const AncMqttLink *self)
{
  return self->in_flight;
}

AncMqttSlot *
anc_mqtt_link_slots (AncMqttLink *self, guint *ret_count)
{
  *ret_count = self->n_slots;
  return self->slots;
}

void
anc_mqtt_link_release (AncMqttLink *self, guint slot)
{
  g_clear_pointer (&self->slots[slot].message, anc_mqtt_message_unref);
  self->in_flight--;
}

gboolean
anc_mqtt_link_disconnect (AncMqttLink *self)
{
  MQTTAsync_disconnectOptions options_3
      = MQTTAsync_disconnectOptions_initializer;
  MQTTAsync_disconnectOptions options_5
      = MQTTAsync_disconnectOptions_initializer5;
  MQTTAsync_disconnectOptions options
      = anc_mqtt_link_is_5 (self) ? options_5 : options_3;

  anc_mqtt_link_hear_disconnect (self, &options);
  return MQTTAsync_disconnect (self->paho, &options) == MQTTASYNC_SUCCESS;
}

gchar *
anc_mqtt_link_tls_text (AncMqttLink *self)
{
  gchar *text;

  g_mutex_lock (&self->lock);
  text = g_strdup (self->tls_text);
  g_mutex_unlock (&self->lock);
  return text;
}
