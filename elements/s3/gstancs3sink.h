/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_ANC_S3_SINK (gst_anc_s3_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstAncS3Sink, gst_anc_s3_sink, GST, ANC_S3_SINK,
                      GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (ancs3sink);

G_END_DECLS
