/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pipeline as a config file: launch text, parameters, choices. Loading
 * checks everything that can be checked without GStreamer. */
#pragma once

#include "anc-choice.h"
#include "anc-parameter.h"

typedef struct {
  gchar *file;
  gchar *name;
  gchar *version;
  gchar *description;
  gchar *text;           /* launch text with its ${placeholders} */
  GStrv lines;           /* the same as it was written; one if no array */
  gboolean numbered;     /* it is an array */
  GPtrArray *parameters; /* of AncParameter, in the order of the file */
  GPtrArray *choices;    /* of AncChoice */
} AncPipelineFile;

/* NULL with an ANC_ERROR_CONFIG error that names file and JSON pointer. */
AncPipelineFile *anc_pipeline_file_load (const gchar *file, GError **error);
/* The same with all mistakes. What can be understood in spite of them comes
 * back, for anc_builder_check() to find more in; it is good for nothing else.
 * NULL if it cannot even be built. */
AncPipelineFile *anc_pipeline_file_load_all (const gchar *file,
                                             AncMistakes *mistakes);
AncPipelineFile *anc_pipeline_file_ref (AncPipelineFile *self);
void anc_pipeline_file_unref (AncPipelineFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncPipelineFile, anc_pipeline_file_unref)

/* NULL if there is none of that name. */
const AncParameter *anc_pipeline_file_get_parameter (
    const AncPipelineFile *self, const gchar *name);
const AncChoice *anc_pipeline_file_get_choice (const AncPipelineFile *self,
                                               const gchar *name);

/* Is the parameter the key of some choice? */
gboolean anc_pipeline_file_is_key (const AncPipelineFile *self,
                                   const gchar *parameter);

/* Is an element of that name in every pipeline this file describes, so that
 * a property it lacks is a mistake of the file? */
gboolean anc_pipeline_file_is_fixed (const AncPipelineFile *self,
                                     const gchar *element);

/* Is it in any of them? */
gboolean anc_pipeline_file_declares (const AncPipelineFile *self,
                                     const gchar *element);

/* "/pipeline/N" if its lines are numbered; "/pipeline" if not, or for -1. */
gchar *anc_pipeline_file_line_pointer (const AncPipelineFile *self, gint line);

/* The launch text for the values that `value_of` returns for the parameters
 * that are keys; each parameter that took part is added to `ret_used` if that
 * is not NULL (borrowed strings). */
typedef const gchar *(*AncValueFunc) (const gchar *parameter, gpointer data);
gchar *anc_pipeline_file_expand (const AncPipelineFile *self,
                                 AncValueFunc value_of, gpointer data,
                                 GHashTable *ret_used);
/* The same, line by line. */
GStrv anc_pipeline_file_expand_lines (const AncPipelineFile *self,
                                      AncValueFunc value_of, gpointer data,
                                      GHashTable *ret_used);
