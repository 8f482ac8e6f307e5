/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttsink-private.h"

#include "gstancfields.h"

#define DEFAULT_QUEUE_LIMIT (64u * 1024u * 1024u)

#define S GstAncMqttSink
static const GstAncField fields[] = {
  GST_ANC_CHOICE (S, format, "payload-format", "Payload format",
                  "What a message holds", gst_anc_mqtt_payload_format_get_type,
                  GST_ANC_MQTT_PAYLOAD_RAW),
  GST_ANC_SWITCH (S, gzip, "gzip", "gzip", "Compress the bytes", FALSE),
  GST_ANC_SWITCH (S, retain, "retain", "Retain",
                  "The broker keeps the last message for later subscribers",
                  FALSE),
};
#undef S

static const GstAncField in_flight_field = GST_ANC_NUMBER (
    AncMqttSettings, max_in_flight, "max-in-flight", "Maximum in flight",
    "Messages on their way without an acknowledgement", 1, 65535, 100);

enum {
  PROP_STATS = GST_ANC_MQTT_PROP_OWN,
  PROP_MAX_IN_FLIGHT,
  PROP_FIELDS, /* and the following, as the queue's */
  PROP_QUEUE = PROP_FIELDS + G_N_ELEMENTS (fields),
};

static const GstAncMqttQueueProperties standard_queue
    = { .limit_bytes = DEFAULT_QUEUE_LIMIT,
        .policy = ANC_MQTT_QUEUE_BLOCK,
        .drain_timeout = GST_CLOCK_TIME_NONE };

void
gst_anc_mqtt_sink_init_properties (GstAncMqttSink *self)
{
  gst_anc_mqtt_properties_init (&self->common);
  gst_anc_fields_init (self->common.settings, &in_flight_field, 1);
  gst_anc_fields_init (self, fields, G_N_ELEMENTS (fields));
  self->queue_properties = standard_queue;
}

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
  if (!gst_anc_mqtt_properties_set (&self->common, id, value)
      && !gst_anc_mqtt_queue_set (&self->queue_properties, PROP_QUEUE, id,
                                  value)
      && !gst_anc_fields_set (self->common.settings, PROP_MAX_IN_FLIGHT,
                              &in_flight_field, 1, id, value)
      && !gst_anc_fields_set (self, PROP_FIELDS, fields, G_N_ELEMENTS (fields),
                              id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  GST_OBJECT_UNLOCK (self);
}

void
gst_anc_mqtt_sink_get_property (GObject *object, guint id, GValue *value,
                                GParamSpec *spec)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (object);

  GST_OBJECT_LOCK (self);
  if (id == PROP_STATS)
    g_value_take_boxed (value, make_stats (self));
  else if (!gst_anc_mqtt_properties_get (&self->common, id, value)
           && !gst_anc_mqtt_queue_get (&self->queue_properties, PROP_QUEUE, id,
                                       value)
           && !gst_anc_fields_get (self->common.settings, PROP_MAX_IN_FLIGHT,
                                   &in_flight_field, 1, id, value)
           && !gst_anc_fields_get (self, PROP_FIELDS, fields,
                                   G_N_ELEMENTS (fields), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  GST_OBJECT_UNLOCK (self);
}

void
gst_anc_mqtt_sink_install_properties (GObjectClass *klass)
{
  gst_anc_mqtt_properties_install (
      klass, "Topic to publish to; {element}, {client-id}, {host} and tags "
             "such as {title} are filled in; wins over the URI's");
  gst_anc_fields_install (klass, PROP_FIELDS, fields, G_N_ELEMENTS (fields),
                          GST_PARAM_MUTABLE_READY);
  gst_anc_fields_install (klass, PROP_MAX_IN_FLIGHT, &in_flight_field, 1,
                          GST_PARAM_MUTABLE_READY);
  gst_anc_mqtt_install_stats (klass, PROP_STATS);
  gst_anc_mqtt_queue_install (
      klass, PROP_QUEUE, &standard_queue,
      "How long EOS waits at most for the broker to acknowledge everything, in "
      "nanoseconds (default: for ever)");
}
