/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-mqtt-connection.h"

G_BEGIN_DECLS

/* What an element says of its connection: one warning an outage, and why what
 * is lost at the stop did not arrive. */
typedef struct {
  GMutex lock;
  /* with the lock */
  gboolean told;
  gboolean connected;
  gchar *reason; /* of the last failure; NULL: none since it was connected */
} GstAncMqttOutage;

void gst_anc_mqtt_outage_init (GstAncMqttOutage *self);
void gst_anc_mqtt_outage_clear (GstAncMqttOutage *self);

/* Before a new connection of another start: nothing is known. */
void gst_anc_mqtt_outage_reset (GstAncMqttOutage *self);

/* Posts the element message and the error of gst_anc_mqtt_post_state(), and the
 * warning if this is the first news of an outage. `who` waits for the broker;
 * `meanwhile` says what becomes of the messages, as in "3 messages are
 * queued". */
void gst_anc_mqtt_outage_report (GstAncMqttOutage *self, GstElement *element,
                                 const AncMqttStateChange *change,
                                 const gchar *broker, const gchar *client_id,
                                 const gchar *meanwhile);

/* Why the broker has not got what it should have, for brackets in a sentence;
 * there is always an answer. */
gchar *gst_anc_mqtt_outage_cause (GstAncMqttOutage *self);

G_END_DECLS
