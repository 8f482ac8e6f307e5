/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-secret.h"

#include <string.h>

static gboolean
is_letter (gchar c)
{
  return g_ascii_isalnum (c) || (guchar) c >= 0x80;
}

/* A value of "2" is not in "252". */
static gboolean
stands_alone (const gchar *text, const gchar *at, const gchar *word, gsize n)
{
  return !(at > text && is_letter (at[-1]) && is_letter (word[0]))
         && !(is_letter (at[n]) && is_letter (word[n - 1]));
}

static void
replace (gchar **text, const gchar *word, const gchar *shown)
{
  gsize n = strlen (word);
  GString *result;
  const gchar *at, *rest = *text;

  if (n == 0 || strstr (rest, word) == NULL)
    return;
  result = g_string_new (NULL);
  while ((at = strstr (rest, word)) != NULL) {
    gboolean alone = stands_alone (*text, at, word, n);

    g_string_append_len (result, rest, at - rest);
    g_string_append_len (result, alone ? shown : at, alone ? -1 : 1);
    rest = at + (alone ? n : 1);
  }
  g_string_append (result, rest);
  g_free (*text);
  *text = g_string_free (result, FALSE);
}

/* A drawing escapes what was escaped already. */
static void
replace_escaped (gchar **text, const gchar *word, const gchar *shown)
{
  g_autofree gchar *once = g_strescape (word, NULL);
  g_autofree gchar *twice = g_strescape (once, NULL);

  replace (text, twice, shown);
  replace (text, once, shown);
  replace (text, word, shown);
}

gchar *
anc_secret_mask (const gchar *text, const gchar *secret, gboolean file,
                 const gchar *shown)
{
  gchar *result = g_strdup (text);

  replace_escaped (&result, secret, shown);
  if (file) {
    g_autofree gchar *base = g_path_get_basename (secret);
    g_autofree gchar *directory = g_path_get_dirname (secret);

    replace_escaped (&result, base, shown);
    if (strlen (directory) > 1)
      replace_escaped (&result, directory, shown);
  }
  return result;
}
