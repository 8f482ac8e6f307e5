/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-client.h"
#include "anc-aws-retry.h"
#include "anc-aws-service.h"
#include "anc-aws-transport.h"

/* The inside of a client, for its own files. */
struct _AncAwsClient {
  gatomicrefcount references;
  AncAwsContext *context;
  gchar *service_name;
  AncAwsService service;
  gchar *region;
  AncAwsEndpoint *endpoint;
  AncAwsProvider *provider; /* NULL: anonymous */
  AncAwsTransport *transport;
  guint max_attempts;
  gboolean sign_payload;
  AncAwsRetryBucket bucket; /* its own lock */

  GMutex lock;             /* for what follows; nothing is called under it */
  GHashTable *regions;     /* of localities that live elsewhere */
  AncAwsClientStats stats; /* clock_offset included */
  gint64 last_sent;        /* by the clock */
  gboolean said_unreachable;
  AncAwsUnreachable unreachable; /* or NULL */
  gpointer unreachable_data;
};

gint64 anc_aws_client_clock_offset (AncAwsClient *self);

/* One request over all its tries. */
typedef struct {
  AncAwsClient *client;
  const AncAwsRequest *request;
  GCancellable *cancellable;
  gchar *path; /* the endpoint's and the request's */
  gchar *region, *host;
  gchar *payload_hash;
  AncAwsCredentials *credentials; /* of the last try; NULL: anonymous */
  guint attempts, redirects;
  gboolean sent; /* of some try the headers at least went out */
  guint taken;   /* tokens for the last retry */
  /* Ask before the body is sent: the last try broke while sending it, and what
   * the service then had to say was lost. */
  gboolean expect;
} AncAwsCall;

void anc_aws_call_init (AncAwsCall *self, AncAwsClient *client,
                        const AncAwsRequest *request,
                        GCancellable *cancellable);
void anc_aws_call_clear (AncAwsCall *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncAwsCall, anc_aws_call_clear)

gchar *anc_aws_call_authority (const AncAwsCall *self);
/* Signs and sends once. */
gboolean anc_aws_call_try (AncAwsCall *self, AncAwsReply *ret_reply,
                           GError **error);
/* A bucket that is in `region`; FALSE: we are there already, or it would leave
 * AWS. */
gboolean anc_aws_call_redirect (AncAwsCall *self, const gchar *region);
