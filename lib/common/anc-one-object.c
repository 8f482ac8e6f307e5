/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-one-object.h"

#include <string.h>

/* A UTF-16 unit written as \uXXXX, or -1. */
static gint
escaped_unit (const gchar *text, gsize size)
{
  gint unit = 0;

  if (size < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;
  for (guint i = 2; i < 6; i++) {
    if (!g_ascii_isxdigit (text[i]))
      return -1;
    unit = unit * 16 + g_ascii_xdigit_value (text[i]);
  }
  return unit;
}

/* Of the escape at the front (RFC 8259, section 7), both units of a pair
 * included; 0: it is none. */
static gsize
escape_length (const gchar *text, gsize size)
{
  gint first, second;

  if (size < 2 || memchr ("\"\\/bfnrtu", text[1], 9) == NULL)
    return 0;
  if (text[1] != 'u')
    return 2;
  first = escaped_unit (text, size);
  if (first < 0xd800 || first > 0xdfff)
    return first < 0 ? 0 : 6;
  second = first <= 0xdbff ? escaped_unit (text + 6, size - 6) : -1;
  return second < 0xdc00 || second > 0xdfff ? 0 : 12;
}

gboolean
anc_is_one_object (const gchar *text, gsize size, guint depth_max)
{
  gboolean quoted = FALSE;
  guint depth = 0;

  while (size > 0 && g_ascii_isspace (text[size - 1]))
    size--;
  for (gsize i = 0; i < size; i++) {
    if (quoted && text[i] == '\\') {
      gsize length = escape_length (text + i, size - i);
      if (length == 0)
        return FALSE;
      i += length - 1;
    } else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && (text[i] == '{' || text[i] == '['))
      depth++;
    else if (!quoted && (text[i] == '}' || text[i] == ']') && --depth == 0)
      return text[i] == '}' && i == size - 1;
    if (depth > depth_max || (depth == 0 && !g_ascii_isspace (text[i])))
      return FALSE;
  }
  return FALSE;
}
