/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstanccanceller.h"

G_BEGIN_DECLS

#define GST_TYPE_ANC_RLS (gst_anc_rls_get_type ())
G_DECLARE_FINAL_TYPE (GstAncRls, gst_anc_rls, GST, ANC_RLS, GstAncCanceller)

GST_ELEMENT_REGISTER_DECLARE (ancrls)

G_END_DECLS
