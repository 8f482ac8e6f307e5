/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties that are of one of the two elements only. */
#include "config.h"

#include "gstancwssink-private.h"

#define DEFAULT_QUEUE_MESSAGES 1000
#define DEFAULT_ACK_TIMEOUT 10000
#define DEFAULT_DRAIN_TIMEOUT 30000

enum {
  PROP_ENCODING = GST_ANC_WS_PROP_OWN,
  PROP_ACKNOWLEDGE,
  PROP_SLOW_CLIENT_POLICY,
  PROP_QUEUE_MESSAGES,
  PROP_ACK_TIMEOUT,
  PROP_DRAIN_TIMEOUT,
};

void
gst_anc_ws_sink_init_properties (GstAncWsSink *self)
{
  self->sending = (GstAncWsSending){ .policy = GST_ANC_WS_SLOW_DROP,
                                     .max_messages = DEFAULT_QUEUE_MESSAGES,
                                     .ack_timeout = DEFAULT_ACK_TIMEOUT };
  self->drain_timeout = DEFAULT_DRAIN_TIMEOUT;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (object);

  if (gst_anc_ws_endpoint_set_property (&self->endpoint, id, value))
    return;
  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_ENCODING:
    self->base64 = g_value_get_enum (value) == GST_ANC_WS_ENCODING_BASE64;
    break;
  case PROP_ACKNOWLEDGE:
    self->acknowledge = g_value_get_boolean (value);
    break;
  case PROP_SLOW_CLIENT_POLICY:
    self->sending.policy = g_value_get_enum (value);
    break;
  case PROP_QUEUE_MESSAGES:
    self->sending.max_messages = g_value_get_uint (value);
    break;
  case PROP_ACK_TIMEOUT:
    self->sending.ack_timeout = g_value_get_uint (value);
    break;
  case PROP_DRAIN_TIMEOUT:
    self->drain_timeout = g_value_get_uint (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (object);

  if (gst_anc_ws_endpoint_get_property (&self->endpoint, id, value))
    return;
  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_ENCODING:
    g_value_set_enum (value, self->base64 ? GST_ANC_WS_ENCODING_BASE64
                                          : GST_ANC_WS_ENCODING_BINARY);
    break;
  case PROP_ACKNOWLEDGE:
    g_value_set_boolean (value, self->acknowledge);
    break;
  case PROP_SLOW_CLIENT_POLICY:
    g_value_set_enum (value, self->sending.policy);
    break;
  case PROP_QUEUE_MESSAGES:
    g_value_set_uint (value, self->sending.max_messages);
    break;
  case PROP_ACK_TIMEOUT:
    g_value_set_uint (value, self->sending.ack_timeout);
    break;
  case PROP_DRAIN_TIMEOUT:
    g_value_set_uint (value, self->drain_timeout);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
install_number (GObjectClass *klass, guint id, const gchar *name,
                const gchar *nick, const gchar *blurb, guint min,
                guint standard)
{
  g_object_class_install_property (klass, id,
                                   g_param_spec_uint (name, nick, blurb, min,
                                                      G_MAXINT, standard,
                                                      GST_ANC_WS_READY_RW));
}

void
gst_anc_ws_sink_install_properties (GObjectClass *klass)
{
  klass->set_property = set_property;
  klass->get_property = get_property;
  g_object_class_install_property (
      klass, PROP_ENCODING,
      g_param_spec_enum (
          "encoding", "Encoding",
          "Frames to send data in; base64 for gateways that take "
          "no binary",
          GST_TYPE_ANC_WS_ENCODING, GST_ANC_WS_ENCODING_BINARY,
          GST_ANC_WS_READY_RW));
  g_object_class_install_property (
      klass, PROP_ACKNOWLEDGE,
      g_param_spec_boolean ("acknowledge", "Acknowledge",
                            "Each message waits for its acknowledgement and is "
                            "sent again after a new connection",
                            FALSE, GST_ANC_WS_READY_RW));
  g_object_class_install_property (
      klass, PROP_SLOW_CLIENT_POLICY,
      g_param_spec_enum ("slow-client-policy", "Slow client policy",
                         "What happens when the queue of a client is full",
                         GST_TYPE_ANC_WS_SLOW_POLICY, GST_ANC_WS_SLOW_DROP,
                         GST_ANC_WS_READY_RW));
  install_number (klass, PROP_QUEUE_MESSAGES, "queue-messages",
                  "Queue messages", "Messages that wait for a client", 1,
                  DEFAULT_QUEUE_MESSAGES);
  install_number (klass, PROP_ACK_TIMEOUT, "ack-timeout",
                  "Acknowledgement timeout",
                  "Milliseconds until a message without acknowledgement breaks "
                  "the connection off, 0: never",
                  0, DEFAULT_ACK_TIMEOUT);
  install_number (
      klass, PROP_DRAIN_TIMEOUT, "drain-timeout", "Drain timeout",
      "Milliseconds for the receivers to acknowledge the end, 0: no "
      "limit",
      0, DEFAULT_DRAIN_TIMEOUT);
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_ENCODING, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_SLOW_POLICY, 0);
}
