/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstpushsrc.h>

#define GST_TYPE_ANC_WS_SRC (gst_anc_ws_src_get_type ())
G_DECLARE_FINAL_TYPE (GstAncWsSrc, gst_anc_ws_src, GST, ANC_WS_SRC, GstPushSrc)
GST_ELEMENT_REGISTER_DECLARE (ancwssrc)
