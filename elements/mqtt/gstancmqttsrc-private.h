/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancmqttsrc.h"

#include "gstancmqttenums.h"
#include "gstancmqttinbox.h"
#include "gstancmqttoutage.h"
#include "gstancmqttproperties.h"

#include "anc-mqtt-connection.h"

G_BEGIN_DECLS

struct _GstAncMqttSrc {
  GstPushSrc parent;

  /* Settings, guarded by the object lock */
  GstAncMqttProperties common;
  GstAncMqttPayloadFormat format;
  gboolean gzip;
  GstCaps *caps; /* property */
  GstAncMqttTimestamps timestamps;
  guint64 queue_limit;
  AncMqttQueuePolicy queue_policy;

  /* From start to stop; set under the object lock */
  AncMqttConnection *connection;
  gchar *broker;
  gsize max_payload;
  gboolean lasting; /* the broker keeps the session */
  GstAncMqttInbox inbox;
  GstAncMqttOutage outage;

  /* The streaming thread's */
  gchar *caps_text;      /* of the last message */
  GstCaps *message_caps; /* the same, parsed */
  GstClockTime first_pts, last_pts, anchor;
  guint64 invalid; /* object lock */
};

void gst_anc_mqtt_src_init_properties (GstAncMqttSrc *self);
void gst_anc_mqtt_src_install_properties (GObjectClass *klass);
void gst_anc_mqtt_src_set_property (GObject *object, guint id,
                                    const GValue *value, GParamSpec *spec);
void gst_anc_mqtt_src_get_property (GObject *object, guint id, GValue *value,
                                    GParamSpec *spec);

/* In the streaming thread; NULL: the message cannot be read. */
GstBuffer *gst_anc_mqtt_src_read (GstAncMqttSrc *self,
                                  const AncMqttMessage *message,
                                  GError **error);

G_END_DECLS
