/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every pipeline that a file describes, one for each combination of the keys
 * of its choices. */
#include "anc-builder.h"

#include "anc-error.h"
#include "anc-launch.h"
#include "anc-property.h"

/* Beyond these, not every combination is tried. */
#define MAX_TEXTS 2000
#define MAX_COMBINATIONS 100000
#define MAX_FAILURES 100

typedef struct {
  AncPipelineFile *file;
  AncMistakes *mistakes;
  GPtrArray *missing;
  GHashTable *texts;  /* launch texts that were built already */
  GHashTable *values; /* of the keys, in this combination */
  GHashTable *found;  /* AncTarget that some pipeline has */
  GHashTable *absent; /* AncTarget that may be in what cannot be built */
  guint failures;     /* texts with mistakes */
  gboolean partial;   /* there are too many to try all */
} Check;

static const gchar *
value_of (const gchar *parameter, gpointer data)
{
  const Check *self = data;

  return g_hash_table_lookup (self->values, parameter);
}

static void
check_default (Check *self, const AncParameter *parameter,
               const AncTarget *target, GstElement *element)
{
  g_autofree gchar *pointer
      = g_strconcat (parameter->pointer, "/default", NULL);
  g_autofree gchar *reason = NULL;
  GError *error = NULL;

  if (parameter->default_kind != ANC_DEFAULT_TEXT
      || parameter->default_text == NULL
      || anc_property_set (element, target->property, parameter->default_text,
                           &reason))
    return;
  anc_config_error (&error, self->file->file, pointer, "the default %s",
                    reason);
  anc_mistakes_take (self->mistakes, &error);
}

static void
check_properties (Check *self, GstElement *pipeline)
{
  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];

    for (guint j = 0; j < parameter->targets->len; j++) {
      AncTarget *target = parameter->targets->pdata[j];
      g_autoptr (GstElement) element
          = gst_bin_get_by_name (GST_BIN (pipeline), target->element);

      if (element == NULL || !anc_property_exists (element, target->property))
        continue;
      g_hash_table_add (self->found, target);
      check_default (self, parameter, target, element);
    }
  }
}

/* What cannot be built, here or anywhere, may have any property. */
static void
note_absent (Check *self, const gchar *text)
{
  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];

    for (guint j = 0; j < parameter->targets->len; j++) {
      AncTarget *target = parameter->targets->pdata[j];

      if (anc_text_declares (text, target->element))
        g_hash_table_add (self->absent, target);
    }
  }
}

static void
note_failure (Check *self, GStrv lines, const gchar *text, GError **cause)
{
  note_absent (self, text);
  if (!g_error_matches (*cause, ANC_ERROR, ANC_ERROR_RUN)) {
    self->failures++;
    anc_launch_explain (self->file, lines, cause, self->mistakes);
    return;
  }
  if (!g_ptr_array_find_with_equal_func (self->missing, (*cause)->message,
                                         g_str_equal, NULL))
    g_ptr_array_add (self->missing, g_strdup ((*cause)->message));
  g_clear_error (cause);
}

static void
check_combination (Check *self)
{
  g_auto (GStrv) lines
      = anc_pipeline_file_expand_lines (self->file, value_of, self, NULL);
  g_autofree gchar *text = g_strjoinv (" ", lines);
  g_autoptr (GstElement) pipeline = NULL;
  GError *cause = NULL;

  if (g_hash_table_contains (self->texts, text))
    return;
  pipeline = anc_launch (self->file, lines, &cause);
  if (pipeline != NULL)
    check_properties (self, pipeline);
  else
    note_failure (self, lines, text, &cause);
  g_hash_table_add (self->texts, g_steal_pointer (&text));
}

static gdouble
count (const AncPipelineFile *file)
{
  gdouble combinations = 1;

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (anc_pipeline_file_is_key (file, parameter->name))
      combinations *= g_strv_length (parameter->values);
  }
  return combinations;
}

static gboolean
is_enough (Check *self)
{
  self->partial |= g_hash_table_size (self->texts) > MAX_TEXTS;
  /* What all combinations have in common is known by now. */
  return self->partial || self->failures > MAX_FAILURES;
}

/* Gives the keys from parameter `first` on every value they can have. */
static void
check_from (Check *self, guint first)
{
  const AncParameter *parameter = NULL;

  for (; first < self->file->parameters->len; first++) {
    parameter = self->file->parameters->pdata[first];
    if (anc_pipeline_file_is_key (self->file, parameter->name))
      break;
  }
  if (first == self->file->parameters->len) {
    check_combination (self);
    return;
  }
  for (guint i = 0; parameter->values[i] != NULL && !is_enough (self); i++) {
    g_hash_table_insert (self->values, parameter->name, parameter->values[i]);
    check_from (self, first + 1);
  }
}

/* Each key with each of its values, while the others keep their first. */
static void
check_singly (Check *self)
{
  GPtrArray *parameters = self->file->parameters;

  for (guint i = 0; i < parameters->len; i++) {
    const AncParameter *parameter = parameters->pdata[i];

    if (anc_pipeline_file_is_key (self->file, parameter->name))
      g_hash_table_insert (self->values, parameter->name, parameter->values[0]);
  }
  for (guint i = 0; i < parameters->len; i++) {
    const AncParameter *parameter = parameters->pdata[i];

    if (!anc_pipeline_file_is_key (self->file, parameter->name))
      continue;
    for (guint j = g_strv_length (parameter->values); j-- > 0;) {
      g_hash_table_insert (self->values, parameter->name, parameter->values[j]);
      check_combination (self);
    }
  }
}

static gboolean
may_have (const Check *self, AncTarget *target)
{
  return g_hash_table_contains (self->found, target)
         || g_hash_table_contains (self->absent, target)
         /* Another combination may have it. */
         || ((self->partial || self->failures > MAX_FAILURES)
             && !anc_pipeline_file_is_fixed (self->file, target->element))
         /* That has been said when the file was read. */
         || !anc_pipeline_file_declares (self->file, target->element);
}

static void
check_found (Check *self)
{
  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];
    g_autofree gchar *pointer
        = g_strconcat (parameter->pointer, "/target", NULL);

    for (guint j = 0; j < parameter->targets->len; j++) {
      AncTarget *target = parameter->targets->pdata[j];
      GError *error = NULL;

      if (may_have (self, target))
        continue;
      anc_config_error (&error, self->file->file, pointer,
                        "the element %s has no property %s that can be set",
                        target->element, target->property);
      anc_mistakes_take (self->mistakes, &error);
    }
  }
}

void
anc_builder_check (AncPipelineFile *file, GPtrArray *ret_missing,
                   gboolean *ret_partial, AncMistakes *mistakes)
{
  g_autoptr (GHashTable) texts
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) found = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) absent = g_hash_table_new (NULL, NULL);
  Check self
      = { file, mistakes, ret_missing, texts, values, found, absent, 0, FALSE };

  self.partial = count (file) > MAX_COMBINATIONS;
  if (!self.partial)
    check_from (&self, 0);
  if (self.partial)
    check_singly (&self);
  if (ret_partial != NULL)
    *ret_partial = self.partial;
  check_found (&self);
}
