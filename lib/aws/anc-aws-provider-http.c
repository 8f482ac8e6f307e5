/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"
#include "anc-aws-retry.h"

#define MAX_BODY (256 * 1024)

static GBytes *
ask (const AncAwsTokenRequest *request, guint *ret_status,
     GCancellable *cancellable, GError **error)
{
  const AncAwsEndpoint *endpoint = request->endpoint;
  g_auto (AncAwsReply) reply = { 0 };
  AncAwsExchange exchange = {
    .method = request->method,
    .scheme = endpoint->scheme,
    .host = endpoint->host,
    .port = endpoint->port,
    .path = request->path,
    .query = request->query,
    .headers = request->headers,
  };

  *ret_status = 0;
  if (!anc_aws_transport_open (request->transport, &exchange, &reply,
                               cancellable, error))
    return NULL;
  *ret_status = reply.status;
  return anc_aws_transport_read (reply.stream, endpoint->host, MAX_BODY,
                                 cancellable, error);
}

static void
refuse (const AncAwsTokenRequest *request, guint status, GError **error)
{
  AncAwsErrorDetails details = { .http_status = status };

  anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, &details,
                     "%s at %s refused with HTTP %u. Check what is allowed to "
                     "this machine there.",
                     request->who, request->endpoint->host, status);
}

static gboolean
may_retry (guint status, const GError *error)
{
  if (error != NULL)
    return anc_aws_error_get_details (error)->retryable;
  return status == 429 || status >= 500;
}

GBytes *
anc_aws_token_request (const AncAwsTokenRequest *request, guint *ret_status,
                       GCancellable *cancellable, GError **error)
{
  const AncAwsClock *clock = anc_aws_context_clock (request->context);

  for (guint attempt = 1;; attempt++) {
    g_autoptr (GError) local = NULL;
    guint status = 0;
    GBytes *body = ask (request, &status, cancellable, &local);

    if (ret_status != NULL)
      *ret_status = status;
    if (body != NULL && status == 200)
      return body;
    anc_aws_wipe_bytes (body);
    if (attempt < request->attempts && may_retry (status, local)) {
      if (!clock->sleep (clock->data,
                         anc_aws_retry_delay (attempt, NULL, clock),
                         cancellable, error))
        return NULL;
      continue;
    }
    if (local != NULL)
      g_propagate_prefixed_error (error, g_steal_pointer (&local),
                                  "%s failed: ", request->who);
    else
      refuse (request, status, error);
    return NULL;
  }
}
