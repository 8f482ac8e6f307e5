/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the sockets to the streaming thread. When the queue is full the publisher
 * is not read any more, which stops it by TCP; when half of it has been taken it
 * is read again. Whatever comes is untrusted. */
#include "config.h"

#include "gstancwslink-private.h"

void
gst_anc_ws_incoming_clear (GstAncWsIncoming *self)
{
  g_clear_pointer (&self->stream, g_free);
  g_clear_pointer (&self->first, anc_stream_message_free);
  g_clear_pointer (&self->payload, g_byte_array_unref);
  self->begun = self->discont = FALSE;
  self->last = 0;
}

void
gst_anc_ws_received_free (GstAncWsReceived *self)
{
  g_clear_pointer (&self->message, anc_stream_message_free);
  gst_anc_ws_peer_unref (self->peer);
  g_free (self);
}

/* Takes `message`. */
static void
enqueue (GstAncWsPeer *peer, AncStreamMessage *message, gboolean ack)
{
  GstAncWsLink *self = peer->link;
  GstAncWsReceived *received = g_new0 (GstAncWsReceived, 1);
  gboolean pause;

  received->message = message;
  received->peer = gst_anc_ws_peer_ref (peer);
  received->ack = ack;
  received->arrived = g_get_monotonic_time ();
  /* What a buffer costs besides its bytes, so that empty ones are bounded. */
  received->size = 256;
  if (message != NULL && message->payload != NULL)
    received->size += g_bytes_get_size (message->payload);
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->received, received);
  self->received_bytes += received->size;
  pause = self->received_bytes >= self->receiving.max_bytes && !self->paused
          && peer->connection != NULL;
  self->paused |= pause;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (pause)
    anc_ws_connection_set_paused (peer->connection, TRUE);
}

static gboolean
on_resume (gpointer data)
{
  GstAncWsLink *self = data;

  if (self->publisher != NULL && self->publisher->connection != NULL)
    anc_ws_connection_set_paused (self->publisher->connection, FALSE);
  return G_SOURCE_REMOVE;
}

/* With `lock`. */
static void
acknowledge (GstAncWsPeer *peer, guint64 seq)
{
  peer->ack_due = TRUE;
  peer->ack_seq = seq;
  gst_anc_ws_send_wake (peer->link);
}

/* The one before has been taken; with `lock`. */
static void
settle (GstAncWsLink *self)
{
  if (self->taken_from != NULL)
    acknowledge (self->taken_from, self->taken_seq);
  g_clear_pointer (&self->taken_from, gst_anc_ws_peer_unref);
}

/* With `lock`. */
static GstAncWsReceived *
take (GstAncWsLink *self)
{
  GstAncWsReceived *received = g_queue_pop_head (&self->received);

  self->received_bytes -= received->size;
  if (self->paused && self->received_bytes <= self->receiving.max_bytes / 2) {
    self->paused = FALSE;
    gst_anc_ws_link_invoke (self, on_resume);
  }
  if (received->ack) {
    self->taken_from = gst_anc_ws_peer_ref (received->peer);
    self->taken_seq = received->message->seq;
  }
  /* Nothing will be asked for after the end. */
  if (received->message != NULL && received->message->type == ANC_STREAM_END)
    settle (self);
  return received;
}

GstFlowReturn
gst_anc_ws_link_receive (GstAncWsLink *self, GstAncWsReceived **ret_received)
{
  const GstAncWsRoleState *role = &self->roles[GST_ANC_WS_RECEIVER];
  GstFlowReturn ret = GST_FLOW_OK;

  *ret_received = NULL;
  g_mutex_lock (&self->lock);
  settle (self);
  while (!role->flushing && self->received.length == 0 && self->error == NULL)
    g_cond_wait (&self->cond, &self->lock);
  if (role->flushing)
    ret = GST_FLOW_FLUSHING;
  else if (self->received.length > 0)
    *ret_received = take (self);
  else
    ret = GST_FLOW_ERROR;
  g_mutex_unlock (&self->lock);
  return ret;
}

/* Whether this link takes a stream, and from this peer. */
static gboolean
may_publish (GstAncWsPeer *peer)
{
  GstAncWsLink *self = peer->link;
  gboolean receives;

  g_mutex_lock (&self->lock);
  receives = self->roles[GST_ANC_WS_RECEIVER].open || self->shared;
  g_mutex_unlock (&self->lock);
  if (!receives) {
    gst_anc_ws_peer_refuse (peer, ANC_WS_CLOSE_UNSUPPORTED, "no-receiver",
                            "no stream is received here");
    return FALSE;
  }
  if (self->publisher == NULL)
    self->publisher = peer;
  if (self->publisher == peer)
    return TRUE;
  gst_anc_ws_peer_refuse (peer, ANC_WS_CLOSE_TRY_LATER, "busy",
                          "there is a publisher already");
  return FALSE;
}

/* Takes `message`. */
static void
on_hello (GstAncWsPeer *peer, AncStreamMessage *message)
{
  GstAncWsIncoming *incoming = &peer->link->incoming;
  g_autofree gchar *fault
      = gst_anc_ws_link_emit_accept (peer->link, &message->hello);

  if (fault != NULL) {
    anc_stream_message_free (message);
    gst_anc_ws_peer_refuse (peer, ANC_WS_CLOSE_UNSUPPORTED, "format", fault);
    return;
  }
  if (message->hello.stream == NULL
      || g_strcmp0 (incoming->stream, message->hello.stream) != 0) {
    gst_anc_ws_incoming_clear (incoming);
    incoming->stream = g_strdup (message->hello.stream);
  }
  peer->greeted = TRUE;
  peer->wants_ack = message->hello.ack;
  enqueue (peer, message, FALSE);
}

static void
acknowledge_now (GstAncWsPeer *peer, guint64 seq)
{
  g_mutex_lock (&peer->link->lock);
  acknowledge (peer, seq);
  g_mutex_unlock (&peer->link->lock);
}

static void
count_lost (GstAncWsLink *self, guint64 n)
{
  self->incoming.discont = TRUE;
  g_clear_pointer (&self->incoming.first, anc_stream_message_free);
  g_clear_pointer (&self->incoming.payload, g_byte_array_unref);
  g_mutex_lock (&self->lock);
  self->totals.lost += n;
  g_mutex_unlock (&self->lock);
}

/* Keeps the order of the stream. FALSE: it has been here before. */
static gboolean
check_order (GstAncWsPeer *peer, guint64 seq)
{
  GstAncWsLink *self = peer->link;
  GstAncWsIncoming *incoming = &self->incoming;

  if (incoming->begun && seq <= incoming->last) {
    g_mutex_lock (&self->lock);
    self->totals.duplicates++;
    g_mutex_unlock (&self->lock);
    return FALSE;
  }
  if (incoming->begun && seq != incoming->last + 1)
    count_lost (self, seq - incoming->last - 1);
  incoming->begun = TRUE;
  incoming->last = seq;
  return TRUE;
}

/* Puts a buffer of several messages together. The whole of it, or NULL: more is
 * to come, or it was refused. Takes `message`. */
static AncStreamMessage *
assemble (GstAncWsPeer *peer, AncStreamMessage *message)
{
  GstAncWsLink *self = peer->link;
  GstAncWsIncoming *incoming = &self->incoming;
  g_autoptr (AncStreamMessage) part = message;
  gboolean more = (part->flags & ANC_STREAM_FLAG_MORE) != 0;
  gboolean continued = (part->flags & ANC_STREAM_FLAG_CONTINUED) != 0;
  gsize size = g_bytes_get_size (part->payload);
  AncStreamMessage *whole;

  if (continued != (incoming->first != NULL)) {
    count_lost (self, 1);
    if (continued)
      return NULL;
  }
  if (!more && !continued)
    return g_steal_pointer (&part);
  if (!continued)
    incoming->payload = g_byte_array_new ();
  if (size > self->settings.max_message_size - incoming->payload->len) {
    count_lost (self, 1);
    gst_anc_ws_peer_refuse (peer, ANC_WS_CLOSE_TOO_BIG, "too-big",
                            "a buffer is larger than max-message-size");
    return NULL;
  }
  g_byte_array_append (incoming->payload,
                       g_bytes_get_data (part->payload, NULL), (guint) size);
  if (!continued)
    incoming->first = g_steal_pointer (&part);
  if (more)
    return NULL;
  whole = g_steal_pointer (&incoming->first);
  whole->seq = incoming->last;
  whole->flags &= ~(ANC_STREAM_FLAG_MORE | ANC_STREAM_FLAG_CONTINUED);
  g_bytes_unref (whole->payload);
  whole->payload
      = g_byte_array_free_to_bytes (g_steal_pointer (&incoming->payload));
  return whole;
}

/* Takes `message`. */
static void
on_data (GstAncWsPeer *peer, AncStreamMessage *message)
{
  g_autoptr (AncStreamMessage) data = message;
  GstAncWsLink *self = peer->link;
  guint64 seq = data->seq;
  AncStreamMessage *whole;

  if (!peer->greeted) {
    gst_anc_ws_peer_refuse (peer, ANC_WS_CLOSE_PROTOCOL, "no-hello",
                            "data came before a hello");
    return;
  }
  if (!check_order (peer, seq)) {
    acknowledge_now (peer, self->incoming.last);
    return;
  }
  whole = assemble (peer, g_steal_pointer (&data));
  if (whole == NULL) {
    if (peer->wants_ack)
      acknowledge_now (peer, seq);
    return;
  }
  if (self->incoming.discont)
    whole->flags |= ANC_STREAM_FLAG_DISCONT;
  self->incoming.discont = FALSE;
  enqueue (peer, whole, peer->wants_ack);
}

/* Takes `message`. */
static void
on_end (GstAncWsPeer *peer, AncStreamMessage *message)
{
  g_autoptr (AncStreamMessage) end = message;

  if (!peer->greeted) {
    gst_anc_ws_peer_refuse (peer, ANC_WS_CLOSE_PROTOCOL, "no-hello",
                            "the end came before a hello");
    return;
  }
  if (check_order (peer, end->seq))
    enqueue (peer, g_steal_pointer (&end), TRUE);
  else
    acknowledge_now (peer, end->seq);
}

static void
receive_raw (GstAncWsPeer *peer, GBytes *message)
{
  gboolean receives;

  g_mutex_lock (&peer->link->lock);
  receives = peer->link->roles[GST_ANC_WS_RECEIVER].open || peer->link->shared;
  g_mutex_unlock (&peer->link->lock);
  /* A raw listener may chatter: there is no rule against it. */
  if (receives && may_publish (peer))
    enqueue (peer, anc_stream_message_new_data (0, message), FALSE);
}

static void
receive_anc (GstAncWsPeer *peer, GBytes *frame, gboolean text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AncStreamMessage) message
      = anc_stream_message_parse (frame, text, &error);

  if (message == NULL) {
    gst_anc_ws_peer_refuse (peer,
                            error->code == ANC_STREAM_ERROR_VERSION
                                ? ANC_WS_CLOSE_PROTOCOL
                                : ANC_WS_CLOSE_BAD_DATA,
                            "malformed", error->message);
    return;
  }
  peer->proved = TRUE;
  if (message->type == ANC_STREAM_ACK) {
    gst_anc_ws_send_acknowledged (peer, message->seq);
  } else if (message->type == ANC_STREAM_FAILURE) {
    g_free (peer->failure);
    peer->failure
        = g_strdup (message->text != NULL ? message->text : message->code);
  } else if (message->type != ANC_STREAM_OTHER && may_publish (peer)) {
    if (message->type == ANC_STREAM_HELLO)
      on_hello (peer, g_steal_pointer (&message));
    else if (message->type == ANC_STREAM_DATA)
      on_data (peer, g_steal_pointer (&message));
    else
      on_end (peer, g_steal_pointer (&message));
  }
}

void
gst_anc_ws_receive_message (GstAncWsPeer *peer, GBytes *message, gboolean text)
{
  GstAncWsLink *self = peer->link;

  if (peer->refused || self->stopping)
    return;
  g_mutex_lock (&self->lock);
  self->totals.received_messages++;
  self->totals.received_bytes += g_bytes_get_size (message);
  g_mutex_unlock (&self->lock);
  if (gst_anc_ws_link_is_raw (self)) {
    peer->proved = TRUE;
    receive_raw (peer, message);
    return;
  }

  receive_anc (peer, message, text);
}

void
gst_anc_ws_receive_peer_left (GstAncWsPeer *peer, gboolean clean)
{
  GstAncWsLink *self = peer->link;
  gboolean receives;

  if (self->publisher != peer && self->settings.mode == GST_ANC_WS_MODE_SERVER)
    return;
  self->publisher = NULL;
  g_mutex_lock (&self->lock);
  self->paused = FALSE;
  receives = self->roles[GST_ANC_WS_RECEIVER].open;
  g_mutex_unlock (&self->lock);
  /* An abrupt end is not one: the publisher may come back. */
  if (receives && clean)
    enqueue (peer, NULL, FALSE);
}
