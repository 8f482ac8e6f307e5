/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttsrc-private.h"

#include "gstancfields.h"

#define QUEUE_LIMIT (16u * 1024u * 1024u)

#define S GstAncMqttSrc
static const GstAncField fields[] = {
  GST_ANC_CHOICE (S, format, "payload-format", "Payload format",
                  "What a message holds", gst_anc_mqtt_payload_format_get_type,
                  GST_ANC_MQTT_PAYLOAD_RAW),
  GST_ANC_SWITCH (S, gzip, "gzip", "gzip",
                  "Raw payloads are compressed (json-base64 says so itself)",
                  FALSE),
  GST_ANC_CHOICE (S, timestamps, "timestamps", "Time stamps",
                  "Which time json-base64 buffers carry",
                  gst_anc_mqtt_timestamps_get_type,
                  GST_ANC_MQTT_TIMESTAMPS_SENDER),
  GST_ANC_LONG (S, queue_limit, "queue-limit", "Queue limit",
                "What waits for downstream at most, in bytes (0: no limit)", 0,
                G_MAXUINT64, QUEUE_LIMIT),
  GST_ANC_CHOICE (S, queue_policy, "queue-policy", "Queue policy",
                  "What is dropped beyond it (block counts as drop-oldest: "
                  "MQTT cannot wait)",
                  gst_anc_mqtt_queue_policy_get_type,
                  ANC_MQTT_QUEUE_DROP_OLDEST),
};
#undef S

enum {
  PROP_CAPS = GST_ANC_MQTT_PROP_OWN,
  PROP_STATS,
  PROP_FIELDS, /* and the following */
};

void
gst_anc_mqtt_src_init_properties (GstAncMqttSrc *self)
{
  gst_anc_mqtt_properties_init (&self->common);
  gst_anc_fields_init (self, fields, G_N_ELEMENTS (fields));
}

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
  if (id == PROP_CAPS)
    gst_caps_replace (&self->caps, (GstCaps *) gst_value_get_caps (value));
  else if (!gst_anc_mqtt_properties_set (&self->common, id, value)
           && !gst_anc_fields_set (self, PROP_FIELDS, fields,
                                   G_N_ELEMENTS (fields), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  GST_OBJECT_UNLOCK (self);
}

void
gst_anc_mqtt_src_get_property (GObject *object, guint id, GValue *value,
                               GParamSpec *spec)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (object);

  GST_OBJECT_LOCK (self);
  if (id == PROP_CAPS)
    gst_value_set_caps (value, self->caps);
  else if (id == PROP_STATS)
    g_value_take_boxed (value, make_stats (self));
  else if (!gst_anc_mqtt_properties_get (&self->common, id, value)
           && !gst_anc_fields_get (self, PROP_FIELDS, fields,
                                   G_N_ELEMENTS (fields), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  GST_OBJECT_UNLOCK (self);
}

void
gst_anc_mqtt_src_install_properties (GObjectClass *klass)
{
  gst_anc_mqtt_properties_install (
      klass, "Topic filter to subscribe to; + stands for one level, # for all "
             "that follow; wins over the URI's");
  gst_anc_fields_install (klass, PROP_FIELDS, fields, G_N_ELEMENTS (fields),
                          GST_PARAM_MUTABLE_READY);
  g_object_class_install_property (
      klass, PROP_CAPS,
      g_param_spec_boxed ("caps", "Caps", "Caps of raw payloads", GST_TYPE_CAPS,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                              | GST_PARAM_MUTABLE_READY));
  gst_anc_mqtt_install_stats (klass, PROP_STATS);
}
