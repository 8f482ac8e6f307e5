/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-ws-connection.h"
#include "anc-ws-head.h"
#include "anc-ws-tls.h"

/* Listens, shakes hands (RFC 6455 section 4.2) and hands connections over. Lives
 * in the main context that was thread-default when it was made. */
typedef struct _AncWsServer AncWsServer;

typedef struct {
  gchar *uri;              /* where to listen: ws://address:port/path; port 0:
                             any free one; wss:// needs a certificate */
  gchar **subprotocols;    /* spoken, best first; NULL or empty: none */
  gchar *token;            /* that clients must show; NULL: none */
  gchar **origins;         /* that browsers may come from; NULL: all */
  guint handshake_timeout; /* ms, 0: none */
  guint max_clients;       /* open at the same time, 0: any number */
} AncWsService;

/* A client that has passed all checks; take a reference and start it, or it is
 * dropped. `subprotocol` is NULL if there is none. */
typedef void (*AncWsAccepted) (AncWsServer *server, AncWsConnection *connection,
                               const gchar *subprotocol, gpointer data);

/* Begins to listen. NULL with ANC_WS_ERROR_SETTINGS, or _BUSY if the port is
 * taken. With `tls->database` clients must show a certificate signed by it. */
AncWsServer *anc_ws_server_new (const AncWsService *service,
                                const AncWsTls *tls, const AncWsLimits *limits,
                                AncWsAccepted accepted, gpointer data,
                                GError **error);

/* Stops listening, and handshakes that have begun, for whose end it runs the
 * main context. Connections are their owner's. */
void anc_ws_server_free (AncWsServer *self);

guint anc_ws_server_port (const AncWsServer *self);

/* The owner tells when a connection handed over has closed. */
void anc_ws_server_release (AncWsServer *self);

/* Handshakes that were refused so far. */
guint64 anc_ws_server_refused (const AncWsServer *self);
