/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-stream-private.h"

GQuark
anc_stream_error_quark (void)
{
  return g_quark_from_static_string ("anc-stream-error-quark");
}

AncStreamMessage *
anc_stream_message_new (AncStreamType type, guint64 seq)
{
  AncStreamMessage *self = g_new0 (AncStreamMessage, 1);

  self->type = type;
  self->seq = seq;
  self->pts = self->duration = ANC_STREAM_NO_TIME;
  return self;
}

AncStreamMessage *
anc_stream_message_new_data (guint64 seq, GBytes *payload)
{
  AncStreamMessage *self = anc_stream_message_new (ANC_STREAM_DATA, seq);

  self->payload = g_bytes_ref (payload);
  return self;
}

AncStreamMessage *
anc_stream_message_new_failure (const gchar *code, const gchar *text)
{
  AncStreamMessage *self = anc_stream_message_new (ANC_STREAM_FAILURE, 0);

  self->code = g_strdup (code);
  self->text = g_strdup (text);
  return self;
}

void
anc_stream_message_free (AncStreamMessage *self)
{
  if (self == NULL)
    return;
  g_free (self->hello.stream);
  g_free (self->hello.caps);
  g_free (self->hello.format);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_free (self->code);
  g_free (self->text);
  g_free (self);
}

AncStreamMessage *
anc_stream_message_parse (GBytes *frame, gboolean text, GError **error)
{
  return text ? anc_stream_text_parse (frame, error)
              : anc_stream_binary_parse (frame, error);
}
