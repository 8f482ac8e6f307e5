/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The threads. What an object needs next follows from its state alone:
 *
 *   failed                              -> clean up, once nothing runs
 *   one piece, ended                    -> put
 *   more than one, no upload id         -> create
 *   pieces queued                       -> part (several at a time)
 *   all sent, ended                     -> complete
 *
 * The oldest object that needs something is served first. The first request ends
 * the wait for the check at the start. */
#include "anc-s3-uploader-private.h"

typedef enum {
  STEP_NONE,
  STEP_CLEAN_UP,
  STEP_PUT,
  STEP_CREATE,
  STEP_PART,
  STEP_COMPLETE,
  STEP_CHECK
} Step;

static Step
next_step (const AncS3Outgoing *object, gint64 now)
{
  if (object->exclusive)
    return STEP_NONE;
  if (object->error != NULL)
    return object->busy == 0 ? STEP_CLEAN_UP : STEP_NONE;
  if (object->not_before > now)
    return STEP_NONE;
  if (!object->multipart)
    return object->ended ? STEP_PUT : STEP_NONE;
  if (object->upload_id == NULL)
    return STEP_CREATE;
  if (object->queue.length > 0)
    return STEP_PART;
  return object->ended && object->busy == 0 ? STEP_COMPLETE : STEP_NONE;
}

static Step
find_step (AncS3Uploader *self, AncS3Outgoing **ret_object)
{
  gint64 now = g_get_monotonic_time ();

  for (GList *l = self->objects.head; l != NULL; l = l->next) {
    Step step = next_step (l->data, now);
    if (step != STEP_NONE) {
      *ret_object = l->data;
      self->check_at = 0;
      return step;
    }
  }
  return self->check_at != 0 && self->check_at <= now ? STEP_CHECK : STEP_NONE;
}

/* Sleeps until there is something to look at. */
static void
wait_for_work (AncS3Uploader *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 earliest = self->check_at != 0 ? self->check_at : G_MAXINT64;

  for (GList *l = self->objects.head; l != NULL; l = l->next) {
    const AncS3Outgoing *object = l->data;
    /* a time that has passed is waited for no more, whatever it waits for */
    if (object->not_before > now && object->error == NULL)
      earliest = MIN (earliest, object->not_before);
  }
  if (earliest == G_MAXINT64)
    g_cond_wait (&self->work, &self->lock);
  else
    g_cond_wait_until (&self->work, &self->lock, earliest);
}

void
anc_s3_outgoing_fail (AncS3Outgoing *self, const GError *error)
{
  if (self->error != NULL)
    return;
  self->error = g_error_copy (error);
  self->cut_short = self->busy > 0 || self->exclusive;
  g_cancellable_cancel (self->cancellable);
  g_cond_broadcast (&self->uploader->work);
}

static AncS3Outcome
outcome_of (const AncS3Outgoing *object)
{
  return (AncS3Outcome){
    .bucket = object->uploader->options.bucket,
    .key = object->key,
    .index = object->index,
    .size = object->size,
    .duration = object->duration,
    .parts = object->multipart ? object->pieces->len : 0,
    .recovered = object->recovered,
    .partial = object->partial,
    .possible_uploads = object->possible_uploads,
    .upload_in_doubt = object->doubt_since != 0,
    .object_in_doubt = object->object_in_doubt,
  };
}

/* The lock is held and let go meanwhile. */
static void
remove_object (AncS3Uploader *self, AncS3Outgoing *object)
{
  g_queue_remove (&self->objects, object);
  if (self->current == object)
    self->current = NULL;
  g_cond_broadcast (&self->room);
  g_cond_broadcast (&self->work);
  g_mutex_unlock (&self->lock);
  anc_s3_outgoing_free (object);
  g_mutex_lock (&self->lock);
}

static void
forget_spooled (AncS3Outgoing *object)
{
  for (guint i = 0; i < object->pieces->len; i++)
    anc_s3_piece_release (object, g_ptr_array_index (object->pieces, i));
  anc_s3_spool_entry_finish (object->entry);
}

/* The lock is not held. */
static void
report_done (AncS3Outgoing *object, const AncS3ObjectInfo *info)
{
  const AncS3UploaderOptions *options = &object->uploader->options;
  AncS3Outcome outcome = outcome_of (object);

  outcome.info = info;
  if (object->entry != NULL)
    forget_spooled (object);
  if (options->events.done != NULL)
    options->events.done (&outcome, options->data);
}

/* With a spool it is worth to wait for better times. */
static gboolean
may_pass (const AncS3Outgoing *object, const GError *error)
{
  return object->entry != NULL && object->error == NULL
         && (anc_aws_error_get_details (error)->retryable
             || g_error_matches (error, ANC_AWS_ERROR, ANC_AWS_ERROR_CONNECTION)
             || g_error_matches (error, ANC_AWS_ERROR, ANC_AWS_ERROR_TIMEOUT)
             || g_error_matches (error, ANC_AWS_ERROR, ANC_AWS_ERROR_EXPIRED)
             || g_error_matches (error, ANC_AWS_ERROR,
                                 ANC_AWS_ERROR_CREDENTIALS));
}

/* The lock is held and let go meanwhile. */
static void
handle_error (AncS3Outgoing *object, const GError *error)
{
  AncS3Uploader *self = object->uploader;
  gboolean say;

  if (!may_pass (object, error)) {
    anc_s3_outgoing_fail (object, error);
    return;
  }
  object->not_before = g_get_monotonic_time ()
                       + (gint64) anc_backoff_next (&object->backoff) * 1000;
  say = !object->said_waiting;
  object->said_waiting = TRUE;
  if (say && self->options.events.waiting != NULL) {
    object->busy++;
    g_mutex_unlock (&self->lock);
    self->options.events.waiting (object->key, error, self->options.data);
    g_mutex_lock (&self->lock);
    object->busy--;
  }
  g_cond_broadcast (&self->work);
}

static void
all_is_well (AncS3Outgoing *object)
{
  object->not_before = 0;
  object->said_waiting = FALSE;
  anc_backoff_reset (&object->backoff);
}

/* --- the steps: the lock is held, and let go for the request --- */

static void
step_part (AncS3Uploader *self, AncS3Outgoing *object)
{
  AncS3Piece *piece = g_queue_pop_head (&object->queue);
  g_autoptr (GError) error = NULL;
  gboolean good;

  object->busy++;
  g_mutex_unlock (&self->lock);
  good = anc_s3_request_part (object, piece, &error);
  g_mutex_lock (&self->lock);
  if (good) {
    piece->sent = TRUE;
    object->uploaded += piece->used;
    self->stats.bytes_uploaded += piece->used;
    self->stats.parts_uploaded++;
    all_is_well (object);
    if (self->options.events.progress != NULL) {
      guint64 uploaded = object->uploaded, size = object->size;
      g_mutex_unlock (&self->lock);
      self->options.events.progress (object->key, uploaded, size,
                                     self->options.data);
      g_mutex_lock (&self->lock);
    }
  } else {
    g_queue_push_head (&object->queue, piece);
    handle_error (object, error);
  }
  object->busy--;
  g_cond_broadcast (&self->work);
  /* a writer that waits for the spool looks again whether that has a point */
  g_cond_broadcast (&self->room);
}

static void
step_create (AncS3Uploader *self, AncS3Outgoing *object)
{
  g_autoptr (GError) error = NULL;
  gboolean good;

  g_mutex_unlock (&self->lock);
  good = anc_s3_request_create (object, &error);
  g_mutex_lock (&self->lock);
  if (good)
    all_is_well (object);
  else
    handle_error (object, error);
  object->exclusive = FALSE;
  g_cond_broadcast (&self->work);
}

static void
step_last (AncS3Uploader *self, AncS3Outgoing *object, Step step)
{
  g_auto (AncS3ObjectInfo) info = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean good;

  g_mutex_unlock (&self->lock);
  good = step == STEP_PUT ? anc_s3_request_put (object, &info, &error)
                          : anc_s3_request_complete (object, &info, &error);
  if (good)
    report_done (object, &info);
  g_mutex_lock (&self->lock);
  if (!good) {
    handle_error (object, error);
    object->exclusive = FALSE;
    g_cond_broadcast (&self->work);
    return;
  }
  if (step == STEP_PUT)
    self->stats.bytes_uploaded += object->size;
  self->stats.objects_done++;
  if (object->recovered)
    self->stats.objects_recovered++;
  remove_object (self, object);
}

static void
step_clean_up (AncS3Uploader *self, AncS3Outgoing *object)
{
  g_auto (AncS3ObjectInfo) info = { 0 };
  g_autofree gchar *left = NULL;
  AncS3Outcome outcome;

  object->cleaning = TRUE;
  g_mutex_unlock (&self->lock);
  if (anc_s3_clean_up (object, &info, &left))
    report_done (object, &info);
  outcome = outcome_of (object);
  outcome.upload_id = left;
  if (object->entry != NULL)
    outcome.spool_folder = anc_s3_spool_entry_folder (object->entry);
  if (self->options.events.failed != NULL)
    self->options.events.failed (&outcome, object->error, self->options.data);
  g_mutex_lock (&self->lock);
  self->stats.objects_failed++;
  if (self->error == NULL && !object->recovered)
    self->error = g_error_copy (object->error);
  remove_object (self, object);
}

gpointer
anc_s3_uploader_work (gpointer uploader)
{
  AncS3Uploader *self = uploader;
  AncS3Outgoing *object = NULL;
  Step step;

  g_mutex_lock (&self->lock);
  while (!self->quit) {
    step = find_step (self, &object);
    if (step != STEP_NONE && step != STEP_PART && step != STEP_CHECK)
      object->exclusive = TRUE;
    switch (step) {
    case STEP_NONE:
      wait_for_work (self);
      break;
    case STEP_PART:
      step_part (self, object);
      break;
    case STEP_CREATE:
      step_create (self, object);
      break;
    case STEP_PUT:
    case STEP_COMPLETE:
      step_last (self, object, step);
      break;
    case STEP_CLEAN_UP:
      step_clean_up (self, object);
      break;
    case STEP_CHECK:
      anc_s3_uploader_check (self);
      break;
    }
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}
