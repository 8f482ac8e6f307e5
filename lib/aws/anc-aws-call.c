/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-call.h"

#include "anc-aws-hash.h"
#include "anc-aws-signer.h"

#include <string.h>

#define MAX_REDIRECTS 2
/* S3 closes connections after 20 idle seconds or so, and something on the way
 * may drop one later without a word, which costs a whole time-out. */
#define KEPT_US (15 * G_USEC_PER_SEC)

static gchar *
hash_payload (const AncAwsClient *client, const AncAwsRequest *request)
{
  GBytes *body = request->body;

  if (body == NULL || g_bytes_get_size (body) == 0)
    return g_strdup (ANC_AWS_EMPTY_SHA256);
  if (!anc_aws_client_hashes_bodies (client))
    return g_strdup (ANC_AWS_UNSIGNED_PAYLOAD);
  if (request->body_sha256 != NULL)
    return g_strdup (request->body_sha256);
  return anc_aws_sha256_hex (g_bytes_get_data (body, NULL),
                             g_bytes_get_size (body));
}

/* host with `.from.` become `.to.`; NULL: it has no such part. */
static gchar *
move_host (const gchar *host, const gchar *from, const gchar *to)
{
  g_autofree gchar *part = g_strdup_printf (".%s.", from);
  const gchar *at = strstr (host, part);

  if (at == NULL)
    return NULL;
  return g_strdup_printf ("%.*s.%s.%s", (gint) (at - host), host, to,
                          at + strlen (part));
}

static void
move_region (AncAwsCall *self, const gchar *region)
{
  gchar *host = self->client->endpoint->custom
                    ? NULL
                    : move_host (self->host, self->region, region);

  if (host != NULL) {
    g_free (self->host);
    self->host = host;
  }
  g_free (self->region);
  self->region = g_strdup (region);
}

static gchar *
remembered_region (AncAwsClient *client, const gchar *locality)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&client->lock);

  return locality != NULL
             ? g_strdup (g_hash_table_lookup (client->regions, locality))
             : NULL;
}

void
anc_aws_call_init (AncAwsCall *self, AncAwsClient *client,
                   const AncAwsRequest *request, GCancellable *cancellable)
{
  g_autofree gchar *region = remembered_region (client, request->locality);

  *self = (AncAwsCall){
    .client = client,
    .request = request,
    .cancellable = cancellable,
    .path = g_strconcat (client->endpoint->path,
                         request->path != NULL ? request->path : "/", NULL),
    .region
    = g_strdup (request->region != NULL ? request->region : client->region),
    .host
    = g_strdup (request->host != NULL ? request->host : client->endpoint->host),
    .payload_hash = hash_payload (client, request),
  };
  if (region != NULL)
    move_region (self, region);
}

void
anc_aws_call_clear (AncAwsCall *self)
{
  g_free (self->path);
  g_free (self->region);
  g_free (self->host);
  g_free (self->payload_hash);
  g_clear_pointer (&self->credentials, anc_aws_credentials_unref);
}

gchar *
anc_aws_call_authority (const AncAwsCall *self)
{
  AncAwsEndpoint endpoint = *self->client->endpoint;

  endpoint.host = self->host;
  return anc_aws_endpoint_authority (&endpoint);
}

static gboolean
get_credentials (AncAwsCall *self, GError **error)
{
  AncAwsCredentials *credentials;

  if (self->client->provider == NULL
      || self->request->flags & ANC_AWS_REQUEST_ANONYMOUS)
    return TRUE;
  credentials
      = anc_aws_provider_get (self->client->provider, self->cancellable, error);
  if (credentials == NULL)
    return FALSE;
  g_clear_pointer (&self->credentials, anc_aws_credentials_unref);
  self->credentials = credentials;
  return TRUE;
}

/* The request's headers and those of the signature. */
static AncAwsFields *
sign (AncAwsCall *self)
{
  const AncAwsClock *clock = anc_aws_context_clock (self->client->context);
  gboolean s3 = self->client->service.s3_rules;
  g_autofree gchar *authority = anc_aws_call_authority (self);
  g_autoptr (AncAwsSignature) signature = NULL;
  AncAwsFields *headers = self->request->headers != NULL
                              ? anc_aws_fields_copy (self->request->headers)
                              : anc_aws_fields_new ();
  AncAwsSignable signable = {
    .method = self->request->method,
    .path = self->path,
    .query = self->request->query,
    .headers = headers,
    .payload_hash = self->payload_hash,
    .region = self->region,
    .service = self->client->service.name,
    .time
    = clock->now (clock->data) + anc_aws_client_clock_offset (self->client),
    .flags = s3 ? ANC_AWS_SIGN_S3 | ANC_AWS_SIGN_CONTENT_SHA256 : 0,
  };

  anc_aws_fields_add (headers, "Host", authority);
  if (self->credentials == NULL)
    return headers;
  signature = anc_aws_sign_headers (&signable, self->credentials);
  for (guint i = 0; i < anc_aws_fields_length (signature->headers); i++)
    anc_aws_fields_add (headers, anc_aws_fields_name (signature->headers, i),
                        anc_aws_fields_value (signature->headers, i));
  return headers;
}

/* Counts it, and says whether connections that were kept are too old. */
static gboolean
count (AncAwsCall *self)
{
  AncAwsClient *client = self->client;
  const AncAwsClock *clock = anc_aws_context_clock (client->context);
  gint64 now = clock->now (clock->data);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&client->lock);
  GBytes *body = self->request->body;
  gboolean old = now - client->last_sent > KEPT_US;

  client->last_sent = now;
  client->stats.requests++;
  if (self->attempts > 1)
    client->stats.retries++;
  if (body != NULL)
    client->stats.bytes_sent += g_bytes_get_size (body);
  return old;
}

gboolean
anc_aws_call_try (AncAwsCall *self, AncAwsReply *ret_reply, GError **error)
{
  g_autoptr (AncAwsFields) headers = NULL;
  AncAwsExchange exchange;
  gboolean old, good;

  if (!get_credentials (self, error))
    return FALSE;
  headers = sign (self);
  if (self->expect)
    anc_aws_fields_add (headers, "Expect", "100-continue");
  self->attempts++;
  old = count (self);
  exchange = (AncAwsExchange){
    .method = self->request->method,
    .scheme = self->client->endpoint->scheme,
    .host = self->host,
    .port = self->client->endpoint->port,
    .path = self->path,
    .query = self->request->query,
    .headers = headers,
    .body = self->request->body,
    .fresh = old || self->request->flags & ANC_AWS_REQUEST_NOT_IDEMPOTENT,
  };
  good = anc_aws_transport_open (self->client->transport, &exchange, ret_reply,
                                 self->cancellable, error);
  self->sent |= ret_reply->sent;
  return good;
}

/* A label, so that no answer can name another host. */
static gboolean
is_region (const gchar *text)
{
  gsize length = strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-");

  return length > 0 && length < 64 && text[length] == '\0';
}

gboolean
anc_aws_call_redirect (AncAwsCall *self, const gchar *region)
{
  const gchar *locality = self->request->locality;

  if (region == NULL || strcmp (region, self->region) == 0
      || !is_region (region) || self->redirects == MAX_REDIRECTS)
    return FALSE;
  self->redirects++;
  move_region (self, region);
  if (locality != NULL) {
    g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->client->lock);

    g_hash_table_replace (self->client->regions, g_strdup (locality),
                          g_strdup (region));
  }
  return TRUE;
}
