/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-http-request.h"

#include <string.h>

/* A cause for X-Ray may take 64 KiB alone. */
#define HEAD_MAX 131072
#define PIECE 65536
#define CHUNK_LINE_MAX 64

void
anc_http_request_free (AncHttpRequest *self)
{
  if (self == NULL)
    return;
  anc_ws_head_free (self->head);
  anc_ws_head_free (self->trailers);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

static gboolean
refuse (GError **error, const gchar *what)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);
  return FALSE;
}

/* Up to and with the next LF, appended to `text`. FALSE: the sender went away,
 * or the line is longer than `most`. */
static gboolean
read_line (GBufferedInputStream *input, GString *text, gsize most)
{
  gsize begun = text->len;
  gint byte;

  while (text->len - begun < most
         && (byte = g_buffered_input_stream_read_byte (input, NULL, NULL))
                >= 0) {
    g_string_append_c (text, (gchar) byte);
    if (byte == '\n')
      return TRUE;
  }
  return FALSE;
}

/* Lines up to and with the empty one. */
static gboolean
read_lines (GBufferedInputStream *input, GString *text)
{
  gsize begun;

  do {
    begun = text->len;
    if (!read_line (input, text, HEAD_MAX - MIN (text->len, HEAD_MAX)))
      return FALSE;
  } while (strcmp (text->str + begun, "\r\n") != 0);
  return TRUE;
}

AncHttpRequest *
anc_http_request_read (GBufferedInputStream *input, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (AncHttpRequest) self = g_new0 (AncHttpRequest, 1);

  self->whole = read_lines (input, text);
  if (!self->whole) {
    if (text->len > 0)
      refuse (error, "half a head");
    return NULL;
  }
  self->head = anc_ws_head_parse (text->str, text->len, error);
  return self->head != NULL ? g_steal_pointer (&self) : NULL;
}

const gchar *
anc_http_request_method (const AncHttpRequest *self)
{
  return anc_ws_head_word (self->head, 0);
}

const gchar *
anc_http_request_path (const AncHttpRequest *self)
{
  return anc_ws_head_word (self->head, 1);
}

const gchar *
anc_http_request_field (const AncHttpRequest *self, const gchar *name)
{
  const gchar *value = anc_ws_head_get (self->head, name);

  return value != NULL ? value : "";
}

/* So many bytes; FALSE: the sender went away. */
static gboolean
read_bytes (GBufferedInputStream *input, GByteArray *body, guint64 size,
            gsize most)
{
  g_autofree guint8 *piece = g_malloc (PIECE);

  while (size > 0) {
    gssize got = g_input_stream_read (G_INPUT_STREAM (input), piece,
                                      MIN (size, PIECE), NULL, NULL);

    if (got <= 0)
      return FALSE;
    size -= (guint64) got;
    g_byte_array_append (body, piece,
                         (guint) MIN ((gsize) got, most + 1 - body->len));
  }
  return TRUE;
}

static gboolean
read_trailers (AncHttpRequest *self, GBufferedInputStream *input,
               GError **error)
{
  /* The line that a head begins with. */
  g_autoptr (GString) text = g_string_new ("trailers\r\n");

  self->whole = read_lines (input, text);
  if (!self->whole || g_str_has_suffix (text->str, "trailers\r\n\r\n"))
    return TRUE;
  self->trailers = anc_ws_head_parse (text->str, text->len, error);
  return self->trailers != NULL;
}

/* The size in hex, and nothing else, on a line of its own. */
static gboolean
parse_chunk_size (GString *line, guint64 *ret_size)
{
  if (!g_str_has_suffix (line->str, "\r\n"))
    return FALSE;
  g_string_truncate (line, line->len - 2);
  return g_ascii_string_to_unsigned (line->str, 16, 0, G_MAXUINT32, ret_size,
                                     NULL);
}

static gboolean
read_chunks (AncHttpRequest *self, GBufferedInputStream *input,
             GByteArray *body, gsize most, GError **error)
{
  for (;;) {
    g_autoptr (GString) line = g_string_new (NULL);
    guint64 size;

    if (!read_line (input, line, CHUNK_LINE_MAX)) {
      self->whole = FALSE;
      return TRUE;
    }
    if (!parse_chunk_size (line, &size))
      return refuse (error, "a chunk without its size");
    if (size == 0)
      return read_trailers (self, input, error);
    g_string_truncate (line, 0);
    if (!read_bytes (input, body, size, most)
        || !read_line (input, line, CHUNK_LINE_MAX)) {
      self->whole = FALSE;
      return TRUE;
    }
    if (!g_str_equal (line->str, "\r\n"))
      return refuse (error, "a chunk longer than its size");
  }
}

gboolean
anc_http_request_read_body (AncHttpRequest *self, GBufferedInputStream *input,
                            gsize most, GError **error)
{
  GByteArray *body = g_byte_array_new ();
  const gchar *coding = anc_ws_head_get (self->head, "Transfer-Encoding");
  const gchar *length = anc_ws_head_get (self->head, "Content-Length");
  gboolean good = TRUE;
  guint64 size = 0;

  if (coding != NULL && length != NULL)
    good = refuse (error, "Content-Length beside Transfer-Encoding");
  else if (coding != NULL && g_ascii_strcasecmp (coding, "chunked") != 0)
    good = refuse (error, "a transfer coding that is not chunked");
  else if (coding != NULL)
    good = read_chunks (self, input, body, most, error);
  else if (length != NULL
           && !g_ascii_string_to_unsigned (length, 10, 0, G_MAXUINT32, &size,
                                           NULL))
    good = refuse (error, "a Content-Length that is no number");
  else
    self->whole = read_bytes (input, body, size, most);
  self->body = g_byte_array_free_to_bytes (body);
  return good;
}
