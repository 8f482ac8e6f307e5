/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Eclipse Paho's MQTTAsync, for packets and sockets alone: its reconnecting,
 * buffering and storing are off. Its callbacks come from its two threads, with
 * its mutex held: they post and return. */
#include "anc-mqtt-link.h"

#include <MQTTAsync.h>
#include <string.h>

#include "anc-mqtt-uri.h"

/* The one thing here that the whole process shares, for what Paho shares: when
 * the last handle is destroyed it waits for its threads with its own mutex
 * unlocked, and frees its lists and heap after that. A handle that is created
 * meanwhile would be left with freed memory (1.3.12). */
static GMutex paho_lock;

struct _AncMqttLink {
  const AncMqttSettings *settings;
  AncMqttLinkCallbacks callbacks;
  gpointer user_data;
  gboolean clean;
  MQTTAsync paho;
  AncMqttSlot *slots; /* also the contexts of Paho's callbacks */
  guint n_slots;
  guint next_slot;
  guint in_flight;
  GMutex lock; /* guards tls_text and disconnect_code; a leaf */
  gchar *tls_text;
  gint disconnect_code;
};

static gboolean
is_5 (const AncMqttLink *self)
{
  return self->settings->version == ANC_MQTT_VERSION_5;
}

static void
post (AncMqttLink *self, AncMqttLinkEventType type, gint code, guint slot)
{
  AncMqttLinkEvent event = { .type = type, .code = code, .slot = slot };

  self->callbacks.event (&event, self->user_data);
}

static void
on_connected_3 (void *context, MQTTAsync_successData *data)
{
  AncMqttLink *self = context;
  AncMqttLinkEvent event
      = { .type = ANC_MQTT_LINK_CONNECTED,
          .session_present = data->alt.connect.sessionPresent != 0 };

  self->callbacks.event (&event, self->user_data);
}

static guint32
number_property (MQTTProperties *properties, enum MQTTPropertyCodes code)
{
  return MQTTProperties_hasProperty (properties, code)
             ? (guint32) MQTTProperties_getNumericValue (properties, code)
             : 0;
}

static void
on_connected_5 (void *context, MQTTAsync_successData5 *data)
{
  AncMqttLink *self = context;
  AncMqttLinkEvent event
      = { .type = ANC_MQTT_LINK_CONNECTED,
          .session_present = data->alt.connect.sessionPresent != 0 };

  event.receive_maximum
      = number_property (&data->properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM);
  event.maximum_packet = number_property (
      &data->properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE);
  self->callbacks.event (&event, self->user_data);
}

static void
on_connect_failed_3 (void *context, MQTTAsync_failureData *data)
{
  post (context, ANC_MQTT_LINK_FAILED, data != NULL ? data->code : -1, 0);
}

static void
on_connect_failed_5 (void *context, MQTTAsync_failureData5 *data)
{
  gint code = -1;

  if (data != NULL)
    code = (gint) data->reasonCode > 0 ? (gint) data->reasonCode : data->code;
  post (context, ANC_MQTT_LINK_FAILED, code, 0);
}

static void
on_disconnect_packet (void *context, MQTTProperties *properties,
                      enum MQTTReasonCodes code)
{
  AncMqttLink *self = context;

  g_mutex_lock (&self->lock);
  self->disconnect_code = (gint) code;
  g_mutex_unlock (&self->lock);
}

static void
on_lost (void *context, char *cause)
{
  AncMqttLink *self = context;
  gint code;

  g_mutex_lock (&self->lock);
  code = self->disconnect_code;
  g_mutex_unlock (&self->lock);
  post (self, ANC_MQTT_LINK_LOST, code, 0);
}

static int
on_message (void *context, char *topic, int length, MQTTAsync_message *paho)
{
  AncMqttLink *self = context;
  g_autoptr (GBytes) payload
      = g_bytes_new (paho->payload, (gsize) MAX (paho->payloadlen, 0));
  g_autoptr (AncMqttMessage) message = NULL;

  /* U+0000 in a topic is not allowed */
  if ((length == 0 || strlen (topic) == (gsize) length)
      && g_utf8_validate (topic, -1, NULL)) {
    message = anc_mqtt_message_new (topic, payload, (guint) paho->qos,
                                    paho->retained != 0);
    message->duplicate = paho->dup != 0;
    self->callbacks.message (message, self->user_data);
  }
  MQTTAsync_freeMessage (&paho);
  MQTTAsync_free (topic);
  return 1;
}

static void
on_completed (void *context, MQTTAsync_token token)
{
  post (context, ANC_MQTT_LINK_COMPLETED, token, 0);
}

static guint
slot_index (const AncMqttSlot *slot)
{
  return (guint) (slot - slot->link->slots);
}

static void
on_published_3 (void *context, MQTTAsync_successData *data)
{
  AncMqttSlot *slot = context;

  post (slot->link, ANC_MQTT_LINK_PUBLISHED, 0, slot_index (slot));
}

static void
on_published_5 (void *context, MQTTAsync_successData5 *data)
{
  AncMqttSlot *slot = context;

  post (slot->link, ANC_MQTT_LINK_PUBLISHED, 0, slot_index (slot));
}

static void
on_publish_failed_3 (void *context, MQTTAsync_failureData *data)
{
  AncMqttSlot *slot = context;

  post (slot->link, ANC_MQTT_LINK_PUBLISH_REFUSED, -1, slot_index (slot));
}

static void
on_publish_failed_5 (void *context, MQTTAsync_failureData5 *data)
{
  AncMqttSlot *slot = context;

  post (slot->link, ANC_MQTT_LINK_PUBLISH_REFUSED,
        data != NULL ? (gint) data->reasonCode : -1, slot_index (slot));
}

/* Subscriptions are few: their index travels in the slot of that number, which
 * no message uses before all have answered. */
static void
on_subscribed_3 (void *context, MQTTAsync_successData *data)
{
  AncMqttSlot *slot = context;

  post (slot->link, ANC_MQTT_LINK_SUBSCRIBED, 0, slot_index (slot));
}

static void
on_subscribed_5 (void *context, MQTTAsync_successData5 *data)
{
  AncMqttSlot *slot = context;

  post (slot->link, ANC_MQTT_LINK_SUBSCRIBED, 0, slot_index (slot));
}

static void
on_subscribe_failed_3 (void *context, MQTTAsync_failureData *data)
{
  AncMqttSlot *slot = context;

  post (slot->link, ANC_MQTT_LINK_SUBSCRIBE_REFUSED,
        data != NULL ? data->code : -1, slot_index (slot));
}

static void
on_subscribe_failed_5 (void *context, MQTTAsync_failureData5 *data)
{
  AncMqttSlot *slot = context;

  post (slot->link, ANC_MQTT_LINK_SUBSCRIBE_REFUSED,
        data != NULL ? (gint) data->reasonCode : -1, slot_index (slot));
}

static void
on_disconnected_3 (void *context, MQTTAsync_successData *data)
{
  post (context, ANC_MQTT_LINK_DISCONNECTED, 0, 0);
}

static void
on_disconnected_5 (void *context, MQTTAsync_successData5 *data)
{
  post (context, ANC_MQTT_LINK_DISCONNECTED, 0, 0);
}

static int
on_tls_text (const char *text, size_t size, void *context)
{
  AncMqttLink *self = context;

  g_mutex_lock (&self->lock);
  g_free (self->tls_text);
  self->tls_text = g_strndup (text, size);
  g_strchomp (self->tls_text);
  g_mutex_unlock (&self->lock);
  return 1;
}

static void
fill_tls (AncMqttLink *self, MQTTAsync_SSLOptions *tls, GByteArray *alpn)
{
  const AncMqttSettings *settings = self->settings;

  tls->trustStore = settings->ca_file;
  tls->keyStore = settings->certificate_file;
  tls->privateKey = settings->key_file;
  tls->privateKeyPassword = settings->key_password;
  tls->enableServerCertAuth = settings->verify;
  tls->verify = settings->verify;
  tls->ssl_error_cb = on_tls_text;
  tls->ssl_error_context = self;
  if (settings->alpn != NULL) {
    guint8 length = (guint8) strlen (settings->alpn);

    /* RFC 7301, 3.1: each name after its length */
    g_byte_array_append (alpn, &length, 1);
    g_byte_array_append (alpn, (const guint8 *) settings->alpn, length);
    tls->protos = alpn->data;
    tls->protos_len = alpn->len;
  }
}

static void
fill_will (AncMqttLink *self, MQTTAsync_willOptions *will)
{
  const AncMqttSettings *settings = self->settings;

  will->topicName = settings->will_topic;
  will->qos = (int) settings->will_qos;
  will->retained = settings->will_retain;
  if (settings->will_payload != NULL) {
    gsize size;

    will->payload.data = g_bytes_get_data (settings->will_payload, &size);
    will->payload.len = (int) size;
  }
  if (will->payload.data == NULL)
    will->message = "";
}

static void
fill_callbacks (AncMqttLink *self, MQTTAsync_connectOptions *options)
{
  options->context = self;
  if (is_5 (self)) {
    options->onSuccess5 = on_connected_5;
    options->onFailure5 = on_connect_failed_5;
  } else {
    options->onSuccess = on_connected_3;
    options->onFailure = on_connect_failed_3;
  }
}

static void
fill_session (AncMqttLink *self, MQTTAsync_connectOptions *options,
              MQTTProperties *properties)
{
  const AncMqttSettings *settings = self->settings;
  MQTTProperty expiry
      = { .identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL };

  options->MQTTVersion = (int) settings->version;
  if (!is_5 (self)) {
    options->cleansession = self->clean;
    return;
  }
  options->cleanstart = self->clean;
  if (settings->session_expiry_s > 0) {
    expiry.value.integer4 = settings->session_expiry_s;
    MQTTProperties_add (properties, &expiry);
  }
  options->connectProperties = properties;
}

static gboolean
connect_now (AncMqttLink *self)
{
  const AncMqttSettings *settings = self->settings;
  MQTTAsync_connectOptions options_3 = MQTTAsync_connectOptions_initializer;
  MQTTAsync_connectOptions options_5 = MQTTAsync_connectOptions_initializer5;
  MQTTAsync_connectOptions options = is_5 (self) ? options_5 : options_3;
  MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
  MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
  MQTTProperties properties = MQTTProperties_initializer;
  g_autoptr (GByteArray) alpn = g_byte_array_new ();
  int code;

  options.keepAliveInterval = (int) settings->keep_alive_s;
  options.username = settings->username;
  options.password = settings->password;
  options.connectTimeout = (int) MAX (settings->attempt_timeout_ms / 1000, 1);
  if (settings->tls) {
    fill_tls (self, &tls, alpn);
    options.ssl = &tls;
  }
  if (settings->will_topic != NULL) {
    fill_will (self, &will);
    options.will = &will;
  }
  fill_session (self, &options, &properties);
  fill_callbacks (self, &options);
  code = MQTTAsync_connect (self->paho, &options);
  MQTTProperties_free (&properties);
  return code == MQTTASYNC_SUCCESS;
}

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
  MQTTAsync_setCallbacks (self->paho, self, on_lost, on_message, on_completed);
  if (is_5 (self))
    MQTTAsync_setDisconnected (self->paho, self, on_disconnect_packet);
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
  if (!create (self, client_id, session) || !connect_now (self))
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

  options.context = &self->slots[index];
  if (is_5 (self)) {
    options.onSuccess5 = on_subscribed_5;
    options.onFailure5 = on_subscribe_failed_5;
  } else {
    options.onSuccess = on_subscribed_3;
    options.onFailure = on_subscribe_failed_3;
  }
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

  options.context = slot;
  if (is_5 (self)) {
    options.onSuccess5 = on_published_5;
    options.onFailure5 = on_publish_failed_5;
  } else {
    options.onSuccess = on_published_3;
    options.onFailure = on_publish_failed_3;
  }
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
  MQTTAsync_disconnectOptions options = is_5 (self) ? options_5 : options_3;

  options.context = self;
  if (is_5 (self))
    options.onSuccess5 = on_disconnected_5;
  else
    options.onSuccess = on_disconnected_3;
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
