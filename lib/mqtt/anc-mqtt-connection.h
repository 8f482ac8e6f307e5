/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-mqtt-queue.h"
#include "anc-mqtt-settings.h"

/* A connection to a broker that comes back by itself, on a thread of its own.
 * Publishes what its queue holds, in order, and takes a message out when the
 * broker has acknowledged it (QoS 0: when it was written to the socket);
 * receives what it subscribed to.
 *
 *   IDLE -start-> CONNECTING -> CONNECTED (SUBSCRIBING in between)
 *                   |    ^          |
 *                   v    |          v
 *                  WAITING <--------+     close() from all: CLOSED
 *                   |
 *                   v
 *                 FAILED
 *
 * FAILED is final: a permanent cause (anc_mqtt_error_is_transient) before the
 * first success, one of the two timeouts, or a message or subscription that the
 * broker refuses. The messages stay in the queue. */
typedef struct _AncMqttConnection AncMqttConnection;

typedef enum {
  ANC_MQTT_STATE_IDLE,
  ANC_MQTT_STATE_CONNECTING,
  ANC_MQTT_STATE_SUBSCRIBING,
  ANC_MQTT_STATE_CONNECTED,
  ANC_MQTT_STATE_WAITING, /* before the next try */
  ANC_MQTT_STATE_CLOSED,
  ANC_MQTT_STATE_FAILED,
} AncMqttState;

/* "connected" ...: for messages and statistics. */
const gchar *anc_mqtt_state_name (AncMqttState state);

typedef struct {
  AncMqttState state;
  const GError *reason;     /* WAITING and FAILED: why; else NULL */
  guint retry_ms;           /* WAITING: the time before the next try */
  gboolean was_connected;   /* WAITING: this is the end of a connection */
  gboolean session_present; /* CONNECTED: the broker remembers us */
} AncMqttStateChange;

/* Called on threads of the library, without a lock; they may call everything
 * but anc_mqtt_connection_close() and _unref(). `message` must not block: it is
 * called on Paho's receiving thread, which answers pings too. */
typedef struct {
  void (*state) (const AncMqttStateChange *change, gpointer user_data);
  void (*message) (AncMqttMessage *message, gpointer user_data);
} AncMqttCallbacks;

typedef struct {
  AncMqttState state;
  guint64 connects;     /* successes */
  guint64 failures;     /* tries that failed and connections that ended */
  guint64 published;    /* PUBLISH packets given to Paho, repeats included */
  guint64 republished;  /* of these: had been sent before */
  guint64 acknowledged; /* messages that the broker has */
  guint64 received;
  guint64 bytes_out; /* payloads */
  guint64 bytes_in;
  guint in_flight;
} AncMqttStats;

/* Checks and copies the settings. The queue (NULL: nothing is published) must
 * have one connection at a time. */
AncMqttConnection *anc_mqtt_connection_new (const AncMqttSettings *settings,
                                            AncMqttQueue *queue,
                                            const AncMqttCallbacks *callbacks,
                                            gpointer user_data, GError **error);

/* Before start: asked for after every connect, unless the broker says that it
 * remembers them. */
gboolean anc_mqtt_connection_subscribe (AncMqttConnection *self,
                                        const gchar *filter, guint qos,
                                        GError **error);

/* Returns at once. */
void anc_mqtt_connection_start (AncMqttConnection *self);

/* Says goodbye to the broker (at most `grace_ms` for what is on its way), waits
 * for the thread; no callback comes after it. The queue's messages are left in
 * the queue. May be called twice. */
void anc_mqtt_connection_close (AncMqttConnection *self, guint grace_ms);

/* Closes too. */
void anc_mqtt_connection_free (AncMqttConnection *self);

void anc_mqtt_connection_get_stats (AncMqttConnection *self,
                                    AncMqttStats *ret_stats);

/* The client id in use: the given one or the one that was made up. */
const gchar *anc_mqtt_connection_get_client_id (AncMqttConnection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncMqttConnection, anc_mqtt_connection_free)
