/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A connection's life: made, watched by the clock, ended. */
#include "anc-ws-connection-private.h"

#include "anc-ws-error.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/* Bytes the kernel holds unsent before the socket counts as full: more would
 * only be latency, and hide a slow peer. */
#define NOT_SENT_LOW_WATER (128 * 1024)

/* The socket below a stream; NULL if there is none. Not a new reference. */
static GSocket *
find_socket (GIOStream *stream)
{
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_TLS_CONNECTION (stream))
    g_object_get (stream, "base-io-stream", &base, NULL);
  else
    base = g_object_ref (stream);
  return G_IS_SOCKET_CONNECTION (base)
             ? g_socket_connection_get_socket (G_SOCKET_CONNECTION (base))
             : NULL;
}

static gchar *
describe_peer (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (socket != NULL)
    address = g_socket_get_remote_address (socket, NULL);
  if (address == NULL)
    return g_strdup ("unknown");
  return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
}

static void
tune (GSocket *socket)
{
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
                       NOT_SENT_LOW_WATER, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
}

AncWsConnection *
anc_ws_connection_new (GIOStream *stream, gboolean is_client, GBytes *early,
                       const AncWsLimits *limits)
{
  AncWsConnection *self = g_new0 (AncWsConnection, 1);

  g_atomic_ref_count_init (&self->refs);
  self->stream = g_object_ref (stream);
  self->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  self->output
      = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream));
  self->context = g_main_context_ref_thread_default ();
  self->is_client = is_client;
  self->limits = *limits;
  self->socket = find_socket (stream);
  self->peer = describe_peer (self->socket);
  if (self->socket != NULL)
    tune (self->socket);
  self->in = g_byte_array_new ();
  self->out = g_byte_array_new ();
  if (early != NULL)
    g_byte_array_append (self->in, g_bytes_get_data (early, NULL),
                         (guint) g_bytes_get_size (early));
  return self;
}

AncWsConnection *
anc_ws_connection_ref (AncWsConnection *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
anc_ws_connection_unref (AncWsConnection *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_object_unref (self->stream);
  g_main_context_unref (self->context);
  g_byte_array_unref (self->in);
  g_byte_array_unref (self->out);
  g_clear_pointer (&self->fragments, g_byte_array_unref);
  g_free (self->close_reason);
  g_free (self->peer);
  g_free (self);
}

const gchar *
anc_ws_connection_peer (const AncWsConnection *self)
{
  return self->peer;
}

gsize
anc_ws_connection_unsent (const AncWsConnection *self)
{
  return self->out->len - self->out_at;
}

void
anc_ws_drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Attaches a source that holds a reference. */
GSource *
anc_ws_attach (AncWsConnection *self, GSource *source, GSourceFunc callback)
{
  g_source_set_callback (source, callback, anc_ws_connection_ref (self),
                         (GDestroyNotify) anc_ws_connection_unref);
  g_source_attach (source, self->context);
  return source;
}

/* What is in the kernel still goes out. A TLS stream would send its own goodbye,
 * and wait for room; the close frames have said it already. */
static void
close_stream (AncWsConnection *self)
{
  if (self->socket != NULL)
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  g_io_stream_close (self->stream, NULL, NULL);
}

static gboolean
on_turn (gpointer data)
{
  g_autoptr (AncWsConnection) self = anc_ws_connection_ref (data);

  anc_ws_drop_source (&self->turn_source);
  if (self->state == STATE_DONE) {
    anc_ws_drop_source (&self->input_source);
    anc_ws_drop_source (&self->output_source);
    anc_ws_drop_source (&self->tick_source);
    close_stream (self);
    self->callbacks.closed (self, self->close_code, self->close_by_peer,
                            self->close_reason, self->data);
  } else {
    anc_ws_parse (self);
    anc_ws_update_input (self);
  }
  return G_SOURCE_REMOVE;
}

void
anc_ws_take_turn (AncWsConnection *self)
{
  GSource *source;

  if (self->turn_source != NULL)
    return;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  self->turn_source = anc_ws_attach (self, source, on_turn);
}

/* The first reason counts. */
void
anc_ws_note_close (AncWsConnection *self, guint code, gboolean by_peer,
                   const gchar *reason)
{
  if (self->close_code != 0)
    return;
  self->close_code = code;
  self->close_by_peer = by_peer;
  self->close_reason = g_strdup (reason);
}

/* A close of ours that was never answered is no close: what went before it may
 * have been lost with it. */
void
anc_ws_finish (AncWsConnection *self, guint code, const gchar *reason)
{
  if (self->state == STATE_DONE)
    return;
  if (self->state == STATE_CLOSING && !self->close_received
      && !self->discarding) {
    self->close_code = 0;
    g_clear_pointer (&self->close_reason, g_free);
  }
  anc_ws_note_close (self, code, FALSE, reason);
  self->state = STATE_DONE;
  anc_ws_take_turn (self);
}

void
anc_ws_connection_abort (AncWsConnection *self, guint code, const gchar *reason)
{
  if (self->state == STATE_DONE)
    return;
  if (self->socket != NULL)
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  anc_ws_finish (self, code, reason);
}

static gboolean
is_over (gint64 now, gint64 since, guint limit)
{
  return limit > 0 && now - since >= (gint64) limit * 1000;
}

static void
check_open (AncWsConnection *self, gint64 now)
{
  if (is_over (now, self->opened_at, self->limits.max_duration)) {
    anc_ws_connection_close (self, ANC_WS_CLOSE_GOING_AWAY,
                             "the connection has reached its longest duration");
    return;
  }
  if (self->paused)
    return;
  if (self->awaits_pong
      && is_over (now, self->ping_at, self->limits.pong_timeout)) {
    anc_ws_connection_abort (self, ANC_WS_CLOSE_ABNORMAL,
                             "no pong came in time");
  } else if (is_over (now, self->message_at, self->limits.idle_timeout)) {
    anc_ws_connection_close (self, ANC_WS_CLOSE_GOING_AWAY,
                             "no message came for too long");
  } else if (!self->awaits_pong
             && is_over (now, self->ping_at, self->limits.ping_interval)) {
    self->awaits_pong = TRUE;
    self->ping_at = now;
    anc_ws_put_frame (self, ANC_WS_PING, "anc", 3);
  }
}

static gboolean
on_tick (gpointer data)
{
  g_autoptr (AncWsConnection) self = anc_ws_connection_ref (data);
  gint64 now = g_get_monotonic_time ();

  if (self->state == STATE_OPEN)
    check_open (self, now);
  else if (self->state == STATE_CLOSING
           && is_over (now, self->closing_at, self->limits.close_timeout))
    anc_ws_connection_abort (self, ANC_WS_CLOSE_ABNORMAL,
                             "the close was not answered in time");
  return G_SOURCE_CONTINUE;
}

/* A quarter of the shortest limit, so that none is overrun by much. */
static guint
tick_interval (const AncWsLimits *limits)
{
  const guint all[]
      = { limits->ping_interval, limits->pong_timeout, limits->idle_timeout,
          limits->max_duration, limits->close_timeout };
  guint shortest = 4000;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    shortest = all[i] > 0 ? MIN (shortest, all[i]) : shortest;
  return MAX (shortest / 4, 10);
}

void
anc_ws_connection_start (AncWsConnection *self, const AncWsCallbacks *callbacks,
                         gpointer data)
{
  self->callbacks = *callbacks;
  self->data = data;
  self->opened_at = self->message_at = self->ping_at = g_get_monotonic_time ();
  self->tick_source = anc_ws_attach (
      self, g_timeout_source_new (tick_interval (&self->limits)), on_tick);
  /* Early bytes are parsed from the loop, like all others. */
  anc_ws_take_turn (self);
}
