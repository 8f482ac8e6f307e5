/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancwssendqueue.h"
#include "gstancwssettings.h"

#include "anc-stream-message.h"

/* What a sink and a source have below them: one thread with a main context of
 * its own, in which all network I/O runs, and queues between it and the
 * streaming threads. A sink and a source may share one. */
typedef struct _GstAncWsLink GstAncWsLink;
#define GST_TYPE_ANC_WS_LINK (gst_anc_ws_link_get_type ())
GType gst_anc_ws_link_get_type (void);

typedef enum { GST_ANC_WS_SENDER, GST_ANC_WS_RECEIVER } GstAncWsRole;
#define GST_ANC_WS_N_ROLES 2

typedef struct {
  guint id;
  const gchar *address;
  const gchar *subprotocol; /* or NULL */
  guint close_code;         /* closed: the rest; 0: it never was open */
  gboolean by_peer;
  const gchar *reason; /* or NULL */
  gint retry_in;       /* ms, -1: there is no further attempt */
} GstAncWsClient;

/* From the network thread, with no lock of the link held. They must not change
 * the state of the element. */
typedef struct {
  void (*opened) (const GstAncWsClient *client, gpointer data);
  void (*closed) (const GstAncWsClient *client, gpointer data);
  /* A publisher announces its stream. What is wrong with it, or NULL. For a
   * sink NULL. */
  gchar *(*accept) (const AncStreamHello *hello, gpointer data);
  /* The link is of no use any more. */
  void (*failed) (const GError *error, guint http_status, guint close_code,
                  gpointer data);
} GstAncWsEvents;

typedef struct {
  GstAncWsSlowPolicy policy;
  guint max_bytes;
  guint max_messages;
  gboolean acks;
  guint ack_timeout; /* ms, 0: none */
} GstAncWsSending;

typedef struct {
  guint max_bytes;
} GstAncWsReceiving;

/* `shared`: both roles will be opened. */
GstAncWsLink *gst_anc_ws_link_new (const GstAncWsSettings *settings,
                                   gboolean shared);
GstAncWsLink *gst_anc_ws_link_ref (GstAncWsLink *self);
void gst_anc_ws_link_unref (GstAncWsLink *self);

/* Begins to connect or to listen with the first role. FALSE with ANC_WS_ERROR:
 * settings, a file, a port that is in use, or a role that is taken. */
gboolean gst_anc_ws_link_open_sender (GstAncWsLink *self,
                                      const GstAncWsSending *sending,
                                      const GstAncWsEvents *events,
                                      gpointer data, GError **error);
gboolean gst_anc_ws_link_open_receiver (GstAncWsLink *self,
                                        const GstAncWsReceiving *receiving,
                                        const GstAncWsEvents *events,
                                        gpointer data, GError **error);

/* No event comes any more. The last role closes the connections, for which it
 * waits a moment. */
void gst_anc_ws_link_close (GstAncWsLink *self, GstAncWsRole role);

/* Wakes what waits in send (), drain () or receive (), and keeps it from
 * waiting. */
void gst_anc_ws_link_set_flushing (GstAncWsLink *self, GstAncWsRole role,
                                   gboolean flushing);

/* Queues for every peer. Waits only by policy. OK, FLUSHING (not queued), ERROR
 * (the link has failed, which has been said), CUSTOM_ERROR (not queued: a server
 * whose policy is to block has had no client for `patience` ms, 0: no limit). */
GstFlowReturn gst_anc_ws_link_send (GstAncWsLink *self, GstAncWsItem *item,
                                    guint patience);

/* Waits until the end has been acknowledged by all peers. OK, FLUSHING, ERROR,
 * CUSTOM_ERROR: not within `timeout` (ms, 0: no limit) since the first call. */
GstFlowReturn gst_anc_ws_link_drain (GstAncWsLink *self, guint timeout);

/* Breaks off with peers that have not acknowledged the end. How many. */
guint gst_anc_ws_link_give_up (GstAncWsLink *self);

/* Something received. */
typedef struct _GstAncWsPeer GstAncWsPeer;
typedef struct {
  AncStreamMessage *message; /* HELLO, DATA or END; NULL: the peer has left */
  GstAncWsPeer *peer;
  gboolean ack;   /* wants to be acknowledged */
  gint64 arrived; /* monotonic, us */
  gsize size;
} GstAncWsReceived;
void gst_anc_ws_received_free (GstAncWsReceived *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstAncWsReceived, gst_anc_ws_received_free)

/* The next thing; the one before counts as taken, and is acknowledged. OK,
 * FLUSHING, ERROR as above. */
GstFlowReturn gst_anc_ws_link_receive (GstAncWsLink *self,
                                       GstAncWsReceived **ret_received);

guint gst_anc_ws_link_port (GstAncWsLink *self);
gboolean gst_anc_ws_link_is_raw (GstAncWsLink *self);

/* Both roles' figures. */
GstStructure *gst_anc_ws_link_stats (GstAncWsLink *self, const gchar *name);
