/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3.h"

#include "anc-aws-error.h"
#include "anc-s3-headers.h"
#include "anc-s3-request.h"

AncS3 *
anc_s3_new (AncAwsContext *context, const AncS3Options *options, GError **error)
{
  AncAwsClientOptions aws = options->aws;
  AncAwsClient *client;
  AncS3 *self;

  aws.service = "s3";
  client = anc_aws_client_new (context, &aws, error);
  if (client == NULL)
    return NULL;
  self = g_new0 (AncS3, 1);
  g_atomic_ref_count_init (&self->references);
  self->client = client;
  self->force_path_style = options->force_path_style;
  return self;
}

AncS3 *
anc_s3_ref (AncS3 *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
anc_s3_unref (AncS3 *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  anc_aws_client_unref (self->client);
  g_free (self);
}

AncAwsClient *
anc_s3_client (AncS3 *self)
{
  return self->client;
}

/* --- requests --- */

static gboolean
locate (const AncS3 *s3, const gchar *bucket, const gchar *key,
        AncS3Address *address, GError **error)
{
  return anc_s3_address_init (address, anc_aws_client_endpoint (s3->client),
                              s3->force_path_style, bucket, key, error);
}

gboolean
anc_s3_request_init (AncS3Request *self, AncS3 *s3, const gchar *operation,
                     const gchar *method, const gchar *bucket, const gchar *key,
                     GError **error)
{
  *self = (AncS3Request){ .s3 = s3 };
  if (!locate (s3, bucket, key, &self->address, error)
      || !locate (s3, bucket, NULL, &self->probe_address, error))
    return FALSE;
  self->headers = anc_aws_fields_new ();
  self->parameters = anc_aws_fields_new ();
  self->resource = g_strdup_printf (
      "s3://%s%s%s", bucket, key != NULL ? "/" : "", key != NULL ? key : "");
  self->request = (AncAwsRequest){
    .operation = operation,
    .resource = self->resource,
    .method = method,
    .host = self->address.host,
    .path = self->address.path,
    .headers = self->headers,
    .region = self->address.region,
    .locality = bucket,
  };
  return TRUE;
}

void
anc_s3_request_clear (AncS3Request *self)
{
  anc_s3_address_clear (&self->address);
  anc_s3_address_clear (&self->probe_address);
  g_clear_pointer (&self->headers, anc_aws_fields_unref);
  g_clear_pointer (&self->parameters, anc_aws_fields_unref);
  g_free (self->resource);
  g_free (self->query);
  g_free (self->body_sha256);
}

void
anc_s3_request_body (AncS3Request *self, GBytes *body)
{
  self->request.body = body;
  self->probe = (AncAwsRequest){
    .operation = self->request.operation,
    .resource = self->resource,
    .method = "GET",
    .host = self->probe_address.host,
    .path = self->probe_address.path,
    .query = "list-type=2&max-keys=0",
    .region = self->probe_address.region,
    .locality = self->request.locality,
  };
  self->request.probe = &self->probe;
}

gchar *
anc_s3_request_body_with_checksum (AncS3Request *self, GBytes *body,
                                   AncAwsChecksumAlgorithm algorithm,
                                   const gchar *given)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (body, &size);
  gchar *checksum;

  anc_s3_request_body (self, body);
  if (algorithm == ANC_AWS_CHECKSUM_NONE)
    return NULL;
  if (given != NULL)
    checksum = g_strdup (given);
  else if (!anc_aws_client_hashes_bodies (self->s3->client))
    checksum = anc_aws_checksum_base64 (algorithm, data, size);
  else
    checksum = anc_aws_checksum_and_sha256 (algorithm, data, size,
                                            &self->body_sha256);
  self->request.body_sha256 = self->body_sha256;
  anc_s3_headers_add_checksum (self->headers, algorithm, checksum);
  return checksum;
}

void
anc_s3_request_parameter (AncS3Request *self, const gchar *name,
                          const gchar *value)
{
  anc_aws_fields_add_optional (self->parameters, name, value);
}

void
anc_s3_request_number (AncS3Request *self, const gchar *name, guint value)
{
  g_autofree gchar *text = g_strdup_printf ("%u", value);

  anc_aws_fields_add (self->parameters, name, text);
}

static void
finish (AncS3Request *self)
{
  if (anc_aws_fields_length (self->parameters) == 0)
    return;
  g_free (self->query);
  self->query = anc_aws_fields_to_query (self->parameters);
  self->request.query = self->query;
}

AncAwsResponse *
anc_s3_request_send (AncS3Request *self, GCancellable *cancellable,
                     GError **error)
{
  finish (self);
  return anc_aws_client_send (self->s3->client, &self->request, cancellable,
                              error);
}

AncAwsResponse *
anc_s3_request_open (AncS3Request *self, GCancellable *cancellable,
                     GError **error)
{
  finish (self);
  return anc_aws_client_open (self->s3->client, &self->request, cancellable,
                              error);
}

static void
describe (const AncAwsResponse *response, AncAwsErrorDetails *ret_details)
{
  *ret_details = (AncAwsErrorDetails){
    .http_status = response->status,
    .attempts = response->attempts,
    .retryable = TRUE,
    .request_id
    = (gchar *) anc_aws_fields_get (response->headers, "x-amz-request-id"),
    .extended_request_id
    = (gchar *) anc_aws_fields_get (response->headers, "x-amz-id-2"),
  };
}

gboolean
anc_s3_request_malformed (const AncS3Request *self,
                          const AncAwsResponse *response, const gchar *what,
                          GError **error)
{
  AncAwsErrorDetails details;

  describe (response, &details);
  anc_aws_error_set (error, ANC_AWS_ERROR_MALFORMED, &details,
                     "%s of %s brought an answer without %s. Check that the "
                     "endpoint speaks S3.",
                     self->request.operation, self->resource, what);
  return FALSE;
}

gboolean
anc_s3_request_unusable (const AncS3Request *self,
                         const AncAwsResponse *response, const GError *fault,
                         GError **error)
{
  AncAwsErrorDetails details;

  describe (response, &details);
  anc_aws_error_set (error, ANC_AWS_ERROR_MALFORMED, &details,
                     "The answer to %s of %s cannot be used: %s. Check that "
                     "the endpoint speaks S3.",
                     self->request.operation, self->resource, fault->message);
  return FALSE;
}

gchar *
anc_s3_presign (AncS3 *self, const gchar *method, const gchar *bucket,
                const gchar *key, const AncAwsFields *query,
                guint expires_seconds, GCancellable *cancellable,
                GError **error)
{
  g_auto (AncS3Request) request = { 0 };

  if (!anc_s3_request_init (&request, self, "Presigning", method, bucket, key,
                            error))
    return NULL;
  for (guint i = 0; query != NULL && i < anc_aws_fields_length (query); i++)
    anc_s3_request_parameter (&request, anc_aws_fields_name (query, i),
                              anc_aws_fields_value (query, i));
  finish (&request);
  return anc_aws_client_presign (self->client, &request.request,
                                 expires_seconds, cancellable, error);
}
