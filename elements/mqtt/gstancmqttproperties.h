/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-mqtt-settings.h"
#include "anc-mqtt-uri.h"

G_BEGIN_DECLS

/* The properties that all MQTT elements have. An element's own ids begin at
 * GST_ANC_MQTT_PROP_OWN. */
enum {
  GST_ANC_MQTT_PROP_0,
  GST_ANC_MQTT_PROP_URI,
  GST_ANC_MQTT_PROP_TOPIC,
  GST_ANC_MQTT_PROP_QOS,
  GST_ANC_MQTT_PROP_CLIENT_ID,
  GST_ANC_MQTT_PROP_USERNAME,
  GST_ANC_MQTT_PROP_PASSWORD,
  GST_ANC_MQTT_PROP_PROTOCOL_VERSION,
  GST_ANC_MQTT_PROP_KEEP_ALIVE,
  GST_ANC_MQTT_PROP_CLEAN_SESSION,
  GST_ANC_MQTT_PROP_SESSION_EXPIRY,
  GST_ANC_MQTT_PROP_MAX_PAYLOAD_SIZE,
  GST_ANC_MQTT_PROP_TLS_CA_FILE,
  GST_ANC_MQTT_PROP_TLS_CERTIFICATE_FILE,
  GST_ANC_MQTT_PROP_TLS_KEY_FILE,
  GST_ANC_MQTT_PROP_TLS_KEY_PASSWORD,
  GST_ANC_MQTT_PROP_TLS_ALPN,
  GST_ANC_MQTT_PROP_TLS_VERIFY,
  GST_ANC_MQTT_PROP_WILL_TOPIC,
  GST_ANC_MQTT_PROP_WILL_PAYLOAD,
  GST_ANC_MQTT_PROP_WILL_QOS,
  GST_ANC_MQTT_PROP_WILL_RETAIN,
  GST_ANC_MQTT_PROP_CONNECT_TIMEOUT,
  GST_ANC_MQTT_PROP_RECONNECT_TIMEOUT,
  GST_ANC_MQTT_PROP_RECONNECT_MIN,
  GST_ANC_MQTT_PROP_RECONNECT_MAX,
  GST_ANC_MQTT_PROP_AWS,
  GST_ANC_MQTT_PROP_OWN,
};

/* Their values, guarded by the element's object lock. */
typedef struct {
  AncMqttSettings *settings;
  gchar *topic; /* property; wins over the URI's */
  guint qos;
  AncMqttUri *uri;   /* NULL: unset, or */
  GError *uri_error; /* what is wrong with it */
} GstAncMqttProperties;

void gst_anc_mqtt_properties_install (GObjectClass *klass,
                                      const gchar *topic_blurb);
void gst_anc_mqtt_properties_init (GstAncMqttProperties *self);
void gst_anc_mqtt_properties_clear (GstAncMqttProperties *self);

/* FALSE: none of the common ones. */
gboolean gst_anc_mqtt_properties_set (GstAncMqttProperties *self, guint id,
                                      const GValue *value);
gboolean gst_anc_mqtt_properties_get (const GstAncMqttProperties *self,
                                      guint id, GValue *value);

/* For GstURIHandler: GST_URI_ERROR for what is no MQTT URI, and when the
 * element is `running`. */
gboolean gst_anc_mqtt_properties_handle_uri (GstAncMqttProperties *self,
                                             gboolean running, const gchar *uri,
                                             GError **error);
/* Without the password; NULL if there is none. */
gchar *gst_anc_mqtt_properties_get_uri (const GstAncMqttProperties *self);

/* Settings with what the URI says filled in where no property says it; not
 * checked yet. */
AncMqttSettings *gst_anc_mqtt_properties_resolve (
    const GstAncMqttProperties *self, GError **error);
/* The topic of the property, else of the URI, else NULL. */
const gchar *gst_anc_mqtt_properties_get_topic (
    const GstAncMqttProperties *self);

G_END_DECLS
