/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-ws-head.h"

#include "anc-ws-error.h"

#include <string.h>

/* RFC 6455 section 1.3. */
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define READ_SIZE 2048
/* The first byte of a TLS record: RFC 8446 section 5.1. */
#define TLS_ALERT 0x15
#define TLS_HANDSHAKE 0x16

struct _AncWsHead {
  gchar **words;
  GHashTable *fields; /* name in lower case: value */
};

void
anc_ws_head_free (AncWsHead *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->words);
  g_hash_table_unref (self->fields);
  g_free (self);
}

gboolean
anc_ws_head_token_is_valid (const gchar *name)
{
  return *name != '\0'
         && name[strspn (name, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789!#$%&'*+-.^_`|~")]
                == '\0';
}

gboolean
anc_ws_head_value_is_valid (const gchar *value)
{
  for (; *value != '\0'; value++) {
    if (g_ascii_iscntrl (*value) && *value != '\t')
      return FALSE;
  }
  return TRUE;
}

static gboolean
refuse (const gchar *what, GError **error)
{
  g_set_error (error, ANC_WS_ERROR, ANC_WS_ERROR_HANDSHAKE,
               "does not speak HTTP: %s", what);
  return FALSE;
}

/* Takes a line "name: value" apart in place. */
static gboolean
add_field (AncWsHead *self, gchar *line, GError **error)
{
  gchar *colon = strchr (line, ':');
  const gchar *before;
  g_autofree gchar *name = NULL;

  if (colon == NULL)
    return refuse ("a field without a colon", error);
  *colon = '\0';
  if (!anc_ws_head_token_is_valid (line)
      || !anc_ws_head_value_is_valid (colon + 1))
    return refuse ("a field with forbidden characters", error);
  if (g_hash_table_size (self->fields) >= ANC_WS_HEAD_FIELDS)
    return refuse ("too many fields", error);
  name = g_ascii_strdown (line, -1);
  before = g_hash_table_lookup (self->fields, name);
  g_strstrip (colon + 1);
  g_hash_table_replace (self->fields, g_steal_pointer (&name),
                        before != NULL
                            ? g_strconcat (before, ",", colon + 1, NULL)
                            : g_strdup (colon + 1));
  return TRUE;
}

AncWsHead *
anc_ws_head_parse (const gchar *data, gsize size, GError **error)
{
  g_autoptr (AncWsHead) self = g_new0 (AncWsHead, 1);
  g_autofree gchar *text = g_strndup (data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", ANC_WS_HEAD_FIELDS + 3);

  self->fields
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (memchr (data, '\0', size) != NULL || !g_str_has_suffix (text, "\r\n\r\n")
      || !anc_ws_head_value_is_valid (lines[0])) {
    refuse ("no head of a message", error);
    return NULL;
  }
  self->words = g_strsplit (lines[0], " ", 3);
  for (guint i = 1; lines[i] != NULL && lines[i][0] != '\0'; i++) {
    if (!add_field (self, lines[i], error))
      return NULL;
  }
  return g_steal_pointer (&self);
}

const gchar *
anc_ws_head_word (const AncWsHead *self, guint n)
{
  return n < g_strv_length (self->words) ? self->words[n] : "";
}

const gchar *
anc_ws_head_get (const AncWsHead *self, const gchar *name)
{
  g_autofree gchar *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (self->fields, lower);
}

gchar **
anc_ws_head_list (const AncWsHead *self, const gchar *name)
{
  const gchar *value = anc_ws_head_get (self, name);
  gchar **parts = g_strsplit (value != NULL ? value : "", ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    g_strstrip (parts[i]);
  return parts;
}

gboolean
anc_ws_head_has (const AncWsHead *self, const gchar *name, const gchar *token)
{
  g_auto (GStrv) parts = anc_ws_head_list (self, name);

  for (guint i = 0; parts[i] != NULL; i++) {
    if (g_ascii_strcasecmp (parts[i], token) == 0)
      return TRUE;
  }
  return FALSE;
}

gchar *
anc_ws_accept_key (const gchar *key)
{
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize size = sizeof digest;

  g_checksum_update (sha1, (const guchar *) key, -1);
  g_checksum_update (sha1, (const guchar *) ACCEPT_GUID, -1);
  g_checksum_get_digest (sha1, digest, &size);
  return g_base64_encode (digest, size);
}

static void read_more (GTask *task);

/* The place behind the empty line, NULL if it has not come. */
static const gchar *
end_of_head (const GByteArray *so_far)
{
  const gchar *end
      = g_strstr_len ((const gchar *) so_far->data, so_far->len, "\r\n\r\n");

  return end != NULL ? end + 4 : NULL;
}

static void
on_read (GObject *input, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GByteArray *so_far = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (
      G_INPUT_STREAM (input), result, &error);

  if (bytes == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (g_bytes_get_size (bytes) == 0) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                             "it closed during the handshake");
    return;
  }
  g_byte_array_append (so_far, g_bytes_get_data (bytes, NULL),
                       (guint) g_bytes_get_size (bytes));
  /* TLS to one who does not expect it: no line would ever end. */
  if (so_far->data[0] == TLS_ALERT || so_far->data[0] == TLS_HANDSHAKE)
    g_task_return_new_error (task, ANC_WS_ERROR, ANC_WS_ERROR_HANDSHAKE,
                             "speaks TLS; use wss:// instead of ws://");
  else if (!g_ascii_isupper (so_far->data[0]))
    g_task_return_new_error (task, ANC_WS_ERROR, ANC_WS_ERROR_HANDSHAKE,
                             "does not speak HTTP; check the port");
  else if (end_of_head (so_far) != NULL)
    g_task_return_boolean (task, TRUE);
  else if (so_far->len >= ANC_WS_HEAD_MAX)
    g_task_return_new_error (
        task, ANC_WS_ERROR, ANC_WS_ERROR_HANDSHAKE,
        "does not speak HTTP: a head of more than %u bytes", ANC_WS_HEAD_MAX);
  else
    read_more (g_steal_pointer (&task));
}

static void
read_more (GTask *task)
{
  g_input_stream_read_bytes_async (
      g_task_get_source_object (task), READ_SIZE, G_PRIORITY_DEFAULT,
      g_task_get_cancellable (task), on_read, task);
}

void
anc_ws_head_read_async (GInputStream *input, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (input, cancellable, callback, data);

  g_task_set_source_tag (task, anc_ws_head_read_async);
  g_task_set_task_data (task, g_byte_array_new (),
                        (GDestroyNotify) g_byte_array_unref);
  read_more (task);
}

AncWsHead *
anc_ws_head_read_finish (GAsyncResult *result, GBytes **ret_rest,
                         GError **error)
{
  GByteArray *so_far = g_task_get_task_data (G_TASK (result));
  gsize size;
  AncWsHead *head;

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  size = (gsize) (end_of_head (so_far) - (const gchar *) so_far->data);
  head = anc_ws_head_parse ((const gchar *) so_far->data, size, error);
  if (head != NULL)
    *ret_rest = g_bytes_new (so_far->data + size, so_far->len - size);
  return head;
}
