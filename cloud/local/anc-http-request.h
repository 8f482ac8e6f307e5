/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-ws-head.h"

/* One request of HTTP/1.1, read by a thread that waits for it. Not with libsoup,
 * whose server drops the trailers of a request, and lets nobody break an answer
 * on the wire. */
typedef struct {
  AncWsHead *head;
  GBytes *body;
  AncWsHead *trailers; /* NULL: none */
  gboolean whole;      /* FALSE: the sender went away in the middle of it */
} AncHttpRequest;

void anc_http_request_free (AncHttpRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncHttpRequest, anc_http_request_free)

/* The head alone. NULL: the connection was closed before it, without an error,
 * or what came is no HTTP, with one. */
AncHttpRequest *anc_http_request_read (GBufferedInputStream *input,
                                       GError **error);
/* Then the rest. FALSE: it is not in order, with a sentence. More than `most`
 * bytes are read and thrown away; `body` is then `most` + 1 long. */
gboolean anc_http_request_read_body (AncHttpRequest *self,
                                     GBufferedInputStream *input, gsize most,
                                     GError **error);

const gchar *anc_http_request_method (const AncHttpRequest *self);
const gchar *anc_http_request_path (const AncHttpRequest *self);
/* "" where there is none. */
const gchar *anc_http_request_field (const AncHttpRequest *self,
                                     const gchar *name);
