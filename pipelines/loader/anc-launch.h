/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-pipeline-file.h"

#include <gst/gst.h>

/* gst_parse_launch with every error fatal, and errors in one sentence:
 * ANC_ERROR_RUN if something known is not installed, ANC_ERROR_CONFIG, with
 * the line it is in, for anything else. Always a GstPipeline. `lines` are
 * those of the file with its choices made. */
GstElement *anc_launch (const AncPipelineFile *file, GStrv lines,
                        GError **error);

/* After it refused the text: takes over the error, or, as the parser stops at
 * the first of them, what is wrong with each single element. */
void anc_launch_explain (const AncPipelineFile *file, GStrv lines,
                         GError **cause, AncMistakes *mistakes);
