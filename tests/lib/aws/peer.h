/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-fields.h"

#include <gio/gio.h>

/* An HTTP server on the loopback interface that plays a script and keeps what it
 * was asked. */
typedef struct _Peer Peer;

typedef struct {
  gchar *line; /* "GET /a?b HTTP/1.1", byte for byte */
  AncAwsFields *headers;
  gchar *body; /* with a NUL behind it */
  gsize size;
  guint connection; /* the how manieth it came over, from 1 */
} PeerRequest;

/* `certificate`: speak TLS; `wants_client`: and ask for theirs. */
Peer *peer_new (GTlsCertificate *certificate, gboolean wants_client);
void peer_free (Peer *self);
/* "http://127.0.0.1:port", owned. */
const gchar *peer_url (const Peer *self);

/* The answer to the next request that has none yet: raw bytes. */
void peer_say (Peer *self, const gchar *raw);
/* A whole answer with Content-Length; `headers` lines end with \r\n. */
void peer_answer (Peer *self, guint status, const gchar *headers,
                  const gchar *body);
/* Instead of an answer: a reset; silence; the header is read, the connection
 * reset before the body. */
void peer_reset (Peer *self);
void peer_stall (Peer *self);
void peer_refuse_body (Peer *self);
/* The connection is closed after the answer that comes next. */
void peer_close_after (Peer *self);
/* When the script is over, this again and again; NULL: HTTP 599. */
void peer_forever (Peer *self, const gchar *raw);

guint peer_count (Peer *self);
const PeerRequest *peer_request (Peer *self, guint index);
/* A header's value of a request. */
const gchar *peer_header (Peer *self, guint index, const gchar *name);
