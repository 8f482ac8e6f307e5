/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-reply.h"

#include <json-glib/json-glib.h>
#include <string.h>

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

static AncReply *
new_text (guint status, const gchar *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  return anc_reply_new (status, "application/json", body);
}

AncReply *
anc_reply_new_error (guint status, const gchar *type, const gchar *format, ...)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree gchar *message = NULL;
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  json_object_set_string_member (object, "errorMessage", message);
  json_object_set_string_member (object, "errorType", type);
  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  return new_text (status, text);
}

AncReply *
anc_reply_new_accepted (void)
{
  return new_text (202, "{\"status\":\"OK\"}");
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
