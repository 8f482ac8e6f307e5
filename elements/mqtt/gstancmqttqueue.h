/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-mqtt-queue.h"

G_BEGIN_DECLS

/* The queue's properties, of the elements that publish. An element gives them
 * ids from one of its own on, in the order of GstAncMqttQueueProperty. Guarded
 * by the element's object lock. */
typedef enum {
  GST_ANC_MQTT_QUEUE_PROP_DIRECTORY,
  GST_ANC_MQTT_QUEUE_PROP_LIMIT,
  GST_ANC_MQTT_QUEUE_PROP_LIMIT_MESSAGES,
  GST_ANC_MQTT_QUEUE_PROP_POLICY,
  GST_ANC_MQTT_QUEUE_PROP_DRAIN_TIMEOUT,
  GST_ANC_MQTT_QUEUE_N_PROPS,
} GstAncMqttQueueProperty;

typedef struct {
  gchar *directory;
  guint64 limit_bytes;
  guint64 limit_messages;
  AncMqttQueuePolicy policy;
  GstClockTime drain_timeout;
} GstAncMqttQueueProperties;

/* `standard` has the defaults; its directory is NULL. */
void gst_anc_mqtt_queue_install (GObjectClass *klass, guint first,
                                 const GstAncMqttQueueProperties *standard,
                                 const gchar *drain_blurb);
void gst_anc_mqtt_queue_clear (GstAncMqttQueueProperties *self);

/* FALSE: the id is none of them. */
gboolean gst_anc_mqtt_queue_set (GstAncMqttQueueProperties *self, guint first,
                                 guint id, const GValue *value);
gboolean gst_anc_mqtt_queue_get (const GstAncMqttQueueProperties *self,
                                 guint first, guint id, GValue *value);

/* The file in the directory is named after `client_id`, or if that is NULL
 * after the element; *ret_warning as anc_mqtt_queue_open() has it. */
AncMqttQueue *gst_anc_mqtt_queue_open (const GstAncMqttQueueProperties *self,
                                       const gchar *client_id,
                                       const gchar *element,
                                       gchar **ret_warning, GError **error);

/* "3 messages are queued" */
gchar *gst_anc_mqtt_queue_describe (AncMqttQueue *queue);

G_END_DECLS
