/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-event.h"

void
anc_lambda_event_free (AncLambdaEvent *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->id);
  g_free (self->content_type);
  g_free (self->function_arn);
  g_free (self->trace_id);
  g_free (self->client_context);
  g_free (self->cognito_identity);
  g_free (self->tenant_id);
  g_free (self);
}
