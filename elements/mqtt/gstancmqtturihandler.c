/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqtturihandler.h"

#include <gst/base/gstbasesink.h>

static G_DEFINE_QUARK (gst-anc-mqtt-properties, properties)

        void gst_anc_mqtt_uri_handler_attach (GstElement *element,
                                              GstAncMqttProperties *properties)
{
  g_object_set_qdata (G_OBJECT (element), properties_quark (), properties);
}

static GstAncMqttProperties *
properties_of (GstURIHandler *handler)
{
  return g_object_get_qdata (G_OBJECT (handler), properties_quark ());
}

static GstURIType
get_type (GType type)
{
  return g_type_is_a (type, GST_TYPE_BASE_SINK) ? GST_URI_SINK : GST_URI_SRC;
}

static const gchar *const *
get_protocols (GType type)
{
  static const gchar *const protocols[] = { "mqtt", "mqtts", NULL };

  return protocols;
}

static gchar *
get_uri (GstURIHandler *handler)
{
  gchar *uri;

  GST_OBJECT_LOCK (handler);
  uri = gst_anc_mqtt_properties_get_uri (properties_of (handler));
  GST_OBJECT_UNLOCK (handler);
  return uri;
}

static gboolean
set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  gboolean good;

  GST_OBJECT_LOCK (handler);
  good = gst_anc_mqtt_properties_handle_uri (properties_of (handler), uri,
                                             error);
  GST_OBJECT_UNLOCK (handler);
  return good;
}

void
gst_anc_mqtt_uri_handler_init (gpointer interface, gpointer data)
{
  GstURIHandlerInterface *handler = interface;

  handler->get_type = get_type;
  handler->get_protocols = get_protocols;
  handler->get_uri = get_uri;
  handler->set_uri = set_uri;
}
