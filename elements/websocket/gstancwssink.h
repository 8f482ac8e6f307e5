/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

#define GST_TYPE_ANC_WS_SINK (gst_anc_ws_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstAncWsSink, gst_anc_ws_sink, GST, ANC_WS_SINK,
                      GstBaseSink)
GST_ELEMENT_REGISTER_DECLARE (ancwssink)
