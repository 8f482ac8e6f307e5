/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The requests of an upload, each until it is certain what came of it. */
#include "anc-s3-uploader-private.h"

/* How often CreateMultipartUpload and CompleteMultipartUpload are begun anew
 * after replies that left in doubt what happened; the client has tries of its
 * own inside each. */
#define ROUNDS 3u
#define FIRST_PAUSE_MS 50u
#define LONGEST_PAUSE_MS 2000u

static GCancellable *
cancellable_of (const AncS3Outgoing *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->uploader->lock);

  /* not whether it has failed: a part that was taken up just before would then
   * be sent on as if nothing had happened */
  return self->cleaning ? self->last : self->cancellable;
}

/* FALSE: cancelled meanwhile. */
static gboolean
pause_for (AncBackoff *backoff, GCancellable *cancellable)
{
  gint64 until
      = g_get_monotonic_time () + (gint64) anc_backoff_next (backoff) * 1000;
  GPollFD poll;

  if (!g_cancellable_make_pollfd (cancellable, &poll))
    return FALSE;
  g_poll (&poll, 1, (gint) MAX ((until - g_get_monotonic_time ()) / 1000, 0));
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_is_cancelled (cancellable);
}

/* What was begun for a key that is not to be used. */
static void
abort_old (AncS3Outgoing *self)
{
  const AncS3UploaderOptions *options = &self->uploader->options;

  if (self->old_upload_id != NULL)
    options->calls->abort (options->s3, options->bucket, self->old_key,
                           self->old_upload_id, cancellable_of (self), NULL);
  g_clear_pointer (&self->old_upload_id, g_free);
  if (self->old_doubt_since != 0)
    anc_s3_note_uploads (self, self->old_key, self->old_doubt_since);
  self->old_doubt_since = 0;
}

static gboolean
put_once (AncS3Outgoing *self, GBytes *body, AncS3ObjectInfo *ret_info,
          GError **error)
{
  const AncS3UploaderOptions *options = &self->uploader->options;

  return options->calls->put (options->s3, options->bucket, self->key,
                              &self->description->attributes, body, NULL,
                              ret_info, cancellable_of (self), error);
}

gboolean
anc_s3_request_put (AncS3Outgoing *self, AncS3ObjectInfo *ret_info,
                    GError **error)
{
  AncBackoff backoff = { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, 0 };
  g_autoptr (GError) failed = NULL;
  g_autoptr (GBytes) body = NULL;

  body = self->pieces->len > 0
             ? anc_s3_piece_bytes (g_ptr_array_index (self->pieces, 0), error)
             : g_bytes_new_static ("", 0);
  if (body == NULL)
    return FALSE;
  abort_old (self);
  for (guint i = 0; i < ROUNDS; i++) {
    gboolean doubtful;

    g_clear_error (&failed);
    if (put_once (self, body, ret_info, &failed))
      return TRUE;
    /* a second round is doubtful by itself: the first may have been heard */
    doubtful = anc_s3_error_is_doubtful (failed);
    if ((i > 0 || doubtful) && anc_s3_settle_put (self, body, ret_info))
      return TRUE;
    if (!doubtful || i + 1 == ROUNDS
        || !pause_for (&backoff, cancellable_of (self)))
      break;
  }
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* As long as it is open whether an upload was begun, none is begun anew. Who gives
 * the object up waits for the answer as long as for any clean-up: without its id
 * an upload could not be aborted. */
static gboolean
create_once (AncS3Outgoing *self, GError **error)
{
  const AncS3UploaderOptions *options = &self->uploader->options;
  gint64 now = g_get_real_time ();
  g_autoptr (GError) failed = NULL;
  gchar *upload_id = NULL;

  if (self->doubt_since != 0 && !anc_s3_settle_create (self, error))
    return FALSE;
  if (self->upload_id != NULL)
    return TRUE;
  /* so that the next start knows of an upload whose id died with us */
  if (self->entry != NULL
      && !anc_s3_spool_entry_log_creating (self->entry, now, error))
    return FALSE;
  if (options->calls->create (options->s3, options->bucket, self->key,
                              &self->description->attributes, &upload_id,
                              self->last, &failed)) {
    self->upload_id = upload_id;
    return TRUE;
  }
  if (anc_s3_error_is_doubtful (failed)
      || g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->doubt_since = now;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
anc_s3_request_create (AncS3Outgoing *self, GError **error)
{
  AncBackoff backoff = { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, 0 };
  g_autoptr (GError) failed = NULL;

  abort_old (self);
  for (guint i = 0; i < ROUNDS; i++) {
    g_clear_error (&failed);
    if (create_once (self, &failed))
      return self->entry == NULL
             || anc_s3_spool_entry_log_upload (self->entry, self->upload_id,
                                               error);
    if (!anc_s3_error_is_doubtful (failed) || i + 1 == ROUNDS
        || !pause_for (&backoff, cancellable_of (self)))
      break;
  }
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* A key that a later stream makes again cannot be resumed under its name, so
 * all of its parts must stay; see anc_s3_uploader_recover (). */
static gboolean
may_release (const AncS3Outgoing *self, const AncS3Piece *piece)
{
  return self->entry == NULL || (self->unique && piece->number > 1);
}

/* An answer that is none, or of other bytes than ours: what the client, which
 * knows no parts, does not try again. */
static gboolean
is_nonsense (const GError *error)
{
  return g_error_matches (error, ANC_AWS_ERROR, ANC_AWS_ERROR_MALFORMED)
         || g_error_matches (error, ANC_AWS_ERROR, ANC_AWS_ERROR_CHECKSUM);
}

static gboolean
send_part (AncS3Outgoing *self, AncS3Piece *piece, GBytes *body, GError **error)
{
  const AncS3UploaderOptions *options = &self->uploader->options;
  AncBackoff backoff = { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, 0 };
  g_autoptr (GError) failed = NULL;

  for (guint i = 0; i < ROUNDS; i++) {
    g_clear_error (&failed);
    anc_s3_part_clear (&piece->result);
    if (options->calls->upload_part (
            options->s3, options->bucket, self->key, self->upload_id,
            piece->number, body, self->description->attributes.checksum, NULL,
            &piece->result, cancellable_of (self), &failed))
      return TRUE;
    if (!is_nonsense (failed) || i + 1 == ROUNDS
        || !pause_for (&backoff, cancellable_of (self)))
      break;
  }
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
anc_s3_request_part (AncS3Outgoing *self, AncS3Piece *piece, GError **error)
{
  GBytes *body = anc_s3_piece_bytes (piece, error);
  gboolean good = body != NULL && send_part (self, piece, body, error);

  g_clear_pointer (&body, g_bytes_unref);
  if (!good)
    return FALSE;
  if (self->entry != NULL
      && !anc_s3_spool_entry_log_part (self->entry, &piece->result, error))
    return FALSE;
  if (may_release (self, piece))
    anc_s3_piece_release (self, piece);
  return TRUE;
}

/* The CRC of the whole from those of its parts. */
static gchar *
whole_checksum (const AncS3Outgoing *self, GPtrArray *parts)
{
  AncAwsChecksumAlgorithm algorithm = self->description->attributes.checksum;
  guint32 crc32 = 0, next32;
  guint64 crc64 = 0, next64;

  for (guint i = 0; i < parts->len; i++) {
    const AncS3Part *part = g_ptr_array_index (parts, i);
    if (part->checksum == NULL)
      return NULL;
    if (algorithm == ANC_AWS_CHECKSUM_CRC32C) {
      if (!anc_aws_crc32c_from_base64 (part->checksum, &next32))
        return NULL;
      crc32 = anc_aws_crc32c_combine (crc32, next32, part->size);
    } else if (algorithm == ANC_AWS_CHECKSUM_CRC64NVME) {
      if (!anc_aws_crc64nvme_from_base64 (part->checksum, &next64))
        return NULL;
      crc64 = anc_aws_crc64nvme_combine (crc64, next64, part->size);
    }
  }
  if (algorithm == ANC_AWS_CHECKSUM_CRC32C)
    return anc_aws_crc32c_to_base64 (crc32);
  if (algorithm == ANC_AWS_CHECKSUM_CRC64NVME)
    return anc_aws_crc64nvme_to_base64 (crc64);
  return NULL;
}

static GPtrArray *
list_results (const AncS3Outgoing *self)
{
  GPtrArray *parts = g_ptr_array_new ();

  for (guint i = 0; i < self->pieces->len; i++) {
    AncS3Piece *piece = g_ptr_array_index (self->pieces, i);
    g_ptr_array_add (parts, &piece->result);
  }
  return parts;
}

/* S3 knows another ETag than we were told: take its own where size and checksum
 * say that the part is the one that we sent. */
static gboolean
correct_etags (AncS3Outgoing *self, GPtrArray *parts)
{
  const AncS3UploaderOptions *options = &self->uploader->options;
  g_autoptr (GPtrArray) there = NULL;
  gboolean changed = FALSE;

  if (!options->calls->list_parts (options->s3, options->bucket, self->key,
                                   self->upload_id, &there,
                                   cancellable_of (self), NULL)
      || there->len < parts->len)
    return FALSE;
  for (guint i = 0; i < parts->len; i++) {
    AncS3Part *ours = g_ptr_array_index (parts, i);
    const AncS3Part *theirs = g_ptr_array_index (there, i);
    if (theirs->number != ours->number || theirs->size != ours->size
        || ours->checksum == NULL
        || g_strcmp0 (theirs->checksum, ours->checksum) != 0)
      return FALSE;
    if (g_strcmp0 (theirs->etag, ours->etag) == 0)
      continue;
    g_free (ours->etag);
    ours->etag = g_strdup (theirs->etag);
    changed = TRUE;
  }
  return changed;
}

static gboolean
is_invalid_part (const GError *error)
{
  return g_strcmp0 (anc_aws_error_get_details (error)->code, "InvalidPart")
         == 0;
}

static gboolean
complete_once (AncS3Outgoing *self, GPtrArray *parts, const gchar *checksum,
               AncS3ObjectInfo *ret_info, GError **error)
{
  const AncS3UploaderOptions *options = &self->uploader->options;
  const AncS3Attributes *attributes = &self->description->attributes;
  AncS3Completion completion = { .algorithm = attributes->checksum,
                                 .checksum = checksum,
                                 .size = self->size,
                                 .if_none_match = attributes->if_none_match };

  return options->calls->complete (options->s3, options->bucket, self->key,
                                   self->upload_id, parts, &completion,
                                   ret_info, cancellable_of (self), error);
}

gboolean
anc_s3_request_complete (AncS3Outgoing *self, AncS3ObjectInfo *ret_info,
                         GError **error)
{
  AncBackoff backoff = { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, 0 };
  g_autoptr (GPtrArray) parts = list_results (self);
  g_autofree gchar *checksum = whole_checksum (self, parts);
  g_autoptr (GError) failed = NULL;

  for (guint i = 0; i < ROUNDS; i++) {
    g_clear_error (&failed);
    if (complete_once (self, parts, checksum, ret_info, &failed))
      return TRUE;
    /* a second round is doubtful by itself: the first may have been heard, and
     * so may have been the one of a process that is gone */
    if ((i > 0 || self->recovered || anc_s3_error_is_doubtful (failed))
        && anc_s3_settle_complete (self, parts, checksum, ret_info))
      return TRUE;
    if (is_invalid_part (failed) ? !correct_etags (self, parts)
                                 : !anc_s3_error_is_doubtful (failed))
      break;
    if (i + 1 == ROUNDS || !pause_for (&backoff, cancellable_of (self)))
      break;
  }
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}
