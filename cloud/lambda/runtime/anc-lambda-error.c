/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-error.h"

#include <string.h>

typedef struct {
  gchar *type;
} AncLambdaErrorPrivate;

static void
anc_lambda_error_private_init (AncLambdaErrorPrivate *self)
{
  self->type = NULL;
}

static void
anc_lambda_error_private_copy (const AncLambdaErrorPrivate *source,
                               AncLambdaErrorPrivate *copy)
{
  copy->type = g_strdup (source->type);
}

static void
anc_lambda_error_private_clear (AncLambdaErrorPrivate *self)
{
  g_free (self->type);
}

G_DEFINE_EXTENDED_ERROR (AncLambdaError, anc_lambda_error)

/* (Function|Runtime)\.[A-Z][a-zA-Z]+, as the Runtime API wants it. */
static gboolean
is_type (const gchar *type)
{
  if (!g_str_has_prefix (type, "Function.")
      && !g_str_has_prefix (type, "Runtime."))
    return FALSE;
  type = strchr (type, '.') + 1;
  if (!g_ascii_isupper (*type) || type[1] == '\0')
    return FALSE;
  while (g_ascii_isalpha (*type))
    type++;
  return *type == '\0';
}

void
anc_lambda_set_error (GError **error, const gchar *type, const gchar *format,
                      ...)
{
  AncLambdaErrorPrivate *details;
  va_list arguments;

  if (error == NULL)
    return;
  va_start (arguments, format);
  *error = g_error_new_valist (ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_FUNCTION,
                               format, arguments);
  va_end (arguments);
  details = anc_lambda_error_get_private (*error);
  details->type = g_strdup (is_type (type) ? type : "Function.Unknown");
}

/* g-io-error-quark: Function.GIoError. */
static gchar *
type_of_domain (const gchar *domain)
{
  GString *type = g_string_new ("Function.");
  gboolean capital = TRUE;
  gsize length = strlen (domain);

  if (g_str_has_suffix (domain, "-quark"))
    length -= strlen ("-quark");
  for (gsize i = 0; i < length; i++) {
    if (g_ascii_isalpha (domain[i]))
      g_string_append_c (type,
                         capital ? g_ascii_toupper (domain[i]) : domain[i]);
    capital = !g_ascii_isalpha (domain[i]);
  }
  return g_string_free (type, FALSE);
}

gchar *
anc_lambda_error_get_type_name (const GError *error)
{
  g_autofree gchar *type = NULL;

  if (error != NULL && error->domain == ANC_LAMBDA_ERROR) {
    const AncLambdaErrorPrivate *details = anc_lambda_error_get_private (error);

    return g_strdup (details->type != NULL ? details->type : "Runtime.Unknown");
  }
  if (error != NULL)
    type = type_of_domain (g_quark_to_string (error->domain));
  return g_strdup (type != NULL && is_type (type) ? type : "Function.Unknown");
}
