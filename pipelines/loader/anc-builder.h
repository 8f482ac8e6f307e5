/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a pipeline file and values to a GstPipeline. */
#pragma once

#include "anc-parameters.h"

#include <gst/gst.h>

/* What stands for an output file while it is written; NULL: its own name. */
typedef const gchar *(*AncOutputFunc) (const gchar *parameter, gpointer data);

/* The values must be resolved. A new pipeline in state NULL that the caller
 * owns, or NULL with a sentence. */
GstElement *anc_builder_build (const AncParameters *parameters,
                               AncOutputFunc output, gpointer data,
                               GError **error);

/* Where the output files go, once it is known. */
gboolean anc_builder_set_outputs (const AncParameters *parameters,
                                  GstElement *pipeline, AncOutputFunc output,
                                  gpointer data, GError **error);

/* Builds every pipeline that the file describes, one for each combination of
 * its choices, and sets every default. What is not installed here but known
 * is added to `ret_missing` (of gchar *) and is no mistake. `ret_partial` (may
 * be NULL): there were so many that each value was tried with the first of the
 * other choices only. */
void anc_builder_check (AncPipelineFile *file, GPtrArray *ret_missing,
                        gboolean *ret_partial, AncMistakes *mistakes);
