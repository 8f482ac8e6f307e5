/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-one-object.h"

/* A UTF-16 unit written as \uXXXX (RFC 8259, section 7), or -1. json-glib takes
 * fewer digits for the front ones of four. */
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

/* An escape that is none, or the first unit of two without the second. */
static gboolean
is_broken_unit (const gchar *text, gsize size)
{
  gint first, second;

  if (size < 2 || text[0] != '\\' || text[1] != 'u')
    return FALSE;
  first = escaped_unit (text, size);
  if (first < 0xd800 || first > 0xdbff)
    return first < 0;
  second = escaped_unit (text + 6, size - 6);
  return second < 0xdc00 || second > 0xdfff;
}

gboolean
anc_is_one_object (const gchar *text, gsize size, guint depth_max)
{
  gboolean quoted = FALSE;
  guint depth = 0;

  while (size > 0 && g_ascii_isspace (text[size - 1]))
    size--;
  for (gsize i = 0; i < size; i++) {
    if (quoted && is_broken_unit (text + i, size - i))
      return FALSE;
    if (quoted && text[i] == '\\')
      i++;
    else if (text[i] == '"')
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
