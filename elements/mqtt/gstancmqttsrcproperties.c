/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttsrc-private.h"

enum {
  PROP_PAYLOAD_FORMAT = GST_ANC_MQTT_PROP_OWN,
  PROP_GZIP,
  PROP_CAPS,
  PROP_TIMESTAMPS,
  PROP_QUEUE_LIMIT,
  PROP_QUEUE_POLICY,
  PROP_STATS,
};

/* Object lock held. */
static GstStructure *
make_stats (GstAncMqttSrc *self)
{
  AncMqttStats stats = { .state = ANC_MQTT_STATE_IDLE };
  GstStructure *structure;

  if (self->connection != NULL)
    anc_mqtt_connection_get_stats (self->connection, &stats);
  g_mutex_lock (&self->inbox.lock);
  structure = gst_structure_new (
      "ancmqttsrc", "state", G_TYPE_STRING, anc_mqtt_state_name (stats.state),
      "connects", G_TYPE_UINT64, stats.connects, "failures", G_TYPE_UINT64,
      stats.failures, "received", G_TYPE_UINT64, self->inbox.received, "bytes",
      G_TYPE_UINT64, stats.bytes_in, "queued-messages", G_TYPE_UINT,
      self->inbox.messages.length, "queued-bytes", G_TYPE_UINT64,
      (guint64) self->inbox.bytes, "dropped", G_TYPE_UINT64,
      self->inbox.dropped, "invalid", G_TYPE_UINT64, self->invalid, NULL);
  g_mutex_unlock (&self->inbox.lock);
  return structure;
}

void
gst_anc_mqtt_src_set_property (GObject *object, guint id, const GValue *value,
                               GParamSpec *spec)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_PAYLOAD_FORMAT:
    self->format = (GstAncMqttPayloadFormat) g_value_get_enum (value);
    break;
  case PROP_GZIP:
    self->gzip = g_value_get_boolean (value);
    break;
  case PROP_CAPS:
    gst_clear_caps (&self->caps);
    if (gst_value_get_caps (value) != NULL)
      self->caps = gst_caps_copy (gst_value_get_caps (value));
    break;
  case PROP_TIMESTAMPS:
    self->timestamps = (GstAncMqttTimestamps) g_value_get_enum (value);
    break;
  case PROP_QUEUE_LIMIT:
    self->queue_limit = g_value_get_uint64 (value);
    break;
  case PROP_QUEUE_POLICY:
    self->queue_policy = (AncMqttQueuePolicy) g_value_get_enum (value);
    break;
  default:
    if (!gst_anc_mqtt_properties_set (&self->common, id, value))
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

void
gst_anc_mqtt_src_get_property (GObject *object, guint id, GValue *value,
                               GParamSpec *spec)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_PAYLOAD_FORMAT:
    g_value_set_enum (value, (gint) self->format);
    break;
  case PROP_GZIP:
    g_value_set_boolean (value, self->gzip);
    break;
  case PROP_CAPS:
    gst_value_set_caps (value, self->caps);
    break;
  case PROP_TIMESTAMPS:
    g_value_set_enum (value, (gint) self->timestamps);
    break;
  case PROP_QUEUE_LIMIT:
    g_value_set_uint64 (value, self->queue_limit);
    break;
  case PROP_QUEUE_POLICY:
    g_value_set_enum (value, (gint) self->queue_policy);
    break;
  case PROP_STATS:
    g_value_take_boxed (value, make_stats (self));
    break;
  default:
    if (!gst_anc_mqtt_properties_get (&self->common, id, value))
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

#define FLAGS                                                                  \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

void
gst_anc_mqtt_src_install_properties (GObjectClass *klass)
{
  gst_anc_mqtt_properties_install (
      klass, "Topic filter to subscribe to; + stands for one level, # for all "
             "that follow; wins over the URI's");
  g_object_class_install_property (
      klass, PROP_PAYLOAD_FORMAT,
      g_param_spec_enum (
          "payload-format", "Payload format", "What a message holds",
          GST_TYPE_ANC_MQTT_PAYLOAD_FORMAT, GST_ANC_MQTT_PAYLOAD_RAW, FLAGS));
  g_object_class_install_property (
      klass, PROP_GZIP,
      g_param_spec_boolean ("gzip", "gzip",
                            "Raw payloads are compressed (json-base64 says "
                            "so itself)",
                            FALSE, FLAGS));
  g_object_class_install_property (klass, PROP_CAPS,
                                   g_param_spec_boxed ("caps", "Caps",
                                                       "Caps of raw payloads",
                                                       GST_TYPE_CAPS, FLAGS));
  g_object_class_install_property (
      klass, PROP_TIMESTAMPS,
      g_param_spec_enum (
          "timestamps", "Time stamps", "Which time json-base64 buffers carry",
          GST_TYPE_ANC_MQTT_TIMESTAMPS, GST_ANC_MQTT_TIMESTAMPS_SENDER, FLAGS));
  g_object_class_install_property (
      klass, PROP_QUEUE_LIMIT,
      g_param_spec_uint64 ("queue-limit", "Queue limit",
                           "Bytes that wait for downstream at most (0: no "
                           "limit)",
                           0, G_MAXUINT64, GST_ANC_MQTT_SRC_QUEUE_LIMIT,
                           FLAGS));
  g_object_class_install_property (
      klass, PROP_QUEUE_POLICY,
      g_param_spec_enum ("queue-policy", "Queue policy",
                         "What is dropped beyond it (block counts as "
                         "drop-oldest: MQTT cannot wait)",
                         GST_TYPE_ANC_MQTT_QUEUE_POLICY,
                         ANC_MQTT_QUEUE_DROP_OLDEST, FLAGS));
  g_object_class_install_property (
      klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Of the connection and the queue", GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}
