/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-pipeline-file.h"

#include "anc-error.h"
#include "anc-pipeline-check.h"

static const gchar *const keys[]
    = { "$schema",  "name",       "version", "description",
        "pipeline", "parameters", "choices", NULL };

AncPipelineFile *
anc_pipeline_file_ref (AncPipelineFile *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AncPipelineFile *self = data;

  g_free (self->file);
  g_free (self->name);
  g_free (self->version);
  g_free (self->description);
  g_free (self->text);
  g_strfreev (self->lines);
  g_ptr_array_unref (self->parameters);
  g_ptr_array_unref (self->choices);
}

void
anc_pipeline_file_unref (AncPipelineFile *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

static void
read_string (const AncJson *root, const gchar *key, gchar **ret,
             AncMistakes *mistakes)
{
  g_autofree gchar *pointer = anc_json_child_pointer (root, key);
  JsonObject *object = json_node_get_object (root->node);
  AncJson member
      = { root->file, pointer, json_object_get_member (object, key) };
  GError *error = NULL;

  if (member.node == NULL && anc_json_has_misspelt (root, keys, key))
    return;
  if (member.node == NULL)
    anc_json_error (root, &error, "the key %s is missing", key);
  else
    *ret = g_strdup (anc_json_get_string (&member, &error));
  if (error != NULL)
    anc_mistakes_take (mistakes, &error);
}

static void
read_text (AncPipelineFile *self, const AncJson *root, AncMistakes *mistakes)
{
  JsonObject *object = json_node_get_object (root->node);
  AncJson member = { root->file, "/pipeline",
                     json_object_get_member (object, "pipeline") };
  GError *error = NULL;

  if (member.node == NULL && anc_json_has_misspelt (root, keys, "pipeline"))
    return;
  if (member.node == NULL)
    anc_json_error (root, &error, "the key pipeline is missing");
  else
    self->lines = anc_json_get_strings (&member, &error);
  if (self->lines == NULL) {
    anc_mistakes_take (mistakes, &error);
    return;
  }
  self->text = g_strjoinv (" ", self->lines);
  self->numbered = JSON_NODE_HOLDS_ARRAY (member.node);
}

static void
read_parameter (AncPipelineFile *self, const AncJson *json, const gchar *name,
                AncMistakes *mistakes)
{
  AncParameter *parameter = anc_parameter_new (json, name, mistakes);

  if (parameter != NULL)
    g_ptr_array_add (self->parameters, parameter);
}

static void
read_choice (AncPipelineFile *self, const AncJson *json, const gchar *name,
             AncMistakes *mistakes)
{
  AncChoice *choice = anc_choice_new (json, name, mistakes);

  if (choice != NULL)
    g_ptr_array_add (self->choices, choice);
}

/* FALSE if some of them is no object, so that not even its name is kept. */
static gboolean
read_each (AncPipelineFile *self, const AncJson *root, const gchar *key,
           void (*read) (AncPipelineFile *, const AncJson *, const gchar *,
                         AncMistakes *),
           AncMistakes *mistakes)
{
  g_autofree gchar *pointer = anc_json_child_pointer (root, key);
  AncJson all
      = { root->file, pointer,
          json_object_get_member (json_node_get_object (root->node), key) };
  gboolean whole = TRUE;
  GError *error = NULL;
  JsonObjectIter iter;
  JsonNode *node;
  const gchar *name;

  if (all.node == NULL)
    return !anc_json_has_misspelt (root, keys, key);
  if (anc_json_get_object (&all, &error) == NULL) {
    anc_mistakes_take (mistakes, &error);
    return FALSE;
  }
  json_object_iter_init_ordered (&iter, json_node_get_object (all.node));
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    g_autofree gchar *child = anc_json_child_pointer (&all, name);
    AncJson json = { root->file, child, node };

    read (self, &json, name, mistakes);
    whole &= JSON_NODE_HOLDS_OBJECT (node);
  }
  return whole;
}

AncPipelineFile *
anc_pipeline_file_load_all (const gchar *file, AncMistakes *mistakes)
{
  g_autoptr (JsonNode) node = anc_json_load (file, mistakes);
  g_autoptr (AncPipelineFile) self = NULL;
  AncJson root = { file, "", node };
  gboolean parameters, choices;

  if (node == NULL || !anc_json_check_keys (&root, keys, mistakes))
    return NULL;
  self = g_atomic_rc_box_new0 (AncPipelineFile);
  self->file = g_strdup (file);
  self->parameters
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_parameter_free);
  self->choices
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_choice_free);
  read_string (&root, "name", &self->name, mistakes);
  read_string (&root, "version", &self->version, mistakes);
  read_string (&root, "description", &self->description, mistakes);
  read_text (self, &root, mistakes);
  parameters = read_each (self, &root, "parameters", read_parameter, mistakes);
  choices = read_each (self, &root, "choices", read_choice, mistakes);
  return anc_pipeline_check (self, parameters, choices, mistakes)
             ? g_steal_pointer (&self)
             : NULL;
}

AncPipelineFile *
anc_pipeline_file_load (const gchar *file, GError **error)
{
  g_autoptr (AncMistakes) mistakes = anc_mistakes_new ();
  g_autoptr (AncPipelineFile) self
      = anc_pipeline_file_load_all (file, mistakes);

  if (anc_mistakes_count (mistakes) == 0)
    return g_steal_pointer (&self);
  anc_mistakes_to_error (mistakes, error);
  return NULL;
}

const AncParameter *
anc_pipeline_file_get_parameter (const AncPipelineFile *self, const gchar *name)
{
  for (guint i = 0; i < self->parameters->len; i++) {
    const AncParameter *parameter = self->parameters->pdata[i];

    if (g_str_equal (parameter->name, name))
      return parameter;
  }
  return NULL;
}

const AncChoice *
anc_pipeline_file_get_choice (const AncPipelineFile *self, const gchar *name)
{
  for (guint i = 0; i < self->choices->len; i++) {
    const AncChoice *choice = self->choices->pdata[i];

    if (g_str_equal (choice->name, name))
      return choice;
  }
  return NULL;
}

gboolean
anc_pipeline_file_is_key (const AncPipelineFile *self, const gchar *parameter)
{
  for (guint i = 0; i < self->choices->len; i++) {
    const AncChoice *choice = self->choices->pdata[i];

    if (g_str_equal (choice->parameter, parameter))
      return TRUE;
  }
  return FALSE;
}

gboolean
anc_pipeline_file_is_fixed (const AncPipelineFile *self, const gchar *element)
{
  return anc_text_declares (self->text, element);
}

gboolean
anc_pipeline_file_declares (const AncPipelineFile *self, const gchar *element)
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

typedef struct {
  const AncPipelineFile *file;
  AncValueFunc value_of;
  gpointer data;
  GHashTable *used;
} Expansion;

static gchar *
expand_placeholder (const gchar *name, gpointer data, GError **error)
{
  Expansion *expansion = data;
  const AncChoice *choice
      = anc_pipeline_file_get_choice (expansion->file, name);
  const gchar *value = expansion->value_of (choice->parameter, expansion->data);
  const gchar *text = g_hash_table_lookup (choice->fragments, value);

  if (expansion->used != NULL)
    g_hash_table_add (expansion->used, choice->parameter);
  /* Fragments may hold placeholders; the check at load has refused loops. */
  return anc_text_replace (text, expand_placeholder, data, error);
}

GStrv
anc_pipeline_file_expand_lines (const AncPipelineFile *self,
                                AncValueFunc value_of, gpointer data,
                                GHashTable *ret_used)
{
  Expansion expansion = { self, value_of, data, ret_used };
  GStrv lines = g_new0 (gchar *, g_strv_length (self->lines) + 1);

  for (guint i = 0; self->lines[i] != NULL; i++)
    lines[i] = anc_text_replace (self->lines[i], expand_placeholder, &expansion,
                                 NULL);
  return lines;
}

gchar *
anc_pipeline_file_expand (const AncPipelineFile *self, AncValueFunc value_of,
                          gpointer data, GHashTable *ret_used)
{
  g_auto (GStrv) lines
      = anc_pipeline_file_expand_lines (self, value_of, data, ret_used);

  return g_strjoinv (" ", lines);
}

gchar *
anc_pipeline_file_line_pointer (const AncPipelineFile *self, gint line)
{
  return self->numbered && line >= 0 ? g_strdup_printf ("/pipeline/%d", line)
                                     : g_strdup ("/pipeline");
}
