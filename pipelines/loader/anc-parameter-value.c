/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values as text: what a type, a range and an enum allow. */
#include "anc-parameter.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

static gchar *
number_text (gdouble value)
{
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.12g", value));
}

static gboolean
within_limits (const AncParameter *self, gdouble value, gchar **ret_reason)
{
  g_autofree gchar *least = number_text (self->minimum);
  g_autofree gchar *most = number_text (self->maximum);

  if (value >= self->minimum && value <= self->maximum)
    return TRUE;
  if (isinf (self->maximum))
    *ret_reason = g_strdup_printf ("must be at least %s", least);
  else if (isinf (self->minimum))
    *ret_reason = g_strdup_printf ("must be at most %s", most);
  else
    *ret_reason = g_strdup_printf ("must be between %s and %s", least, most);
  return FALSE;
}

static gchar *
normalise_integer (const AncParameter *self, const gchar *text,
                   gchar **ret_reason)
{
  g_autoptr (GError) error = NULL;
  gint64 value;

  if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value,
                                 &error)) {
    *ret_reason = g_strdup ("must be a whole number");
    return NULL;
  }
  if (!within_limits (self, (gdouble) value, ret_reason))
    return NULL;
  return g_strdup_printf ("%" G_GINT64_FORMAT, value);
}

static gchar *
normalise_number (const AncParameter *self, const gchar *text,
                  gchar **ret_reason)
{
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];
  gchar *end = NULL;
  gdouble value = g_ascii_strtod (text, &end);

  /* strtod also takes blanks, "nan" and hexadecimal; nobody means those. */
  if (*text == '\0' || *end != '\0' || !isfinite (value)
      || strspn (text, "+-.0123456789eE") != strlen (text)) {
    *ret_reason = g_strdup ("must be a number");
    return NULL;
  }
  if (!within_limits (self, value, ret_reason))
    return NULL;
  return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, value));
}

static gchar *
normalise_boolean (const gchar *text, gchar **ret_reason)
{
  if (g_ascii_strcasecmp (text, "true") == 0
      || g_ascii_strcasecmp (text, "yes") == 0)
    return g_strdup ("true");
  if (g_ascii_strcasecmp (text, "false") == 0
      || g_ascii_strcasecmp (text, "no") == 0)
    return g_strdup ("false");
  *ret_reason = g_strdup ("must be true or false");
  return NULL;
}

static gchar *
normalise_string (const AncParameter *self, const gchar *text,
                  gchar **ret_reason)
{
  static const gchar *const reasons[]
      = { NULL,
          "must name a file",
          "must name a file",
          "must be a URI such as s3://bucket/noisy.wav",
          "must be a URI such as s3://bucket/clean.wav",
          "must not be empty" };
  gboolean uri = self->format == ANC_FORMAT_INPUT_URI
                 || self->format == ANC_FORMAT_OUTPUT_URI;
  g_autofree gchar *all = NULL;

  if ((self->format != ANC_FORMAT_NONE && *text == '\0')
      || (uri && !gst_uri_is_valid (text))) {
    *ret_reason = g_strdup (reasons[self->format]);
    return NULL;
  }
  if (self->values == NULL
      || g_strv_contains ((const gchar *const *) self->values, text))
    return g_strdup (text);
  all = g_strjoinv (", ", self->values);
  *ret_reason = g_strdup_printf ("must be one of %s", all);
  return NULL;
}

gchar *
anc_parameter_normalise (const AncParameter *self, const gchar *text,
                         gchar **ret_reason)
{
  switch (self->type) {
  case ANC_PARAMETER_INTEGER:
    return normalise_integer (self, text, ret_reason);
  case ANC_PARAMETER_NUMBER:
    return normalise_number (self, text, ret_reason);
  case ANC_PARAMETER_BOOLEAN:
    return normalise_boolean (text, ret_reason);
  case ANC_PARAMETER_STRING:
  default:
    return normalise_string (self, text, ret_reason);
  }
}
