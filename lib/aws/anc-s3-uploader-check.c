/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A live stream fills its first part after minutes. So that wrong keys and names
 * are known before, S3 is asked when nothing has been sent for a while. */
#include "anc-s3-uploader-private.h"

/* Who may write need not be allowed to list. */
static gboolean
is_about_listing (const AncAwsErrorDetails *details)
{
  return details->code == NULL || g_str_equal (details->code, "AccessDenied");
}

gboolean
anc_s3_error_is_final (const GError *error)
{
  const AncAwsErrorDetails *details = anc_aws_error_get_details (error);

  if (error->domain != ANC_AWS_ERROR || details->retryable)
    return FALSE;
  switch (error->code) {
  case ANC_AWS_ERROR_NO_CREDENTIALS:
  case ANC_AWS_ERROR_CREDENTIALS:
  case ANC_AWS_ERROR_EXPIRED:
  case ANC_AWS_ERROR_NO_REGION:
  case ANC_AWS_ERROR_NOT_SUPPORTED:
  case ANC_AWS_ERROR_TLS:
  case ANC_AWS_ERROR_NOT_FOUND:
    return TRUE;
  case ANC_AWS_ERROR_DENIED:
    return !is_about_listing (details);
  default:
    return FALSE;
  }
}

/* The lock is held and let go meanwhile. */
static void
tell (AncS3Uploader *self, const GError *error, gboolean final)
{
  if (self->options.events.checked == NULL)
    return;
  g_mutex_unlock (&self->lock);
  self->options.events.checked (error, final, self->options.data);
  g_mutex_lock (&self->lock);
}

/* What is said of an object that fails for it is enough. */
static void
take_failure (AncS3Uploader *self, const GError *error)
{
  gboolean final = self->spool == NULL && anc_s3_error_is_final (error);

  if (self->error != NULL
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!final) {
    tell (self, error, FALSE);
    return;
  }
  if (self->current != NULL) {
    anc_s3_outgoing_fail (self->current, error);
    return;
  }
  self->error = g_error_copy (error);
  g_cond_broadcast (&self->room);
  tell (self, error, TRUE);
}

void
anc_s3_uploader_check (AncS3Uploader *self)
{
  g_autoptr (GError) error = NULL;
  gboolean good;

  self->check_at = 0;
  g_mutex_unlock (&self->lock);
  good = self->options.calls->check (self->options.s3, self->options.bucket,
                                     self->check_cancellable, &error);
  g_mutex_lock (&self->lock);
  if (!good)
    take_failure (self, error);
}
