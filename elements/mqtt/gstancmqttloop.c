/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttloop.h"

#include "anc-mqtt-error.h"
#include "anc-mqtt-topic.h"

#define QUESTION "anc-mqtt-do-you-hear"

gboolean
gst_anc_mqtt_loop_check (GstPad *sinkpad, const gchar *broker,
                         const gchar *topic, GError **error)
{
  GstQuery *query = gst_query_new_custom (
      GST_QUERY_CUSTOM,
      gst_structure_new (QUESTION, "broker", G_TYPE_STRING, broker, "topic",
                         G_TYPE_STRING, topic, NULL));
  gboolean heard = gst_pad_peer_query (sinkpad, query);
  const GstStructure *answer = gst_query_get_structure (query);

  if (heard)
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_TOPIC,
                 "topic: %s comes in again, because %s subscribes to %s at the "
                 "same broker, and the pipeline would hear itself; publish to "
                 "another topic",
                 topic, gst_structure_get_string (answer, "source"),
                 gst_structure_get_string (answer, "filter"));
  gst_query_unref (query);
  return !heard;
}

static gboolean
hears (const AncMqttSettings *settings, const gchar *filter,
       const GstStructure *question)
{
  const gchar *asked = gst_structure_get_string (question, "broker");
  g_autofree gchar *broker = NULL;

  if (settings == NULL || settings->host == NULL
      || !anc_mqtt_filter_check (filter, FALSE, NULL))
    return FALSE;
  broker = anc_mqtt_host_and_port (settings->host, settings->port);
  return g_ascii_strcasecmp (broker, asked) == 0
         && anc_mqtt_filter_matches (
             filter, gst_structure_get_string (question, "topic"));
}

gboolean
gst_anc_mqtt_loop_answer (GstElement *source,
                          const GstAncMqttProperties *properties,
                          GstQuery *query)
{
  g_autoptr (AncMqttSettings) settings = NULL;
  g_autofree gchar *filter = NULL, *name = NULL;

  if (GST_QUERY_TYPE (query) != GST_QUERY_CUSTOM
      || !gst_structure_has_name (gst_query_get_structure (query), QUESTION))
    return FALSE;
  GST_OBJECT_LOCK (source);
  settings = gst_anc_mqtt_properties_resolve (properties, NULL);
  filter = g_strdup (gst_anc_mqtt_properties_get_topic (properties));
  GST_OBJECT_UNLOCK (source);
  if (!hears (settings, filter, gst_query_get_structure (query)))
    return FALSE;
  name = gst_object_get_name (GST_OBJECT (source));
  gst_structure_set (gst_query_writable_structure (query), "source",
                     G_TYPE_STRING, name, "filter", G_TYPE_STRING, filter,
                     NULL);
  return TRUE;
}
