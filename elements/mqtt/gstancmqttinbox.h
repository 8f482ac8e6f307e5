/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-mqtt-message.h"

G_BEGIN_DECLS

/* Received messages between Paho's thread, which must not wait, and the
 * streaming thread, which may: bounded in bytes. */
typedef struct {
  GMutex lock; /* guards all; a leaf */
  GCond changed;
  GQueue messages;
  gsize bytes;
  gsize limit;
  gboolean drop_newest; /* else the oldest */
  gboolean flushing;
  gboolean failed;
  guint64 received;
  guint64 dropped;
} GstAncMqttInbox;

void gst_anc_mqtt_inbox_init (GstAncMqttInbox *self);
void gst_anc_mqtt_inbox_clear (GstAncMqttInbox *self);

/* Empty, counters at 0. */
void gst_anc_mqtt_inbox_reset (GstAncMqttInbox *self, gsize limit,
                               gboolean drop_newest);

/* TRUE: the first message that had to be dropped. */
gboolean gst_anc_mqtt_inbox_push (GstAncMqttInbox *self,
                                  AncMqttMessage *message);

/* GST_FLOW_FLUSHING while flushing, GST_FLOW_ERROR when failed. */
GstFlowReturn gst_anc_mqtt_inbox_pop (GstAncMqttInbox *self,
                                      AncMqttMessage **ret_message);

void gst_anc_mqtt_inbox_set_flushing (GstAncMqttInbox *self, gboolean flushing);
void gst_anc_mqtt_inbox_fail (GstAncMqttInbox *self);

G_END_DECLS
