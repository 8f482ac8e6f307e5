/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <MQTTAsync.h>

#include "anc-mqtt-link.h"

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

static inline gboolean
anc_mqtt_link_is_5 (const AncMqttLink *self)
{
  return self->settings->version == ANC_MQTT_VERSION_5;
}

/* anc-mqtt-link-connect.c: sends CONNECT. FALSE: Paho does not take it. */
gboolean anc_mqtt_link_connect (AncMqttLink *self);

/* anc-mqtt-link-events.c: Paho's callbacks, of both protocol versions, which
 * become events of the link. */

/* Of the handle, and into the options of a call. */
void anc_mqtt_link_listen (AncMqttLink *self);
void anc_mqtt_link_hear_connect (AncMqttLink *self,
                                 MQTTAsync_connectOptions *options);
void anc_mqtt_link_hear_subscribe (AncMqttSlot *slot,
                                   MQTTAsync_responseOptions *options);
void anc_mqtt_link_hear_publish (AncMqttSlot *slot,
                                 MQTTAsync_responseOptions *options);
void anc_mqtt_link_hear_disconnect (AncMqttLink *self,
                                    MQTTAsync_disconnectOptions *options);
