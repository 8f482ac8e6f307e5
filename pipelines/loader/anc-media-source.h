/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an input is read with before its pipeline is built. */
#pragma once

#include "anc-parameters.h"

#include <gst/gst.h>

/* A floating source for the file or URI that the parameter names. Where other
 * parameters are for the same element of the pipeline (endpoint, profile, a
 * certificate), they are set on this one too. */
GstElement *anc_media_source_new (const AncParameters *parameters,
                                  const AncParameter *of, GError **error);
