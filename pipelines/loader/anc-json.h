/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading JSON that a person wrote: every refusal names file and pointer. */
#pragma once

#include <json-glib/json-glib.h>

/* A node and where it stands. The caller keeps `file` and `pointer` alive. */
typedef struct {
  const gchar *file;
  const gchar *pointer;
  JsonNode *node;
} AncJson;

/* The whole file; NULL with an ANC_ERROR_CONFIG error. */
JsonNode *anc_json_load (const gchar *file, GError **error);

gchar *anc_json_child_pointer (const AncJson *json, const gchar *key);
const gchar *anc_json_type_name (JsonNode *node);
void anc_json_error (const AncJson *json, GError **error, const gchar *format,
                     ...) G_GNUC_PRINTF (3, 4);

/* NULL, or FALSE, with an error that says what it is instead. */
JsonObject *anc_json_get_object (const AncJson *json, GError **error);
const gchar *anc_json_get_string (const AncJson *json, GError **error);
gboolean anc_json_get_boolean (const AncJson *json, gboolean *ret,
                               GError **error);
gboolean anc_json_get_number (const AncJson *json, gdouble *ret,
                              GError **error);
/* A string, or an array of strings, never empty. */
GStrv anc_json_get_strings (const AncJson *json, GError **error);
/* FALSE if a key of the object is not in the NULL-terminated list. */
gboolean anc_json_check_keys (const AncJson *json, const gchar *const *keys,
                              GError **error);
