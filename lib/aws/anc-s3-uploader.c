/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The side of the uploader that the stream sees: nothing here waits for the
 * network but the calls that say so. */
#include "anc-s3-uploader-private.h"

#include <string.h>

#include "anc-s3-plan.h"

/* An abort and the looks after it, with a slow network between; see
 * anc-s3-uploader-settle.c. */
#define CLEAN_UP_US (3 * G_USEC_PER_SEC / 2)

static void
on_released (gpointer data)
{
  AncS3Uploader *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->room);
  g_mutex_unlock (&self->lock);
}

static gboolean
check_options (const AncS3UploaderOptions *options, GError **error)
{
  if (options->part_size < ANC_S3_MIN_PART_SIZE
      || options->part_size > ANC_S3_MAX_PART_SIZE) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "part-size: S3 takes no parts of %" G_GUINT64_FORMAT
                       " bytes, but of 5 MiB to 5 GiB.",
                       options->part_size);
    return FALSE;
  }
  if (options->max_memory != 0
      && options->max_memory < 2 * options->part_size) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "max-memory: %" G_GUINT64_FORMAT " bytes do not hold "
                       "two parts of part-size (%" G_GUINT64_FORMAT
                       " bytes); raise it or lower part-size.",
                       options->max_memory, options->part_size);
    return FALSE;
  }
  return anc_s3_check_bucket (options->bucket, error);
}

AncS3Uploader *
anc_s3_uploader_new (const AncS3UploaderOptions *options, GError **error)
{
  AncS3Uploader *self;
  AncS3Spool *spool = NULL;

  if (!check_options (options, error))
    return NULL;
  if (options->spool_directory != NULL) {
    spool = anc_s3_spool_open (options->spool_directory, options->spool_limit,
                               error);
    if (spool == NULL)
      return NULL;
  }
  self = g_new0 (AncS3Uploader, 1);
  self->options = *options;
  self->options.bucket = g_strdup (options->bucket);
  self->options.spool_directory = NULL;
  self->spool = spool;
  g_mutex_init (&self->lock);
  g_cond_init (&self->work);
  g_cond_init (&self->room);
  g_queue_init (&self->objects);
  self->memory = anc_s3_memory_new (on_released, self);
  anc_s3_memory_set_limit (self->memory, options->max_memory);
  self->check_cancellable = g_cancellable_new ();
  if (options->check_after_ms != 0)
    self->check_at
        = g_get_monotonic_time () + (gint64) options->check_after_ms * 1000;
  if (spool != NULL)
    anc_s3_uploader_recover (self);
  self->threads = g_ptr_array_new ();
  for (guint i = 0; i < options->parallel; i++)
    g_ptr_array_add (self->threads, g_thread_new ("anc-s3-upload",
                                                  anc_s3_uploader_work, self));
  return self;
}

void
anc_s3_uploader_free (AncS3Uploader *self)
{
  anc_s3_uploader_stop (self);
  anc_s3_memory_free (self->memory);
  g_clear_pointer (&self->spool, anc_s3_spool_free);
  g_ptr_array_unref (self->threads);
  g_object_unref (self->check_cancellable);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->work);
  g_cond_clear (&self->room);
  g_free ((gchar *) self->options.bucket);
  g_free (self);
}

static gboolean
take_to_spool (AncS3Outgoing *object, GError **error)
{
  AncS3SpoolRecord record
      = { .bucket = (gchar *) object->uploader->options.bucket,
          .key = object->key,
          .unique = object->unique,
          .index = object->index,
          .started = object->started,
          .description = object->description };

  object->entry
      = anc_s3_spool_entry_new (object->uploader->spool, &record, error);
  return object->entry != NULL;
}

gboolean
anc_s3_uploader_begin (AncS3Uploader *self, const gchar *key, gboolean unique,
                       guint64 index, const AncS3Attributes *attributes,
                       GError **error)
{
  AncS3Outgoing *object = anc_s3_outgoing_new (self, key, attributes);

  g_assert (self->current == NULL);
  object->unique = unique;
  object->index = index;
  if (self->spool != NULL && !take_to_spool (object, error)) {
    anc_s3_outgoing_free (object);
    return FALSE;
  }
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->objects, object);
  self->current = object;
  self->position = 0;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* --- writing; all with the lock held --- */

static gboolean
may_go_on (AncS3Uploader *self, GError **error)
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
  if (!may_go_on (self, error))
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

/* --- the end --- */

gboolean
anc_s3_uploader_finish (AncS3Uploader *self, guint64 duration, GError **error)
{
  g_autoptr (GError) failed = NULL;
  AncS3Outgoing *object;
  gboolean good = TRUE;

  g_mutex_lock (&self->lock);
  object = self->current;
  if (object != NULL && object->error == NULL) {
    object->duration = duration;
    object->busy++;
    g_mutex_unlock (&self->lock);
    if (object->entry != NULL)
      anc_s3_outgoing_sync (object, duration, &failed);
    g_mutex_lock (&self->lock);
    object->busy--;
    if (failed != NULL)
      anc_s3_outgoing_fail (object, failed);
    else
      anc_s3_outgoing_end (object);
    g_cond_broadcast (&self->work);
  }
  self->current = NULL;
  if (self->error != NULL) {
    g_propagate_error (error, g_error_copy (self->error));
    good = FALSE;
  }
  g_mutex_unlock (&self->lock);
  return good;
}

static gboolean
is_idle (AncS3Uploader *self)
{
  return self->objects.length == (self->current != NULL ? 1 : 0);
}

gboolean
anc_s3_uploader_drain (AncS3Uploader *self, GError **error)
{
  gboolean good;

  g_mutex_lock (&self->lock);
  while ((good = may_go_on (self, error)) && !is_idle (self))
    g_cond_wait (&self->room, &self->lock);
  g_mutex_unlock (&self->lock);
  return good;
}

void
anc_s3_uploader_set_flushing (AncS3Uploader *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->room);
  g_mutex_unlock (&self->lock);
}

/* The lock is held. */
static void
cancel_all (AncS3Uploader *self)
{
  g_autoptr (GError) error
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "Stopped before the upload was complete.");

  for (GList *l = self->objects.head; l != NULL; l = l->next) {
    AncS3Outgoing *object = l->data;
    anc_s3_outgoing_fail (object, error);
    g_cancellable_cancel (object->last);
  }
}

/* The lock is held. What has failed has had its time to be cleaned up. */
static void
cancel_clean_ups (AncS3Uploader *self)
{
  for (GList *l = self->objects.head; l != NULL; l = l->next) {
    AncS3Outgoing *object = l->data;
    if (object->error != NULL)
      g_cancellable_cancel (object->last);
  }
}

/* The lock is held. */
static void
give_up_current (AncS3Uploader *self)
{
  AncS3Outgoing *object = g_steal_pointer (&self->current);
  g_autoptr (GError) error
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "Stopped before the end of the stream.");

  if (object == NULL)
    return;
  if (self->options.on_error == ANC_S3_ON_ERROR_COMPLETE && self->spool == NULL
      && object->error == NULL)
    anc_s3_outgoing_end (object);
  else
    anc_s3_outgoing_fail (object, error);
}

void
anc_s3_uploader_stop (AncS3Uploader *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 end = now + (gint64) self->options.timeout_seconds * G_USEC_PER_SEC;
  gint64 until = MIN (now + CLEAN_UP_US, end);

  g_cancellable_cancel (self->check_cancellable);
  g_mutex_lock (&self->lock);
  self->check_at = 0;
  give_up_current (self);
  g_cond_broadcast (&self->work);
  /* what a spool has needs no clean end */
  if (self->spool != NULL)
    cancel_all (self);
  while (self->threads->len > 0 && self->objects.length > 0) {
    if (g_cond_wait_until (&self->room, &self->lock, until))
      continue;
    if (until < end) {
      cancel_clean_ups (self);
      until = end;
    } else {
      cancel_all (self);
      until = G_MAXINT64;
    }
  }
  self->quit = TRUE;
  g_cond_broadcast (&self->work);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  g_ptr_array_set_size (self->threads, 0);
}

void
anc_s3_uploader_get_stats (AncS3Uploader *self, AncS3UploaderStats *ret_stats)
{
  g_mutex_lock (&self->lock);
  *ret_stats = self->stats;
  g_mutex_unlock (&self->lock);
  ret_stats->memory = anc_s3_memory_used (self->memory);
  if (self->spool != NULL)
    ret_stats->spool = anc_s3_spool_used (self->spool);
}
