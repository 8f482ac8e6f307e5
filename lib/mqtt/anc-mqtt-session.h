/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <MQTTClientPersistence.h>

/* What MQTT calls session state on the client's side, as far as QoS 2 needs it
 * to deliver exactly once: Paho keeps it here through its persistence
 * interface, so that it outlives one Paho handle. In memory: it ends with the
 * process. QoS 1 has the queue instead and leaves nothing here. */
typedef struct _AncMqttSession AncMqttSession;

AncMqttSession *anc_mqtt_session_new (void);
void anc_mqtt_session_free (AncMqttSession *self);

/* For MQTTAsync_create; valid as long as the session. */
MQTTClient_persistence *anc_mqtt_session_store (AncMqttSession *self);

/* Between two handles: forgets what Paho did not get to send, which the queue
 * sends again. */
void anc_mqtt_session_prune (AncMqttSession *self);

/* Whether a QoS 2 message that was sent with this packet id waits for the
 * broker to finish it. */
gboolean anc_mqtt_session_has_sent (AncMqttSession *self, gint packet_id);
