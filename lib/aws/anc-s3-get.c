/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-error.h"
#include "anc-s3-headers.h"
#include "anc-s3-request.h"

static void
add_range (AncAwsFields *headers, const AncS3Range *range)
{
  g_autofree gchar *text = NULL;

  anc_aws_fields_add_optional (headers, "If-Match", range->if_match);
  if (range->offset == 0 && range->length == 0)
    return;
  text
      = range->length != 0
            ? g_strdup_printf ("bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT,
                               range->offset, range->offset + range->length - 1)
            : g_strdup_printf ("bytes=%" G_GUINT64_FORMAT "-", range->offset);
  anc_aws_fields_add (headers, "Range", text);
}

gboolean
anc_s3_get_object (AncS3 *self, const gchar *bucket, const gchar *key,
                   const AncS3Range *range, AncS3ObjectInfo *ret_info,
                   GInputStream **ret_stream, GCancellable *cancellable,
                   GError **error)
{
  static const AncS3Range all = { 0 };
  const AncS3Range *given = range != NULL ? range : &all;
  g_auto (AncS3Request) request = { 0 };
  g_autoptr (AncAwsResponse) response = NULL;
  g_auto (AncS3ObjectInfo) info = { 0 };

  if (!anc_s3_request_init (&request, self, "GetObject", "GET", bucket, key,
                            error))
    return FALSE;
  anc_s3_request_parameter (&request, "versionId", given->version_id);
  add_range (request.headers, given);
  response = anc_s3_request_open (&request, cancellable, error);
  if (response == NULL)
    return FALSE;
  if (anc_aws_fields_get (response->headers, "Content-Length") == NULL)
    return anc_s3_request_malformed (&request, response, "a Content-Length",
                                     error);
  anc_s3_headers_read (response->headers, &info);
  if (info.offset != given->offset
      || (given->length != 0 && info.length > given->length))
    return anc_s3_request_malformed (&request, response,
                                     "the range that was asked for", error);
  *ret_info = info;
  info = (AncS3ObjectInfo){ 0 };
  *ret_stream = g_steal_pointer (&response->stream);
  return TRUE;
}

/* A range into memory, over as many connections as it takes. */
typedef struct {
  AncS3 *s3;
  const gchar *bucket, *key;
  AncS3Range range; /* what is left */
  gchar *etag;      /* pinned by the first answer */
  guint8 *data;
  gsize size, read;
  GCancellable *cancellable;
} Reader;

/* FALSE: broke; *ret_done: nothing more is to come. */
static gboolean
read_stream (Reader *self, GInputStream *stream, guint64 length, GError **error)
{
  gsize wanted = (gsize) MIN (length, self->size - self->read);
  gsize arrived = 0;
  gboolean ok
      = g_input_stream_read_all (stream, self->data + self->read, wanted,
                                 &arrived, self->cancellable, error);
  AncAwsErrorDetails details = { .retryable = TRUE };

  self->read += arrived;
  self->range.offset += arrived;
  if (ok && arrived < wanted) {
    anc_aws_error_set (error, ANC_AWS_ERROR_CONNECTION, &details,
                       "Reading s3://%s/%s ended too early.", self->bucket,
                       self->key);
    return FALSE;
  }
  return ok;
}

static gboolean
read_once (Reader *self, AncS3ObjectInfo *info, GError **error)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autofree gchar *resource = NULL;

  self->range.length = self->size - self->read;
  anc_s3_object_info_clear (info);
  if (!anc_s3_get_object (self->s3, self->bucket, self->key, &self->range, info,
                          &stream, self->cancellable, error))
    return FALSE;
  if (self->etag == NULL)
    self->etag = g_strdup (info->etag);
  self->range.if_match = self->etag;
  if (read_stream (self, stream, info->length, error))
    return TRUE;
  resource = g_strdup_printf ("s3://%s/%s", self->bucket, self->key);
  anc_aws_client_explain_read (self->s3->client, resource, error);
  return FALSE;
}

/* TRUE: wait, then go on. Only for what broke while reading: opening has had
 * its own tries. */
static gboolean
may_go_on (Reader *self, gsize before, guint *failures, const GError *error)
{
  if (self->read > before)
    *failures = 0;
  ++*failures;
  return anc_aws_error_get_details (error)->retryable
         && anc_aws_error_get_details (error)->attempts == 0
         && *failures < anc_aws_client_max_attempts (self->s3->client);
}

gboolean
anc_s3_read (AncS3 *self, const gchar *bucket, const gchar *key,
             const AncS3Range *range, gpointer data, gsize size,
             gsize *ret_read, AncS3ObjectInfo *ret_info,
             GCancellable *cancellable, GError **error)
{
  g_auto (AncS3ObjectInfo) info = { 0 };
  Reader reader = { .s3 = self,
                    .bucket = bucket,
                    .key = key,
                    .data = data,
                    .size = size,
                    .cancellable = cancellable };
  guint failures = 0;
  gboolean ok = size == 0; /* no range is empty */

  if (range != NULL)
    reader.range = *range;
  while (!ok) {
    g_autoptr (GError) local = NULL;
    gsize before = reader.read;

    ok = read_once (&reader, &info, &local);
    if (ok
        || (may_go_on (&reader, before, &failures, local)
            && anc_aws_client_wait (self->client, failures, cancellable,
                                    &local)))
      continue;
    g_propagate_error (error, g_steal_pointer (&local));
    break;
  }
  g_free (reader.etag);
  if (!ok)
    return FALSE;
  *ret_read = reader.read;
  if (ret_info != NULL) {
    *ret_info = info;
    info = (AncS3ObjectInfo){ 0 };
  }
  return TRUE;
}
