/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One sentence for what went wrong in a running pipeline, with the name of
 * the file it concerns. */
#pragma once

#include "anc-meter.h"
#include "anc-parameters.h"

/* The file or URI that the element (NULL: none) reads or writes; NULL: none
 * that a parameter names. `format` is one of those for reading or writing. */
const gchar *anc_run_file_of (const AncParameters *parameters,
                              const gchar *element, AncFormat format);

/* Keeps domain and code of `cause`. */
GError *anc_run_error_describe (const AncParameters *parameters,
                                GstElement *pipeline, GstMessage *message,
                                const GError *cause, const gchar *debug);

/* The same for an error about this file or URI. */
GError *anc_run_error_describe_input (const gchar *name, const GError *cause,
                                      const gchar *debug);

/* A warning after which going on makes no sense for what was asked: no device,
 * no channel with the noise. NULL if it is only a warning. */
GError *anc_run_error_from_warning (const AncParameters *parameters,
                                    GstElement *pipeline, GstMessage *message,
                                    const GError *cause);

/* The same warning is kept once, and a flood is cut. */
void anc_run_warnings_add (GPtrArray *warnings, const gchar *element,
                           const GError *cause);

/* After the end of the stream: FALSE if an input held no whole frame; a
 * warning for each that ended early. */
gboolean anc_run_check_inputs (const AncParameters *parameters, AncMeter *meter,
                               GPtrArray *warnings, GError **error);
