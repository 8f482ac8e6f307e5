/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttsink-private.h"

#define DEFAULT_IN_FLIGHT 100u
#define DEFAULT_QUEUE_LIMIT (64u * 1024u * 1024u)

enum {
  PROP_PAYLOAD_FORMAT = GST_ANC_MQTT_PROP_OWN,
  PROP_GZIP,
  PROP_RETAIN,
  PROP_MAX_IN_FLIGHT,
  PROP_STATS,
  PROP_QUEUE, /* and the following GST_ANC_MQTT_QUEUE_N_PROPS */
};

const GstAncMqttQueueProperties gst_anc_mqtt_sink_queue
    = { .limit_bytes = DEFAULT_QUEUE_LIMIT,
        .policy = ANC_MQTT_QUEUE_BLOCK,
        .drain_timeout = GST_CLOCK_TIME_NONE };

/* Object lock held. */
static GstStructure *
make_stats (GstAncMqttSink *self)
{
  AncMqttStats stats = { .state = ANC_MQTT_STATE_IDLE };
  AncMqttQueueCounts counts = { 0 };

  if (self->connection != NULL)
    anc_mqtt_connection_get_stats (self->connection, &stats);
  if (self->queue != NULL)
    anc_mqtt_queue_get_counts (self->queue, &counts);
  return gst_structure_new (
      "ancmqttsink", "state", G_TYPE_STRING, anc_mqtt_state_name (stats.state),
      "connects", G_TYPE_UINT64, stats.connects, "failures", G_TYPE_UINT64,
      stats.failures, "published", G_TYPE_UINT64, stats.published,
      "republished", G_TYPE_UINT64, stats.republished, "acknowledged",
      G_TYPE_UINT64, stats.acknowledged, "in-flight", G_TYPE_UINT,
      stats.in_flight, "bytes", G_TYPE_UINT64, stats.bytes_out,
      "queued-messages", G_TYPE_UINT64, counts.messages, "queued-bytes",
      G_TYPE_UINT64, counts.bytes, "recovered", G_TYPE_UINT64, counts.recovered,
      "appended", G_TYPE_UINT64, counts.appended, "durable", G_TYPE_UINT64,
      counts.durable, "dropped", G_TYPE_UINT64, counts.dropped, NULL);
}

void
gst_anc_mqtt_sink_set_property (GObject *object, guint id, const GValue *value,
                                GParamSpec *spec)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_PAYLOAD_FORMAT:
    self->format = (GstAncMqttPayloadFormat) g_value_get_enum (value);
    break;
  case PROP_GZIP:
    self->gzip = g_value_get_boolean (value);
    break;
  case PROP_RETAIN:
    self->retain = g_value_get_boolean (value);
    break;
  case PROP_MAX_IN_FLIGHT:
    self->common.settings->max_in_flight = g_value_get_uint (value);
    break;
  default:
    if (!gst_anc_mqtt_properties_set (&self->common, id, value)
        && !gst_anc_mqtt_queue_set (&self->queue_properties, PROP_QUEUE, id,
                                    value))
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

void
gst_anc_mqtt_sink_get_property (GObject *object, guint id, GValue *value,
                                GParamSpec *spec)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_PAYLOAD_FORMAT:
    g_value_set_enum (value, (gint) self->format);
    break;
  case PROP_GZIP:
    g_value_set_boolean (value, self->gzip);
    break;
  case PROP_RETAIN:
    g_value_set_boolean (value, self->retain);
    break;
  case PROP_MAX_IN_FLIGHT:
    g_value_set_uint (value, self->common.settings->max_in_flight);
    break;
  case PROP_STATS:
    g_value_take_boxed (value, make_stats (self));
    break;
  default:
    if (!gst_anc_mqtt_properties_get (&self->common, id, value)
        && !gst_anc_mqtt_queue_get (&self->queue_properties, PROP_QUEUE, id,
                                    value))
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

#define FLAGS                                                                  \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

void
gst_anc_mqtt_sink_install_properties (GObjectClass *klass)
{
  gst_anc_mqtt_properties_install (
      klass, "Topic to publish to; {element}, {client-id}, {host} and tags "
             "such as {title} are filled in; wins over the URI's");
  g_object_class_install_property (
      klass, PROP_PAYLOAD_FORMAT,
      g_param_spec_enum (
          "payload-format", "Payload format", "What a message holds",
          GST_TYPE_ANC_MQTT_PAYLOAD_FORMAT, GST_ANC_MQTT_PAYLOAD_RAW, FLAGS));
  g_object_class_install_property (klass, PROP_GZIP,
                                   g_param_spec_boolean ("gzip", "gzip",
                                                         "Compress the bytes",
                                                         FALSE, FLAGS));
  g_object_class_install_property (
      klass, PROP_RETAIN,
      g_param_spec_boolean ("retain", "Retain",
                            "The broker keeps the last message for later "
                            "subscribers",
                            FALSE, FLAGS));
  g_object_class_install_property (
      klass, PROP_MAX_IN_FLIGHT,
      g_param_spec_uint ("max-in-flight", "Maximum in flight",
                         "Messages on their way without an acknowledgement", 1,
                         65535, DEFAULT_IN_FLIGHT, FLAGS));
  g_object_class_install_property (
      klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Of the connection and the queue", GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  gst_anc_mqtt_queue_install (
      klass, PROP_QUEUE, &gst_anc_mqtt_sink_queue,
      "Nanoseconds that EOS waits at most for the broker to acknowledge "
      "everything (default: for ever)");
}
