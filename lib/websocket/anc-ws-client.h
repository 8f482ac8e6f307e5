/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-ws-connection.h"
#include "anc-ws-tls.h"

typedef struct {
  gchar *uri;           /* ws://host[:port]/path or wss://... */
  gchar **subprotocols; /* offered, best first; NULL or empty: none */
  gchar *origin;        /* NULL: none is sent */
  gchar *token;         /* sent as Authorization: Bearer; NULL: none */
  gchar **headers;      /* name, value, name, value, ...; NULL: none */
  guint timeout;        /* ms for the whole of it, 0: none */
} AncWsRequest;

/* Checks an address, a name or a value a person has typed: ws:// or wss:// with
 * a host, and without user, password or fragment. */
gboolean anc_ws_uri_check (const gchar *uri, GError **error);

/* Connects and shakes hands, in the thread-default main context. `request` and
 * `tls` are only read during this call. */
void anc_ws_connect_async (const AncWsRequest *request, const AncWsTls *tls,
                           const AncWsLimits *limits, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);

/* The connection, not started yet, or NULL with ANC_WS_ERROR, or with
 * G_IO_ERROR_CANCELLED. `ret_status`: the HTTP status, 0 if there was none.
 * `ret_subprotocol`: the one chosen, or NULL. */
AncWsConnection *anc_ws_connect_finish (GAsyncResult *result, guint *ret_status,
                                        gchar **ret_subprotocol,
                                        GError **error);
