/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-json.h"

#include "anc-error.h"
#include "anc-json-shape.h"
#include "anc-json-twice.h"

#include <string.h>

static guint
line_of (const gchar *text, const gchar *at)
{
  guint line = 1;

  for (; text < at; text++)
    line += *text == '\n';
  return line;
}

static JsonNode *
parse (const gchar *file, const gchar *text, AncMistakes *mistakes,
       GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (AncJsonTwice) twice = anc_json_twice_new (parser);
  g_autoptr (GError) cause = NULL;
  AncJson root = { file, "", NULL };

  if (!json_parser_load_from_data (parser, text, -1, &cause)) {
    /* It is cut where its buffer ends, be that within a character. */
    g_autofree gchar *reason = g_utf8_make_valid (cause->message, -1);
    /* json-glib calls whatever it parses "<data>". */
    gboolean prefixed = g_str_has_prefix (reason, "<data>:");

    anc_config_error (error, file, "", "it is not JSON (line %s)",
                      reason + (prefixed ? strlen ("<data>:") : 0));
    return NULL;
  }
  root.node = json_parser_get_root (parser);
  if (root.node == NULL) {
    anc_config_error (error, file, "", "it is empty");
    return NULL;
  }
  anc_json_twice_check (twice, &root, mistakes);
  return json_parser_steal_root (parser);
}

static JsonNode *
load (const gchar *file, AncMistakes *mistakes, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree gchar *text = NULL;
  const gchar *wrong, *at = NULL;
  gsize length;

  if (!g_file_get_contents (file, &text, &length, &cause)) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_CONFIG, "%s", cause->message);
    return NULL;
  }
  if (!g_utf8_validate (text, (gssize) length, NULL)) {
    anc_config_error (error, file, "", "it is not text in UTF-8");
    return NULL;
  }
  /* Some editors mark UTF-8 with what would be a byte order. */
  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    memmove (text, text + 3, length - 2);
  wrong = anc_json_wrong_shape (text, &at);
  if (wrong != NULL) {
    anc_config_error (error, file, "", "%s (line %u)", wrong,
                      line_of (text, at));
    return NULL;
  }
  return parse (file, text, mistakes, error);
}

JsonNode *
anc_json_load (const gchar *file, AncMistakes *mistakes)
{
  GError *error = NULL;
  JsonNode *node = load (file, mistakes, &error);

  if (node == NULL)
    anc_mistakes_take (mistakes, &error);
  return node;
}

gchar *
anc_json_child_pointer (const AncJson *json, const gchar *key)
{
  g_autoptr (GString) escaped = g_string_new (key);

  /* RFC 6901: "~" first, or the escape would be escaped. */
  g_string_replace (escaped, "~", "~0", 0);
  g_string_replace (escaped, "/", "~1", 0);
  return g_strconcat (json->pointer, "/", escaped->str, NULL);
}

const gchar *
anc_json_type_name (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return "an object";
  if (JSON_NODE_HOLDS_ARRAY (node))
    return "an array";
  if (JSON_NODE_HOLDS_NULL (node))
    return "null";
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return "a string";
  return json_node_get_value_type (node) == G_TYPE_BOOLEAN ? "a boolean"
                                                           : "a number";
}

void
anc_json_error (const AncJson *json, GError **error, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  anc_config_error (error, json->file, json->pointer, "%s", text);
}

static gboolean
is_value (const AncJson *json, GType type)
{
  return JSON_NODE_HOLDS_VALUE (json->node)
         && json_node_get_value_type (json->node) == type;
}

static void
wrong_type (const AncJson *json, const gchar *wanted, GError **error)
{
  anc_json_error (json, error, "this must be %s, not %s", wanted,
                  anc_json_type_name (json->node));
}

JsonObject *
anc_json_get_object (const AncJson *json, GError **error)
{
  if (JSON_NODE_HOLDS_OBJECT (json->node))
    return json_node_get_object (json->node);
  wrong_type (json, "an object", error);
  return NULL;
}

const gchar *
anc_json_get_string (const AncJson *json, GError **error)
{
  if (is_value (json, G_TYPE_STRING))
    return json_node_get_string (json->node);
  wrong_type (json, "a string", error);
  return NULL;
}

gboolean
anc_json_get_boolean (const AncJson *json, gboolean *ret, GError **error)
{
  if (!is_value (json, G_TYPE_BOOLEAN)) {
    wrong_type (json, "true or false", error);
    return FALSE;
  }
  *ret = json_node_get_boolean (json->node);
  return TRUE;
}

gboolean
anc_json_get_number (const AncJson *json, gdouble *ret, GError **error)
{
  if (!is_value (json, G_TYPE_INT64) && !is_value (json, G_TYPE_DOUBLE)) {
    wrong_type (json, "a number", error);
    return FALSE;
  }
  *ret = json_node_get_double (json->node);
  return TRUE;
}

static gboolean
append_string (const AncJson *json, guint i, GStrvBuilder *builder,
               GError **error)
{
  g_autofree gchar *key = g_strdup_printf ("%u", i);
  g_autofree gchar *pointer = anc_json_child_pointer (json, key);
  JsonArray *array = json_node_get_array (json->node);
  AncJson item = { json->file, pointer, json_array_get_element (array, i) };
  const gchar *text = anc_json_get_string (&item, error);

  if (text == NULL)
    return FALSE;
  g_strv_builder_add (builder, text);
  return TRUE;
}

GStrv
anc_json_get_strings (const AncJson *json, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n;

  if (is_value (json, G_TYPE_STRING)) {
    g_strv_builder_add (builder, json_node_get_string (json->node));
    return g_strv_builder_end (builder);
  }
  if (!JSON_NODE_HOLDS_ARRAY (json->node)) {
    wrong_type (json, "a string or an array of strings", error);
    return NULL;
  }
  n = json_array_get_length (json_node_get_array (json->node));
  if (n == 0) {
    anc_json_error (json, error, "this array must not be empty");
    return NULL;
  }
  for (guint i = 0; i < n; i++) {
    if (!append_string (json, i, builder, error))
      return NULL;
  }
  return g_strv_builder_end (builder);
}

gboolean
anc_json_check_keys (const AncJson *json, const gchar *const *keys,
                     AncMistakes *mistakes)
{
  GError *error = NULL;
  JsonObject *object = anc_json_get_object (json, &error);
  g_autoptr (GList) members = NULL;

  if (object == NULL) {
    anc_mistakes_take (mistakes, &error);
    return FALSE;
  }
  members = json_object_get_members (object);
  for (GList *l = members; l != NULL; l = l->next) {
    g_autofree gchar *pointer = NULL, *suggestion = NULL;

    if (g_strv_contains (keys, l->data))
      continue;
    pointer = anc_json_child_pointer (json, l->data);
    suggestion = anc_error_suggestion (l->data, keys);
    anc_config_error (&error, json->file, pointer, "there is no such key%s",
                      suggestion);
    anc_mistakes_take (mistakes, &error);
  }
  return TRUE;
}

gboolean
anc_json_has_misspelt (const AncJson *json, const gchar *const *keys,
                       const gchar *key)
{
  const gchar *const wanted[] = { key, NULL };
  g_autoptr (GList) members
      = json_object_get_members (json_node_get_object (json->node));

  for (GList *l = members; l != NULL; l = l->next) {
    g_autofree gchar *suggestion = NULL;

    if (g_strv_contains (keys, l->data))
      continue;
    suggestion = anc_error_suggestion (l->data, wanted);
    if (*suggestion != '\0')
      return TRUE;
  }
  return FALSE;
}
