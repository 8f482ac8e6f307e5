/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-context.h"
#include "anc-aws-endpoint.h"
#include "anc-aws-fields.h"
#include "anc-aws-provider.h"

#include <gio/gio.h>

/* One service of AWS over HTTP: signs, sends, retries, corrects a wrong clock,
 * follows redirects to another region. Knows no service in particular.
 *
 * Counted and usable from any thread. All calls block: many worker threads call
 * at once, each over a connection of its own that is reused, and each is
 * cancelled by its own GCancellable at once.
 *
 * Retries are the standard mode of the AWS SDKs: `max_attempts` in all, full
 * jitter up to 20 s, a bucket of tokens shared by the client's threads so that a
 * dead service is not stormed, x-amz-retry-after and Retry-After honoured. */
typedef struct _AncAwsClient AncAwsClient;

/* The service cannot be reached, or says nothing in time: `error`, a sentence,
 * tells of which request and why. It is tried again. Called once, and anew after
 * it could be reached meanwhile; from the thread that sends, with no lock held. */
typedef void (*AncAwsUnreachable) (const GError *error, gpointer data);

/* Zero and NULL mean the default everywhere. Strings are copied. */
typedef struct {
  const gchar *service;  /* signing name: "s3", "dynamodb"; required */
  const gchar *region;   /* default: see anc_aws_context_resolve_region () */
  const gchar *endpoint; /* URL; default: see anc_aws_endpoint_resolve () */
  AncAwsEndpointFlags endpoint_flags;
  AncAwsProvider *provider; /* default: anc_aws_provider_default () */
  gboolean anonymous;       /* sign nothing (public buckets) */
  guint max_attempts; /* default: AWS_MAX_ATTEMPTS, max_attempts, else 3 */
  guint
      timeout_seconds; /* a request fails when nothing moves for so long; 30 */
  guint max_connections; /* at most so many at once to one host; 64 */
  const gchar *ca_file;  /* PEM; default: AWS_CA_BUNDLE, ca_bundle, system */
  /* Hash bodies even over TLS, where S3 does not need it. */
  gboolean sign_payload;
  AncAwsUnreachable unreachable;
  gpointer unreachable_data;
} AncAwsClientOptions;

/* Reads files, no network. ANC_AWS_ERROR_NO_REGION, _ARGUMENT, _CREDENTIALS
 * (broken shared files), _TLS (unreadable CA file). */
AncAwsClient *anc_aws_client_new (AncAwsContext *context,
                                  const AncAwsClientOptions *options,
                                  GError **error);
AncAwsClient *anc_aws_client_ref (AncAwsClient *self);
void anc_aws_client_unref (AncAwsClient *self);

AncAwsContext *anc_aws_client_context (const AncAwsClient *self);
const gchar *anc_aws_client_region (const AncAwsClient *self);
const AncAwsEndpoint *anc_aws_client_endpoint (const AncAwsClient *self);
/* Whether signatures cover the bodies: whoever reads a body anyway can hash it
 * in the same pass. */
gboolean anc_aws_client_hashes_bodies (const AncAwsClient *self);
/* Asks for credentials now, to fail early. */
gboolean anc_aws_client_check_credentials (AncAwsClient *self,
                                           GCancellable *cancellable,
                                           GError **error);

typedef enum {
  /* A 200 may hold an <Error> (CompleteMultipartUpload, CopyObject). */
  ANC_AWS_REQUEST_ERROR_IN_BODY = 1 << 0,
  /* 409 ConditionalRequestConflict is tried again. */
  ANC_AWS_REQUEST_RETRY_CONFLICT = 1 << 1,
  /* Not tried again once it may have been carried out. */
  ANC_AWS_REQUEST_NOT_IDEMPOTENT = 1 << 2,
  /* Not signed (AssumeRoleWithWebIdentity). */
  ANC_AWS_REQUEST_ANONYMOUS = 1 << 3,
} AncAwsRequestFlags;

/* Borrowed for the call. */
typedef struct _AncAwsRequest AncAwsRequest;
struct _AncAwsRequest {
  const gchar *operation; /* in messages: "PutObject" */
  const gchar *resource;  /* in messages: "s3://bucket/key" */
  const gchar *method;
  const gchar *host; /* NULL: the endpoint's; else its bucket's virtual host */
  const gchar *path; /* percent-encoded, sent byte for byte after the endpoint's
                       * own; NULL: "/" */
  const gchar *query; /* percent-encoded, sent byte for byte; NULL: none */
  const AncAwsFields *headers; /* NULL: none */
  GBytes *body;                /* NULL: none; not copied */
  /* Of the body, in hex; NULL: computed if needed (see
   * anc_aws_client_hashes_bodies ()). */
  const gchar *body_sha256;
  const gchar *region; /* to sign for; NULL: the client's */
  /* What lives in one region, the bucket: a redirect is remembered for it.
   * NULL: not remembered. */
  const gchar *locality;
  /* One without a body that changes nothing. A service that refuses us may close
   * the connection while the body is on its way, and what it said is lost: after
   * the second time this is asked, and a refusal of who we are (keys, token,
   * clock, bucket) counts for the request itself. NULL: never. */
  const AncAwsRequest *probe;
  AncAwsRequestFlags flags;
};

typedef struct {
  guint status; /* 2xx */
  AncAwsFields *headers;
  GBytes *body;         /* of send () */
  GInputStream *stream; /* of open () */
  guint attempts;
} AncAwsResponse;

void anc_aws_response_free (AncAwsResponse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsResponse, anc_aws_response_free)

/* The whole exchange; the response's body is read (64 MiB at most). Everything
 * but a 2xx is an error, in words that name operation and resource. */
AncAwsResponse *anc_aws_client_send (AncAwsClient *self,
                                     const AncAwsRequest *request,
                                     GCancellable *cancellable, GError **error);
/* Returns as soon as the response's header is there: the body is the caller's
 * to read, in this thread, and not tried again when it breaks. Freeing the
 * response gives the connection back (read to the end) or closes it. */
AncAwsResponse *anc_aws_client_open (AncAwsClient *self,
                                     const AncAwsRequest *request,
                                     GCancellable *cancellable, GError **error);
/* A URL that does the request without further credentials for so many seconds,
 * 1 s to 7 days; headers in the request must be sent as they are. It dies with
 * temporary credentials. Holds a signature: treat it as a secret. */
gchar *anc_aws_client_presign (AncAwsClient *self, const AncAwsRequest *request,
                               guint expires_seconds, GCancellable *cancellable,
                               GError **error);

/* What is wrong with reading a response's stream, in this domain; cancellation
 * stays what it is. */
void anc_aws_client_explain_read (AncAwsClient *self, const gchar *resource,
                                  GError **error);

/* For callers that go on with what a response's stream left: the tries that the
 * client allows, and the wait before the next one after so many failures (1 or
 * more) in a row. FALSE: cancelled. */
guint anc_aws_client_max_attempts (const AncAwsClient *self);
gboolean anc_aws_client_wait (AncAwsClient *self, guint failures,
                              GCancellable *cancellable, GError **error);

/* Counted since the client was made; read from any thread. */
typedef struct {
  guint64 requests; /* sent, retries included */
  guint64 retries;
  guint64 throttled;                  /* responses that asked to slow down */
  guint64 bytes_sent, bytes_received; /* of bodies */
  gint64 clock_offset; /* microseconds the service is ahead of us */
} AncAwsClientStats;
void anc_aws_client_get_stats (AncAwsClient *self,
                               AncAwsClientStats *ret_stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsClient, anc_aws_client_unref)
