/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-error.h"
#include "anc-s3-headers.h"
#include "anc-s3-request.h"
#include "anc-s3-xml.h"

#define DELETE_AT_ONCE 1000

gboolean
anc_s3_list_objects (AncS3 *self, const gchar *bucket,
                     const AncS3Listing *listing, const gchar *token,
                     GPtrArray **ret_objects, GPtrArray **ret_prefixes,
                     gchar **ret_token, GCancellable *cancellable,
                     GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (GPtrArray) objects
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_object_free);
  g_autoptr (GPtrArray) prefixes = g_ptr_array_new_with_free_func (g_free);

  if (!anc_s3_request_init (&request, self, "ListObjects", "GET", bucket, NULL,
                            error))
    return FALSE;
  anc_s3_request_parameter (&request, "list-type", "2");
  anc_s3_request_parameter (&request, "encoding-type", "url");
  anc_s3_request_parameter (&request, "continuation-token", token);
  if (listing != NULL) {
    anc_s3_request_parameter (&request, "prefix", listing->prefix);
    anc_s3_request_parameter (&request, "delimiter", listing->delimiter);
    anc_s3_request_parameter (&request, "start-after", listing->start_after);
    if (listing->max_keys != 0)
      anc_s3_request_number (&request, "max-keys", listing->max_keys);
  }
  response = anc_s3_request_send (&request, cancellable, error);
  if (response == NULL)
    return FALSE;
  if (!anc_s3_xml_parse_objects (response->body, objects, prefixes, ret_token,
                                 &local))
    return anc_s3_request_unusable (&request, response, local, error);
  *ret_objects = g_steal_pointer (&objects);
  if (ret_prefixes != NULL)
    *ret_prefixes = g_steal_pointer (&prefixes);
  return TRUE;
}

gboolean
anc_s3_check_access (AncS3 *self, const gchar *bucket,
                     GCancellable *cancellable, GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;

  if (!anc_s3_request_init (&request, self, "The check at the start", "GET",
                            bucket, NULL, error))
    return FALSE;
  anc_s3_request_parameter (&request, "list-type", "2");
  anc_s3_request_parameter (&request, "max-keys", "0");
  response = anc_s3_request_send (&request, cancellable, error);
  return response != NULL;
}

/* Where a list goes on. */
typedef struct {
  gchar *key, *id;
} Marker;

static void
marker_clear (Marker *self)
{
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->id, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Marker, marker_clear)

static gboolean
list_uploads_page (AncS3 *self, const gchar *bucket, const gchar *prefix,
                   GPtrArray *uploads, Marker *marker,
                   GCancellable *cancellable, GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autoptr (GError) local = NULL;

  if (!anc_s3_request_init (&request, self, "ListMultipartUploads", "GET",
                            bucket, NULL, error))
    return FALSE;
  anc_s3_request_parameter (&request, "uploads", "");
  anc_s3_request_parameter (&request, "encoding-type", "url");
  anc_s3_request_parameter (&request, "prefix", prefix);
  anc_s3_request_parameter (&request, "key-marker", marker->key);
  anc_s3_request_parameter (&request, "upload-id-marker", marker->id);
  marker_clear (marker);
  response = anc_s3_request_send (&request, cancellable, error);
  if (response == NULL)
    return FALSE;
  return anc_s3_xml_parse_uploads (response->body, uploads, &marker->key,
                                   &marker->id, &local)
         || anc_s3_request_unusable (&request, response, local, error);
}

gboolean
anc_s3_list_multipart_uploads (AncS3 *self, const gchar *bucket,
                               const gchar *prefix, GPtrArray **ret_uploads,
                               GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) uploads
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_upload_free);
  g_auto (Marker) marker = { 0 };

  do {
    if (!list_uploads_page (self, bucket, prefix, uploads, &marker, cancellable,
                            error))
      return FALSE;
  } while (marker.key != NULL);
  *ret_uploads = g_steal_pointer (&uploads);
  return TRUE;
}

/* --- deleting many --- */

static gboolean
refuse_key (const gchar *bucket, const gchar *key, const gchar *code,
            const gchar *message, GError **error)
{
  AncAwsErrorDetails details = { .http_status = 200, .code = (gchar *) code };

  anc_aws_error_set (error, ANC_AWS_ERROR_FAILED, &details,
                     "s3://%s/%s could not be deleted: %s (%s). Check that the "
                     "identity behind the credentials may do it.",
                     bucket, key, message != NULL ? message : "no reason given",
                     code != NULL ? code : "no code");
  return FALSE;
}

static gboolean
delete_page (AncS3 *self, const gchar *bucket, const gchar *const *keys,
             guint count, GCancellable *cancellable, GError **error)
{
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_autoptr (GBytes) body = anc_s3_xml_delete (keys, count);
  g_autoptr (GError) local = NULL;
  g_autofree gchar *key = NULL;
  g_autofree gchar *code = NULL;
  g_autofree gchar *message = NULL;
  g_autofree gchar *sum = NULL;

  if (!anc_s3_request_init (&request, self, "DeleteObjects", "POST", bucket,
                            NULL, error))
    return FALSE;
  anc_s3_request_parameter (&request, "delete", "");
  anc_aws_fields_add (request.headers, "Content-Type", "application/xml");
  sum = anc_s3_request_body_with_checksum (&request, body,
                                           ANC_AWS_CHECKSUM_CRC32C, NULL);
  response = anc_s3_request_send (&request, cancellable, error);
  if (response == NULL)
    return FALSE;
  if (!anc_s3_xml_parse_deleted (response->body, &key, &code, &message, &local))
    return anc_s3_request_unusable (&request, response, local, error);
  return key == NULL || refuse_key (bucket, key, code, message, error);
}

gboolean
anc_s3_delete_objects (AncS3 *self, const gchar *bucket,
                       const gchar *const *keys, GCancellable *cancellable,
                       GError **error)
{
  guint count = g_strv_length ((gchar **) keys);
  g_autoptr (GError) first = NULL;

  for (guint i = 0; i < count; i += DELETE_AT_ONCE) {
    g_autoptr (GError) local = NULL;

    if (!delete_page (self, bucket, keys + i, MIN (count - i, DELETE_AT_ONCE),
                      cancellable, &local)
        && first == NULL)
      first = g_steal_pointer (&local);
  }
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}
