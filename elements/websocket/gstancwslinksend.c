/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the streaming thread to the sockets. A connection is given one message
 * at a time, the next when the socket has taken it: so what is queued here is
 * all there is, and its bound is real. */
#include "config.h"

#include "gstancwslink-private.h"

static gboolean
on_pump (gpointer data)
{
  GstAncWsLink *self = data;

  g_mutex_lock (&self->lock);
  self->pump_due = FALSE;
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->peers->len; i++)
    gst_anc_ws_send_pump (g_ptr_array_index (self->peers, i));
  /* A stream after the last one's end, which has closed the connection. */
  if (self->settings.mode == GST_ANC_WS_MODE_CLIENT)
    gst_anc_ws_peers_reconnect (self);
  return G_SOURCE_REMOVE;
}

void
gst_anc_ws_send_wake (GstAncWsLink *self)
{
  if (self->pump_due || self->context == NULL)
    return;
  self->pump_due = TRUE;
  gst_anc_ws_link_invoke (self, on_pump);
}

/* All queues take the item, or would after dropping; with `lock`. */
static gboolean
may_queue (GstAncWsLink *self, const GstAncWsItem *item)
{
  if (item->kind != GST_ANC_WS_ITEM_DATA
      || self->sending.policy != GST_ANC_WS_SLOW_BLOCK)
    return TRUE;
  if (self->queues->len == 0)
    return FALSE;
  for (guint i = 0; i < self->queues->len; i++) {
    if (!gst_anc_ws_send_queue_has_room (g_ptr_array_index (self->queues, i),
                                         item))
      return FALSE;
  }
  return TRUE;
}

static void
make_room (GstAncWsLink *self, GstAncWsSendQueue *queue,
           const GstAncWsItem *item)
{
  if (item->kind != GST_ANC_WS_ITEM_DATA)
    return;
  if (self->sending.policy == GST_ANC_WS_SLOW_DISCONNECT
      && !gst_anc_ws_send_queue_has_room (queue, item))
    queue->slow = TRUE;
  while (!gst_anc_ws_send_queue_has_room (queue, item)
         && gst_anc_ws_send_queue_drop (queue))
    ;
}

/* What those who come later will need; with `lock`. */
static void
remember (GstAncWsLink *self, GstAncWsItem *item)
{
  if (item->kind == GST_ANC_WS_ITEM_DATA)
    return;
  if (item->kind == GST_ANC_WS_ITEM_HELLO) {
    g_clear_pointer (&self->hello, gst_anc_ws_item_unref);
    g_clear_pointer (&self->end, gst_anc_ws_item_unref);
    self->hello = gst_anc_ws_item_ref (item);
  } else {
    g_clear_pointer (&self->end, gst_anc_ws_item_unref);
    self->end = gst_anc_ws_item_ref (item);
    self->drain_since = 0;
  }
}

/* With `lock`: until the item may be queued, or cannot be. */
static GstFlowReturn
wait_for_room (GstAncWsLink *self, const GstAncWsItem *item, guint patience)
{
  const GstAncWsRoleState *role = &self->roles[GST_ANC_WS_SENDER];
  gint64 deadline = patience > 0
                        ? g_get_monotonic_time () + (gint64) patience * 1000
                        : G_MAXINT64;

  while (self->error == NULL && !may_queue (self, item)) {
    if (role->flushing)
      return GST_FLOW_FLUSHING;
    if (g_cond_wait_until (&self->cond, &self->lock, deadline))
      continue;
    if (self->queues->len == 0)
      return GST_FLOW_CUSTOM_ERROR;
    /* There is somebody, who is slow: for that there are pings. */
    deadline = G_MAXINT64;
  }
  return self->error == NULL ? GST_FLOW_OK : GST_FLOW_ERROR;
}

GstFlowReturn
gst_anc_ws_link_send (GstAncWsLink *self, GstAncWsItem *item, guint patience)
{
  GstFlowReturn ret;

  g_mutex_lock (&self->lock);
  ret = wait_for_room (self, item, patience);
  if (ret == GST_FLOW_OK) {
    remember (self, item);
    for (guint i = 0; i < self->queues->len; i++) {
      GstAncWsSendQueue *queue = g_ptr_array_index (self->queues, i);

      make_room (self, queue, item);
      gst_anc_ws_send_queue_push (queue, item);
    }
    gst_anc_ws_send_wake (self);
  }
  g_mutex_unlock (&self->lock);
  return ret;
}

/* With `lock`. */
static gboolean
is_drained (GstAncWsLink *self)
{
  for (guint i = 0; i < self->queues->len; i++) {
    const GstAncWsSendQueue *queue = g_ptr_array_index (self->queues, i);

    if (!queue->drained && !queue->late)
      return FALSE;
  }
  return TRUE;
}

GstFlowReturn
gst_anc_ws_link_drain (GstAncWsLink *self, guint timeout)
{
  const GstAncWsRoleState *role = &self->roles[GST_ANC_WS_SENDER];
  GstFlowReturn ret = GST_FLOW_OK;
  gint64 deadline;

  g_mutex_lock (&self->lock);
  if (self->drain_since == 0)
    self->drain_since = g_get_monotonic_time ();
  deadline
      = timeout > 0 ? self->drain_since + (gint64) timeout * 1000 : G_MAXINT64;
  while (ret == GST_FLOW_OK && !is_drained (self)) {
    if (self->error != NULL)
      ret = GST_FLOW_ERROR;
    else if (role->flushing)
      ret = GST_FLOW_FLUSHING;
    else if (!g_cond_wait_until (&self->cond, &self->lock, deadline)
             && !is_drained (self))
      ret = GST_FLOW_CUSTOM_ERROR;
  }
  g_mutex_unlock (&self->lock);
  return ret;
}

static gboolean
on_give_up (gpointer data)
{
  GstAncWsLink *self = data;

  for (guint i = 0; i < self->peers->len; i++) {
    GstAncWsPeer *peer = g_ptr_array_index (self->peers, i);
    gboolean abort;

    g_mutex_lock (&self->lock);
    abort = peer->queue != NULL && !peer->queue->drained && !peer->queue->late;
    g_mutex_unlock (&self->lock);
    if (abort && peer->connection != NULL)
      anc_ws_connection_abort (peer->connection, ANC_WS_CLOSE_POLICY,
                               "drain-timeout: the end of the stream was not "
                               "acknowledged in time");
  }
  return G_SOURCE_REMOVE;
}

guint
gst_anc_ws_link_give_up (GstAncWsLink *self)
{
  guint n = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->queues->len; i++) {
    const GstAncWsSendQueue *queue = g_ptr_array_index (self->queues, i);

    n += !queue->drained && !queue->late;
  }
  g_mutex_unlock (&self->lock);
  gst_anc_ws_link_invoke (self, on_give_up);
  return n;
}

void
gst_anc_ws_send_add_peer (GstAncWsLink *self, GstAncWsPeer *peer)
{
  if (!self->roles[GST_ANC_WS_SENDER].open)
    return;
  if (self->settings.mode == GST_ANC_WS_MODE_CLIENT) {
    peer->queue = g_ptr_array_index (self->queues, 0);
    return;
  }
  peer->queue = gst_anc_ws_send_queue_new (
      self->sending.max_bytes, self->sending.max_messages, self->sending.acks);
  if (self->hello != NULL)
    gst_anc_ws_send_queue_push (peer->queue, self->hello);
  if (self->end != NULL)
    gst_anc_ws_send_queue_push (peer->queue, self->end);
  peer->queue->late = self->end != NULL;
  g_ptr_array_add (self->queues, peer->queue);
  /* A sink that blocks may have waited for a first client. */
  g_cond_broadcast (&self->cond);
}

/* Whether a connection that ended with `code` has taken the whole stream: an end
 * that was sent, and a close that answered it. */
static gboolean
is_complete (const GstAncWsSendQueue *queue, guint code)
{
  if (queue->drained)
    return TRUE;
  return queue->inflight != NULL && queue->items.length == 0
         && queue->inflight->kind != GST_ANC_WS_ITEM_DATA
         && code == ANC_WS_CLOSE_NORMAL;
}

gboolean
gst_anc_ws_send_remove_peer (GstAncWsLink *self, GstAncWsPeer *peer, guint code)
{
  GstAncWsSendQueue *queue;
  gboolean complete = FALSE;

  g_mutex_lock (&self->lock);
  queue = g_steal_pointer (&peer->queue);
  if (queue != NULL) {
    self->totals.slow += queue->slow;
    queue->drained = complete = is_complete (queue, code);
    if (self->settings.mode == GST_ANC_WS_MODE_CLIENT) {
      if (!complete)
        gst_anc_ws_send_queue_rewind (queue);
    } else {
      self->totals.sent_messages += queue->sent_messages;
      self->totals.sent_bytes += queue->sent_bytes;
      self->totals.dropped += queue->dropped;
      g_ptr_array_remove_fast (self->queues, queue);
    }
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return complete;
}

static void
send_ack (GstAncWsPeer *peer)
{
  GstAncWsLink *self = peer->link;
  g_autoptr (AncStreamMessage) ack = anc_stream_message_new (ANC_STREAM_ACK, 0);
  g_autoptr (GBytes) frame = NULL;
  gboolean due;

  g_mutex_lock (&self->lock);
  due = peer->ack_due;
  ack->seq = peer->ack_seq;
  peer->ack_due = FALSE;
  g_mutex_unlock (&self->lock);
  if (!due)
    return;
  frame = anc_stream_message_to_text (ack, NULL);
  anc_ws_connection_send (peer->connection, frame, TRUE);
}

/* The next message, or NULL. `ret_slow`: the peer is to be disconnected. */
static GstAncWsItem *
take_item (GstAncWsPeer *peer, gboolean *ret_slow)
{
  GstAncWsLink *self = peer->link;
  GstAncWsItem *item = NULL;

  *ret_slow = FALSE;
  g_mutex_lock (&self->lock);
  if (peer->queue != NULL) {
    *ret_slow = peer->queue->slow;
    item = *ret_slow ? NULL : gst_anc_ws_send_queue_pop (peer->queue);
    if (item != NULL)
      g_cond_broadcast (&self->cond);
  }
  g_mutex_unlock (&self->lock);
  return item;
}

void
gst_anc_ws_send_pump (GstAncWsPeer *peer)
{
  gboolean slow = FALSE;

  if (peer->connection == NULL || peer->refused)
    return;
  send_ack (peer);
  while (anc_ws_connection_unsent (peer->connection) == 0) {
    g_autoptr (GstAncWsItem) item = take_item (peer, &slow);

    if (item == NULL)
      break;
    if (item->kind == GST_ANC_WS_ITEM_CLOSE)
      anc_ws_connection_close (peer->connection, ANC_WS_CLOSE_NORMAL, NULL);
    else
      anc_ws_connection_send (peer->connection, item->bytes, item->text);
  }
  if (!slow) {
    g_mutex_lock (&peer->link->lock);
    slow = peer->queue != NULL && peer->queue->slow;
    g_mutex_unlock (&peer->link->lock);
  }
  if (slow)
    anc_ws_connection_abort (peer->connection, ANC_WS_CLOSE_POLICY,
                             "slow-client-policy: its queue was full, as it "
                             "does not keep up with the stream; raise "
                             "queue-bytes or queue-messages, or set "
                             "slow-client-policy=drop");
}

void
gst_anc_ws_send_acknowledged (GstAncWsPeer *peer, guint64 seq)
{
  GstAncWsLink *self = peer->link;
  gboolean more;

  g_mutex_lock (&self->lock);
  more = peer->queue != NULL
         && gst_anc_ws_send_queue_acknowledge (peer->queue, seq);
  if (more)
    g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (more)
    gst_anc_ws_send_pump (peer);
}

void
gst_anc_ws_send_check_acks (GstAncWsLink *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < self->peers->len; i++) {
    GstAncWsPeer *peer = g_ptr_array_index (self->peers, i);
    gboolean late;

    g_mutex_lock (&self->lock);
    late = peer->queue != NULL && peer->queue->inflight != NULL
           && peer->queue->inflight->kind == GST_ANC_WS_ITEM_DATA
           && self->sending.ack_timeout > 0
           && now - peer->queue->inflight_since
                  > (gint64) self->sending.ack_timeout * 1000;
    g_mutex_unlock (&self->lock);
    if (late)
      anc_ws_connection_abort (peer->connection, ANC_WS_CLOSE_ABNORMAL,
                               "ack-timeout: a message was not acknowledged in "
                               "time; raise it if the receiver is slow");
  }
}
