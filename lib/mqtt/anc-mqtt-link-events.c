/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Paho's callbacks. They come from its two threads, with its mutex held: they
 * post and return. */
#include "anc-mqtt-link-private.h"

#include <string.h>

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

void
anc_mqtt_link_listen (AncMqttLink *self)
{
  MQTTAsync_setCallbacks (self->paho, self, on_lost, on_message, on_completed);
  if (anc_mqtt_link_is_5 (self))
    MQTTAsync_setDisconnected (self->paho, self, on_disconnect_packet);
}

void
anc_mqtt_link_hear_connect (AncMqttLink *self,
                            MQTTAsync_connectOptions *options)
{
  options->context = self;
  if (anc_mqtt_link_is_5 (self)) {
    options->onSuccess5 = on_connected_5;
    options->onFailure5 = on_connect_failed_5;
  } else {
    options->onSuccess = on_connected_3;
    options->onFailure = on_connect_failed_3;
  }
}

void
anc_mqtt_link_hear_subscribe (AncMqttSlot *slot,
                              MQTTAsync_responseOptions *options)
{
  options->context = slot;
  if (anc_mqtt_link_is_5 (slot->link)) {
    options->onSuccess5 = on_subscribed_5;
    options->onFailure5 = on_subscribe_failed_5;
  } else {
    options->onSuccess = on_subscribed_3;
    options->onFailure = on_subscribe_failed_3;
  }
}

void
anc_mqtt_link_hear_publish (AncMqttSlot *slot,
                            MQTTAsync_responseOptions *options)
{
  options->context = slot;
  if (anc_mqtt_link_is_5 (slot->link)) {
    options->onSuccess5 = on_published_5;
    options->onFailure5 = on_publish_failed_5;
  } else {
    options->onSuccess = on_published_3;
    options->onFailure = on_publish_failed_3;
  }
}

void
anc_mqtt_link_hear_disconnect (AncMqttLink *self,
                               MQTTAsync_disconnectOptions *options)
{
  options->context = self;
  if (anc_mqtt_link_is_5 (self))
    options->onSuccess5 = on_disconnected_5;
  else
    options->onSuccess = on_disconnected_3;
}
