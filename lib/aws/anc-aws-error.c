/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-error.h"

/* The name that G_DEFINE_EXTENDED_ERROR expects. */
typedef AncAwsErrorDetails AncAwsErrorPrivate;

static void
anc_aws_error_private_init (AncAwsErrorPrivate *self)
{
  *self = (AncAwsErrorPrivate){ 0 };
}

static void
anc_aws_error_private_copy (const AncAwsErrorPrivate *source,
                            AncAwsErrorPrivate *copy)
{
  *copy = *source;
  copy->code = g_strdup (source->code);
  copy->request_id = g_strdup (source->request_id);
  copy->extended_request_id = g_strdup (source->extended_request_id);
}

static void
anc_aws_error_private_clear (AncAwsErrorPrivate *self)
{
  g_free (self->code);
  g_free (self->request_id);
  g_free (self->extended_request_id);
}

G_DEFINE_EXTENDED_ERROR (AncAwsError, anc_aws_error)

const AncAwsErrorDetails *
anc_aws_error_get_details (const GError *error)
{
  static const AncAwsErrorDetails none = { 0 };

  if (error == NULL || error->domain != ANC_AWS_ERROR)
    return &none;
  return anc_aws_error_get_private (error);
}

void
anc_aws_error_set (GError **error, AncAwsError code,
                   const AncAwsErrorDetails *details, const gchar *format, ...)
{
  va_list arguments;

  if (error == NULL)
    return;
  va_start (arguments, format);
  *error = g_error_new_valist (ANC_AWS_ERROR, code, format, arguments);
  va_end (arguments);
  if (details != NULL)
    anc_aws_error_private_copy (details, anc_aws_error_get_private (*error));
}
