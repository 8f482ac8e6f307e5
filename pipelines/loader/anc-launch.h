/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* gst_parse_launch with every error fatal, and errors in one sentence:
 * ANC_ERROR_RUN if something known is not installed, ANC_ERROR_CONFIG for
 * anything else. Always a GstPipeline. */
GstElement *anc_launch (const gchar *file, const gchar *text, GError **error);
