/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A connection's incoming half. Whatever comes is untrusted. */
#include "anc-ws-connection-private.h"

#include "anc-ws-error.h"

#define READ_SIZE 16384
/* Reads for one wake-up: other connections want their turn. */
#define READS_A_TURN 4
/* Unsent bytes above which nothing is read: what a peer asks for (pongs, and
 * acknowledgements of the layer above) must not pile up here. */
#define UNSENT_MAX (256 * 1024)

/* The peer broke the protocol: it is told, and nothing else of it is read. */
static void
refuse (AncWsConnection *self, guint code, const gchar *reason)
{
  self->discarding = TRUE;
  if (self->state == STATE_OPEN)
    anc_ws_connection_close (self, code, reason);
  else
    anc_ws_finish_if_closed (self);
}

static void
on_close_frame (AncWsConnection *self, const AncWsFrame *frame)
{
  guint code = ANC_WS_CLOSE_NONE;
  g_autofree gchar *reason = NULL;

  if (frame->size >= 2)
    code = (guint) frame->payload[0] << 8 | frame->payload[1];
  if (frame->size == 1
      || (frame->size >= 2 && !anc_ws_close_code_is_valid (code))) {
    refuse (self, ANC_WS_CLOSE_PROTOCOL, "a close without a valid code");
    return;
  }
  if (frame->size > 2) {
    if (!anc_ws_text_is_valid (frame->payload + 2, frame->size - 2)) {
      refuse (self, ANC_WS_CLOSE_BAD_DATA, "a close reason that is not UTF-8");
      return;
    }
    reason = g_strndup ((const gchar *) frame->payload + 2, frame->size - 2);
  }
  self->close_received = TRUE;
  if (self->state == STATE_OPEN) {
    anc_ws_note_close (self, code, TRUE, reason);
    anc_ws_put_close (self, code, NULL);
  } else {
    anc_ws_finish_if_closed (self);
  }
}

static void
deliver (AncWsConnection *self, GBytes *message, gboolean text)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);

  if (text && !anc_ws_text_is_valid (data, size)) {
    refuse (self, ANC_WS_CLOSE_BAD_DATA, "text that is not UTF-8");
    return;
  }
  self->message_at = g_get_monotonic_time ();
  self->callbacks.message (self, message, text, self->data);
}

static void
on_data_frame (AncWsConnection *self, const AncWsFrame *frame)
{
  gboolean first = frame->opcode != ANC_WS_CONTINUATION;
  g_autoptr (GBytes) message = NULL;

  if (first == (self->fragments != NULL)) {
    refuse (self, ANC_WS_CLOSE_PROTOCOL, "fragments out of order");
    return;
  }
  if (first)
    self->fragments_text = frame->opcode == ANC_WS_TEXT;
  if (first && frame->fin) {
    message = g_bytes_new (frame->payload, frame->size);
    deliver (self, message, self->fragments_text);
    return;
  }
  if (first)
    self->fragments = g_byte_array_new ();
  if (frame->size > self->limits.max_message - self->fragments->len) {
    refuse (self, ANC_WS_CLOSE_TOO_BIG, "the message is too long");
    return;
  }
  g_byte_array_append (self->fragments, frame->payload, (guint) frame->size);
  if (frame->fin) {
    message = g_byte_array_free_to_bytes (g_steal_pointer (&self->fragments));
    deliver (self, message, self->fragments_text);
  }
}

static void
on_frame (AncWsConnection *self, const AncWsFrame *frame)
{
  switch (frame->opcode) {
  case ANC_WS_CLOSE:
    on_close_frame (self, frame);
    break;
  case ANC_WS_PING:
    if (self->state == STATE_OPEN)
      anc_ws_put_frame (self, ANC_WS_PONG, frame->payload, frame->size);
    break;
  case ANC_WS_PONG:
    self->awaits_pong = FALSE;
    break;
  default:
    /* After our own close its answer alone is of interest. */
    if (self->state == STATE_OPEN)
      on_data_frame (self, frame);
    break;
  }
}

static gboolean
may_read (const AncWsConnection *self)
{
  return self->state != STATE_DONE && !self->paused && !self->close_received
         && anc_ws_connection_unsent (self) <= UNSENT_MAX;
}

void
anc_ws_parse (AncWsConnection *self)
{
  while (may_read (self) && !self->discarding) {
    AncWsFrame frame;
    AncWsFrameResult result = anc_ws_frame_read (
        self->in->data + self->in_at, self->in->len - self->in_at,
        !self->is_client, self->limits.max_message, &frame);

    if (result == ANC_WS_FRAME_MORE)
      break;
    if (result == ANC_WS_FRAME_OK) {
      self->in_at += frame.consumed;
      on_frame (self, &frame);
    } else {
      refuse (self,
              result == ANC_WS_FRAME_BAD ? ANC_WS_CLOSE_PROTOCOL
                                         : ANC_WS_CLOSE_TOO_BIG,
              result == ANC_WS_FRAME_BAD ? "a frame against RFC 6455"
                                         : "the message is too long");
    }
  }
  if (self->discarding)
    self->in_at = self->in->len;
  anc_ws_compact (self->in, &self->in_at);
}

/* TRUE: there may be more. */
static gboolean
read_some (AncWsConnection *self)
{
  guint before = self->in->len;
  g_autoptr (GError) error = NULL;
  gssize n;

  g_byte_array_set_size (self->in, before + READ_SIZE);
  n = g_pollable_input_stream_read_nonblocking (
      self->input, self->in->data + before, READ_SIZE, NULL, &error);
  g_byte_array_set_size (self->in, before + (guint) MAX (n, 0));
  if (n > 0) {
    anc_ws_parse (self);
    return TRUE;
  }
  if (n == 0)
    anc_ws_finish (self, ANC_WS_CLOSE_ABNORMAL, "the connection ended");
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    anc_ws_finish (self, ANC_WS_CLOSE_ABNORMAL, error->message);
  return FALSE;
}

static gboolean
on_input (GObject *stream, gpointer data)
{
  g_autoptr (AncWsConnection) self = anc_ws_connection_ref (data);

  for (guint i = 0; i < READS_A_TURN && may_read (self); i++) {
    if (!read_some (self))
      break;
  }
  anc_ws_update_input (self);
  return G_SOURCE_CONTINUE;
}

void
anc_ws_update_input (AncWsConnection *self)
{
  if (!may_read (self))
    anc_ws_drop_source (&self->input_source);
  else if (self->input_source == NULL)
    self->input_source = anc_ws_attach (
        self, g_pollable_input_stream_create_source (self->input, NULL),
        G_SOURCE_FUNC (on_input));
}

void
anc_ws_connection_set_paused (AncWsConnection *self, gboolean paused)
{
  if (self->paused == paused || self->state != STATE_OPEN)
    return;
  self->paused = paused;
  if (paused) {
    anc_ws_update_input (self);
    return;
  }
  /* What was kept from us in the meantime is not late. */
  self->ping_at = self->message_at = g_get_monotonic_time ();
  anc_ws_take_turn (self);
}
