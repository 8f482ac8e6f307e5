/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-client.h"

#include "anc-aws-call.h"
#include "anc-aws-error.h"
#include "anc-aws-signer.h"

#include <string.h>

#define ATTEMPTS 3
#define MAX_ATTEMPTS 100
#define TIMEOUT_SECONDS 30
#define CONNECTIONS 64
#define LONGEST_PRESIGN (7 * 24 * 60 * 60)

static guint
choose_attempts (AncAwsContext *context, guint given)
{
  const gchar *text = anc_aws_context_getenv (context, "AWS_MAX_ATTEMPTS");
  guint64 number = 0;

  if (given != 0)
    return MIN (given, MAX_ATTEMPTS);
  if (text == NULL)
    text = anc_aws_context_setting (context, "max_attempts");
  if (text != NULL
      && g_ascii_string_to_unsigned (text, 10, 1, MAX_ATTEMPTS, &number, NULL))
    return (guint) number;
  return ATTEMPTS;
}

static AncAwsTransport *
make_transport (AncAwsContext *context, const AncAwsClientOptions *options,
                const AncAwsEndpoint *endpoint, GError **error)
{
  AncAwsTransportOptions transport = {
    .timeout_seconds = options->timeout_seconds != 0 ? options->timeout_seconds
                                                     : TIMEOUT_SECONDS,
    .max_connections
    = options->max_connections != 0 ? options->max_connections : CONNECTIONS,
    .ca_file = options->ca_file,
    .plain = strcmp (endpoint->scheme, "http") == 0,
  };

  if (transport.ca_file == NULL)
    transport.ca_file = anc_aws_context_getenv (context, "AWS_CA_BUNDLE");
  if (transport.ca_file == NULL)
    transport.ca_file = anc_aws_context_setting (context, "ca_bundle");
  return anc_aws_transport_new (&transport, error);
}

AncAwsClient *
anc_aws_client_new (AncAwsContext *context, const AncAwsClientOptions *options,
                    GError **error)
{
  g_autoptr (AncAwsTransport) transport = NULL;
  g_autoptr (AncAwsEndpoint) endpoint = NULL;
  g_autofree gchar *region = NULL;
  AncAwsClient *self;

  if (anc_aws_context_config (context, error) == NULL)
    return NULL;
  region = anc_aws_context_resolve_region (context, options->region, error);
  if (region == NULL)
    return NULL;
  endpoint = anc_aws_endpoint_resolve (context, options->service, region,
                                       options->endpoint,
                                       options->endpoint_flags, error);
  if (endpoint == NULL)
    return NULL;
  transport = make_transport (context, options, endpoint, error);
  if (transport == NULL)
    return NULL;
  self = g_new0 (AncAwsClient, 1);
  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  anc_aws_retry_bucket_init (&self->bucket);
  self->context = anc_aws_context_ref (context);
  self->service_name = g_strdup (options->service);
  self->service = anc_aws_service_find (self->service_name);
  self->region = g_steal_pointer (&region);
  self->endpoint = g_steal_pointer (&endpoint);
  self->transport = g_steal_pointer (&transport);
  self->max_attempts = choose_attempts (context, options->max_attempts);
  self->sign_payload = options->sign_payload;
  self->unreachable = options->unreachable;
  self->unreachable_data = options->unreachable_data;
  self->regions
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!options->anonymous)
    self->provider = options->provider != NULL
                         ? anc_aws_provider_ref (options->provider)
                         : anc_aws_provider_default (context);
  return self;
}

AncAwsClient *
anc_aws_client_ref (AncAwsClient *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
anc_aws_client_unref (AncAwsClient *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  anc_aws_context_unref (self->context);
  anc_aws_endpoint_free (self->endpoint);
  anc_aws_transport_unref (self->transport);
  g_clear_pointer (&self->provider, anc_aws_provider_unref);
  anc_aws_retry_bucket_clear (&self->bucket);
  g_hash_table_unref (self->regions);
  g_mutex_clear (&self->lock);
  g_free (self->service_name);
  g_free (self->region);
  g_free (self);
}

AncAwsContext *
anc_aws_client_context (const AncAwsClient *self)
{
  return self->context;
}

const gchar *
anc_aws_client_region (const AncAwsClient *self)
{
  return self->region;
}

const AncAwsEndpoint *
anc_aws_client_endpoint (const AncAwsClient *self)
{
  return self->endpoint;
}

guint
anc_aws_client_max_attempts (const AncAwsClient *self)
{
  return self->max_attempts;
}

gboolean
anc_aws_client_wait (AncAwsClient *self, guint failures,
                     GCancellable *cancellable, GError **error)
{
  const AncAwsClock *clock = anc_aws_context_clock (self->context);

  return clock->sleep (clock->data, anc_aws_retry_delay (failures, NULL, clock),
                       cancellable, error);
}

/* Over TLS the connection protects the body, and S3 takes it unsigned. */
gboolean
anc_aws_client_hashes_bodies (const AncAwsClient *self)
{
  gboolean tls = strcmp (self->endpoint->scheme, "https") == 0;

  return !self->service.s3_rules
         || (self->provider != NULL && (!tls || self->sign_payload));
}

gboolean
anc_aws_client_check_credentials (AncAwsClient *self, GCancellable *cancellable,
                                  GError **error)
{
  g_autoptr (AncAwsCredentials) credentials = NULL;

  if (self->provider == NULL)
    return TRUE;
  credentials = anc_aws_provider_get (self->provider, cancellable, error);
  return credentials != NULL;
}

gint64
anc_aws_client_clock_offset (AncAwsClient *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->stats.clock_offset;
}

void
anc_aws_client_get_stats (AncAwsClient *self, AncAwsClientStats *ret_stats)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  *ret_stats = self->stats;
}

void
anc_aws_client_explain_read (AncAwsClient *self, const gchar *resource,
                             GError **error)
{
  AncAwsErrorDetails details;
  g_autoptr (GError) local = NULL;

  if (error == NULL || *error == NULL)
    return;
  anc_aws_transport_explain (self->endpoint->host, error);
  if ((*error)->domain != ANC_AWS_ERROR)
    return;
  local = g_steal_pointer (error);
  details = *anc_aws_error_get_details (local);
  anc_aws_error_set (error, local->code, &details, "Reading %s failed: %s",
                     resource, local->message);
}

/* --- presigned URLs --- */

/* Headers to be sent with the URL, and Host. */
static AncAwsFields *
presigned_headers (const AncAwsCall *call)
{
  g_autofree gchar *authority = anc_aws_call_authority (call);
  AncAwsFields *headers = call->request->headers != NULL
                              ? anc_aws_fields_copy (call->request->headers)
                              : anc_aws_fields_new ();

  anc_aws_fields_set (headers, "Host", authority);
  return headers;
}

gchar *
anc_aws_client_presign (AncAwsClient *self, const AncAwsRequest *request,
                        guint expires_seconds, GCancellable *cancellable,
                        GError **error)
{
  const AncAwsClock *clock = anc_aws_context_clock (self->context);
  g_auto (AncAwsCall) call = { 0 };
  g_autoptr (AncAwsCredentials) credentials = NULL;
  g_autoptr (AncAwsFields) headers = NULL;
  g_autoptr (AncAwsSignature) signature = NULL;
  g_autofree gchar *authority = NULL;
  AncAwsSignable signable;

  if (expires_seconds < 1 || expires_seconds > LONGEST_PRESIGN
      || self->provider == NULL) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "A presigned URL for %s needs credentials and lives for "
                       "1 second to 7 days.",
                       request->resource);
    return NULL;
  }
  credentials = anc_aws_provider_get (self->provider, cancellable, error);
  if (credentials == NULL)
    return NULL;
  anc_aws_call_init (&call, self, request, cancellable);
  headers = presigned_headers (&call);
  signable = (AncAwsSignable){
    .method = request->method,
    .path = call.path,
    .query = request->query,
    .headers = headers,
    .payload_hash
    = self->service.s3_rules ? ANC_AWS_UNSIGNED_PAYLOAD : call.payload_hash,
    .region = call.region,
    .service = self->service.name,
    .time = clock->now (clock->data) + anc_aws_client_clock_offset (self),
    .expires_seconds = expires_seconds,
    .flags = self->service.s3_rules ? ANC_AWS_SIGN_S3 : 0,
  };
  signature = anc_aws_sign_query (&signable, credentials);
  authority = anc_aws_call_authority (&call);
  return g_strdup_printf ("%s://%s%s?%s", self->endpoint->scheme, authority,
                          call.path, signature->query);
}
