/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-pipeline-check.h"

#include "anc-error.h"

#include <string.h>

static gboolean
is_name (const gchar *text)
{
  return *text != '\0'
         && strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-")
                == strlen (text);
}

static gboolean
check_names (const AncPipelineFile *self, GError **error)
{
  if (!is_name (self->name)) {
    anc_config_error (error, self->file, "/name",
                      "a name is made of a-z, 0-9 and -");
    return FALSE;
  }
  for (guint i = 0; i < self->parameters->len; i++) {
    const AncParameter *parameter = self->parameters->pdata[i];

    if (is_name (parameter->name))
      continue;
    anc_config_error (error, self->file, parameter->pointer,
                      "a parameter's name is made of a-z, 0-9 and -");
    return FALSE;
  }
  return TRUE;
}

/* Fragments within fragments: a few lines could stand for gigabytes. */
#define MAX_PLACEHOLDERS 1000

/* `depth` choices are open around this text: more than there are is a loop.
 * *walked counts the placeholders of all fragments, each as often as it would
 * be put in. */
static gboolean
check_text (const AncPipelineFile *self, const gchar *text,
            const gchar *pointer, guint depth, guint *walked, GError **error)
{
  const gchar *begin, *end;
  gchar *found = NULL;

  for (; anc_placeholder_next (text, &found, &begin, &end); text = end) {
    g_autofree gchar *name = found;
    const AncChoice *choice = anc_pipeline_file_get_choice (self, name);
    GHashTableIter iter;
    gpointer fragment;

    if (choice == NULL || depth > self->choices->len) {
      anc_config_error (error, self->file, pointer,
                        choice == NULL ? "there is no choice for ${%s}"
                                       : "${%s} leads back to itself",
                        name);
      return FALSE;
    }
    if (++*walked > MAX_PLACEHOLDERS) {
      anc_config_error (error, self->file, pointer,
                        "with ${%s} there are too many fragments", name);
      return FALSE;
    }
    g_hash_table_iter_init (&iter, choice->fragments);
    while (g_hash_table_iter_next (&iter, NULL, &fragment)) {
      g_autofree gchar *inner = g_strconcat ("/choices/", name, NULL);

      if (!check_text (self, fragment, inner, depth + 1, walked, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check_fragments (const AncPipelineFile *self, const AncChoice *choice,
                 const AncParameter *parameter, GError **error)
{
  g_autofree gchar *pointer
      = g_strdup_printf ("/choices/%s/fragments", choice->name);
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; parameter->values[i] != NULL; i++) {
    if (g_hash_table_contains (choice->fragments, parameter->values[i]))
      continue;
    anc_config_error (error, self->file, pointer,
                      "there is no fragment for %s of the enum of %s",
                      parameter->values[i], parameter->name);
    return FALSE;
  }
  g_hash_table_iter_init (&iter, choice->fragments);
  while (g_hash_table_iter_next (&iter, &value, NULL)) {
    if (g_strv_contains ((const gchar *const *) parameter->values, value))
      continue;
    anc_config_error (error, self->file, pointer, "%s is not in the enum of %s",
                      (const gchar *) value, parameter->name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_choice (const AncPipelineFile *self, const AncChoice *choice,
              GError **error)
{
  const AncParameter *parameter
      = anc_pipeline_file_get_parameter (self, choice->parameter);
  g_autofree gchar *pointer
      = g_strdup_printf ("/choices/%s/parameter", choice->name);

  if (parameter == NULL)
    anc_config_error (error, self->file, pointer, "there is no parameter %s",
                      choice->parameter);
  else if (parameter->values == NULL)
    anc_config_error (error, self->file, pointer,
                      "the parameter %s needs an enum", choice->parameter);
  else if (!parameter->required && parameter->default_kind == ANC_DEFAULT_NONE)
    anc_config_error (error, self->file, pointer,
                      "the parameter %s needs a default, or required",
                      choice->parameter);
  else
    return check_fragments (self, choice, parameter, error);
  return FALSE;
}

static gboolean
is_declared (const AncPipelineFile *self, const gchar *element)
{
  if (anc_text_declares (self->text, element))
    return TRUE;
  for (guint i = 0; i < self->choices->len; i++) {
    const AncChoice *choice = self->choices->pdata[i];
    GHashTableIter iter;
    gpointer fragment;

    g_hash_table_iter_init (&iter, choice->fragments);
    while (g_hash_table_iter_next (&iter, NULL, &fragment)) {
      if (anc_text_declares (fragment, element))
        return TRUE;
    }
  }
  return FALSE;
}

static gboolean
check_targets (const AncPipelineFile *self, const AncParameter *parameter,
               GError **error)
{
  g_autofree gchar *pointer = g_strconcat (parameter->pointer, "/target", NULL);

  for (guint i = 0; i < parameter->targets->len; i++) {
    const AncTarget *target = parameter->targets->pdata[i];

    if (is_declared (self, target->element))
      continue;
    anc_config_error (error, self->file, pointer,
                      "no element of the pipeline has name=%s",
                      target->element);
    return FALSE;
  }
  if (parameter->targets->len > 0
      || anc_pipeline_file_is_key (self, parameter->name))
    return TRUE;
  anc_config_error (error, self->file, parameter->pointer,
                    "the parameter has neither a target nor a choice");
  return FALSE;
}

/* {"suffix-of": X}: X must be a name; {"format-of": X}: something to read. */
static const gchar *
wanted_of (const AncParameter *parameter, const AncParameter *other)
{
  if (parameter->default_kind == ANC_DEFAULT_FORMAT_OF)
    return anc_format_is_input (other->format)
               ? NULL
               : "must have the format input-file or input-uri";
  return other->type == ANC_PARAMETER_STRING && other->values == NULL
                 && other->format != ANC_FORMAT_SECRET
             ? NULL
             : "must be a string that names a file or an object";
}

static gboolean
check_default (const AncPipelineFile *self, const AncParameter *parameter,
               GError **error)
{
  g_autofree gchar *pointer
      = g_strconcat (parameter->pointer, "/default", NULL);
  const AncParameter *other;
  const gchar *wanted;

  if (parameter->default_kind < ANC_DEFAULT_SUFFIX_OF)
    return TRUE;
  other = anc_pipeline_file_get_parameter (self, parameter->default_text);
  if (other == NULL) {
    anc_config_error (error, self->file, pointer, "there is no parameter %s",
                      parameter->default_text);
    return FALSE;
  }
  wanted = wanted_of (parameter, other);
  if (wanted != NULL)
    anc_config_error (error, self->file, pointer, "the parameter %s %s",
                      other->name, wanted);
  return wanted == NULL;
}

static gboolean
check_lines (const AncPipelineFile *self, GError **error)
{
  guint walked = 0;

  for (gint i = 0; self->lines[i] != NULL; i++) {
    g_autofree gchar *pointer = anc_pipeline_file_line_pointer (self, i);

    if (!check_text (self, self->lines[i], pointer, 0, &walked, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
anc_pipeline_check (const AncPipelineFile *self, GError **error)
{
  if (!check_names (self, error) || !check_lines (self, error))
    return FALSE;
  for (guint i = 0; i < self->choices->len; i++) {
    if (!check_choice (self, self->choices->pdata[i], error))
      return FALSE;
  }
  for (guint i = 0; i < self->parameters->len; i++) {
    if (!check_targets (self, self->parameters->pdata[i], error)
        || !check_default (self, self->parameters->pdata[i], error))
      return FALSE;
  }
  return TRUE;
}
