/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is connected. All of it runs in the network thread, but for what it says
 * to take the lock for. */
#include "config.h"

#include "gstancwslink-private.h"

/* How long a peer that answers no close holds up the end. */
#define PARTING_MS 500
/* A connection that lived this long was a good one: the next attempt begins
 * with the shortest wait. */
#define PROVED_US (5 * G_USEC_PER_SEC)
#define ACK_WATCH_MS 100

static void connect_now (GstAncWsLink *self);

static AncWsLimits
limits_of (const GstAncWsSettings *settings)
{
  return (AncWsLimits){
    /* The headers of anc.v1 are not counted. */
    .max_message
    = settings->max_message_size
      + (settings->protocol == GST_ANC_WS_PROTOCOL_ANC ? ANC_STREAM_TEXT_MAX
                                                       : 0),
    .ping_interval = settings->ping_interval,
    .pong_timeout = settings->pong_timeout,
    .idle_timeout = settings->idle_timeout,
    .max_duration = settings->max_duration,
    .close_timeout = 2000,
  };
}

static gboolean
on_retry (gpointer data)
{
  GstAncWsLink *self = data;

  g_clear_pointer (&self->retry, g_source_unref);
  connect_now (self);
  return G_SOURCE_REMOVE;
}

/* Where there has been a connection, TLS that fails now is more likely a server
 * that starts again than one that was never meant. */
static gboolean
is_worth_a_retry (GstAncWsLink *self, const GError *error)
{
  return anc_ws_error_is_transient (error)
         || (self->next_id > 0
             && g_error_matches (error, ANC_WS_ERROR, ANC_WS_ERROR_TLS));
}

/* Another attempt, if one is left and there is a point in it. The wait in ms,
 * or -1. */
static gint
schedule_retry (GstAncWsLink *self, const GError *error)
{
  gint attempts = self->settings.reconnect_attempts;
  guint wait;

  if (!is_worth_a_retry (self, error)
      || (attempts >= 0 && self->backoff.tries >= (guint) attempts))
    return -1;
  wait = anc_backoff_next (&self->backoff);
  self->retry = g_timeout_source_new (wait);
  g_source_set_callback (self->retry, on_retry, self, NULL);
  g_source_attach (self->retry, self->context);
  g_mutex_lock (&self->lock);
  self->totals.retries++;
  g_mutex_unlock (&self->lock);
  return (gint) wait;
}

/* A client without a connection: goes on, or gives up. Takes `error`. */
static void
retry_or_fail (GstAncWsLink *self, GstAncWsClient *client, GError *error,
               guint http_status)
{
  client->retry_in = schedule_retry (self, error);
  if (client->reason == NULL)
    client->reason = error->message;
  gst_anc_ws_link_emit_closed (self, client);
  if (client->retry_in >= 0)
    g_error_free (error);
  else
    gst_anc_ws_link_fail (self, error, http_status, client->close_code);
}

static void
on_message (AncWsConnection *connection, GBytes *message, gboolean text,
            gpointer data)
{
  gst_anc_ws_receive_message (data, message, text);
}

static void
on_drained (AncWsConnection *connection, gpointer data)
{
  gst_anc_ws_send_pump (data);
}

/* The error that the end of a client's connection is; NULL: it is none. */
static GError *
end_error (const GstAncWsPeer *peer, guint code, gboolean by_peer,
           const gchar *reason, gboolean complete)
{
  if (complete || (by_peer && code == ANC_WS_CLOSE_NORMAL))
    return NULL;
  if (by_peer && code == ANC_WS_CLOSE_NONE)
    return NULL;
  if (peer->failure != NULL && *peer->failure != '\0')
    reason = peer->failure;
  /* An end of our making is one that a new connection may mend, except where
   * the peer broke the protocol. */
  if (!by_peer && code != ANC_WS_CLOSE_ABNORMAL && code != ANC_WS_CLOSE_PROTOCOL
      && code != ANC_WS_CLOSE_BAD_DATA && code != ANC_WS_CLOSE_TOO_BIG
      && code != ANC_WS_CLOSE_UNSUPPORTED)
    return g_error_new (ANC_WS_ERROR, ANC_WS_ERROR_CLOSED,
                        "The connection was closed: %s",
                        reason != NULL ? reason : "no reason");
  if (!by_peer && code != ANC_WS_CLOSE_ABNORMAL)
    return g_error_new (ANC_WS_ERROR, ANC_WS_ERROR_PROTOCOL,
                        "The other side broke the protocol (close code %u): "
                        "%s",
                        code, reason != NULL ? reason : "no reason");
  return anc_ws_error_from_close (code, reason);
}

static void
after_client_closed (GstAncWsPeer *peer, GstAncWsClient *client,
                     gboolean complete)
{
  GstAncWsLink *self = peer->link;
  GError *error = end_error (peer, client->close_code, client->by_peer,
                             client->reason, complete);
  gboolean sends;

  if (peer->proved || g_get_monotonic_time () - peer->opened_at >= PROVED_US)
    anc_backoff_reset (&self->backoff);
  gst_anc_ws_receive_peer_left (peer, error == NULL);
  if (error != NULL) {
    retry_or_fail (self, client, error, 0);
    return;
  }
  gst_anc_ws_link_emit_closed (self, client);
  g_mutex_lock (&self->lock);
  sends = self->roles[GST_ANC_WS_SENDER].open;
  g_mutex_unlock (&self->lock);
  /* The other side has said goodbye. A stream that has more to send cannot. */
  if (sends && !complete)
    gst_anc_ws_link_fail (
        self,
        g_error_new (ANC_WS_ERROR, ANC_WS_ERROR_CLOSED,
                     "The other side closed the connection (close code %u)",
                     client->close_code),
        0, client->close_code);
}

static void
on_closed (AncWsConnection *connection, guint code, gboolean by_peer,
           const gchar *reason, gpointer data)
{
  g_autoptr (GstAncWsPeer) peer = gst_anc_ws_peer_ref (data);
  GstAncWsLink *self = peer->link;
  GstAncWsClient client = { peer->id, peer->address, peer->subprotocol,
                            code,     by_peer,       reason,
                            -1 };
  gboolean complete = gst_anc_ws_send_remove_peer (self, peer, code);

  GST_DEBUG ("%s has closed: %u %s", peer->address, code,
             reason != NULL ? reason : "");
  g_clear_pointer (&peer->connection, anc_ws_connection_unref);
  g_ptr_array_remove_fast (self->peers, peer);
  if (self->server != NULL)
    anc_ws_server_release (self->server);
  if (self->stopping)
    return;
  if (self->settings.mode == GST_ANC_WS_MODE_CLIENT) {
    after_client_closed (peer, &client, complete);
    return;
  }
  gst_anc_ws_link_emit_closed (self, &client);
  gst_anc_ws_receive_peer_left (
      peer, by_peer
                && (code == ANC_WS_CLOSE_NORMAL || code == ANC_WS_CLOSE_NONE
                    || code == ANC_WS_CLOSE_GOING_AWAY));
}

static const AncWsCallbacks callbacks = { on_message, on_drained, on_closed };

/* Takes `subprotocol`. */
static void
add_peer (GstAncWsLink *self, AncWsConnection *connection, gchar *subprotocol)
{
  g_autoptr (GstAncWsPeer) peer = g_new0 (GstAncWsPeer, 1);
  GstAncWsClient client = { .retry_in = -1 };

  g_atomic_ref_count_init (&peer->refs);
  peer->link = self;
  peer->connection = anc_ws_connection_ref (connection);
  peer->id = ++self->next_id;
  peer->address = g_strdup (anc_ws_connection_peer (connection));
  peer->subprotocol = subprotocol;
  peer->opened_at = g_get_monotonic_time ();
  g_ptr_array_add (self->peers, gst_anc_ws_peer_ref (peer));
  anc_ws_connection_start (connection, &callbacks, peer);
  GST_DEBUG ("%s has connected", peer->address);
  client.id = peer->id;
  client.address = peer->address;
  client.subprotocol = peer->subprotocol;
  gst_anc_ws_link_emit_opened (self, &client);
  g_mutex_lock (&self->lock);
  self->totals.connections++;
  gst_anc_ws_send_add_peer (self, peer);
  g_mutex_unlock (&self->lock);
  gst_anc_ws_send_pump (peer);
}

/* A source without a sink takes one publisher. */
static gboolean
is_full (GstAncWsLink *self)
{
  gboolean sends;

  g_mutex_lock (&self->lock);
  sends = self->roles[GST_ANC_WS_SENDER].open || self->shared;
  g_mutex_unlock (&self->lock);
  return !sends && self->peers->len > 0;
}

static void
on_refused_closed (AncWsConnection *connection, guint code, gboolean by_peer,
                   const gchar *reason, gpointer data)
{
  GstAncWsLink *self = data;

  if (self->server != NULL)
    anc_ws_server_release (self->server);
  g_ptr_array_remove_fast (self->leaving, connection);
}

static void
ignore_message (AncWsConnection *connection, GBytes *message, gboolean text,
                gpointer data)
{
}

static const AncWsCallbacks refused_callbacks
    = { ignore_message, NULL, on_refused_closed };

static void
on_accepted (AncWsServer *server, AncWsConnection *connection,
             const gchar *subprotocol, gpointer data)
{
  GstAncWsLink *self = data;

  if (!is_full (self)) {
    add_peer (self, connection, g_strdup (subprotocol));
    return;
  }
  g_mutex_lock (&self->lock);
  self->totals.refused++;
  g_mutex_unlock (&self->lock);
  g_ptr_array_add (self->leaving, anc_ws_connection_ref (connection));
  anc_ws_connection_start (connection, &refused_callbacks, self);
  anc_ws_connection_close (connection, ANC_WS_CLOSE_TRY_LATER,
                           "there is a publisher already");
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  GstAncWsLink *self = data;
  GError *error = NULL;
  guint status;
  gchar *subprotocol;
  g_autoptr (AncWsConnection) connection
      = anc_ws_connect_finish (result, &status, &subprotocol, &error);

  g_clear_object (&self->connecting);
  if (connection != NULL) {
    add_peer (self, connection, subprotocol);
  } else if (self->stopping) {
    g_error_free (error);
  } else {
    GstAncWsClient client = { .address = "", .retry_in = -1 };

    retry_or_fail (self, &client, error, status);
  }
}

static void
connect_now (GstAncWsLink *self)
{
  const GstAncWsSettings *settings = &self->settings;
  g_auto (GStrv) subprotocols = gst_anc_ws_settings_subprotocols (settings);
  AncWsRequest request
      = { settings->uri,   subprotocols,      settings->origin,
          settings->token, settings->headers, settings->timeout };
  AncWsLimits limits = limits_of (settings);

  self->connecting = g_cancellable_new ();
  anc_ws_connect_async (&request, &self->tls, &limits, self->connecting,
                        on_connected, self);
}

void
gst_anc_ws_peers_reconnect (GstAncWsLink *self)
{
  gboolean failed;

  g_mutex_lock (&self->lock);
  failed = self->error != NULL;
  g_mutex_unlock (&self->lock);
  if (!failed && !self->stopping && self->peers->len == 0
      && self->connecting == NULL && self->retry == NULL)
    connect_now (self);
}

static gboolean
start_listening (GstAncWsLink *self, GError **error)
{
  const GstAncWsSettings *settings = &self->settings;
  g_auto (GStrv) subprotocols = gst_anc_ws_settings_subprotocols (settings);
  g_auto (GStrv) origins = gst_anc_ws_split (settings->allowed_origins);
  AncWsService service
      = { settings->uri, subprotocols,      settings->token,
          origins,       settings->timeout, settings->max_clients };
  AncWsLimits limits = limits_of (settings);

  self->server = anc_ws_server_new (&service, &self->tls, &limits, on_accepted,
                                    self, error);
  if (self->server == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  self->port = anc_ws_server_port (self->server);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
on_ack_watch (gpointer data)
{
  gst_anc_ws_send_check_acks (data);
  return G_SOURCE_CONTINUE;
}

gboolean
gst_anc_ws_peers_open (GstAncWsLink *self, GError **error)
{
  self->stopping = FALSE;
  anc_backoff_reset (&self->backoff);
  self->leaving = g_ptr_array_new_with_free_func (
      (GDestroyNotify) anc_ws_connection_unref);
  if (!anc_ws_uri_check (self->settings.uri, error)
      || !anc_ws_tls_load (&self->settings.files, &self->tls, error))
    return FALSE;
  self->ack_watch = g_timeout_source_new (ACK_WATCH_MS);
  g_source_set_callback (self->ack_watch, on_ack_watch, self, NULL);
  g_source_attach (self->ack_watch, self->context);
  if (self->settings.mode == GST_ANC_WS_MODE_SERVER)
    return start_listening (self, error);
  connect_now (self);
  return TRUE;
}

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
part (GstAncWsLink *self, gint64 deadline)
{
  while ((self->peers->len > 0 || self->leaving->len > 0
          || self->connecting != NULL)
         && g_get_monotonic_time () < deadline)
    g_main_context_iteration (self->context, TRUE);
}

static gboolean
on_wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
abort_all (GstAncWsLink *self)
{
  for (guint i = 0; i < self->peers->len; i++) {
    GstAncWsPeer *peer = g_ptr_array_index (self->peers, i);

    anc_ws_connection_abort (peer->connection, ANC_WS_CLOSE_GOING_AWAY, NULL);
  }
  for (guint i = 0; i < self->leaving->len; i++)
    anc_ws_connection_abort (g_ptr_array_index (self->leaving, i),
                             ANC_WS_CLOSE_GOING_AWAY, NULL);
}

static void
close_all (GstAncWsLink *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->queues->len == 0;
  for (guint i = 0; i < self->queues->len; i++)
    ended
        |= ((GstAncWsSendQueue *) g_ptr_array_index (self->queues, i))->drained;
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->peers->len; i++) {
    GstAncWsPeer *peer = g_ptr_array_index (self->peers, i);

    /* The acknowledgement of the end may still be due. */
    gst_anc_ws_send_pump (peer);
    anc_ws_connection_close (
        peer->connection, ended ? ANC_WS_CLOSE_NORMAL : ANC_WS_CLOSE_GOING_AWAY,
        NULL);
  }
}

void
gst_anc_ws_peers_close (GstAncWsLink *self)
{
  g_autoptr (GSource) wake = g_timeout_source_new (20);

  self->stopping = TRUE;
  drop_source (&self->retry);
  drop_source (&self->ack_watch);
  if (self->connecting != NULL)
    g_cancellable_cancel (self->connecting);
  g_clear_pointer (&self->server, anc_ws_server_free);
  g_source_set_callback (wake, on_wake, NULL, NULL);
  g_source_attach (wake, self->context);
  close_all (self);
  part (self, g_get_monotonic_time () + PARTING_MS * 1000);
  abort_all (self);
  part (self, G_MAXINT64);
  g_source_destroy (wake);
  /* Handshakes that were cancelled end here. */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  self->publisher = NULL;
  g_clear_pointer (&self->leaving, g_ptr_array_unref);
  anc_ws_tls_clear (&self->tls);
}

void
gst_anc_ws_peer_refuse (GstAncWsPeer *peer, guint close_code, const gchar *code,
                        const gchar *sentence)
{
  GstAncWsLink *self = peer->link;

  if (peer->refused || peer->connection == NULL)
    return;
  peer->refused = TRUE;
  GST_DEBUG ("%s is refused: %s", peer->address, sentence);
  g_mutex_lock (&self->lock);
  self->totals.refused++;
  g_mutex_unlock (&self->lock);
  if (!gst_anc_ws_link_is_raw (self)) {
    g_autoptr (AncStreamMessage) message
        = anc_stream_message_new_failure (code, sentence);
    g_autoptr (GBytes) frame = anc_stream_message_to_text (message, NULL);

    anc_ws_connection_send (peer->connection, frame, TRUE);
  }
  anc_ws_connection_close (peer->connection, close_code, sentence);
}
