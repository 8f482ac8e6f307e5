/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-mqtt-message.h"
#include "anc-mqtt-session.h"
#include "anc-mqtt-settings.h"

/* One connection to a broker, from CONNECT to its end: a Paho handle that is
 * never used again. What happens is posted as events by Paho's threads, which
 * hold Paho's one mutex meanwhile; the functions are for one thread. */
typedef struct _AncMqttLink AncMqttLink;

typedef enum {
  ANC_MQTT_LINK_CONNECTED,
  ANC_MQTT_LINK_FAILED, /* code > 0: the broker's answer */
  ANC_MQTT_LINK_LOST,   /* code > 0: its DISCONNECT (MQTT 5) */
  ANC_MQTT_LINK_SUBSCRIBED,
  ANC_MQTT_LINK_SUBSCRIBE_REFUSED,
  ANC_MQTT_LINK_PUBLISHED,       /* slot; written (QoS 0) or acknowledged */
  ANC_MQTT_LINK_PUBLISH_REFUSED, /* slot, code; code <= 0: not sent */
  ANC_MQTT_LINK_COMPLETED,    /* code: the packet id, of messages of an earlier
                              link too */
  ANC_MQTT_LINK_DISCONNECTED, /* our own goodbye is done */
} AncMqttLinkEventType;

typedef struct {
  AncMqttLinkEventType type;
  gint code;
  guint slot; /* of anc_mqtt_link_publish(); of a subscription: its index */
  /* CONNECTED, what the broker allows (MQTT 5); 0: not said */
  gboolean session_present;
  guint receive_maximum;
  guint32 maximum_packet;
} AncMqttLinkEvent;

typedef struct {
  void (*event) (const AncMqttLinkEvent *event, gpointer user_data);
  void (*message) (AncMqttMessage *message, gpointer user_data);
} AncMqttLinkCallbacks;

typedef struct {
  AncMqttLink *link;
  AncMqttMessage *message; /* NULL: the slot is free */
  guint64 number;          /* the message's in the queue */
  gint packet_id;
} AncMqttSlot;

/* Sends CONNECT, with a clean session or start if `clean`. NULL: Paho does not take the settings, or has no memory. */
AncMqttLink *anc_mqtt_link_new (const AncMqttSettings *settings,
                                const gchar *client_id, gboolean clean,
                                AncMqttSession *session,
                                const AncMqttLinkCallbacks *callbacks,
                                gpointer user_data);

/* Ends it without a goodbye. No callback comes after it; the slots stay. */
void anc_mqtt_link_close (AncMqttLink *self);

/* Closes too. */
void anc_mqtt_link_free (AncMqttLink *self);

gboolean anc_mqtt_link_subscribe (AncMqttLink *self, const gchar *filter,
                                  guint qos, guint index);

/* 0, or Paho's code: the link is of no more use. Only while there is a free
 * slot. */
gint anc_mqtt_link_publish (AncMqttLink *self, AncMqttMessage *message,
                            guint64 number);

guint anc_mqtt_link_in_flight (const AncMqttLink *self);

/* All slots, used and not; and gives one back. */
AncMqttSlot *anc_mqtt_link_slots (AncMqttLink *self, guint *ret_count);
void anc_mqtt_link_release (AncMqttLink *self, guint slot);

/* Sends DISCONNECT; DISCONNECTED comes when that is done. */
gboolean anc_mqtt_link_disconnect (AncMqttLink *self);

/* OpenSSL's words about a failed handshake, or NULL. */
gchar *anc_mqtt_link_tls_text (AncMqttLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncMqttLink, anc_mqtt_link_free)
