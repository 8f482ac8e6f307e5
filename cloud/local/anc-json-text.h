/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* One JSON object that came from outside; NULL: it is none. */
JsonObject *anc_json_text_parse (const gchar *text, gsize size);
/* {"errorMessage":...,"errorType":...}, as Lambda has them. */
GBytes *anc_json_text_new_error (const gchar *type, const gchar *message);
/* Any JSON; FALSE: it is none. */
gboolean anc_json_text_is_valid (GBytes *text);
