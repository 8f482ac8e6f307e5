/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstanccanceller.h"

G_BEGIN_DECLS

#define GST_TYPE_ANC_NLMS (gst_anc_nlms_get_type ())
G_DECLARE_FINAL_TYPE (GstAncNlms, gst_anc_nlms, GST, ANC_NLMS, GstAncCanceller)

GST_ELEMENT_REGISTER_DECLARE (ancnlms)

G_END_DECLS
