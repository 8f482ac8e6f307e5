/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties that are of one of the two elements only. */
#include "config.h"

#include "gstancwssrc-private.h"

#define DEFAULT_LATENCY 50

enum {
  PROP_CAPS = GST_ANC_WS_PROP_OWN,
  PROP_TIMESTAMP_MODE,
  PROP_KEEP_LISTENING,
  PROP_LATENCY,
};

void
gst_anc_ws_src_init_properties (GstAncWsSrc *self)
{
  self->latency = DEFAULT_LATENCY;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (object);

  if (gst_anc_ws_endpoint_set_property (&self->endpoint, id, value))
    return;
  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_CAPS:
    gst_caps_replace (&self->caps, (GstCaps *) gst_value_get_caps (value));
    break;
  case PROP_TIMESTAMP_MODE:
    self->by_arrival = g_value_get_enum (value) == GST_ANC_WS_TIMESTAMP_ARRIVAL;
    break;
  case PROP_KEEP_LISTENING:
    self->keep_listening = g_value_get_boolean (value);
    break;
  case PROP_LATENCY:
    self->latency = g_value_get_uint (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
  if (id == PROP_LATENCY)
    gst_element_post_message (GST_ELEMENT (self),
                              gst_message_new_latency (GST_OBJECT (self)));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (object);

  if (gst_anc_ws_endpoint_get_property (&self->endpoint, id, value))
    return;
  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_CAPS:
    gst_value_set_caps (value, self->caps);
    break;
  case PROP_TIMESTAMP_MODE:
    g_value_set_enum (value, self->by_arrival ? GST_ANC_WS_TIMESTAMP_ARRIVAL
                                              : GST_ANC_WS_TIMESTAMP_SENDER);
    break;
  case PROP_KEEP_LISTENING:
    g_value_set_boolean (value, self->keep_listening);
    break;
  case PROP_LATENCY:
    g_value_set_uint (value, self->latency);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
}

#define PLAYING_RW                                                             \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

void
gst_anc_ws_src_install_properties (GObjectClass *klass)
{
  klass->set_property = set_property;
  klass->get_property = get_property;
  g_object_class_install_property (
      klass, PROP_CAPS,
      g_param_spec_boxed ("caps", "Caps",
                          "What the messages are with protocol=raw; otherwise "
                          "which streams are taken",
                          GST_TYPE_CAPS, GST_ANC_WS_READY_RW));
  g_object_class_install_property (
      klass, PROP_TIMESTAMP_MODE,
      g_param_spec_enum ("timestamp-mode", "Time stamp mode",
                         "Where time stamps come from",
                         GST_TYPE_ANC_WS_TIMESTAMP_MODE,
                         GST_ANC_WS_TIMESTAMP_SENDER, PLAYING_RW));
  g_object_class_install_property (
      klass, PROP_KEEP_LISTENING,
      g_param_spec_boolean ("keep-listening", "Keep listening",
                            "Server: the end of a publisher's stream is not "
                            "the end of this one",
                            FALSE, PLAYING_RW));
  g_object_class_install_property (
      klass, PROP_LATENCY,
      g_param_spec_uint ("latency", "Latency",
                         "Milliseconds by which the network may vary", 0,
                         G_MAXINT, DEFAULT_LATENCY, PLAYING_RW));
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_TIMESTAMP_MODE, 0);
}
