/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstancsettings.h"

G_BEGIN_DECLS

#define GST_TYPE_ANC_CANCELLER (gst_anc_canceller_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstAncCanceller, gst_anc_canceller, GST,
                          ANC_CANCELLER, GstElement)

/**
 * GstAncCancellerClass:
 *
 * Base class of the cancellers: everything but the choice of the algorithm.
 */
struct _GstAncCancellerClass {
  GstElementClass parent_class;

  /*< private >*/
  const AncFilterClass *algorithm;
};

/* To be called by a subclass's class_init: names its algorithm, installs the
 * properties that come with it and sets the element's description. */
void gst_anc_canceller_class_setup (GstAncCancellerClass *klass,
                                    const AncFilterClass *algorithm,
                                    GstAncAlgorithmProperties properties,
                                    const gchar *long_name,
                                    const gchar *description);

G_END_DECLS
