/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-error.h"

#include <string.h>

typedef struct {
  gchar *pointer; /* of a mistake in a config file, or NULL */
} AncErrorPrivate;

static void
anc_error_private_init (AncErrorPrivate *priv)
{
}

static void
anc_error_private_copy (const AncErrorPrivate *from, AncErrorPrivate *to)
{
  to->pointer = g_strdup (from->pointer);
}

static void
anc_error_private_clear (AncErrorPrivate *priv)
{
  g_free (priv->pointer);
}

/* clang-format off */
G_DEFINE_EXTENDED_ERROR (AncError, anc_error)
/* clang-format on */

/* What is quoted from the file must neither break the line nor command the
 * terminal. */
static void
blank_controls (gchar *text)
{
  for (; *text != '\0'; text++) {
    if (g_ascii_iscntrl (*text))
      *text = ' ';
  }
}

void
anc_config_error (GError **error, const gchar *file, const gchar *pointer,
                  const gchar *format, ...)
{
  g_autofree gchar *text = NULL, *message = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  message = *pointer == '\0'
                ? g_strdup_printf ("%s: %s", file, text)
                : g_strdup_printf ("%s: at %s: %s", file, pointer, text);
  blank_controls (message);
  g_set_error_literal (error, ANC_ERROR, ANC_ERROR_CONFIG, message);
  if (error != NULL)
    anc_error_get_private (*error)->pointer = g_strdup (pointer);
}

const gchar *
anc_error_get_pointer (const GError *error)
{
  return error->domain == ANC_ERROR ? anc_error_get_private (error)->pointer
                                    : NULL;
}

const gchar *
anc_error_domain_name (const GError *error)
{
  static const gchar *const names[] = { [ANC_ERROR_CONFIG] = "config",
                                        [ANC_ERROR_PARAMETER] = "parameter",
                                        [ANC_ERROR_RUN] = "run" };

  if (error->domain != ANC_ERROR)
    return g_quark_to_string (error->domain);
  return names[error->code];
}

/* Levenshtein distance, one row at a time. */
static guint
distance (const gchar *a, const gchar *b)
{
  gsize n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (gsize j = 0; j <= n; j++)
    row[j] = (guint) j;
  for (gsize i = 0; a[i] != '\0'; i++) {
    guint diagonal = row[0];

    row[0] = (guint) i + 1;
    for (gsize j = 0; j < n; j++) {
      guint replaced = diagonal + (a[i] == b[j] ? 0 : 1);

      diagonal = row[j + 1];
      row[j + 1] = MIN (replaced, MIN (row[j], diagonal) + 1);
    }
  }
  return row[n];
}

gchar *
anc_error_suggestion (const gchar *word, const gchar *const *names)
{
  const gchar *best = NULL;
  guint least = (guint) MAX (1, strlen (word) / 3) + 1;

  for (; names != NULL && *names != NULL; names++) {
    guint d = distance (word, *names);

    if (d < least) {
      least = d;
      best = *names;
    }
  }
  return best != NULL ? g_strdup_printf (", did you mean %s?", best)
                      : g_strdup ("");
}

gchar *
anc_error_as_clause (const GError *error)
{
  gchar *text = g_strdup (error != NULL ? error->message : "unknown format");

  g_strstrip (text);
  if (g_str_has_suffix (text, "."))
    text[strlen (text) - 1] = '\0';
  return text;
}
