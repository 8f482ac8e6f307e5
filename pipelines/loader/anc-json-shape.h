/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What json-glib would let pass: comments, quotes and escapes of its own kind,
 * several values in one file, of which it keeps the first; and nesting that it
 * would die of. NULL, or what is wrong and where. */
const gchar *anc_json_wrong_shape (const gchar *text, const gchar **ret_at);
