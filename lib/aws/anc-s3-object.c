/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-error.h"
#include "anc-s3-headers.h"
#include "anc-s3-request.h"

#include <string.h>

gboolean
anc_s3_check_answer (const AncS3Request *request,
                     const AncAwsResponse *response,
                     AncAwsChecksumAlgorithm algorithm, const gchar *checksum,
                     GError **error)
{
  const gchar *theirs
      = algorithm != ANC_AWS_CHECKSUM_NONE ? anc_aws_fields_get (
            response->headers, anc_aws_checksum_header (algorithm))
                                           : NULL;
  AncAwsErrorDetails details
      = { .http_status = response->status, .retryable = TRUE };

  if (anc_aws_fields_get (response->headers, "ETag") == NULL)
    return anc_s3_request_malformed (request, response, "an ETag", error);
  if (theirs == NULL || strcmp (theirs, checksum) == 0)
    return TRUE;
  anc_aws_error_set (error, ANC_AWS_ERROR_CHECKSUM, &details,
                     "%s of %s changed the data on the way: %s is %s here and "
                     "%s there. Send it again.",
                     request->request.operation, request->resource,
                     anc_aws_checksum_name (algorithm), checksum, theirs);
  return FALSE;
}

gboolean
anc_s3_put_object (AncS3 *self, const gchar *bucket, const gchar *key,
                   const AncS3Attributes *attributes, GBytes *body,
                   const gchar *checksum, AncS3ObjectInfo *ret_info,
                   GCancellable *cancellable, GError **error)
{
  static const AncS3Attributes none = { 0 };
  const AncS3Attributes *given = attributes != NULL ? attributes : &none;
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autofree gchar *sum = NULL;

  if (!anc_s3_request_init (&request, self, "PutObject", "PUT", bucket, key,
                            error)
      || !anc_s3_check_attributes (given, error))
    return FALSE;
  anc_s3_headers_add_attributes (request.headers, given);
  sum = anc_s3_request_body_with_checksum (&request, body, given->checksum,
                                           checksum);
  if (given->if_none_match)
    anc_aws_fields_add (request.headers, "If-None-Match", "*");
  request.request.flags = ANC_AWS_REQUEST_RETRY_CONFLICT;
  response = anc_s3_request_send (&request, cancellable, error);
  if (response == NULL
      || !anc_s3_check_answer (&request, response, given->checksum, sum, error))
    return FALSE;
  if (ret_info != NULL) {
    anc_s3_headers_read (response->headers, ret_info);
    ret_info->size = ret_info->length = g_bytes_get_size (body);
  }
  return TRUE;
}

gboolean
anc_s3_head_object (AncS3 *self, const gchar *bucket, const gchar *key,
                    const gchar *version_id, AncS3ObjectInfo *ret_info,
                    GCancellable *cancellable, GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;

  if (!anc_s3_request_init (&request, self, "HeadObject", "HEAD", bucket, key,
                            error))
    return FALSE;
  anc_s3_request_parameter (&request, "versionId", version_id);
  anc_aws_fields_add (request.headers, "x-amz-checksum-mode", "ENABLED");
  response = anc_s3_request_send (&request, cancellable, error);
  if (response == NULL)
    return FALSE;
  if (anc_aws_fields_get (response->headers, "ETag") == NULL)
    return anc_s3_request_malformed (&request, response, "an ETag", error);
  anc_s3_headers_read (response->headers, ret_info);
  return TRUE;
}

gboolean
anc_s3_delete_object (AncS3 *self, const gchar *bucket, const gchar *key,
                      const gchar *version_id, GCancellable *cancellable,
                      GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autoptr (GError) local = NULL;

  if (!anc_s3_request_init (&request, self, "DeleteObject", "DELETE", bucket,
                            key, error))
    return FALSE;
  anc_s3_request_parameter (&request, "versionId", version_id);
  response = anc_s3_request_send (&request, cancellable, &local);
  if (response != NULL
      || g_strcmp0 (anc_aws_error_get_details (local)->code, "NoSuchKey") == 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
