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

typedef struct {
  const AncPipelineFile *file;
  AncMistakes *mistakes;
  gboolean parameters, choices; /* all of them are known by name */
  guint walked; /* placeholders of all fragments, as often as they are put in */
} Check;

static void G_GNUC_PRINTF (3, 4)
    note (Check *self, const gchar *pointer, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  GError *error = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  anc_config_error (&error, self->file->file, pointer, "%s", text);
  anc_mistakes_take (self->mistakes, &error);
}

static void
check_names (Check *self)
{
  const AncPipelineFile *file = self->file;

  if (file->name != NULL && !is_name (file->name))
    note (self, "/name", "a name is made of a-z, 0-9 and -");
  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (!is_name (parameter->name))
      note (self, parameter->pointer,
            "a parameter's name is made of a-z, 0-9 and -");
  }
}

/* Fragments within fragments: a few lines could stand for gigabytes. */
#define MAX_PLACEHOLDERS 1000

static gboolean check_text (Check *self, const gchar *text,
                            const gchar *pointer, guint depth);

static gboolean
check_fragments_of (Check *self, const AncChoice *choice, guint depth)
{
  g_autofree gchar *pointer = g_strconcat ("/choices/", choice->name, NULL);
  GHashTableIter iter;
  gpointer fragment;

  g_hash_table_iter_init (&iter, choice->fragments);
  while (g_hash_table_iter_next (&iter, NULL, &fragment)) {
    if (!check_text (self, fragment, pointer, depth))
      return FALSE;
  }
  return TRUE;
}

/* `depth` choices are open around this text: more than there are is a loop,
 * and only that ends the walk. */
static gboolean
check_text (Check *self, const gchar *text, const gchar *pointer, guint depth)
{
  const gchar *begin, *end;
  gchar *found = NULL;

  for (; anc_placeholder_next (text, &found, &begin, &end); text = end) {
    g_autofree gchar *name = found;
    const AncChoice *choice = anc_pipeline_file_get_choice (self->file, name);

    if (choice == NULL) {
      if (self->choices)
        note (self, pointer, "there is no choice for ${%s}", name);
      continue;
    }
    if (depth > self->file->choices->len) {
      note (self, pointer, "${%s} leads back to itself", name);
      return FALSE;
    }
    if (++self->walked > MAX_PLACEHOLDERS) {
      note (self, pointer, "with ${%s} there are too many fragments", name);
      return FALSE;
    }
    if (!check_fragments_of (self, choice, depth + 1))
      return FALSE;
  }
  return TRUE;
}

static void
check_fragments (Check *self, const AncChoice *choice,
                 const AncParameter *parameter)
{
  g_autofree gchar *pointer
      = g_strdup_printf ("/choices/%s/fragments", choice->name);
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; parameter->values[i] != NULL; i++) {
    if (!g_hash_table_contains (choice->fragments, parameter->values[i]))
      note (self, pointer, "there is no fragment for %s of the enum of %s",
            parameter->values[i], parameter->name);
  }
  g_hash_table_iter_init (&iter, choice->fragments);
  while (g_hash_table_iter_next (&iter, &value, NULL)) {
    if (!g_strv_contains ((const gchar *const *) parameter->values, value))
      note (self, pointer, "%s is not in the enum of %s", (const gchar *) value,
            parameter->name);
  }
}

static void
check_choice (Check *self, const AncChoice *choice)
{
  const AncParameter *parameter
      = choice->parameter != NULL
            ? anc_pipeline_file_get_parameter (self->file, choice->parameter)
            : NULL;
  g_autofree gchar *pointer
      = g_strdup_printf ("/choices/%s/parameter", choice->name);

  if (choice->broken || (parameter != NULL && parameter->broken))
    return;
  if (parameter == NULL) {
    if (self->parameters)
      note (self, pointer, "there is no parameter %s", choice->parameter);
  } else if (parameter->values == NULL) {
    note (self, pointer, "the parameter %s needs an enum", choice->parameter);
  } else if (!parameter->required
             && parameter->default_kind == ANC_DEFAULT_NONE) {
    note (self, pointer, "the parameter %s needs a default, or required",
          choice->parameter);
  } else {
    check_fragments (self, choice, parameter);
  }
}

static gboolean
is_complete (const Check *self)
{
  if (!self->choices || self->file->text == NULL)
    return FALSE;
  for (guint i = 0; i < self->file->choices->len; i++) {
    const AncChoice *choice = self->file->choices->pdata[i];

    if (choice->broken)
      return FALSE;
  }
  return TRUE;
}

static void
check_targets (Check *self, const AncParameter *parameter)
{
  g_autofree gchar *pointer = g_strconcat (parameter->pointer, "/target", NULL);

  for (guint i = 0; i < parameter->targets->len; i++) {
    const AncTarget *target = parameter->targets->pdata[i];

    if (!anc_pipeline_file_declares (self->file, target->element))
      note (self, pointer, "no element of the pipeline has name=%s",
            target->element);
  }
  if (parameter->targets->len == 0 && !parameter->broken
      && !anc_pipeline_file_is_key (self->file, parameter->name))
    note (self, parameter->pointer,
          "the parameter has neither a target nor a choice");
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

static void
check_default (Check *self, const AncParameter *parameter)
{
  g_autofree gchar *pointer
      = g_strconcat (parameter->pointer, "/default", NULL);
  const AncParameter *other;
  const gchar *wanted;

  if (parameter->default_kind < ANC_DEFAULT_SUFFIX_OF
      || parameter->default_text == NULL)
    return;
  other = anc_pipeline_file_get_parameter (self->file, parameter->default_text);
  if (other == NULL) {
    if (self->parameters)
      note (self, pointer, "there is no parameter %s", parameter->default_text);
    return;
  }
  wanted = other->broken ? NULL : wanted_of (parameter, other);
  if (wanted != NULL)
    note (self, pointer, "the parameter %s %s", other->name, wanted);
}

static gboolean
check_lines (Check *self)
{
  for (gint i = 0; self->file->lines[i] != NULL; i++) {
    g_autofree gchar *pointer = anc_pipeline_file_line_pointer (self->file, i);

    if (!check_text (self, self->file->lines[i], pointer, 0))
      return FALSE;
  }
  return TRUE;
}

/* Whether a choice picks by a parameter that is understood. */
static gboolean
has_keys (const Check *self)
{
  for (guint i = 0; i < self->file->choices->len; i++) {
    const AncChoice *choice = self->file->choices->pdata[i];
    const AncParameter *key
        = anc_pipeline_file_get_parameter (self->file, choice->parameter);

    if (key == NULL || key->broken)
      return FALSE;
  }
  return TRUE;
}

gboolean
anc_pipeline_check (const AncPipelineFile *self, gboolean parameters,
                    gboolean choices, AncMistakes *mistakes)
{
  Check check = { self, mistakes, parameters, choices, 0 };
  const gboolean complete = is_complete (&check);
  const guint before = anc_mistakes_count (mistakes);
  gboolean known;

  if (self->lines != NULL)
    check_lines (&check);
  for (guint i = 0; i < self->choices->len; i++)
    check_choice (&check, self->choices->pdata[i]);
  /* Nothing below changes what is built. */
  known = complete && anc_mistakes_count (mistakes) == before
          && has_keys (&check);
  check_names (&check);
  for (guint i = 0; i < self->parameters->len; i++) {
    if (complete)
      check_targets (&check, self->parameters->pdata[i]);
    check_default (&check, self->parameters->pdata[i]);
  }
  return known;
}
