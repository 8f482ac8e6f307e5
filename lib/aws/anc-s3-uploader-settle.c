/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* After a reply that was lost: what is really there. And what becomes of an
 * upload that failed. */
#include "anc-s3-uploader-private.h"

#include <string.h>

#define ABORTS 4u
#define LATE_PART_US (150 * 1000)
/* How far S3's clock may be from ours, both being "right" for its signatures. */
#define CLOCKS_APART (15 * 60 * G_USEC_PER_SEC)

gboolean
anc_s3_error_is_doubtful (const GError *error)
{
  const AncAwsErrorDetails *details = anc_aws_error_get_details (error);

  if (error->domain != ANC_AWS_ERROR || details->unsent)
    return FALSE;
  switch (error->code) {
  case ANC_AWS_ERROR_CONNECTION:
  case ANC_AWS_ERROR_TIMEOUT:
  case ANC_AWS_ERROR_SERVER:
  case ANC_AWS_ERROR_MALFORMED:
  case ANC_AWS_ERROR_CHECKSUM:
    return TRUE;
  case ANC_AWS_ERROR_NOT_FOUND:
  case ANC_AWS_ERROR_PRECONDITION:
    return details->attempts > 1;
  default:
    return FALSE;
  }
}

/* As long as S3 does not answer it stays open what is there. */
static gboolean
look (AncS3Outgoing *self, AncS3ObjectInfo *ret_info)
{
  const AncS3UploaderOptions *options = &self->uploader->options;
  g_autoptr (GError) error = NULL;
  gboolean there
      = options->calls->head (options->s3, options->bucket, self->key, NULL,
                              ret_info, self->last, &error);

  self->object_in_doubt
      = !there
        && !g_error_matches (error, ANC_AWS_ERROR, ANC_AWS_ERROR_NOT_FOUND);
  return there;
}

static void
take_info (AncS3ObjectInfo *ret_info, AncS3ObjectInfo *info)
{
  *ret_info = *info;
  *info = (AncS3ObjectInfo){ 0 };
}

/* An ETag without quotes is what it is: "-" after 32 digits for uploads. */
static gboolean
etag_is (const AncS3ObjectInfo *info, const gchar *plain)
{
  gsize length = strlen (plain);

  if (info->etag == NULL)
    return FALSE;
  if (g_str_equal (info->etag, plain))
    return TRUE;
  return strlen (info->etag) == length + 2 && info->etag[0] == '"'
         && memcmp (info->etag + 1, plain, length) == 0;
}

gboolean
anc_s3_settle_put (AncS3Outgoing *self, GBytes *body, AncS3ObjectInfo *ret_info)
{
  AncAwsChecksumAlgorithm algorithm = self->description->attributes.checksum;
  g_auto (AncS3ObjectInfo) info = { 0 };
  g_autofree gchar *checksum = NULL, *md5 = NULL;
  gboolean same;

  if (!look (self, &info) || info.size != g_bytes_get_size (body))
    return FALSE;
  if (info.checksum != NULL && info.checksum_algorithm == algorithm) {
    checksum = anc_aws_checksum_base64 (
        algorithm, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
    same = g_strcmp0 (checksum, info.checksum) == 0;
  } else {
    md5 = g_compute_checksum_for_bytes (G_CHECKSUM_MD5, body);
    same = etag_is (&info, md5);
  }
  if (same)
    take_info (ret_info, &info);
  return same;
}

/* The ETag that S3 gives to an object of parts: the MD5 of their MD5s. NULL:
 * they are none (SSE-KMS). */
static gchar *
etag_of_parts (GPtrArray *parts)
{
  g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);

  for (guint i = 0; i < parts->len; i++) {
    const AncS3Part *part = g_ptr_array_index (parts, i);
    const gchar *at = part->etag;
    guint8 bytes[16];

    if (*at == '"')
      at++;
    for (guint j = 0; j < sizeof bytes; j++, at += 2) {
      if (!g_ascii_isxdigit (at[0]) || !g_ascii_isxdigit (at[1]))
        return NULL;
      bytes[j] = (guint8) (g_ascii_xdigit_value (at[0]) << 4
                           | g_ascii_xdigit_value (at[1]));
    }
    g_checksum_update (md5, bytes, sizeof bytes);
  }
  return g_strdup_printf ("%s-%u", g_checksum_get_string (md5), parts->len);
}

gboolean
anc_s3_settle_complete (AncS3Outgoing *self, GPtrArray *parts,
                        const gchar *checksum, AncS3ObjectInfo *ret_info)
{
  g_auto (AncS3ObjectInfo) info = { 0 };
  g_autofree gchar *etag = etag_of_parts (parts);

  if (!look (self, &info) || info.size != self->size)
    return FALSE;
  if ((etag == NULL || !etag_is (&info, etag))
      && (checksum == NULL || g_strcmp0 (checksum, info.checksum) != 0))
    return FALSE;
  take_info (ret_info, &info);
  return TRUE;
}

static void
note_possible (AncS3Outgoing *self, const gchar *upload_id)
{
  gchar *all = self->possible_uploads == NULL
                   ? g_strdup (upload_id)
                   : g_strconcat (self->possible_uploads, ",", upload_id, NULL);

  g_free (self->possible_uploads);
  self->possible_uploads = all;
}

/* On a key that is ours alone every upload is ours. On another one somebody else
 * may have begun it at this very moment: it is told and not touched. */
gboolean
anc_s3_settle_create (AncS3Outgoing *self, GError **error)
{
  const AncS3UploaderOptions *options = &self->uploader->options;
  g_autoptr (GPtrArray) uploads = NULL;

  if (!options->calls->list_uploads (options->s3, options->bucket, self->key,
                                     &uploads, self->last, error))
    return FALSE;
  for (guint i = 0; i < uploads->len; i++) {
    const AncS3Upload *upload = g_ptr_array_index (uploads, i);
    if (!g_str_equal (upload->key, self->key)
        || upload->initiated < self->doubt_since - CLOCKS_APART)
      continue;
    if (self->unique && self->upload_id == NULL)
      self->upload_id = g_strdup (upload->upload_id);
    else
      note_possible (self, upload->upload_id);
  }
  self->doubt_since = 0;
  return TRUE;
}

void
anc_s3_note_uploads (AncS3Outgoing *self, const gchar *key, gint64 since)
{
  const AncS3UploaderOptions *options = &self->uploader->options;
  g_autoptr (GPtrArray) uploads = NULL;

  if (!options->calls->list_uploads (options->s3, options->bucket, key,
                                     &uploads, self->last, NULL))
    return;
  for (guint i = 0; i < uploads->len; i++) {
    const AncS3Upload *upload = g_ptr_array_index (uploads, i);
    if (g_str_equal (upload->key, key)
        && upload->initiated >= since - CLOCKS_APART)
      note_possible (self, upload->upload_id);
  }
}

static gboolean
is_gone (AncS3Outgoing *self)
{
  const AncS3UploaderOptions *options = &self->uploader->options;
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GError) error = NULL;

  return !options->calls->list_parts (options->s3, options->bucket, self->key,
                                      self->upload_id, &parts, self->last,
                                      &error)
         && g_error_matches (error, ANC_AWS_ERROR, ANC_AWS_ERROR_NOT_FOUND);
}

/* A part that was under way when it was cancelled may arrive after an abort and
 * keep the upload alive, so it is looked at again some time later. Amazon S3
 * API Reference, AbortMultipartUpload. */
static gboolean
abort_upload (AncS3Outgoing *self)
{
  const AncS3UploaderOptions *options = &self->uploader->options;
  guint quiet = self->cut_short ? 2 : 1; /* looks that find nothing */

  for (guint i = 0; i < ABORTS && quiet > 0; i++) {
    if (!options->calls->abort (options->s3, options->bucket, self->key,
                                self->upload_id, self->last, NULL))
      return FALSE;
    if (self->cut_short)
      g_usleep (LATE_PART_US);
    if (is_gone (self))
      quiet--;
  }
  return quiet == 0;
}

/* Leaves the pieces from the first on that S3 has. */
static gboolean
cut_to_sent (AncS3Outgoing *self)
{
  guint count = 0;
  AncS3Piece *last;

  if (self->pieces->len > 0) {
    AncS3Piece *first = g_ptr_array_index (self->pieces, 0);
    if (!first->sent)
      first->sent = anc_s3_request_part (self, first, NULL);
  }
  while (count < self->pieces->len
         && ((AncS3Piece *) g_ptr_array_index (self->pieces, count))->sent)
    count++;
  if (count == 0)
    return FALSE;
  last = g_ptr_array_index (self->pieces, count - 1);
  self->partial = count < self->pieces->len || !self->ended;
  self->size = last->offset + last->used;
  g_queue_clear (&self->queue);
  self->head = self->fill = NULL;
  g_ptr_array_set_size (self->pieces, (gint) count);
  return TRUE;
}

gboolean
anc_s3_clean_up (AncS3Outgoing *self, AncS3ObjectInfo *ret_info,
                 gchar **ret_left)
{
  AncS3OnError policy = self->uploader->options.on_error;

  if (self->doubt_since != 0)
    anc_s3_settle_create (self, NULL);
  if (self->entry != NULL || self->upload_id == NULL)
    return FALSE;
  if (policy == ANC_S3_ON_ERROR_COMPLETE && cut_to_sent (self)
      && anc_s3_request_complete (self, ret_info, NULL)) {
    /* where a late part begins the upload anew; to S3 it is over */
    if (self->cut_short && !abort_upload (self))
      note_possible (self, self->upload_id);
    return TRUE;
  }
  if (policy == ANC_S3_ON_ERROR_KEEP || !abort_upload (self))
    *ret_left = g_strdup (self->upload_id);
  return FALSE;
}
