/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#define GST_TYPE_ANC_TELEMETRY (gst_anc_telemetry_get_type ())
G_DECLARE_FINAL_TYPE (GstAncTelemetry, gst_anc_telemetry, GST, ANC_TELEMETRY,
                      GstElement)

GST_ELEMENT_REGISTER_DECLARE (anctelemetry)
