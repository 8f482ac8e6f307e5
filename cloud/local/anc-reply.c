/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-reply.h"

#include "anc-json-text.h"

AncReply *
anc_reply_new (guint status, const gchar *content_type, GBytes *body)
{
  AncReply *self = g_new0 (AncReply, 1);

  self->status = status;
  self->fields = g_string_new (NULL);
  self->body = g_bytes_ref (body);
  anc_reply_add_field (self, "Content-Type", content_type);
  return self;
}

AncReply *
anc_reply_new_error (guint status, const gchar *type, const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  g_autoptr (GBytes) body = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  body = anc_json_text_new_error (type, message);
  return anc_reply_new (status, "application/json", body);
}

AncReply *
anc_reply_new_accepted (void)
{
  static const gchar text[] = "{\"status\":\"OK\"}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, sizeof text - 1);

  return anc_reply_new (202, "application/json", body);
}

void
anc_reply_free (AncReply *self)
{
  if (self == NULL)
    return;
  g_string_free (self->fields, TRUE);
  g_bytes_unref (self->body);
  g_free (self);
}

void
anc_reply_add_field (AncReply *self, const gchar *name, const gchar *value)
{
  if (value != NULL && *value != '\0')
    g_string_append_printf (self->fields, "%s: %s\r\n", name, value);
}

GBytes *
anc_reply_render (const AncReply *self)
{
  GString *text = g_string_new (NULL);
  gsize size;
  const gchar *body = g_bytes_get_data (self->body, &size);

  g_string_append_printf (text,
                          "HTTP/1.1 %u %s\r\n%sContent-Length: "
                          "%" G_GSIZE_FORMAT "\r\n\r\n",
                          self->status, self->status < 300 ? "Fine" : "Not so",
                          self->fields->str, size);
  if (size > 0)
    g_string_append_len (text, body, (gssize) size);
  return g_string_free_to_bytes (text);
}
