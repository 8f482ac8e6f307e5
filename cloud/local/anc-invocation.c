/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-invocation.h"

#include "anc-json-text.h"

AncInvocation *
anc_invocation_new (GBytes *payload)
{
  AncInvocation *self = g_new0 (AncInvocation, 1);

  self->payload = g_bytes_ref (payload);
  return self;
}

void
anc_invocation_free (AncInvocation *self)
{
  if (self == NULL)
    return;
  g_bytes_unref (self->payload);
  g_free (self->content_type);
  g_free (self->client_context);
  g_free (self->trace_id);
  g_free (self->tenant_id);
  g_free (self->identity_id);
  g_free (self->identity_pool_id);
  g_free (self->id);
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_free (self->answer_type);
  g_free (self->error_type);
  g_free (self->error_cause);
  g_free (self->log);
  g_free (self);
}

void
anc_invocation_fail (AncInvocation *self, const gchar *type,
                     const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_clear_pointer (&self->answer, g_bytes_unref);
  self->answer = anc_json_text_new_error (type, message);
  g_free (self->error_type);
  self->error_type = g_strdup (type);
  self->answered = TRUE;
}
