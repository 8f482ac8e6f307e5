/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crowd.h"

#include "anc-stream-message.h"
#include "anc-ws-client.h"

#include <string.h>
#include <sys/socket.h>

#define PATIENCE_US (60 * G_USEC_PER_SEC)

typedef struct {
  Crowd *crowd;
  AncWsConnection *connection;
  gboolean stalled;
  CrowdMember seen; /* (lock) */
} Member;

struct _Crowd {
  GThread *thread;
  GMainContext *context;
  gint quit; /* (atomic) */
  Member *members;
  guint n;
  guint port;
  gboolean timed;
  guint connecting; /* (lock) */
  guint open;       /* (lock) */
  GMutex lock;
  GCond cond;
};

static void
note_data (Member *member, const AncStreamMessage *message)
{
  CrowdMember *seen = &member->seen;
  gint64 made, now = g_get_monotonic_time ();

  if (seen->messages == 0)
    seen->first_seq = message->seq;
  if (seen->messages > 0 && message->seq != seen->last_seq + 1)
    seen->missing += (guint) (message->seq - seen->last_seq - 1);
  seen->last_seq = message->seq;
  seen->messages++;
  if (!member->crowd->timed)
    return;
  memcpy (&made, g_bytes_get_data (message->payload, NULL), sizeof made);
  made = now - made;
  g_array_append_val (seen->delays, made);
}

static void
on_message (AncWsConnection *connection, GBytes *frame, gboolean text,
            gpointer data)
{
  Member *member = data;
  g_autoptr (AncStreamMessage) message
      = anc_stream_message_parse (frame, text, NULL);
  g_autoptr (GBytes) ack = NULL;

  g_assert_nonnull (message);
  g_mutex_lock (&member->crowd->lock);
  if (message->type == ANC_STREAM_HELLO)
    member->seen.greeted = member->seen.messages == 0;
  else if (message->type == ANC_STREAM_DATA)
    note_data (member, message);
  else if (message->type == ANC_STREAM_END)
    member->seen.ended = TRUE;
  g_cond_broadcast (&member->crowd->cond);
  g_mutex_unlock (&member->crowd->lock);
  if (message->type != ANC_STREAM_END)
    return;
  message->type = ANC_STREAM_ACK;
  ack = anc_stream_message_to_text (message, NULL);
  anc_ws_connection_send (connection, ack, TRUE);
}

static void
on_closed (AncWsConnection *connection, guint code, gboolean by_peer,
           const gchar *reason, gpointer data)
{
  Member *member = data;

  g_mutex_lock (&member->crowd->lock);
  member->seen.closed = TRUE;
  member->seen.close_code = code;
  member->crowd->open--;
  g_cond_broadcast (&member->crowd->cond);
  g_mutex_unlock (&member->crowd->lock);
}

static const AncWsCallbacks callbacks = { on_message, NULL, on_closed };

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Member *member = data;
  Crowd *self = member->crowd;
  g_autoptr (GError) error = NULL;
  guint status;

  member->connection = anc_ws_connect_finish (result, &status, NULL, &error);
  g_assert_no_error (error);
  if (member->stalled)
    anc_ws_connection_set_paused (member->connection, TRUE);
  anc_ws_connection_start (member->connection, &callbacks, member);
  g_mutex_lock (&self->lock);
  self->connecting--;
  self->open++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gpointer
run (gpointer data)
{
  Crowd *self = data;
  g_autofree gchar *uri = g_strdup_printf ("ws://127.0.0.1:%u/", self->port);
  gchar *subprotocols[] = { (gchar *) ANC_STREAM_SUBPROTOCOL, NULL };
  AncWsRequest request
      = { .uri = uri, .subprotocols = subprotocols, .timeout = 30000 };
  AncWsTls tls = { NULL, NULL };
  AncWsLimits limits = { .max_message = 1 << 24, .close_timeout = 2000 };

  g_main_context_push_thread_default (self->context);
  for (guint i = 0; i < self->n; i++)
    anc_ws_connect_async (&request, &tls, &limits, NULL, on_connected,
                          &self->members[i]);
  while (!g_atomic_int_get (&self->quit))
    g_main_context_iteration (self->context, TRUE);
  for (guint i = 0; i < self->n; i++)
    anc_ws_connection_abort (self->members[i].connection, 1001, NULL);
  while (self->open > 0)
    g_main_context_iteration (self->context, TRUE);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

Crowd *
crowd_new (guint port, guint n, guint stalled, gboolean timed)
{
  Crowd *self = g_new0 (Crowd, 1);

  self->members = g_new0 (Member, n);
  self->n = self->connecting = n;
  self->port = port;
  self->timed = timed;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  for (guint i = 0; i < n; i++) {
    self->members[i].crowd = self;
    self->members[i].stalled = i < stalled;
    self->members[i].seen.delays = g_array_new (FALSE, FALSE, sizeof (gint64));
  }
  self->context = g_main_context_new ();
  self->thread = g_thread_new ("crowd", run, self);
  g_mutex_lock (&self->lock);
  while (self->connecting > 0)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  return self;
}

void
crowd_free (Crowd *self)
{
  g_atomic_int_set (&self->quit, TRUE);
  g_main_context_wakeup (self->context);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->n; i++) {
    anc_ws_connection_unref (self->members[i].connection);
    g_array_unref (self->members[i].seen.delays);
  }
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->members);
  g_free (self);
}

CrowdMember
crowd_member (Crowd *self, guint i)
{
  CrowdMember seen;

  g_mutex_lock (&self->lock);
  seen = self->members[i].seen;
  g_mutex_unlock (&self->lock);
  return seen;
}

static void
wait_all (Crowd *self, gboolean closed)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n; i++) {
    const Member *member = &self->members[i];

    if (!closed && member->stalled)
      continue;
    while (!member->seen.closed && (closed || !member->seen.ended)) {
      if (!g_cond_wait_until (&self->cond, &self->lock, end))
        g_error ("client %u waits still, after %u messages", i,
                 member->seen.messages);
    }
  }
  g_mutex_unlock (&self->lock);
}

void
crowd_wait_ended (Crowd *self)
{
  wait_all (self, FALSE);
}

void
crowd_wait_closed (Crowd *self)
{
  wait_all (self, TRUE);
}

static gboolean
on_wake (gpointer data)
{
  Crowd *self = data;

  for (guint i = 0; i < self->n; i++) {
    if (self->members[i].stalled)
      anc_ws_connection_set_paused (self->members[i].connection, FALSE);
  }
  return G_SOURCE_REMOVE;
}

void
crowd_wake (Crowd *self)
{
  g_main_context_invoke (self->context, on_wake, self);
}

static void
on_event (GSocketClient *client, GSocketClientEvent event,
          GSocketConnectable *connectable, GIOStream *stream, gpointer unused)
{
  if (event == G_SOCKET_CLIENT_CONNECTING)
    g_socket_set_option (
        g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)),
        SOL_SOCKET, SO_RCVBUF, 2048, NULL);
}

GSocketConnection *
crowd_say (guint port, const gchar *text)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection;

  g_signal_connect (client, "event", G_CALLBACK (on_event), NULL);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1",
                                                (guint16) port, NULL, NULL);
  g_assert_nonnull (connection);
  g_assert_true (g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), text,
      strlen (text), NULL, NULL, NULL));
  return connection;
}

GSocketConnection *
crowd_deaf (guint port)
{
  return crowd_say (port, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Protocol: " ANC_STREAM_SUBPROTOCOL
                          "\r\nSec-WebSocket-Key: "
                          "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
}
