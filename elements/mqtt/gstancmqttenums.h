/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  GST_ANC_MQTT_PAYLOAD_RAW,
  GST_ANC_MQTT_PAYLOAD_JSON_BASE64,
} GstAncMqttPayloadFormat;

typedef enum {
  GST_ANC_MQTT_TIMESTAMPS_ARRIVAL,
  GST_ANC_MQTT_TIMESTAMPS_SENDER,
  GST_ANC_MQTT_TIMESTAMPS_KEEP,
} GstAncMqttTimestamps;

#define GST_TYPE_ANC_MQTT_PAYLOAD_FORMAT                                       \
  (gst_anc_mqtt_payload_format_get_type ())
#define GST_TYPE_ANC_MQTT_TIMESTAMPS (gst_anc_mqtt_timestamps_get_type ())
#define GST_TYPE_ANC_MQTT_VERSION (gst_anc_mqtt_version_get_type ())
#define GST_TYPE_ANC_MQTT_AWS (gst_anc_mqtt_aws_get_type ())
#define GST_TYPE_ANC_MQTT_QUEUE_POLICY (gst_anc_mqtt_queue_policy_get_type ())

GType gst_anc_mqtt_payload_format_get_type (void);
GType gst_anc_mqtt_timestamps_get_type (void);
GType gst_anc_mqtt_version_get_type (void);
GType gst_anc_mqtt_aws_get_type (void);
GType gst_anc_mqtt_queue_policy_get_type (void);

G_END_DECLS
