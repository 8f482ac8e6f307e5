/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_ANC_MQTT_SINK (gst_anc_mqtt_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstAncMqttSink, gst_anc_mqtt_sink, GST, ANC_MQTT_SINK,
                      GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (ancmqttsink)

G_END_DECLS
