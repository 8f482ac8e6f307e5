/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-endpoint.h"
#include "anc-aws-fields.h"

#include <gio/gio.h>

/* HTTP/1.1 by libsoup, blocking, from any thread. Since 3.2 a SoupSession may
 * send from several threads at once ("Client thread safety" in its reference);
 * all else of it is touched only while it is made. Knows nothing of AWS. */
typedef struct _AncAwsTransport AncAwsTransport;

typedef struct {
  guint timeout_seconds;        /* without any progress */
  guint max_connections;        /* to one host */
  const gchar *ca_file;         /* NULL: the system's authorities */
  GTlsCertificate *certificate; /* of ours; NULL: none */
  gboolean direct;              /* never through a proxy */
  gboolean plain;               /* http alone: no authorities are needed */
} AncAwsTransportOptions;

/* ANC_AWS_ERROR_TLS: the CA file cannot be read. */
AncAwsTransport *anc_aws_transport_new (const AncAwsTransportOptions *options,
                                        GError **error);
AncAwsTransport *anc_aws_transport_ref (AncAwsTransport *self);
void anc_aws_transport_unref (AncAwsTransport *self);

/* Borrowed. Path and query are sent byte for byte. */
typedef struct {
  const gchar *method, *scheme, *host;
  guint port; /* 0: the scheme's */
  const gchar *path, *query;
  const AncAwsFields *headers; /* NULL: none; Host comes by itself */
  GBytes *body;                /* NULL: none */
  /* Over a new connection. On one that was kept a request may be sent twice,
   * the second time because the first found it closed. */
  gboolean fresh;
} AncAwsExchange;

typedef struct {
  gboolean sent; /* the request's headers at least; set on failure, too */
  guint status;
  AncAwsFields *headers;
  GInputStream *stream; /* the body; unref closes */
} AncAwsReply;

void anc_aws_reply_clear (AncAwsReply *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncAwsReply, anc_aws_reply_clear)

/* Any status is success. Errors: ANC_AWS_ERROR_CONNECTION, _TLS, _TIMEOUT,
 * _MALFORMED, whole sentences about the host; G_IO_ERROR_CANCELLED. */
gboolean anc_aws_transport_open (AncAwsTransport *self,
                                 const AncAwsExchange *exchange,
                                 AncAwsReply *ret_reply,
                                 GCancellable *cancellable, GError **error);

/* The whole body; ANC_AWS_ERROR_MALFORMED when it is larger than `limit`. */
GBytes *anc_aws_transport_read (GInputStream *stream, const gchar *host,
                                gsize limit, GCancellable *cancellable,
                                GError **error);

/* Puts what libsoup or GIO say of `host` in this library's words. */
void anc_aws_transport_explain (const gchar *host, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsTransport, anc_aws_transport_unref)
