/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-builder.h"

#include "anc-error.h"
#include "anc-launch.h"
#include "anc-property.h"

static const gchar *
value_of (const gchar *parameter, gpointer data)
{
  return anc_parameters_get (data, parameter);
}

static void
lacks_property (const AncParameters *parameters, const AncParameter *parameter,
                const AncTarget *target, GstElement *element, GError **error)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (AncMistakes) mistakes = anc_mistakes_new ();

  /* Another choice may have it; if none does, the file is wrong. */
  anc_builder_check (file, missing, NULL, mistakes);
  if (anc_mistakes_count (mistakes) > 0)
    anc_mistakes_to_error (mistakes, error);
  else if (anc_pipeline_file_is_fixed (file, target->element)) {
    g_autofree gchar *pointer
        = g_strconcat (parameter->pointer, "/target", NULL);

    anc_config_error (error, file->file, pointer,
                      "the element %s has no property %s", target->element,
                      target->property);
  } else if (element == NULL) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s= has no effect with the other choices; leave it out",
                 parameter->name);
  } else {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s= means nothing to the element %s that was chosen; leave "
                 "it out",
                 parameter->name,
                 GST_OBJECT_NAME (gst_element_get_factory (element)));
  }
}

static void
bad_value (const AncParameters *parameters, const AncParameter *parameter,
           const gchar *reason, GError **error)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);
  const gchar *name = parameter->name;

  if (!anc_parameters_is_given (parameters, name)
      && parameter->default_kind == ANC_DEFAULT_TEXT) {
    g_autofree gchar *pointer
        = g_strconcat (parameter->pointer, "/default", NULL);

    anc_config_error (error, file->file, pointer, "the default %s", reason);
  } else if (anc_parameters_is_secret (parameters, name)) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s: its value %s",
                 name, reason);
  } else {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s=%s: it %s", name,
                 anc_parameters_get (parameters, name), reason);
  }
}

/* A target that this choice lacks is a mistake only if the user asked for it,
 * or if no choice could ever have it. */
static gboolean
set_target (const AncParameters *parameters, const AncParameter *parameter,
            const AncTarget *target, GstElement *pipeline, const gchar *text,
            GError **error)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);
  g_autoptr (GstElement) element
      = gst_bin_get_by_name (GST_BIN (pipeline), target->element);
  g_autofree gchar *reason = NULL;

  if (element == NULL || !anc_property_exists (element, target->property)) {
    if (!anc_parameters_is_strict (parameters, parameter->name)
        && !anc_pipeline_file_is_fixed (file, target->element))
      return TRUE;
    lacks_property (parameters, parameter, target, element, error);
    return FALSE;
  }
  if (anc_property_set (element, target->property, text, &reason))
    return TRUE;
  bad_value (parameters, parameter, reason, error);
  return FALSE;
}

static gboolean
set_targets (const AncParameters *parameters, GstElement *pipeline,
             AncOutputFunc output, gpointer data, gboolean outputs_only,
             GError **error)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];
    const gchar *text = anc_parameters_get (parameters, parameter->name);

    if (outputs_only && parameter->format != ANC_FORMAT_OUTPUT_FILE)
      continue;
    if (text != NULL && output != NULL
        && parameter->format == ANC_FORMAT_OUTPUT_FILE)
      text = output (parameter->name, data);
    for (guint j = 0; text != NULL && j < parameter->targets->len; j++) {
      if (!set_target (parameters, parameter, parameter->targets->pdata[j],
                       pipeline, text, error))
        return FALSE;
    }
  }
  return TRUE;
}

/* A key of choices none of which is in this pipeline. */
static gboolean
check_used (const AncParameters *parameters, GHashTable *used, GError **error)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (!anc_parameters_is_strict (parameters, parameter->name)
        || !anc_pipeline_file_is_key (file, parameter->name)
        || parameter->targets->len > 0
        || g_hash_table_contains (used, parameter->name))
      continue;
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s=%s has no effect with the other choices; leave it out",
                 parameter->name,
                 anc_parameters_get (parameters, parameter->name));
    return FALSE;
  }
  return TRUE;
}

static GstElement *
build (const AncParameters *parameters, AncOutputFunc output, gpointer data,
       GError **error)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) lines = anc_pipeline_file_expand_lines (
      file, value_of, (gpointer) parameters, used);
  g_autoptr (GstElement) pipeline = anc_launch (file, lines, error);

  if (pipeline == NULL || !check_used (parameters, used, error)
      || !set_targets (parameters, pipeline, output, data, FALSE, error))
    return NULL;
  return g_steal_pointer (&pipeline);
}

GstElement *
anc_builder_build (const AncParameters *parameters, AncOutputFunc output,
                   gpointer data, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GstElement *pipeline = build (parameters, output, data, &cause);

  anc_parameters_mask_error (parameters, cause);
  if (pipeline == NULL)
    g_propagate_error (error, g_steal_pointer (&cause));
  return pipeline;
}

gboolean
anc_builder_set_outputs (const AncParameters *parameters, GstElement *pipeline,
                         AncOutputFunc output, gpointer data, GError **error)
{
  return set_targets (parameters, pipeline, output, data, TRUE, error);
}
