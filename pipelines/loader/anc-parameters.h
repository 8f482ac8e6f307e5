/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The values for one run of a pipeline file: what the user gave, then what
 * the file says for the rest. Values that came by reference ({"env": NAME},
 * {"file": PATH}) never appear in a message. */
#pragma once

#include "anc-pipeline-file.h"

typedef struct _AncParameters AncParameters;

AncParameters *anc_parameters_new (AncPipelineFile *file);
void anc_parameters_free (AncParameters *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncParameters, anc_parameters_free)

AncPipelineFile *anc_parameters_get_file (const AncParameters *self);

/* What messages call the pipeline and where they send the user for its
 * parameters, where that is not its name and 'anc describe NAME'. */
void anc_parameters_set_title (AncParameters *self, const gchar *title,
                               const gchar *help);

/* Each FALSE with ANC_ERROR_PARAMETER on an unknown name or a value that its
 * type, range or enum does not allow. */
gboolean anc_parameters_set (AncParameters *self, const gchar *name,
                             const gchar *text, GError **error);
/* "key=value"; a value that is an object like {"env": "NAME"} is a
 * reference. */
gboolean anc_parameters_set_assignment (AncParameters *self,
                                        const gchar *assignment,
                                        GError **error);
/* The members of a JSON object, as in a batch item. */
gboolean anc_parameters_set_object (AncParameters *self, JsonObject *object,
                                    GError **error);

/* Fills in defaults, resolves references, asks for what is required, and
 * looks at files. Input files must exist; whether output files may be
 * replaced is the runner's question. May open inputs with GStreamer. */
gboolean anc_parameters_resolve (AncParameters *self, GError **error);

/* For pictures and checks, where no file is at hand: defaults that would
 * come from a file become the first value of the enum, and nothing is
 * required. */
void anc_parameters_resolve_offline (AncParameters *self);

/* What was given so far may mean nothing to the elements that are chosen. */
void anc_parameters_make_lenient (AncParameters *self);
/* Is it a mistake if the elements that are chosen lack it? */
gboolean anc_parameters_is_strict (const AncParameters *self,
                                   const gchar *name);

/* NULL: nothing was given and the element keeps its own. */
const gchar *anc_parameters_get (const AncParameters *self, const gchar *name);
/* Did the user give it? */
gboolean anc_parameters_is_given (const AncParameters *self, const gchar *name);
/* Did it come by reference? */
gboolean anc_parameters_is_secret (const AncParameters *self,
                                   const gchar *name);
gboolean anc_parameters_has_secrets (const AncParameters *self);

/* Puts "the value of the environment variable NAME" wherever such a value
 * stands. Everything that leaves this library goes through here. */
void anc_parameters_mask (const AncParameters *self, gchar **text);
void anc_parameters_mask_error (const AncParameters *self, GError *error);
