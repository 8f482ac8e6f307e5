/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstanccanceller.h"

G_BEGIN_DECLS

#define GST_TYPE_ANC_LMS (gst_anc_lms_get_type ())
G_DECLARE_FINAL_TYPE (GstAncLms, gst_anc_lms, GST, ANC_LMS, GstAncCanceller)

GST_ELEMENT_REGISTER_DECLARE (anclms)

G_END_DECLS
