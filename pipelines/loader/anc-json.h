/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading JSON that a person wrote: every refusal names file and pointer. */
#pragma once

#include "anc-mistakes.h"

#include <json-glib/json-glib.h>

/* A node and where it stands. The caller keeps `file` and `pointer` alive. */
typedef struct {
  const gchar *file;
  const gchar *pointer;
  JsonNode *node;
} AncJson;

/* The whole file; NULL if it is no JSON. Errors are ANC_ERROR_CONFIG. */
JsonNode *anc_json_load (const gchar *file, AncMistakes *mistakes);

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
/* Notes each key that is not in the NULL-terminated list; FALSE if it is no
 * object at all. */
gboolean anc_json_check_keys (const AncJson *json, const gchar *const *keys,
                              AncMistakes *mistakes);
/* Does the object have, instead of `key`, one that looks like it? It has been
 * refused then, and to call `key` missing would be to say it twice. */
gboolean anc_json_has_misspelt (const AncJson *json, const gchar *const *keys,
                                const gchar *key);
