/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Whether brackets outside strings make one JSON object of at most `depth_max`
 * levels with nothing but white space around it, and every escape in a string is
 * one of RFC 8259, section 7, with both halves of a surrogate pair; the rest is
 * left to the parser. To be asked of untrusted text before json-glib 1.6 reads it,
 * which leaks the first of two values and any string with a broken pair, takes
 * fewer digits than four for a unit and octal ones for a byte, so that its strings
 * may not be UTF-8, and uses the stack for every level. */
gboolean anc_is_one_object (const gchar *text, gsize size, guint depth_max);
