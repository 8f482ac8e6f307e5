/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancmqttsink.h"

#include "gstancmqttenums.h"
#include "gstancmqttoutage.h"
#include "gstancmqttproperties.h"
#include "gstancmqttqueue.h"

#include "anc-mqtt-connection.h"

G_BEGIN_DECLS

struct _GstAncMqttSink {
  GstBaseSink parent;

  /* Settings, guarded by the object lock */
  GstAncMqttProperties common;
  GstAncMqttPayloadFormat format;
  gboolean gzip;
  gboolean retain;
  GstAncMqttQueueProperties queue_properties;

  /* From start to stop; set under the object lock */
  AncMqttQueue *queue;
  AncMqttConnection *connection;
  gchar *broker;
  guint64 max_payload;
  gboolean aws;
  /* Why the waits of the streaming thread end; object lock */
  gboolean unlocked;
  gboolean failed;
  GstAncMqttOutage outage;

  /* The streaming thread's */
  gchar *template;
  gchar *topic;
  GstTagList *tags;
  gchar *caps;
};

void gst_anc_mqtt_sink_init_properties (GstAncMqttSink *self);
void gst_anc_mqtt_sink_install_properties (GObjectClass *klass);
void gst_anc_mqtt_sink_set_property (GObject *object, guint id,
                                     const GValue *value, GParamSpec *spec);
void gst_anc_mqtt_sink_get_property (GObject *object, guint id, GValue *value,
                                     GParamSpec *spec);

/* FALSE, and an error: what it publishes would come in again. */
gboolean gst_anc_mqtt_sink_check_loop (GstAncMqttSink *self);

GstFlowReturn gst_anc_mqtt_sink_render (GstBaseSink *sink, GstBuffer *buffer);

/* Waits until the broker has everything, or drain-timeout. */
GstFlowReturn gst_anc_mqtt_sink_drain (GstAncMqttSink *self);

G_END_DECLS
