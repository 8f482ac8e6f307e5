/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A link's life: its thread, its roles, its events. See the header for what
 * belongs to which thread. */
#include "config.h"

#include "gstancwslink-private.h"

GST_DEBUG_CATEGORY (gst_anc_websocket_debug);

G_DEFINE_BOXED_TYPE_WITH_CODE (
    GstAncWsLink, gst_anc_ws_link, gst_anc_ws_link_ref, gst_anc_ws_link_unref,
    GST_DEBUG_CATEGORY_INIT (gst_anc_websocket_debug, "ancwebsocket", 0,
                             "WebSocket connections"))

GstAncWsLink *
gst_anc_ws_link_new (const GstAncWsSettings *settings, gboolean shared)
{
  GstAncWsLink *self = g_new0 (GstAncWsLink, 1);

  /* The debug category comes with it. */
  g_type_ensure (GST_TYPE_ANC_WS_LINK);
  g_atomic_ref_count_init (&self->refs);
  gst_anc_ws_settings_copy (settings, &self->settings);
  self->shared = shared;
  self->backoff = (AncBackoff){ .first_ms = settings->reconnect_delay,
                                .longest_ms = settings->reconnect_delay_max };
  self->peers
      = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_anc_ws_peer_unref);
  self->queues = g_ptr_array_new_with_free_func (
      (GDestroyNotify) gst_anc_ws_send_queue_free);
  g_queue_init (&self->received);
  g_rec_mutex_init (&self->events_lock);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  return self;
}

GstAncWsLink *
gst_anc_ws_link_ref (GstAncWsLink *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/* A role that is open holds a reference, so there is no thread here. */
void
gst_anc_ws_link_unref (GstAncWsLink *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  gst_anc_ws_settings_clear (&self->settings);
  g_queue_clear_full (&self->received,
                      (GDestroyNotify) gst_anc_ws_received_free);
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->queues);
  gst_anc_ws_incoming_clear (&self->incoming);
  g_clear_error (&self->error);
  g_rec_mutex_clear (&self->events_lock);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

GstAncWsPeer *
gst_anc_ws_peer_ref (GstAncWsPeer *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
gst_anc_ws_peer_unref (GstAncWsPeer *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->connection, anc_ws_connection_unref);
  g_free (self->address);
  g_free (self->subprotocol);
  g_free (self->failure);
  g_free (self);
}

void
gst_anc_ws_link_invoke (GstAncWsLink *self, GSourceFunc function)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, gst_anc_ws_link_ref (self),
                         (GDestroyNotify) gst_anc_ws_link_unref);
  g_source_attach (source, self->context);
}

void
gst_anc_ws_link_emit_opened (GstAncWsLink *self, const GstAncWsClient *client)
{
  g_rec_mutex_lock (&self->events_lock);
  for (guint i = 0; i < GST_ANC_WS_N_ROLES; i++) {
    if (self->roles[i].events != NULL)
      self->roles[i].events->opened (client, self->roles[i].data);
  }
  g_rec_mutex_unlock (&self->events_lock);
}

void
gst_anc_ws_link_emit_closed (GstAncWsLink *self, const GstAncWsClient *client)
{
  g_rec_mutex_lock (&self->events_lock);
  for (guint i = 0; i < GST_ANC_WS_N_ROLES; i++) {
    if (self->roles[i].events != NULL)
      self->roles[i].events->closed (client, self->roles[i].data);
  }
  g_rec_mutex_unlock (&self->events_lock);
}

gchar *
gst_anc_ws_link_emit_accept (GstAncWsLink *self, const AncStreamHello *hello)
{
  const GstAncWsRoleState *role = &self->roles[GST_ANC_WS_RECEIVER];
  gchar *fault = NULL;

  g_rec_mutex_lock (&self->events_lock);
  if (role->events != NULL)
    fault = role->events->accept (hello, role->data);
  g_rec_mutex_unlock (&self->events_lock);
  return fault;
}

/* The waiting are woken last: what they do about it must come after the error
 * message. */
void
gst_anc_ws_link_fail (GstAncWsLink *self, GError *error, guint http_status,
                      guint close_code)
{
  GST_DEBUG ("failed: %s", error->message);
  g_rec_mutex_lock (&self->events_lock);
  for (guint i = 0; i < GST_ANC_WS_N_ROLES; i++) {
    if (self->roles[i].events != NULL)
      self->roles[i].events->failed (error, http_status, close_code,
                                     self->roles[i].data);
  }
  g_rec_mutex_unlock (&self->events_lock);
  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  g_clear_error (&error);
}

/* What the starter of the thread waits for. */
typedef struct {
  GstAncWsLink *link;
  gboolean done;
  GError *error;
} Start;

static gpointer
run (gpointer data)
{
  Start *start = data;
  GstAncWsLink *self = start->link;
  GError *error = NULL;
  gboolean ok;

  g_main_context_push_thread_default (self->context);
  ok = gst_anc_ws_peers_open (self, &error);
  g_mutex_lock (&self->lock);
  start->error = error;
  start->done = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  /* `start` is gone. */
  while (ok && !g_atomic_int_get (&self->quit))
    g_main_context_iteration (self->context, TRUE);
  gst_anc_ws_peers_close (self);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
stop_thread (GstAncWsLink *self)
{
  g_atomic_int_set (&self->quit, TRUE);
  g_main_context_wakeup (self->context);
  g_thread_join (self->thread);
  self->thread = NULL;
  g_clear_pointer (&self->context, g_main_context_unref);
}

static gboolean
start_thread (GstAncWsLink *self, GError **error)
{
  Start start = { .link = self };

  self->context = g_main_context_new ();
  /* Not a GMainLoop: it could be told to quit before it runs. */
  g_atomic_int_set (&self->quit, FALSE);
  self->thread = g_thread_new ("ancwebsocket", run, &start);
  g_mutex_lock (&self->lock);
  while (!start.done)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  if (start.error == NULL)
    return TRUE;
  g_propagate_error (error, start.error);
  stop_thread (self);
  return FALSE;
}

/* FALSE: somebody else has the role. */
static gboolean
take_role (GstAncWsLink *self, GstAncWsRole role, const GstAncWsEvents *events,
           gpointer data)
{
  gboolean taken;

  g_rec_mutex_lock (&self->events_lock);
  g_mutex_lock (&self->lock);
  taken = self->roles[role].open;
  if (!taken)
    self->roles[role] = (GstAncWsRoleState){ TRUE, FALSE, events, data };
  g_mutex_unlock (&self->lock);
  g_rec_mutex_unlock (&self->events_lock);
  return !taken;
}

static void
leave_role (GstAncWsLink *self, GstAncWsRole role)
{
  g_rec_mutex_lock (&self->events_lock);
  g_mutex_lock (&self->lock);
  self->roles[role] = (GstAncWsRoleState){ FALSE, TRUE, NULL, NULL };
  if (role == GST_ANC_WS_SENDER) {
    g_clear_pointer (&self->hello, gst_anc_ws_item_unref);
    g_clear_pointer (&self->end, gst_anc_ws_item_unref);
    self->drain_since = 0;
  } else {
    g_queue_clear_full (&self->received,
                        (GDestroyNotify) gst_anc_ws_received_free);
    g_clear_pointer (&self->taken_from, gst_anc_ws_peer_unref);
    self->received_bytes = 0;
  }
  g_mutex_unlock (&self->lock);
  g_rec_mutex_unlock (&self->events_lock);
}

static gboolean
open_role (GstAncWsLink *self, GstAncWsRole role, const GstAncWsEvents *events,
           gpointer data, GError **error)
{
  if (!take_role (self, role, events, data)) {
    g_set_error (error, ANC_WS_ERROR, ANC_WS_ERROR_SETTINGS,
                 "connection: \"%s\" has a %s already; give this one another "
                 "name",
                 self->settings.connection,
                 role == GST_ANC_WS_SENDER ? "sink" : "source");
    return FALSE;
  }
  if (self->thread == NULL && !start_thread (self, error)) {
    leave_role (self, role);
    return FALSE;
  }
  gst_anc_ws_link_ref (self);
  return TRUE;
}

/* Those who are connected get their queues. */
static gboolean
on_sender_opened (gpointer data)
{
  GstAncWsLink *self = data;

  for (guint i = 0; i < self->peers->len; i++) {
    GstAncWsPeer *peer = g_ptr_array_index (self->peers, i);

    g_mutex_lock (&self->lock);
    if (peer->queue == NULL)
      gst_anc_ws_send_add_peer (self, peer);
    g_mutex_unlock (&self->lock);
    gst_anc_ws_send_pump (peer);
  }
  g_mutex_lock (&self->lock);
  self->sender_is_new = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

/* A source of the same connection may have been here first, and peers with it:
 * nothing is sent before they are known, so that they miss nothing. */
static void
introduce_sender (GstAncWsLink *self)
{
  g_mutex_lock (&self->lock);
  self->sender_is_new = TRUE;
  gst_anc_ws_link_invoke (self, on_sender_opened);
  while (self->sender_is_new)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_anc_ws_link_open_sender (GstAncWsLink *self, const GstAncWsSending *sending,
                             const GstAncWsEvents *events, gpointer data,
                             GError **error)
{
  gboolean joins = self->thread != NULL;

  g_mutex_lock (&self->lock);
  if (!self->roles[GST_ANC_WS_SENDER].open) {
    self->sending = *sending;
    /* What cannot be sent yet waits for the first connection, and the next. */
    if (self->settings.mode == GST_ANC_WS_MODE_CLIENT && self->queues->len == 0)
      g_ptr_array_add (self->queues, gst_anc_ws_send_queue_new (
                                         sending->max_bytes,
                                         sending->max_messages, sending->acks));
  }
  g_mutex_unlock (&self->lock);
  if (!open_role (self, GST_ANC_WS_SENDER, events, data, error))
    return FALSE;
  if (joins)
    introduce_sender (self);
  return TRUE;
}

gboolean
gst_anc_ws_link_open_receiver (GstAncWsLink *self,
                               const GstAncWsReceiving *receiving,
                               const GstAncWsEvents *events, gpointer data,
                               GError **error)
{
  g_mutex_lock (&self->lock);
  self->receiving = *receiving;
  g_mutex_unlock (&self->lock);
  return open_role (self, GST_ANC_WS_RECEIVER, events, data, error);
}

void
gst_anc_ws_link_close (GstAncWsLink *self, GstAncWsRole role)
{
  GstAncWsRole other = GST_ANC_WS_N_ROLES - 1 - role;
  gboolean last;

  leave_role (self, role);
  g_mutex_lock (&self->lock);
  last = !self->roles[other].open;
  g_mutex_unlock (&self->lock);
  if (last) {
    stop_thread (self);
    g_mutex_lock (&self->lock);
    g_ptr_array_set_size (self->queues, 0);
    g_clear_error (&self->error);
    self->port = 0;
    g_mutex_unlock (&self->lock);
  }
  gst_anc_ws_link_unref (self);
}

void
gst_anc_ws_link_set_flushing (GstAncWsLink *self, GstAncWsRole role,
                              gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->roles[role].flushing = flushing;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

guint
gst_anc_ws_link_port (GstAncWsLink *self)
{
  guint port;

  g_mutex_lock (&self->lock);
  port = self->port;
  g_mutex_unlock (&self->lock);
  return port;
}

gboolean
gst_anc_ws_link_is_raw (GstAncWsLink *self)
{
  return self->settings.protocol == GST_ANC_WS_PROTOCOL_RAW;
}

GstStructure *
gst_anc_ws_link_stats (GstAncWsLink *self, const gchar *name)
{
  GstAncWsTotals totals;
  guint64 queued_bytes = 0, queued_messages = 0, received_bytes;

  g_mutex_lock (&self->lock);
  totals = self->totals;
  for (guint i = 0; i < self->queues->len; i++) {
    const GstAncWsSendQueue *queue = g_ptr_array_index (self->queues, i);

    totals.sent_messages += queue->sent_messages;
    totals.sent_bytes += queue->sent_bytes;
    totals.dropped += queue->dropped;
    queued_bytes = MAX (queued_bytes, queue->bytes);
    queued_messages = MAX (queued_messages, queue->items.length);
  }
  received_bytes = self->received_bytes;
  g_mutex_unlock (&self->lock);
#define FIGURE(name, value) name, G_TYPE_UINT64, (guint64) (value)
  return gst_structure_new (
      name, FIGURE ("connections", totals.connections),
      FIGURE ("retries", totals.retries), FIGURE ("refused", totals.refused),
      FIGURE ("sent-messages", totals.sent_messages),
      FIGURE ("sent-bytes", totals.sent_bytes),
      FIGURE ("dropped-messages", totals.dropped),
      FIGURE ("slow-clients", totals.slow),
      FIGURE ("longest-queue-bytes", queued_bytes),
      FIGURE ("longest-queue-messages", queued_messages),
      FIGURE ("received-messages", totals.received_messages),
      FIGURE ("received-bytes", totals.received_bytes),
      FIGURE ("lost-messages", totals.lost),
      FIGURE ("duplicate-messages", totals.duplicates),
      FIGURE ("receive-queue-bytes", received_bytes), NULL);
#undef FIGURE
}
