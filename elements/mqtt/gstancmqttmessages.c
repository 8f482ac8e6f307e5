/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttmessages.h"

#include <string.h>

#include "anc-mqtt-error.h"

typedef struct {
  AncMqttError kind;
  gint code; /* of GST_RESOURCE_ERROR */
  const gchar *name;
} Meaning;

static const Meaning meanings[] = {
  { ANC_MQTT_ERROR_SETTINGS, GST_RESOURCE_ERROR_SETTINGS, "settings" },
  { ANC_MQTT_ERROR_TOPIC, GST_RESOURCE_ERROR_SETTINGS, "topic" },
  { ANC_MQTT_ERROR_PAYLOAD, GST_RESOURCE_ERROR_WRITE, "payload" },
  { ANC_MQTT_ERROR_NOT_FOUND, GST_RESOURCE_ERROR_NOT_FOUND, "not-found" },
  { ANC_MQTT_ERROR_UNREACHABLE, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
    "unreachable" },
  { ANC_MQTT_ERROR_TLS, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "tls" },
  { ANC_MQTT_ERROR_NOT_AUTHORIZED, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
    "not-authorized" },
  { ANC_MQTT_ERROR_PROTOCOL, GST_RESOURCE_ERROR_FAILED, "protocol" },
  { ANC_MQTT_ERROR_LOST, GST_RESOURCE_ERROR_FAILED, "lost" },
  { ANC_MQTT_ERROR_STORAGE, GST_RESOURCE_ERROR_OPEN_READ_WRITE, "storage" },
  { ANC_MQTT_ERROR_BUSY, GST_RESOURCE_ERROR_BUSY, "busy" },
};

static const Meaning *
meaning_of (const GError *reason)
{
  for (guint i = 0; i < G_N_ELEMENTS (meanings); i++) {
    if (g_error_matches (reason, ANC_MQTT_ERROR, (gint) meanings[i].kind))
      return &meanings[i];
  }
  return &meanings[0];
}

/* The sentences of the library begin with a small letter: they are parts
 * elsewhere. Names of properties and elements are left as they are written. */
static gchar *
as_sentence (GstElement *element, const gchar *part)
{
  gchar *text = g_strdup (part);
  g_autofree gchar *word = g_strndup (part, strcspn (part, " :"));

  if (!g_str_equal (word, GST_OBJECT_NAME (element))
      && g_object_class_find_property (G_OBJECT_GET_CLASS (element), word)
             == NULL)
    text[0] = g_ascii_toupper (text[0]);
  return text;
}

static void
post (GstElement *element, GstMessageType type, const GError *reason,
      const gchar *broker)
{
  const Meaning *meaning = meaning_of (reason);
  gchar *text = as_sentence (element, reason->message);
  GstStructure *details = gst_structure_new (
      "details", "mqtt-error", G_TYPE_STRING, meaning->name, "broker",
      G_TYPE_STRING, broker, NULL);

  gst_element_message_full_with_details (element, type, GST_RESOURCE_ERROR,
                                         meaning->code, text, NULL, __FILE__,
                                         GST_FUNCTION, __LINE__, details);
}

void
gst_anc_mqtt_post_error (GstElement *element, const GError *reason,
                         const gchar *broker)
{
  post (element, GST_MESSAGE_ERROR, reason, broker);
}

void
gst_anc_mqtt_post_warning (GstElement *element, const GError *reason,
                           const gchar *broker)
{
  post (element, GST_MESSAGE_WARNING, reason, broker);
}

static GstStructure *
describe (const AncMqttStateChange *change, const gchar *broker,
          const gchar *client_id)
{
  if (change->state == ANC_MQTT_STATE_CONNECTED)
    return gst_structure_new ("anc-mqtt-connected", "broker", G_TYPE_STRING,
                              broker, "client-id", G_TYPE_STRING, client_id,
                              "session-present", G_TYPE_BOOLEAN,
                              change->session_present, NULL);
  return gst_structure_new (
      "anc-mqtt-disconnected", "broker", G_TYPE_STRING, broker, "reason",
      G_TYPE_STRING, change->reason->message, "was-connected", G_TYPE_BOOLEAN,
      change->was_connected, "retry-in", G_TYPE_UINT64,
      change->retry_ms * GST_MSECOND, NULL);
}

void
gst_anc_mqtt_post_state (GstElement *element, const AncMqttStateChange *change,
                         const gchar *broker, const gchar *client_id)
{
  if (change->state == ANC_MQTT_STATE_CONNECTED || change->reason != NULL)
    gst_element_post_message (
        element,
        gst_message_new_element (GST_OBJECT (element),
                                 describe (change, broker, client_id)));
  if (change->state == ANC_MQTT_STATE_FAILED)
    gst_anc_mqtt_post_error (element, change->reason, broker);
}
