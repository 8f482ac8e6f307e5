/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-error.h"
#include "anc-s3-headers.h"
#include "anc-s3-request.h"
#include "anc-s3-xml.h"

gboolean
anc_s3_create_multipart_upload (AncS3 *self, const gchar *bucket,
                                const gchar *key,
                                const AncS3Attributes *attributes,
                                gchar **ret_upload_id,
                                GCancellable *cancellable, GError **error)
{
  static const AncS3Attributes none = { 0 };
  const AncS3Attributes *given = attributes != NULL ? attributes : &none;
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autoptr (GError) local = NULL;

  if (!anc_s3_request_init (&request, self, "CreateMultipartUpload", "POST",
                            bucket, key, error)
      || !anc_s3_check_attributes (given, error))
    return FALSE;
  anc_s3_request_parameter (&request, "uploads", "");
  /* A second one beside one whose answer was lost would stay for ever. */
  request.request.flags = ANC_AWS_REQUEST_NOT_IDEMPOTENT;
  anc_s3_headers_add_attributes (request.headers, given);
  anc_aws_fields_add_optional (request.headers, "x-amz-checksum-algorithm",
                               anc_aws_checksum_name (given->checksum));
  anc_aws_fields_add_optional (request.headers, "x-amz-checksum-type",
                               anc_s3_checksum_type (given->checksum));
  response = anc_s3_request_send (&request, cancellable, error);
  if (response == NULL)
    return FALSE;
  *ret_upload_id = anc_s3_xml_parse_upload_id (response->body, &local);
  return *ret_upload_id != NULL
         || anc_s3_request_unusable (&request, response, local, error);
}

gboolean
anc_s3_upload_part (AncS3 *self, const gchar *bucket, const gchar *key,
                    const gchar *upload_id, guint number, GBytes *body,
                    AncAwsChecksumAlgorithm algorithm, const gchar *checksum,
                    AncS3Part *ret_part, GCancellable *cancellable,
                    GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autofree gchar *sum = NULL;

  if (!anc_s3_request_init (&request, self, "UploadPart", "PUT", bucket, key,
                            error))
    return FALSE;
  anc_s3_request_number (&request, "partNumber", number);
  anc_s3_request_parameter (&request, "uploadId", upload_id);
  sum = anc_s3_request_body_with_checksum (&request, body, algorithm, checksum);
  response = anc_s3_request_send (&request, cancellable, error);
  if (response == NULL
      || !anc_s3_check_answer (&request, response, algorithm, sum, error))
    return FALSE;
  *ret_part = (AncS3Part){
    .number = number,
    .size = g_bytes_get_size (body),
    .etag = g_strdup (anc_aws_fields_get (response->headers, "ETag")),
    .checksum = g_steal_pointer (&sum),
  };
  return TRUE;
}

static void
add_completion (AncS3Request *request, const AncS3Completion *completion)
{
  AncAwsFields *headers = request->headers;

  anc_aws_fields_add (headers, "Content-Type", "application/xml");
  if (completion->if_none_match)
    anc_aws_fields_add (headers, "If-None-Match", "*");
  if (completion->size != 0) {
    g_autofree gchar *size
        = g_strdup_printf ("%" G_GUINT64_FORMAT, completion->size);

    anc_aws_fields_add (headers, "x-amz-mp-object-size", size);
  }
  anc_aws_fields_add_optional (headers, "x-amz-checksum-type",
                               anc_s3_checksum_type (completion->algorithm));
  if (completion->algorithm != ANC_AWS_CHECKSUM_NONE)
    anc_aws_fields_add_optional (
        headers, anc_aws_checksum_header (completion->algorithm),
        completion->checksum);
}

gboolean
anc_s3_complete_multipart_upload (AncS3 *self, const gchar *bucket,
                                  const gchar *key, const gchar *upload_id,
                                  GPtrArray *parts,
                                  const AncS3Completion *completion,
                                  AncS3ObjectInfo *ret_info,
                                  GCancellable *cancellable, GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autoptr (GBytes) body = anc_s3_xml_complete (parts, completion->algorithm);
  g_autoptr (GError) local = NULL;
  g_auto (AncS3ObjectInfo) info = { 0 };

  if (!anc_s3_request_init (&request, self, "CompleteMultipartUpload", "POST",
                            bucket, key, error))
    return FALSE;
  anc_s3_request_parameter (&request, "uploadId", upload_id);
  add_completion (&request, completion);
  anc_s3_request_body (&request, body);
  request.request.flags = ANC_AWS_REQUEST_ERROR_IN_BODY;
  response = anc_s3_request_send (&request, cancellable, error);
  if (response == NULL)
    return FALSE;
  if (!anc_s3_xml_parse_complete (response->body, &info, &local))
    return anc_s3_request_unusable (&request, response, local, error);
  if (ret_info == NULL)
    return TRUE;
  info.version_id
      = g_strdup (anc_aws_fields_get (response->headers, "x-amz-version-id"));
  info.size = completion->size;
  info.parts = parts->len;
  *ret_info = info;
  info = (AncS3ObjectInfo){ 0 };
  return TRUE;
}

gboolean
anc_s3_abort_multipart_upload (AncS3 *self, const gchar *bucket,
                               const gchar *key, const gchar *upload_id,
                               GCancellable *cancellable, GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autoptr (GError) local = NULL;

  if (!anc_s3_request_init (&request, self, "AbortMultipartUpload", "DELETE",
                            bucket, key, error))
    return FALSE;
  anc_s3_request_parameter (&request, "uploadId", upload_id);
  response = anc_s3_request_send (&request, cancellable, &local);
  if (response != NULL
      || g_strcmp0 (anc_aws_error_get_details (local)->code, "NoSuchUpload")
             == 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* One page; `*marker` is where it begins and where the next one does. */
static gboolean
list_parts_page (AncS3 *self, const gchar *bucket, const gchar *key,
                 const gchar *upload_id, GPtrArray *parts, guint *marker,
                 GCancellable *cancellable, GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autoptr (GError) local = NULL;

  if (!anc_s3_request_init (&request, self, "ListParts", "GET", bucket, key,
                            error))
    return FALSE;
  anc_s3_request_parameter (&request, "uploadId", upload_id);
  if (*marker != 0)
    anc_s3_request_number (&request, "part-number-marker", *marker);
  response = anc_s3_request_send (&request, cancellable, error);
  if (response == NULL)
    return FALSE;
  return anc_s3_xml_parse_parts (response->body, parts, marker, &local)
         || anc_s3_request_unusable (&request, response, local, error);
}

gboolean
anc_s3_list_parts (AncS3 *self, const gchar *bucket, const gchar *key,
                   const gchar *upload_id, GPtrArray **ret_parts,
                   GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_part_free);
  guint marker = 0;

  do {
    if (!list_parts_page (self, bucket, key, upload_id, parts, &marker,
                          cancellable, error))
      return FALSE;
  } while (marker != 0);
  *ret_parts = g_steal_pointer (&parts);
  return TRUE;
}
