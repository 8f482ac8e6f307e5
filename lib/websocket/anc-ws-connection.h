/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* One open WebSocket (RFC 6455) on a stream that has been upgraded.
 *
 * It belongs to the main context that was thread-default when it was made;
 * every function must be called in that context's thread, and the callbacks
 * come from it. It never blocks. What has been handed over and not been taken by
 * the socket is known at any time (anc_ws_connection_unsent ()), reading can be
 * stopped, and whatever the peer sends, at most one message and two reads are
 * kept of it. */
typedef struct _AncWsConnection AncWsConnection;

/* 0 means without limit, or never, except for max_message. Milliseconds. */
typedef struct {
  gsize max_message; /* bytes of a message, over all its fragments */
  guint ping_interval;
  guint pong_timeout;  /* after a ping, until its pong */
  guint idle_timeout;  /* without any message from the peer */
  guint max_duration;  /* of the whole connection */
  guint close_timeout; /* until the peer answers our close */
} AncWsLimits;

typedef struct {
  /* A whole message. */
  void (*message) (AncWsConnection *self, GBytes *message, gboolean text,
                   gpointer data);
  /* The socket has taken everything. */
  void (*drained) (AncWsConnection *self, gpointer data);
  /* Once, the last one. `code`: the close code; `by_peer`: whether the peer
   * chose it; `reason`: UTF-8 or NULL, untrusted if by the peer. */
  void (*closed) (AncWsConnection *self, guint code, gboolean by_peer,
                  const gchar *reason, gpointer data);
} AncWsCallbacks;

/* `early`: what was read after the handshake, or NULL. */
AncWsConnection *anc_ws_connection_new (GIOStream *stream, gboolean is_client,
                                        GBytes *early,
                                        const AncWsLimits *limits);
AncWsConnection *anc_ws_connection_ref (AncWsConnection *self);
void anc_ws_connection_unref (AncWsConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncWsConnection, anc_ws_connection_unref)

/* Begins to read. The connection keeps itself until `closed` has been called. */
void anc_ws_connection_start (AncWsConnection *self,
                              const AncWsCallbacks *callbacks, gpointer data);

/* Appends a message to what is to be sent, and gives the socket what it takes.
 * Ignored once a close has been sent. */
void anc_ws_connection_send (AncWsConnection *self, GBytes *message,
                             gboolean text);

/* Bytes handed over that the socket has not taken. */
gsize anc_ws_connection_unsent (const AncWsConnection *self);

/* Stops reading, control frames included, or goes on. Data stay with the peer
 * and in the kernel; no pong is missed meanwhile. */
void anc_ws_connection_set_paused (AncWsConnection *self, gboolean paused);

/* Begins the close handshake, behind what is unsent. */
void anc_ws_connection_close (AncWsConnection *self, guint code,
                              const gchar *reason);

/* Drops the connection and what is unsent; `closed` will say `code`. */
void anc_ws_connection_abort (AncWsConnection *self, guint code,
                              const gchar *reason);

/* "address:port" of the peer, for logs. */
const gchar *anc_ws_connection_peer (const AncWsConnection *self);
