/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-reference.h"

#include "anc-error.h"

#include <string.h>

gboolean
anc_reference_from_json (JsonNode *node, AncReference *ret)
{
  static const gchar *const keys[] = { "file", "env" };
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  object = json_node_get_object (node);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    JsonNode *member = json_object_get_member (object, keys[i]);

    if (json_object_get_size (object) != 1 || member == NULL
        || json_node_get_value_type (member) != G_TYPE_STRING)
      continue;
    ret->environment = i == 1;
    ret->name = json_node_get_string (member);
    return TRUE;
  }
  return FALSE;
}

static gchar *
read_environment (const gchar *name, GError **error)
{
  const gchar *text = g_getenv (name);

  if (text == NULL) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "it is not set");
    return NULL;
  }
  if (!g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "it is not UTF-8");
    return NULL;
  }
  return g_strdup (text);
}

gchar *
anc_reference_read (const AncReference *self, GError **error)
{
  g_autofree gchar *text = NULL;
  g_autoptr (GError) cause = NULL;
  gsize length;

  if (self->environment)
    return read_environment (self->name, error);
  if (!g_file_get_contents (self->name, &text, &length, &cause)) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s",
                 g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                     ? "there is no such file"
                     : "it cannot be read");
    return NULL;
  }
  if (!g_utf8_validate (text, (gssize) length, NULL)) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "it is not UTF-8");
    return NULL;
  }
  /* Editors and echo end a file with a line break that is not meant. */
  if (g_str_has_suffix (text, "\n"))
    text[strlen (text) - 1] = '\0';
  return g_steal_pointer (&text);
}
