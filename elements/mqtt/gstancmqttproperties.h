/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-mqtt-settings.h"
#include "anc-mqtt-uri.h"

G_BEGIN_DECLS

/* The properties that all MQTT elements have. An element's own ids begin at
 * GST_ANC_MQTT_PROP_OWN. */
#define GST_ANC_MQTT_PROP_OWN 64

/* Their values, guarded by the element's object lock. */
typedef struct {
  AncMqttSettings *settings;
  gchar *topic; /* property; wins over the URI's */
  guint qos;
  AncMqttUri *uri;   /* NULL: unset, or */
  GError *uri_error; /* what is wrong with it */
  gboolean running;  /* the URI may not be changed */
} GstAncMqttProperties;

void gst_anc_mqtt_properties_install (GObjectClass *klass,
                                      const gchar *topic_blurb);
/* The read-only property `stats`. */
void gst_anc_mqtt_install_stats (GObjectClass *klass, guint id);
void gst_anc_mqtt_properties_init (GstAncMqttProperties *self);
void gst_anc_mqtt_properties_clear (GstAncMqttProperties *self);

/* FALSE: none of the common ones. */
gboolean gst_anc_mqtt_properties_set (GstAncMqttProperties *self, guint id,
                                      const GValue *value);
gboolean gst_anc_mqtt_properties_get (const GstAncMqttProperties *self,
                                      guint id, GValue *value);

/* For GstURIHandler: GST_URI_ERROR for what is no MQTT URI, and when the
 * element is running. */
gboolean gst_anc_mqtt_properties_handle_uri (GstAncMqttProperties *self,
                                             const gchar *uri, GError **error);
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
