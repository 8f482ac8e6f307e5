/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-provider.h"
#include "anc-aws-transport.h"

/* A provider that keeps credentials learns when they were refused. */
AncAwsProvider *anc_aws_provider_new_full (
    const AncAwsProviderClass *klass, gpointer data,
    void (*invalidate) (gpointer data, AncAwsCredentials *refused));

/* Overwrites what only we hold, and drops it. NULL is fine. */
void anc_aws_wipe_bytes (GBytes *bytes);

/* AccessKeyId, SecretAccessKey, SessionToken or Token, Expiration; the first
 * letter may be small. `member` NULL: of the root object, else of that member.
 * `who` begins the sentence of an error. */
AncAwsCredentials *anc_aws_credentials_from_json (GBytes *body,
                                                  const gchar *member,
                                                  const gchar *who,
                                                  GError **error);
/* A token in a file, without the white space around it. */
gchar *anc_aws_read_token (const gchar *path, GError **error);

/* A request to one of the endpoints that hand out credentials. */
typedef struct {
  AncAwsContext *context;
  AncAwsTransport *transport;
  const gchar *who; /* "The container credentials endpoint" */
  const gchar *method;
  const AncAwsEndpoint *endpoint;
  const gchar *path, *query;
  const AncAwsFields *headers;
  guint attempts;
} AncAwsTokenRequest;

/* The body of a 200, to be wiped. After the tries anything else is an error:
 * ANC_AWS_ERROR_CREDENTIALS, or what the transport says; `ret_status` (may be
 * NULL) tells the status, 0: no answer. */
GBytes *anc_aws_token_request (const AncAwsTokenRequest *request,
                               guint *ret_status, GCancellable *cancellable,
                               GError **error);
