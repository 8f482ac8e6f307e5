/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* JSON in one line of ASCII, fit for a log and for a field of HTTP. */

/* With quotes; what is not UTF-8 becomes U+FFFD. */
void anc_lambda_json_append_string (GString *out, const gchar *text);
/* `"name":"value"`, after a comma unless it is the first; nothing for NULL. */
void anc_lambda_json_append_member (GString *out, const gchar *name,
                                    const gchar *value);
/* Any node. */
void anc_lambda_json_append_node (GString *out, JsonNode *node);

/* One JSON object that came from outside; NULL with ANC_LAMBDA_ERROR_FUNCTION and
 * Function.InvalidRequest, in a sentence that begins with `what`. */
JsonObject *anc_lambda_json_parse (const gchar *text, gsize size,
                                   const gchar *what, GError **error);
