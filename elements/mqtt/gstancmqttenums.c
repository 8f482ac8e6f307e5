/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttenums.h"

#include "anc-mqtt-queue.h"
#include "anc-mqtt-settings.h"

static GType
register_enum (const gchar *name, const GEnumValue *values)
{
  GType type = g_enum_register_static (name, values);
  gst_type_mark_as_plugin_api (type, 0);
  return type;
}

#define DEFINE_ENUM(function, name, ...)                                       \
  GType function (void)                                                        \
  {                                                                            \
    static gsize type = 0;                                                     \
    static const GEnumValue values[] = { __VA_ARGS__, { 0, NULL, NULL } };     \
    if (g_once_init_enter (&type))                                             \
      g_once_init_leave (&type, register_enum (name, values));                 \
    return type;                                                               \
  }

DEFINE_ENUM (gst_anc_mqtt_payload_format_get_type, "GstAncMqttPayloadFormat",
             { GST_ANC_MQTT_PAYLOAD_RAW, "The bytes of the buffer", "raw" },
             { GST_ANC_MQTT_PAYLOAD_JSON_BASE64,
               "JSON with caps and timestamps, the bytes in base64",
               "json-base64" })

DEFINE_ENUM (gst_anc_mqtt_timestamps_get_type, "GstAncMqttTimestamps",
             { GST_ANC_MQTT_TIMESTAMPS_ARRIVAL, "When the message arrived",
               "arrival" },
             { GST_ANC_MQTT_TIMESTAMPS_SENDER,
               "The sender's distances, from the first arrival on", "sender" },
             { GST_ANC_MQTT_TIMESTAMPS_KEEP, "The sender's, unchanged",
               "keep" })

DEFINE_ENUM (gst_anc_mqtt_version_get_type, "GstAncMqttVersion",
             { ANC_MQTT_VERSION_3_1_1, "MQTT 3.1.1", "3.1.1" },
             { ANC_MQTT_VERSION_5, "MQTT 5", "5" })

DEFINE_ENUM (gst_anc_mqtt_aws_get_type, "GstAncMqttAws",
             { ANC_MQTT_AWS_AUTO, "When the host is an AWS IoT endpoint",
               "auto" },
             { ANC_MQTT_AWS_ON, "Always", "on" },
             { ANC_MQTT_AWS_OFF, "Never", "off" })

DEFINE_ENUM (gst_anc_mqtt_queue_policy_get_type, "GstAncMqttQueuePolicy",
             { ANC_MQTT_QUEUE_DROP_OLDEST,
               "Drop the oldest message that is not on its way",
               "drop-oldest" },
             { ANC_MQTT_QUEUE_DROP_NEWEST, "Drop the message that comes",
               "drop-newest" },
             { ANC_MQTT_QUEUE_BLOCK, "Hold the stream", "block" })
