/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The life of the uploader and of each object, as the stream sees it: nothing
 * here waits for the network but the calls that say so. */
#include "anc-s3-uploader-private.h"

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
  while ((good = anc_s3_uploader_may_go_on (self, error)) && !is_idle (self))
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
