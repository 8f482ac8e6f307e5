/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* One application message. Unchanged after it was made, so any thread may read
 * it; counted references. */
typedef struct {
  gchar *topic;
  GBytes *payload;
  guint qos; /* 0, 1 or 2 */
  gboolean retain;
  gboolean duplicate; /* received: the broker has sent it before */

  /*< private >*/
  gint references;
} AncMqttMessage;

/* Copies the topic and takes a reference to the payload. */
AncMqttMessage *anc_mqtt_message_new (const gchar *topic, GBytes *payload,
                                      guint qos, gboolean retain);
AncMqttMessage *anc_mqtt_message_ref (AncMqttMessage *self);
void anc_mqtt_message_unref (AncMqttMessage *self);

/* What it counts for in a queue: topic and payload, in bytes. */
gsize anc_mqtt_message_size (const AncMqttMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncMqttMessage, anc_mqtt_message_unref)
