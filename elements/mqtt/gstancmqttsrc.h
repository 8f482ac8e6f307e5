/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_ANC_MQTT_SRC (gst_anc_mqtt_src_get_type ())
G_DECLARE_FINAL_TYPE (GstAncMqttSrc, gst_anc_mqtt_src, GST, ANC_MQTT_SRC,
                      GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE (ancmqttsrc)

G_END_DECLS
