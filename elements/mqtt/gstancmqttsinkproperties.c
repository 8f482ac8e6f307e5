/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttsink-private.h"

#define DEFAULT_IN_FLIGHT 100u

enum {
  PROP_PAYLOAD_FORMAT = GST_ANC_MQTT_PROP_OWN,
  PROP_GZIP,
  PROP_RETAIN,
  PROP_MAX_IN_FLIGHT,
  PROP_QUEUE_DIRECTORY,
  PROP_QUEUE_LIMIT,
  PROP_QUEUE_LIMIT_MESSAGES,
  PROP_QUEUE_POLICY,
  PROP_DRAIN_TIMEOUT,
  PROP_STATS,
};

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
  case PROP_QUEUE_DIRECTORY:
    g_free (self->queue_directory);
    self->queue_directory = g_value_dup_string (value);
    break;
  case PROP_QUEUE_LIMIT:
    self->queue_options.limit_bytes = g_value_get_uint64 (value);
    break;
  case PROP_QUEUE_LIMIT_MESSAGES:
    self->queue_options.limit_messages = g_value_get_uint64 (value);
    break;
  case PROP_QUEUE_POLICY:
    self->queue_options.policy = (AncMqttQueuePolicy) g_value_get_enum (value);
    break;
  case PROP_DRAIN_TIMEOUT:
    self->drain_timeout = g_value_get_uint64 (value);
    break;
  default:
    if (!gst_anc_mqtt_properties_set (&self->common, id, value))
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
  case PROP_QUEUE_DIRECTORY:
    g_value_set_string (value, self->queue_directory);
    break;
  case PROP_QUEUE_LIMIT:
    g_value_set_uint64 (value, self->queue_options.limit_bytes);
    break;
  case PROP_QUEUE_LIMIT_MESSAGES:
    g_value_set_uint64 (value, self->queue_options.limit_messages);
    break;
  case PROP_QUEUE_POLICY:
    g_value_set_enum (value, (gint) self->queue_options.policy);
    break;
  case PROP_DRAIN_TIMEOUT:
    g_value_set_uint64 (value, self->drain_timeout);
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

static void
install_properties (GObjectClass *klass)
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
}

static void
install_queue_properties (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_QUEUE_DIRECTORY,
      g_param_spec_string ("queue-directory", "Queue directory",
                           "Where the queue's file is, named after client-id "
                           "or else the element (unset: in memory)",
                           NULL, FLAGS));
  g_object_class_install_property (
      klass, PROP_QUEUE_LIMIT,
      g_param_spec_uint64 ("queue-limit", "Queue limit",
                           "Bytes of topics and payloads at most (0: no limit)",
                           0, G_MAXUINT64, GST_ANC_MQTT_SINK_QUEUE_LIMIT,
                           FLAGS));
  g_object_class_install_property (
      klass, PROP_QUEUE_LIMIT_MESSAGES,
      g_param_spec_uint64 ("queue-limit-messages", "Queue limit in messages",
                           "Messages at most (0: no limit)", 0, G_MAXUINT64, 0,
                           FLAGS));
  g_object_class_install_property (
      klass, PROP_QUEUE_POLICY,
      g_param_spec_enum (
          "queue-policy", "Queue policy", "What happens when the queue is full",
          GST_TYPE_ANC_MQTT_QUEUE_POLICY, ANC_MQTT_QUEUE_BLOCK, FLAGS));
  g_object_class_install_property (
      klass, PROP_DRAIN_TIMEOUT,
      g_param_spec_uint64 ("drain-timeout", "Drain timeout",
                           "Nanoseconds that EOS waits at most for the broker "
                           "to acknowledge everything (default: for ever)",
                           0, G_MAXUINT64, GST_CLOCK_TIME_NONE, FLAGS));
  g_object_class_install_property (
      klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Of the connection and the queue", GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
gst_anc_mqtt_sink_install_properties (GObjectClass *klass)
{
  install_properties (klass);
  install_queue_properties (klass);
}
