/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-one-object.h"

gboolean
anc_is_one_object (const gchar *text, gsize size, guint depth_max)
{
  gboolean quoted = FALSE;
  guint depth = 0;

  while (size > 0 && g_ascii_isspace (text[size - 1]))
    size--;
  for (gsize i = 0; i < size; i++) {
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
