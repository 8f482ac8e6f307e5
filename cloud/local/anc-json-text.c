/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-json-text.h"

#include "anc-one-object.h"

#include <string.h>

#define DEPTH_MAX 128

/* json-glib needs brackets in order, see anc_is_one_object (). */
static JsonNode *
parse (const gchar *text, gsize size)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (!g_utf8_validate (text, (gssize) size, NULL)
      || !anc_is_one_object (text, size, DEPTH_MAX)
      || !json_parser_load_from_data (parser, text, (gssize) size, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

JsonObject *
anc_json_text_parse (const gchar *text, gsize size)
{
  g_autoptr (JsonNode) node = parse (text, size);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_object_ref (json_node_get_object (node))
             : NULL;
}

gboolean
anc_json_text_is_valid (GBytes *bytes)
{
  gsize size;
  const gchar *text = g_bytes_get_data (bytes, &size);
  g_autoptr (GString) wrapped = g_string_new ("{\"value\":");
  g_autoptr (JsonNode) node = NULL;

  if (size == 0)
    return FALSE;
  g_string_append_len (wrapped, text, (gssize) size);
  g_string_append_c (wrapped, '}');
  node = parse (wrapped->str, wrapped->len);
  return node != NULL
         && json_object_get_size (json_node_get_object (node)) == 1;
}

GBytes *
anc_json_text_new_error (const gchar *type, const gchar *message)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  gchar *text;

  json_object_set_string_member (object, "errorMessage", message);
  json_object_set_string_member (object, "errorType", type);
  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  return g_bytes_new_take (text, strlen (text));
}
