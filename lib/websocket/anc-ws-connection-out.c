/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A connection's outgoing half. */
#include "anc-ws-connection-private.h"

#include "anc-ws-error.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static gboolean flush (AncWsConnection *self);

static gboolean
on_output (GObject *stream, gpointer data)
{
  g_autoptr (AncWsConnection) self = anc_ws_connection_ref (data);

  anc_ws_drop_source (&self->output_source);
  if (self->state != STATE_DONE && flush (self)) {
    anc_ws_update_input (self);
    if (self->callbacks.drained != NULL && self->state == STATE_OPEN)
      self->callbacks.drained (self, self->data);
  }
  return G_SOURCE_REMOVE;
}

/* Both closes are through: there is nothing more to say. A peer that was refused
 * hears why, and that no answer is awaited; closing with its data unread would
 * reset the connection under our close. */
void
anc_ws_finish_if_closed (AncWsConnection *self)
{
  if (self->state != STATE_CLOSING || anc_ws_connection_unsent (self) > 0)
    return;
  if (self->close_received)
    anc_ws_finish (self, ANC_WS_CLOSE_ABNORMAL, NULL);
  else if (self->discarding && self->socket != NULL)
    g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
}

/* TRUE when the socket has taken everything. */
static gboolean
flush (AncWsConnection *self)
{
  while (self->out_at < self->out->len) {
    g_autoptr (GError) error = NULL;
    gssize n = g_pollable_output_stream_write_nonblocking (
        self->output, self->out->data + self->out_at,
        self->out->len - self->out_at, NULL, &error);

    if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      if (self->output_source == NULL)
        self->output_source = anc_ws_attach (
            self, g_pollable_output_stream_create_source (self->output, NULL),
            G_SOURCE_FUNC (on_output));
      return FALSE;
    }
    if (n < 0) {
      anc_ws_finish (self, ANC_WS_CLOSE_ABNORMAL, error->message);
      return FALSE;
    }
    self->out_at += (gsize) n;
  }
  g_byte_array_set_size (self->out, 0);
  self->out_at = 0;
  anc_ws_finish_if_closed (self);
  return TRUE;
}

/* What has been taken is thrown away before the array grows again. */
void
anc_ws_compact (GByteArray *array, gsize *at)
{
  if (*at == 0)
    return;
  g_byte_array_remove_range (array, 0, (guint) *at);
  *at = 0;
}

void
anc_ws_put_frame (AncWsConnection *self, AncWsOpcode opcode,
                  gconstpointer payload, gsize size)
{
  guint8 mask[4];

  /* RFC 6455 section 5.3: no one who writes the payload may guess it. */
  if (self->is_client && getrandom (mask, sizeof mask, 0) != sizeof mask)
    g_error ("getrandom: %s", g_strerror (errno));
  if (self->out_at > self->out->len / 2)
    anc_ws_compact (self->out, &self->out_at);
  anc_ws_frame_append (self->out, opcode, payload, size,
                       self->is_client ? mask : NULL);
  if (self->output_source == NULL)
    flush (self);
}

void
anc_ws_connection_send (AncWsConnection *self, GBytes *message, gboolean text)
{
  if (self->state != STATE_OPEN)
    return;
  anc_ws_put_frame (self, text ? ANC_WS_TEXT : ANC_WS_BINARY,
                    g_bytes_get_data (message, NULL),
                    g_bytes_get_size (message));
}

/* A reason has room for 123 bytes, and ends with a whole character. */
static gsize
fit_reason (const gchar *reason)
{
  const gchar *end;

  g_utf8_validate_len (reason, MIN (strlen (reason), ANC_WS_CONTROL_MAX - 2),
                       &end);
  return (gsize) (end - reason);
}

void
anc_ws_put_close (AncWsConnection *self, guint code, const gchar *reason)
{
  guint8 payload[ANC_WS_CONTROL_MAX];
  gsize size = 0;

  if (anc_ws_close_code_is_valid (code)) {
    gsize length = reason != NULL ? fit_reason (reason) : 0;

    payload[0] = (guint8) (code >> 8);
    payload[1] = (guint8) code;
    if (length > 0)
      memcpy (payload + 2, reason, length);
    size = 2 + length;
  }
  self->state = STATE_CLOSING;
  self->closing_at = g_get_monotonic_time ();
  anc_ws_put_frame (self, ANC_WS_CLOSE, payload, size);
}

void
anc_ws_connection_close (AncWsConnection *self, guint code, const gchar *reason)
{
  if (self->state != STATE_OPEN)
    return;
  anc_ws_note_close (self, code, FALSE, reason);
  /* The answer must be read. */
  self->paused = FALSE;
  g_clear_pointer (&self->fragments, g_byte_array_unref);
  anc_ws_put_close (self, code, reason);
  anc_ws_take_turn (self);
}
