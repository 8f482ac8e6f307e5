/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancwslink.h"

#include "anc-backoff.h"
#include "anc-ws-error.h"

/* Threads and locks.
 *
 * The network thread runs the main context; it alone touches connections, the
 * server, the list of peers and all that is marked (network). Streaming threads
 * and applications touch what is marked (lock), holding `lock`, and wake the
 * network thread by a source. Nothing is sent, closed, posted or emitted while
 * `lock` is held, and the network thread never waits for another one.
 *
 * Events go out with `events_lock` held, so that a role that has been closed
 * gets none. Lock order: events_lock, lock. Both are innermost to the locks of
 * the elements. */
GST_DEBUG_CATEGORY_EXTERN (gst_anc_websocket_debug);
#define GST_CAT_DEFAULT gst_anc_websocket_debug

/* One that is connected, or was. */
struct _GstAncWsPeer {
  gatomicrefcount refs;
  GstAncWsLink *link;          /* not owned: outlives its peers' connections */
  AncWsConnection *connection; /* (network) NULL: closed */
  guint id;
  gchar *address;
  gchar *subprotocol;
  gint64 opened_at;
  gboolean proved;    /* (network) it has sent something sensible */
  gboolean greeted;   /* (network) its hello has come */
  gboolean wants_ack; /* (network) of its data */
  gboolean refused;   /* (network) it is being sent away */
  gchar *failure;     /* (network) its own words for what is wrong, or NULL */
  GstAncWsSendQueue *queue; /* (lock) NULL: nothing is sent to it */
  guint64 ack_seq;          /* (lock) */
  gboolean ack_due;         /* (lock) */
};

typedef struct {
  gboolean open;                /* (lock) */
  gboolean flushing;            /* (lock) */
  const GstAncWsEvents *events; /* (events_lock) NULL: none */
  gpointer data;                /* (events_lock) */
} GstAncWsRoleState;

/* One run of sequence numbers (network). */
typedef struct {
  gchar *stream;
  gboolean begun;
  guint64 last;
  gboolean discont;
  AncStreamMessage *first; /* of a buffer in several messages, or NULL */
  GByteArray *payload;     /* of that */
} GstAncWsIncoming;

typedef struct {
  guint64 connections;
  guint64 retries;
  guint64 received_messages;
  guint64 received_bytes;
  guint64 lost;          /* messages that never came */
  guint64 duplicates;    /* messages that came again */
  guint64 refused;       /* peers sent away, and handshakes */
  guint64 slow;          /* peers disconnected for it */
  guint64 sent_messages; /* of queues that are gone */
  guint64 sent_bytes;
  guint64 dropped;
} GstAncWsTotals;

struct _GstAncWsLink {
  gatomicrefcount refs;
  GstAncWsSettings settings; /* immutable */
  gboolean shared;           /* immutable */
  AncWsTls tls;              /* (network) */

  GMainContext *context;
  gint quit;       /* (atomic) */
  GThread *thread; /* (state changes, which come one at a time) */

  AncWsServer *server;       /* (network) */
  GPtrArray *peers;          /* (network) GstAncWsPeer, open ones */
  GPtrArray *leaving;        /* (network) connections, refused ones */
  GstAncWsPeer *publisher;   /* (network) whose stream is received, or NULL */
  GCancellable *connecting;  /* (network) an attempt is under way */
  GSource *retry;            /* (network) the next attempt */
  GSource *ack_watch;        /* (network) */
  AncBackoff backoff;        /* (network) */
  gboolean stopping;         /* (network) */
  guint next_id;             /* (network) */
  GstAncWsIncoming incoming; /* (network) */

  GRecMutex events_lock;
  GMutex lock;
  GCond cond; /* room, data, an acknowledgement, an end of waiting */
  GstAncWsRoleState roles[GST_ANC_WS_N_ROLES];
  GError *error;           /* (lock) the link has failed */
  GstAncWsSending sending; /* (lock) */
  GPtrArray *queues;       /* (lock) GstAncWsSendQueue; a client has just one */
  GstAncWsItem *hello;     /* (lock) of the stream, for those who come later */
  GstAncWsItem *end;       /* (lock) the stream has ended */
  gint64 drain_since;      /* (lock) 0: not draining */
  gboolean pump_due;       /* (lock) */
  gboolean sender_is_new;  /* (lock) peers do not know it yet */

  GstAncWsReceiving receiving; /* (lock) */
  GQueue received;             /* (lock) GstAncWsReceived */
  gsize received_bytes;        /* (lock) in it */
  gboolean paused;             /* (lock) the publisher is not read */
  GstAncWsPeer *taken_from;    /* (lock) whom to acknowledge next */
  guint64 taken_seq;           /* (lock) */
  guint port;                  /* (lock) */
  GstAncWsTotals totals;       /* (lock) */
};

GstAncWsPeer *gst_anc_ws_peer_ref (GstAncWsPeer *self);
void gst_anc_ws_peer_unref (GstAncWsPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstAncWsPeer, gst_anc_ws_peer_unref)

/* gstancwslink.c: runs a function in the network thread, once. */
void gst_anc_ws_link_invoke (GstAncWsLink *self, GSourceFunc function);
void gst_anc_ws_link_emit_opened (GstAncWsLink *self,
                                  const GstAncWsClient *client);
void gst_anc_ws_link_emit_closed (GstAncWsLink *self,
                                  const GstAncWsClient *client);
gchar *gst_anc_ws_link_emit_accept (GstAncWsLink *self,
                                    const AncStreamHello *hello);
/* Takes `error`. */
void gst_anc_ws_link_fail (GstAncWsLink *self, GError *error, guint http_status,
                           guint close_code);

/* gstancwspeers.c (network thread): connecting, listening, parting. */
gboolean gst_anc_ws_peers_open (GstAncWsLink *self, GError **error);
void gst_anc_ws_peers_close (GstAncWsLink *self);
/* A client that is at rest connects again. */
void gst_anc_ws_peers_reconnect (GstAncWsLink *self);
/* Tells a peer why, and parts. */
void gst_anc_ws_peer_refuse (GstAncWsPeer *self, guint close_code,
                             const gchar *code, const gchar *sentence);

/* gstancwslinksend.c */
/* With `lock`: something can be sent. */
void gst_anc_ws_send_wake (GstAncWsLink *self);
/* (network) A peer has come; with `lock`. */
void gst_anc_ws_send_add_peer (GstAncWsLink *self, GstAncWsPeer *peer);
/* (network) It has gone. TRUE: the stream to it was complete. */
gboolean gst_anc_ws_send_remove_peer (GstAncWsLink *self, GstAncWsPeer *peer,
                                      guint code);
/* (network) Sends what the socket takes. */
void gst_anc_ws_send_pump (GstAncWsPeer *peer);
void gst_anc_ws_send_acknowledged (GstAncWsPeer *peer, guint64 seq);
/* (network) Breaks off with who acknowledges nothing. */
void gst_anc_ws_send_check_acks (GstAncWsLink *self);

/* gstancwslinkreceive.c (network thread) */
void gst_anc_ws_receive_message (GstAncWsPeer *peer, GBytes *message,
                                 gboolean text);
/* `clean`: it has said goodbye. */
void gst_anc_ws_receive_peer_left (GstAncWsPeer *peer, gboolean clean);
void gst_anc_ws_incoming_clear (GstAncWsIncoming *self);
