/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-launch-line.h"

#include <string.h>

#define SPACE " \t\r\n"

typedef enum {
  TOKEN_END,
  TOKEN_LINK,
  TOKEN_OPEN, /* of a bin, or the beginning of the text */
  TOKEN_CLOSE,
  TOKEN_WORD,
} Token;

/* Behind a quoted piece; it may hold anything. */
static const gchar *
skip_quoted (const gchar *at)
{
  const gchar quote = *at++;

  for (; *at != '\0' && *at != quote; at++) {
    if (*at == '\\' && at[1] != '\0')
      at++;
  }
  return *at != '\0' ? at + 1 : at;
}

static Token
next_token (const gchar **at)
{
  const gchar *begin = *at + strspn (*at, SPACE), *end = begin;

  if (*begin == '!')
    end++;
  else
    while (*end != '\0' && strchr (SPACE "!", *end) == NULL)
      end = *end == '"' || *end == '\'' ? skip_quoted (end) : end + 1;
  *at = end;
  if (end == begin)
    return TOKEN_END;
  if (*begin == '!')
    return TOKEN_LINK;
  if (end[-1] == '(')
    return TOKEN_OPEN;
  return end - begin == 1 && *begin == ')' ? TOKEN_CLOSE : TOKEN_WORD;
}

gint
anc_launch_find_loose_link (GStrv lines)
{
  Token before = TOKEN_OPEN;
  gint last = -1; /* the line of the token before */

  for (gint i = 0; lines[i] != NULL; i++) {
    const gchar *at = lines[i];
    Token token;

    while ((token = next_token (&at)) != TOKEN_END) {
      if (token == TOKEN_LINK && (before == TOKEN_LINK || before == TOKEN_OPEN))
        return i;
      if (token == TOKEN_CLOSE && before == TOKEN_LINK)
        return last;
      before = token;
      last = i;
    }
  }
  return before == TOKEN_LINK ? last : -1;
}

/* No property, reference, caps or link. */
static gboolean
is_name (const gchar *begin, const gchar *end)
{
  if (!g_ascii_isalpha (*begin))
    return FALSE;
  while (begin < end && (g_ascii_isalnum (*begin) || strchr ("_-", *begin)))
    begin++;
  return begin == end;
}

gboolean
anc_launch_has_element (GStrv lines)
{
  for (; *lines != NULL; lines++) {
    const gchar *at = *lines, *begin;
    Token token;

    do {
      begin = at + strspn (at, SPACE);
      token = next_token (&at);
      if (token == TOKEN_WORD && is_name (begin, at))
        return TRUE;
    } while (token != TOKEN_END);
  }
  return FALSE;
}

/* "property=value", and no caps. */
static gboolean
is_setting (const gchar *word)
{
  const gchar *end
      = word + strspn (word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_:-");

  return end > word && *end == '=';
}

static AncWord
kind_of (Token token, const gchar *begin, const gchar *end, const gchar *word)
{
  if (token == TOKEN_LINK)
    return ANC_WORD_LINK;
  if (token == TOKEN_OPEN)
    return ANC_WORD_OPEN;
  if (token == TOKEN_CLOSE)
    return ANC_WORD_CLOSE;
  if (is_setting (word))
    return ANC_WORD_SETTING;
  return is_name (begin, end) ? ANC_WORD_ELEMENT : ANC_WORD_OTHER;
}

void
anc_launch_each_word (GStrv lines, AncWordFunc func, gpointer data)
{
  for (gint i = 0; lines[i] != NULL; i++) {
    const gchar *at = lines[i], *begin = at + strspn (at, SPACE);
    Token token;

    while ((token = next_token (&at)) != TOKEN_END) {
      g_autofree gchar *word = g_strndup (begin, (gsize) (at - begin));

      func (kind_of (token, begin, at, word), i, word, data);
      begin = at + strspn (at, SPACE);
    }
  }
}

typedef struct {
  gchar *factory; /* whose settings come, or NULL */
  AncLaunchFunc func;
  gpointer data;
} Settings;

static void
on_word (AncWord kind, gint line, const gchar *word, gpointer data)
{
  Settings *self = data;
  g_autofree gchar *text = NULL;

  if (kind == ANC_WORD_SETTING && self->factory != NULL) {
    text = g_strconcat (self->factory, " ", word, NULL);
    self->func (line, text, self->data);
    return;
  }
  g_clear_pointer (&self->factory, g_free);
  if (kind == ANC_WORD_ELEMENT) {
    self->factory = g_strdup (word);
    self->func (line, word, self->data);
  }
}

void
anc_launch_each_setting (GStrv lines, AncLaunchFunc func, gpointer data)
{
  Settings settings = { NULL, func, data };

  anc_launch_each_word (lines, on_word, &settings);
  g_free (settings.factory);
}

gint
anc_launch_find_word (GStrv lines, const gchar *word, const gchar *after)
{
  g_autofree gchar *escaped = g_regex_escape_string (word, -1);
  g_autofree gchar *pattern
      = g_strdup_printf ("(^|[\\s!(])%s%s", escaped, after);
  gint found = -1;

  for (gint i = 0; lines[i] != NULL; i++) {
    if (!g_regex_match_simple (pattern, lines[i], 0, 0))
      continue;
    if (found >= 0)
      return -1;
    found = i;
  }
  return found;
}
