/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of the objects, told on the bus from the uploader's threads. */
#include "config.h"

#include "gstancs3sink-private.h"

#include "anc-aws-client.h"
#include "anc-s3-uri.h"
#include "gstancs3error.h"

#define PROGRESS_INTERVAL G_USEC_PER_SEC
#define MIB (1024. * 1024.)

static void
set_string (GstStructure *structure, const gchar *name, const gchar *value)
{
  if (value != NULL)
    gst_structure_set (structure, name, G_TYPE_STRING, value, NULL);
}

static void post_progress (GstAncS3Sink *self, GstProgressType type,
                           const gchar *format, ...) G_GNUC_PRINTF (3, 4);

static void
post_progress (GstAncS3Sink *self, GstProgressType type, const gchar *format,
               ...)
{
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  gst_element_post_message (
      GST_ELEMENT (self),
      gst_message_new_progress (GST_OBJECT (self), type, "upload", text));
}

/* ETags are told as S3 tells them, without the quotes of the header. */
static gchar *
bare_etag (const gchar *etag)
{
  gsize length = etag != NULL ? strlen (etag) : 0;

  if (length >= 2 && etag[0] == '"' && etag[length - 1] == '"')
    return g_strndup (etag + 1, length - 2);
  return g_strdup (etag);
}

static void
on_done (const AncS3Outcome *outcome, gpointer data)
{
  GstAncS3Sink *self = data;
  g_autofree gchar *uri
      = anc_s3_uri_build (outcome->bucket, outcome->key, NULL);
  g_autofree gchar *etag = bare_etag (outcome->info->etag);
  GstStructure *structure = gst_structure_new (
      "anc-s3-object", "bucket", G_TYPE_STRING, outcome->bucket, "key",
      G_TYPE_STRING, outcome->key, "uri", G_TYPE_STRING, uri, "index",
      G_TYPE_UINT64, outcome->index, "size", G_TYPE_UINT64, outcome->size,
      "duration", G_TYPE_UINT64, outcome->duration, "parts", G_TYPE_UINT,
      outcome->parts, "recovered", G_TYPE_BOOLEAN, outcome->recovered,
      "partial", G_TYPE_BOOLEAN, outcome->partial, NULL);

  set_string (structure, "etag", etag);
  set_string (structure, "version", outcome->info->version_id);
  set_string (structure, "checksum", outcome->info->checksum);
  if (outcome->info->checksum != NULL)
    set_string (structure, "checksum-algorithm",
                anc_aws_checksum_name (outcome->info->checksum_algorithm));
  set_string (structure, "possible-uploads", outcome->possible_uploads);
  gst_element_post_message (
      GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
  post_progress (self, GST_PROGRESS_TYPE_COMPLETE,
                 "%s is complete: %" G_GUINT64_FORMAT " bytes", uri,
                 outcome->size);
}

/* What stays behind, in words; NULL: nothing. */
static gchar *
remark_on (const AncS3Outcome *outcome)
{
  GString *text = g_string_new (NULL);

  if (outcome->upload_id != NULL)
    g_string_append_printf (
        text, "The upload %s stays at S3: complete it or abort it. ",
        outcome->upload_id);
  if (outcome->possible_uploads != NULL)
    g_string_append_printf (text, "These uploads may be ours: %s. ",
                            outcome->possible_uploads);
  if (outcome->upload_in_doubt)
    g_string_append_printf (
        text,
        "An upload may have been begun that S3 could not be asked about: "
        "\"aws s3api list-multipart-uploads --bucket %s --prefix '%s'\" shows "
        "it. ",
        outcome->bucket, outcome->key);
  if (outcome->object_in_doubt)
    g_string_append (text, "The object may be there all the same: S3 could "
                           "not be asked. ");
  if (outcome->spool_folder != NULL)
    g_string_append_printf (
        text, "Its bytes are in \"%s\" and go on at the next start. ",
        outcome->spool_folder);
  if (text->len == 0) {
    g_string_free (text, TRUE);
    return NULL;
  }
  g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

static void
on_failed (const AncS3Outcome *outcome, const GError *error, gpointer data)
{
  GstAncS3Sink *self = data;
  g_autofree gchar *remark = remark_on (outcome);
  GstAncS3ErrorPlace place
      = { .bucket = outcome->bucket,
          .key = outcome->key,
          .upload_id = outcome->upload_id,
          .spool_folder = outcome->spool_folder,
          .fallback = outcome->parts > 0 ? GST_RESOURCE_ERROR_WRITE
                                         : GST_RESOURCE_ERROR_OPEN_WRITE };

  post_progress (self,
                 g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                     ? GST_PROGRESS_TYPE_CANCELED
                     : GST_PROGRESS_TYPE_ERROR,
                 "s3://%s/%s: %s", outcome->bucket, outcome->key,
                 error->message);
  /* to stop is no error, but what it leaves behind must be known */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    if (remark != NULL) {
      /* the bus of a pipeline that goes to NULL may drop it */
      GST_WARNING_OBJECT (self, "%s %s", error->message, remark);
      gst_anc_s3_post_warning (GST_ELEMENT (self), error, remark, &place);
    }
    return;
  }
  if (outcome->recovered)
    gst_anc_s3_post_warning (GST_ELEMENT (self), error, remark, &place);
  else
    gst_anc_s3_post_error (GST_ELEMENT (self), error, remark, &place);
}

static void
on_progress (const gchar *key, guint64 uploaded, guint64 size, gpointer data)
{
  GstAncS3Sink *self = data;
  gint64 now = g_get_monotonic_time ();
  gboolean due;

  GST_OBJECT_LOCK (self);
  due = now - self->last_progress >= PROGRESS_INTERVAL;
  if (due)
    self->last_progress = now;
  GST_OBJECT_UNLOCK (self);
  if (due)
    post_progress (self, GST_PROGRESS_TYPE_CONTINUE, "%s: %.1f of %.1f MiB",
                   key, (gdouble) uploaded / MIB, (gdouble) size / MIB);
}

static void
on_waiting (const gchar *key, const GError *error, gpointer data)
{
  GstAncS3Sink *self = data;
  GstAncS3ErrorPlace place = { .bucket = self->bucket,
                               .key = key,
                               .fallback = GST_RESOURCE_ERROR_WRITE };

  gst_anc_s3_post_warning (GST_ELEMENT (self), error,
                           "The spool keeps what comes, and tries go on.",
                           &place);
}

static void
on_problem (const gchar *sentence, gpointer data)
{
  GstAncS3Sink *self = data;

  GST_ELEMENT_WARNING (self, RESOURCE, READ, ("%s", sentence), (NULL));
}

static void
on_checked (const GError *error, gboolean final, gpointer data)
{
  GstAncS3Sink *self = data;
  GstAncS3ErrorPlace place
      = { .bucket = self->bucket, .fallback = GST_RESOURCE_ERROR_OPEN_WRITE };

  if (final)
    gst_anc_s3_post_error (GST_ELEMENT (self), error, NULL, &place);
  else
    gst_anc_s3_post_warning (GST_ELEMENT (self), error,
                             "Uploads are tried all the same; "
                             "check-access=false saves the question.",
                             &place);
}

const AncS3UploaderEvents gst_anc_s3_sink_events = {
  .done = on_done,
  .failed = on_failed,
  .progress = on_progress,
  .waiting = on_waiting,
  .problem = on_problem,
  .checked = on_checked,
};

GstStructure *
gst_anc_s3_sink_stats (GstAncS3Sink *self)
{
  AncS3UploaderStats stats = { 0 };
  AncAwsClientStats client = { 0 };

  GST_OBJECT_LOCK (self);
  if (self->uploader != NULL)
    anc_s3_uploader_get_stats (self->uploader, &stats);
  if (self->s3 != NULL)
    anc_aws_client_get_stats (anc_s3_client (self->s3), &client);
  GST_OBJECT_UNLOCK (self);
  return gst_structure_new (
      "ancs3sink", "bytes-received", G_TYPE_UINT64, stats.bytes_written,
      "bytes-uploaded", G_TYPE_UINT64, stats.bytes_uploaded, "parts-uploaded",
      G_TYPE_UINT64, stats.parts_uploaded, "objects", G_TYPE_UINT64,
      stats.objects_done, "objects-failed", G_TYPE_UINT64, stats.objects_failed,
      "objects-recovered", G_TYPE_UINT64, stats.objects_recovered, "requests",
      G_TYPE_UINT64, client.requests, "retries", G_TYPE_UINT64, client.retries,
      "throttled", G_TYPE_UINT64, client.throttled, "memory", G_TYPE_UINT64,
      stats.memory, "spool", G_TYPE_UINT64, stats.spool, "waits", G_TYPE_UINT64,
      stats.waits, "wait-time-ns", G_TYPE_UINT64, stats.wait_time * 1000, NULL);
}
