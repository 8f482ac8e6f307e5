/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-choice.h"

#include <string.h>

static const gchar *const keys[] = { "parameter", "fragments", NULL };

void
anc_choice_free (AncChoice *self)
{
  g_free (self->name);
  g_free (self->parameter);
  g_hash_table_unref (self->fragments);
  g_free (self);
}

static void
read_fragment (AncChoice *self, const AncJson *json, const gchar *value,
               JsonNode *node, AncMistakes *mistakes)
{
  g_autofree gchar *pointer = anc_json_child_pointer (json, value);
  AncJson member = { json->file, pointer, node };
  GError *error = NULL;
  g_auto (GStrv) lines = anc_json_get_strings (&member, &error);

  if (lines == NULL)
    anc_mistakes_take (mistakes, &error);
  else
    g_hash_table_insert (self->fragments, g_strdup (value),
                         g_strjoinv (" ", lines));
}

static void
read_fragments (AncChoice *self, const AncJson *json, AncMistakes *mistakes)
{
  GError *error = NULL;
  JsonObject *object = anc_json_get_object (json, &error);
  JsonObjectIter iter;
  const gchar *value;
  JsonNode *node;

  if (object == NULL) {
    anc_mistakes_take (mistakes, &error);
    return;
  }
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &value, &node))
    read_fragment (self, json, value, node, mistakes);
}

static void
read_parameter (AncChoice *self, const AncJson *json, AncMistakes *mistakes)
{
  GError *error = NULL;

  self->parameter = g_strdup (anc_json_get_string (json, &error));
  if (self->parameter == NULL)
    anc_mistakes_take (mistakes, &error);
}

static void
read_members (AncChoice *self, const AncJson *json, AncMistakes *mistakes)
{
  static const struct {
    const gchar *key;
    void (*read) (AncChoice *, const AncJson *, AncMistakes *);
  } readers[]
      = { { "parameter", read_parameter }, { "fragments", read_fragments } };
  JsonObject *object = json_node_get_object (json->node);

  for (guint i = 0; i < G_N_ELEMENTS (readers); i++) {
    g_autofree gchar *pointer = anc_json_child_pointer (json, readers[i].key);
    AncJson member = { json->file, pointer,
                       json_object_get_member (object, readers[i].key) };
    GError *error = NULL;

    if (member.node != NULL) {
      readers[i].read (self, &member, mistakes);
    } else if (!anc_json_has_misspelt (json, keys, readers[i].key)) {
      anc_json_error (json, &error, "a choice needs parameter and fragments");
      anc_mistakes_take (mistakes, &error);
    }
  }
}

AncChoice *
anc_choice_new (const AncJson *json, const gchar *name, AncMistakes *mistakes)
{
  const guint before = anc_mistakes_count (mistakes);
  AncChoice *self;

  if (!anc_json_check_keys (json, keys, mistakes))
    return NULL;
  self = g_new0 (AncChoice, 1);
  self->name = g_strdup (name);
  self->fragments
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  read_members (self, json, mistakes);
  self->broken = anc_mistakes_count (mistakes) > before;
  return self;
}

gboolean
anc_placeholder_next (const gchar *text, gchar **ret_name,
                      const gchar **ret_begin, const gchar **ret_end)
{
  const gchar *begin = strstr (text, "${");
  const gchar *end = begin != NULL ? strchr (begin, '}') : NULL;

  if (end == NULL)
    return FALSE;
  *ret_name = g_strndup (begin + 2, (gsize) (end - begin - 2));
  *ret_begin = begin;
  *ret_end = end + 1;
  return TRUE;
}

gboolean
anc_text_declares (const gchar *text, const gchar *element)
{
  g_autofree gchar *escaped = g_regex_escape_string (element, -1);
  g_autofree gchar *pattern = g_strdup_printf (
      "(?:^|\\s)name\\s*=\\s*[\"']?%s[\"']?(?:\\s|$|[)!])", escaped);

  return g_regex_match_simple (pattern, text, 0, 0);
}

gchar *
anc_text_factory_of (const gchar *text, const gchar *element)
{
  g_autofree gchar *escaped = g_regex_escape_string (element, -1);
  g_autofree gchar *pattern = g_strdup_printf (
      "(?:^|[\\s!(])([A-Za-z][\\w-]*)"                     /* the factory */
      "(?:\\s+[\\w:-]+\\s*=\\s*(?:\"[^\"]*\"|[^\\s!]+))*?" /* settings */
      "\\s+name\\s*=\\s*[\"']?%s[\"']?(?:\\s|$|[)!])",
      escaped);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, text, 0, &match) ? g_match_info_fetch (match, 1)
                                                : NULL;
}

gchar *
anc_text_replace (const gchar *text, AncPlaceholderFunc func, gpointer data,
                  GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const gchar *begin, *end;
  gchar *found = NULL;

  while (anc_placeholder_next (text, &found, &begin, &end)) {
    g_autofree gchar *name = found;
    g_autofree gchar *piece = func (name, data, error);

    if (piece == NULL)
      return NULL;
    g_string_append_len (out, text, begin - text);
    g_string_append (out, piece);
    text = end;
  }
  g_string_append (out, text);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
