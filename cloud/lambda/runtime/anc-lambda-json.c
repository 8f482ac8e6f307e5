/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-json.h"

#include "anc-lambda-error.h"
#include "anc-one-object.h"

/* Levels of brackets; no event of AWS has a third of them. */
#define DEPTH_MAX 64

static void
append_character (GString *out, gunichar character)
{
  gunichar rest = character - 0x10000;

  if (character == '"' || character == '\\')
    g_string_append_printf (out, "\\%c", (gchar) character);
  else if (character == '\n')
    g_string_append (out, "\\n");
  else if (character >= 0x20 && character < 0x7f)
    g_string_append_c (out, (gchar) character);
  else if (character < 0x10000)
    g_string_append_printf (out, "\\u%04x", character);
  else
    g_string_append_printf (out, "\\u%04x\\u%04x", 0xd800 + (rest >> 10),
                            0xdc00 + (rest & 0x3ff));
}

void
anc_lambda_json_append_string (GString *out, const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const gchar *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    append_character (out, g_utf8_get_char (p));
  g_string_append_c (out, '"');
}

void
anc_lambda_json_append_member (GString *out, const gchar *name,
                               const gchar *value)
{
  if (value == NULL)
    return;
  if (out->len > 0 && out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  anc_lambda_json_append_string (out, name);
  g_string_append_c (out, ':');
  anc_lambda_json_append_string (out, value);
}

/* json-glib escapes what JSON must; the rest above ASCII follows here. */
void
anc_lambda_json_append_node (GString *out, JsonNode *node)
{
  g_autofree gchar *text = json_to_string (node, FALSE);
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);

  for (const gchar *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    if ((guchar) *p < 0x80)
      g_string_append_c (out, *p);
    else
      append_character (out, g_utf8_get_char (p));
  }
}

JsonObject *
anc_lambda_json_parse (const gchar *text, gsize size, const gchar *what,
                       GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) local = NULL;
  JsonNode *root;

  /* Also of nothing: that is no object. */
  if (!g_utf8_validate (text, (gssize) size, NULL)
      || !anc_is_one_object (text, size, DEPTH_MAX)) {
    anc_lambda_set_error (error, ANC_LAMBDA_INVALID_REQUEST,
                          "%s is not one JSON object of at most %d levels.",
                          what, DEPTH_MAX);
    return NULL;
  }
  /* The parser's own sentence would quote what it read. */
  if (!json_parser_load_from_data (parser, text, (gssize) size, &local)
      || (root = json_parser_get_root (parser)) == NULL
      || !JSON_NODE_HOLDS_OBJECT (root)) {
    anc_lambda_set_error (error, ANC_LAMBDA_INVALID_REQUEST,
                          "%s is not valid JSON (line %d, position %d).", what,
                          json_parser_get_current_line (parser),
                          json_parser_get_current_pos (parser));
    return NULL;
  }
  return json_object_ref (json_node_get_object (root));
}
