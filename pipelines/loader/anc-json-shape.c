/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-json-shape.h"

#include <string.h>

/* A config file needs five; json-glib would use the stack for any number. */
#define MAX_DEPTH 64

static gint
hex (const gchar *at)
{
  gint value = 0;

  for (guint i = 0; i < 4; i++) {
    if (!g_ascii_isxdigit (at[i]))
      return -1;
    value = value * 16 + g_ascii_xdigit_value (at[i]);
  }
  return value;
}

/* Past the escape that begins here; NULL if it stands for no character, or for
 * the one that would end the string. */
static const gchar *
skip_escape (const gchar *at)
{
  gint value, low;

  if (at[1] != 'u')
    return at[1] != '\0' && strchr ("\"\\/bfnrt", at[1]) ? at + 2 : NULL;
  value = hex (at + 2);
  if (value <= 0 || (value & 0xfc00) == 0xdc00)
    return NULL;
  if ((value & 0xfc00) != 0xd800)
    return at + 6;
  low = at[6] == '\\' && at[7] == 'u' ? hex (at + 8) : -1;
  return low >= 0 && (low & 0xfc00) == 0xdc00 ? at + 12 : NULL;
}

/* Past the string that begins here; NULL and *ret_at for a wrong escape. */
static const gchar *
skip_string (const gchar *at, const gchar **ret_at)
{
  for (at++; at != NULL && *at != '\0';
       at = *at == '\\' ? skip_escape (at) : at + 1) {
    *ret_at = at;
    if (*at == '"')
      return at + 1;
  }
  return at;
}

const gchar *
anc_json_wrong_shape (const gchar *at, const gchar **ret_at)
{
  gboolean begun = FALSE, closed = FALSE, comma = FALSE;
  guint depth = 0;

  while (*at != '\0') {
    gboolean opens = *at == '{' || *at == '[';

    *ret_at = at;
    if (g_ascii_isspace (*at)) {
      at++;
      continue;
    }
    if (*at == '/')
      return at[1] == '/' || at[1] == '*' ? "JSON has no comments"
                                          : "it is not JSON";
    if (*at == '\'')
      return "JSON has no single quotes";
    if ((*at == '}' || *at == ']') && comma)
      return "there is a comma behind the last member; remove it";
    comma = *at == ',';
    if (depth == 0 && (closed || (opens && begun)))
      return "it holds more than one value";
    if (opens && ++depth > MAX_DEPTH)
      return "it is nested too deeply";
    if ((*at == '}' || *at == ']') && depth > 0)
      closed = --depth == 0;
    begun = TRUE;
    at = *at == '"' ? skip_string (at, ret_at) : at + 1;
    if (at == NULL)
      return "what follows the \\ is no escape of JSON";
  }
  return NULL;
}
