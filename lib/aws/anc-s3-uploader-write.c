/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the stream's bytes go: into the first part, into the one being filled, or
 * nowhere until there is room. The network is not touched; all but the public
 * functions at the end is called with the lock held. */
#include "anc-s3-uploader-private.h"

gboolean
anc_s3_uploader_may_go_on (AncS3Uploader *self, GError **error)
{
  if (self->error != NULL) {
    g_propagate_error (error, g_error_copy (self->error));
    return FALSE;
  }
  if (self->flushing) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                         "Interrupted.");
    return FALSE;
  }
  return TRUE;
}

/* Whether anything will ever make room. */
static gboolean
something_moves (AncS3Uploader *self)
{
  for (GList *l = self->objects.head; l != NULL; l = l->next) {
    AncS3Outgoing *object = l->data;
    if (object->ended || object->error != NULL || object->busy > 0
        || object->queue.length > 0)
      return TRUE;
  }
  return FALSE;
}

static void
wait_for_room (AncS3Uploader *self, GError **error)
{
  gint64 begin = g_get_monotonic_time ();

  if (self->spool != NULL && !something_moves (self)) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC,
                 "The spool holds its %" G_GUINT64_FORMAT
                 " bytes, and none can be removed before s3://%s/%s ends: "
                 "raise spool-limit%s.",
                 anc_s3_spool_limit (self->spool), self->options.bucket,
                 self->current->key,
                 self->current->unique ? ""
                                       : ", or put {time} or {uuid} into "
                                         "the key");
    return;
  }
  self->stats.waits++;
  g_cond_wait (&self->room, &self->lock);
  self->stats.wait_time += (guint64) (g_get_monotonic_time () - begin);
}

static gboolean
lies_between (AncS3Uploader *self, guint64 position, GError **error)
{
  AncS3Outgoing *object = self->current;

  anc_aws_error_set (
      error, ANC_AWS_ERROR_ARGUMENT, NULL,
      "Byte %" G_GUINT64_FORMAT " of s3://%s/%s cannot be written any more: "
      "only the first %" G_GUINT64_FORMAT
      " bytes and those from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
      " are still here. Use a muxer "
      "that does not go back, such as one with streamable=true.",
      position, self->options.bucket, object->key,
      object->head != NULL ? (guint64) object->head->used : 0,
      object->fill != NULL ? object->fill->offset : object->size, object->size);
  return FALSE;
}

static gboolean
is_within (const AncS3Piece *piece, guint64 position)
{
  return piece != NULL && position >= piece->offset
         && position < piece->offset + piece->used;
}

/* The piece that the next byte goes into and how many it takes; NULL without an
 * error: there is no room now. */
static AncS3Piece *
place (AncS3Uploader *self, gsize *ret_space, GError **error)
{
  AncS3Outgoing *object = self->current;
  AncS3Piece *piece = object->fill;

  if (is_within (object->head, self->position)) {
    *ret_space = object->head->used - self->position;
    return object->head;
  }
  if (!is_within (piece, self->position)) {
    if (self->position != object->size) {
      lies_between (self, self->position, error);
      return NULL;
    }
    /* full: the first part alone stays until it is known that more follows */
    if (piece != NULL && piece->used == piece->capacity) {
      if (!anc_s3_outgoing_queue_fill (object))
        return NULL;
      g_cond_broadcast (&self->work);
      piece = NULL;
    }
    if (piece == NULL)
      piece = object->fill = anc_s3_outgoing_add_piece (object, error);
    if (piece == NULL)
      return NULL;
  }
  *ret_space = piece->capacity - (self->position - piece->offset);
  return piece;
}

static gboolean
reserve (AncS3Uploader *self, const AncS3Piece *piece, gsize at, gsize size)
{
  gsize end = at + size;

  return self->spool == NULL || end <= piece->used
         || anc_s3_spool_reserve (self->spool, end - MAX (piece->used, at));
}

static void
count (AncS3Uploader *self, AncS3Piece *piece, gsize at, gsize size)
{
  AncS3Outgoing *object = self->current;

  piece->used = MAX (piece->used, at + size);
  self->position += size;
  object->size = MAX (object->size, self->position);
  self->stats.bytes_written += size;
  if (piece == object->fill && object->multipart
      && piece->used == piece->capacity && self->position == object->size) {
    anc_s3_outgoing_queue_fill (object);
    g_cond_signal (&self->work);
  }
}

/* Copies with the lock let go: counted as busy, so that the object stays. */
static gboolean
copy (AncS3Uploader *self, AncS3Piece *piece, gsize at, const guint8 *data,
      gsize size, GError **error)
{
  AncS3Outgoing *object = self->current;
  gboolean good;

  object->busy++;
  g_mutex_unlock (&self->lock);
  good = anc_s3_piece_write (piece, at, data, size, error);
  g_mutex_lock (&self->lock);
  object->busy--;
  /* it may have been all that kept a failed object from being cleaned up */
  if (object->error != NULL)
    g_cond_broadcast (&self->work);
  return good;
}

/* One step: as much as fits into one piece, or the wait for room, or for what
 * becomes of an object that has failed. */
static gboolean
write_some (AncS3Uploader *self, const guint8 *data, gsize size,
            gsize *ret_written, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gsize space, at = 0;
  AncS3Piece *piece = NULL;

  *ret_written = 0;
  if (!anc_s3_uploader_may_go_on (self, error))
    return FALSE;
  if (self->current->error == NULL)
    piece = place (self, &space, &failed);
  if (piece != NULL) {
    size = MIN (size, space);
    at = self->position - piece->offset;
    if (!reserve (self, piece, at, size))
      piece = NULL;
  }
  if (piece != NULL && copy (self, piece, at, data, size, &failed)) {
    count (self, piece, at, size);
    *ret_written = size;
    return TRUE;
  }
  if (failed == NULL)
    wait_for_room (self, &failed);
  if (failed != NULL)
    anc_s3_outgoing_fail (self->current, failed);
  return TRUE;
}

gboolean
anc_s3_uploader_write (AncS3Uploader *self, gconstpointer data, gsize size,
                       gsize *ret_written, GError **error)
{
  gboolean good = TRUE;
  gsize done = 0, n;

  g_mutex_lock (&self->lock);
  while (good && done < size) {
    good = write_some (self, (const guint8 *) data + done, size - done, &n,
                       error);
    done += n;
  }
  g_mutex_unlock (&self->lock);
  *ret_written = done;
  return good;
}

gboolean
anc_s3_uploader_seek (AncS3Uploader *self, guint64 position, GError **error)
{
  AncS3Outgoing *object = self->current;
  gboolean good;

  g_mutex_lock (&self->lock);
  good = position == object->size || is_within (object->head, position)
         || is_within (object->fill, position);
  if (good)
    self->position = position;
  else
    lies_between (self, position, error);
  g_mutex_unlock (&self->lock);
  return good;
}

guint64
anc_s3_uploader_position (AncS3Uploader *self)
{
  guint64 position;

  g_mutex_lock (&self->lock);
  position = self->current != NULL ? self->position : 0;
  g_mutex_unlock (&self->lock);
  return position;
}

guint64
anc_s3_uploader_size (AncS3Uploader *self)
{
  guint64 size;

  g_mutex_lock (&self->lock);
  size = self->current != NULL ? self->current->size : 0;
  g_mutex_unlock (&self->lock);
  return size;
}
