/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-reader.h"

#include <string.h>

#include "anc-aws-error.h"
#include "anc-backoff.h"

/* What is asked for first after a jump. */
#define FIRST_RANGE ((gsize) 256 << 10)
/* A range is passed on in such pieces as it arrives. */
#define PIECE ((gsize) 64 << 10)
#define FIRST_PAUSE_MS 100u
#define LONGEST_PAUSE_MS 5000u

/* A request and what has arrived of it. `data` from `filled` on belongs to the
 * thread that fetches it, all else is guarded by the reader's lock. */
typedef struct {
  guint64 offset;
  gsize size;
  gsize filled;
  guint8 *data;
  gboolean begun;   /* a thread has taken it */
  gboolean ended;   /* and is through with it */
  gboolean dropped; /* nobody reads it any more: its thread frees it */
  GError *error;
  GCancellable *cancellable;
} Range;

struct _AncS3Reader {
  AncS3ReaderOptions options; /* strings owned */
  AncS3ObjectInfo info;
  GPtrArray *threads;

  GMutex lock;   /* guards what follows */
  GCond work;    /* for the threads */
  GCond data;    /* for the reader */
  GQueue ranges; /* of Range, in the order of their offsets, without gaps */
  guint64 end;   /* where the next range begins */
  gsize next_size;
  guint ahead; /* ranges that there may be */
  gboolean flushing, quit;
  AncS3ReaderStats stats;
};

static void
range_free (Range *range)
{
  g_object_unref (range->cancellable);
  g_clear_error (&range->error);
  g_free (range->data);
  g_free (range);
}

/* The lock is held. A thread that is at it frees it itself. */
static void
drop (AncS3Reader *self, Range *range)
{
  self->stats.memory -= range->size;
  range->dropped = TRUE;
  g_cancellable_cancel (range->cancellable);
  if (!range->begun || range->ended)
    range_free (range);
}

static void
drop_all (AncS3Reader *self)
{
  Range *range;

  while ((range = g_queue_pop_head (&self->ranges)) != NULL)
    drop (self, range);
}

/* The lock is held. As many ranges as there may be. */
static void
plan (AncS3Reader *self)
{
  while (self->ranges.length < self->ahead && self->end < self->info.size) {
    Range *range = g_new0 (Range, 1);

    range->offset = self->end;
    range->size = (gsize) MIN (self->next_size, self->info.size - self->end);
    range->data = g_malloc (range->size);
    range->cancellable = g_cancellable_new ();
    g_queue_push_tail (&self->ranges, range);
    self->end += range->size;
    self->next_size = MIN (self->next_size * 2, self->options.range_size);
    self->stats.memory += range->size;
    self->stats.ranges++;
    g_cond_signal (&self->work);
  }
}

/* --- the threads --- */

static Range *
next_range (AncS3Reader *self)
{
  for (GList *l = self->ranges.head; l != NULL; l = l->next) {
    Range *range = l->data;
    if (!range->begun)
      return range;
  }
  return NULL;
}

static gboolean
receive (AncS3Reader *self, Range *range, GInputStream *stream, GError **error)
{
  gssize n;

  while (range->filled < range->size) {
    n = g_input_stream_read (stream, range->data + range->filled,
                             MIN (PIECE, range->size - range->filled),
                             range->cancellable, error);
    if (n < 0)
      return FALSE;
    if (n == 0) {
      anc_aws_error_set (error, ANC_AWS_ERROR_CONNECTION, NULL,
                         "The connection broke off while s3://%s/%s was read.",
                         self->options.bucket, self->options.key);
      return FALSE;
    }
    g_mutex_lock (&self->lock);
    range->filled += (gsize) n;
    self->stats.bytes_received += (guint64) n;
    g_cond_broadcast (&self->data);
    g_mutex_unlock (&self->lock);
  }
  return TRUE;
}

static gboolean
fetch_once (AncS3Reader *self, Range *range, GError **error)
{
  AncS3Range wanted = { .offset = range->offset + range->filled,
                        .length = range->size - range->filled,
                        .if_match = self->info.etag,
                        .version_id = self->options.version_id };
  g_auto (AncS3ObjectInfo) info = { 0 };
  g_autoptr (GInputStream) stream = NULL;

  if (!anc_s3_get_object (self->options.s3, self->options.bucket,
                          self->options.key, &wanted, &info, &stream,
                          range->cancellable, error))
    return FALSE;
  if (info.length != wanted.length || info.offset != wanted.offset) {
    anc_aws_error_set (error, ANC_AWS_ERROR_MALFORMED, NULL,
                       "The server sent other bytes of s3://%s/%s than it was "
                       "asked for; it may not know ranges.",
                       self->options.bucket, self->options.key);
    return FALSE;
  }
  return receive (self, range, stream, error);
}

/* Reading errors are of GIO: all but cancellation is worth another try. */
static gboolean
may_resume (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  return error->domain != ANC_AWS_ERROR
         || error->code == ANC_AWS_ERROR_CONNECTION
         || anc_aws_error_get_details (error)->retryable;
}

/* FALSE: cancelled. */
static gboolean
pause_for (AncBackoff *backoff, GCancellable *cancellable)
{
  GPollFD poll;

  if (!g_cancellable_make_pollfd (cancellable, &poll))
    return FALSE;
  g_poll (&poll, 1, (gint) anc_backoff_next (backoff));
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_is_cancelled (cancellable);
}

static gboolean
fetch (AncS3Reader *self, Range *range, GError **error)
{
  AncBackoff backoff = { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, 0 };
  g_autoptr (GError) failed = NULL;
  gsize reached = 0;
  guint attempts = 0;

  while (!fetch_once (self, range, &failed)) {
    if (range->filled > reached) {
      reached = range->filled;
      attempts = 0;
      anc_backoff_reset (&backoff);
    }
    if (!may_resume (failed) || ++attempts >= self->options.attempts
        || !pause_for (&backoff, range->cancellable)) {
      anc_aws_client_explain_read (anc_s3_client (self->options.s3),
                                   self->options.key, &failed);
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
    g_clear_error (&failed);
    g_mutex_lock (&self->lock);
    self->stats.resumed++;
    g_mutex_unlock (&self->lock);
  }
  return TRUE;
}

static gpointer
work (gpointer data)
{
  AncS3Reader *self = data;
  Range *range;

  g_mutex_lock (&self->lock);
  while (!self->quit) {
    g_autoptr (GError) error = NULL;

    range = next_range (self);
    if (range == NULL) {
      g_cond_wait (&self->work, &self->lock);
      continue;
    }
    range->begun = TRUE;
    g_mutex_unlock (&self->lock);
    fetch (self, range, &error);
    g_mutex_lock (&self->lock);
    if (range->dropped) {
      range_free (range);
      continue;
    }
    range->error = g_steal_pointer (&error);
    range->ended = TRUE;
    g_cond_broadcast (&self->data);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* --- the reader --- */

/* A refusal of HEAD has no body that says why: a GET has. */
static gboolean
ask (const AncS3ReaderOptions *options, AncS3ObjectInfo *ret_info,
     GCancellable *cancellable, GError **error)
{
  AncS3Range first
      = { .offset = 0, .length = 1, .version_id = options->version_id };
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) failed = NULL;

  if (anc_s3_head_object (options->s3, options->bucket, options->key,
                          options->version_id, ret_info, cancellable, &failed))
    return TRUE;
  if (anc_aws_error_get_details (failed)->http_status < 400
      || anc_aws_error_get_details (failed)->http_status >= 500) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  return anc_s3_get_object (options->s3, options->bucket, options->key, &first,
                            ret_info, &stream, cancellable, error);
}

AncS3Reader *
anc_s3_reader_open (const AncS3ReaderOptions *options,
                    GCancellable *cancellable, GError **error)
{
  g_auto (AncS3ObjectInfo) info = { 0 };
  AncS3Reader *self;

  if (!ask (options, &info, cancellable, error))
    return NULL;
  self = g_new0 (AncS3Reader, 1);
  self->options = *options;
  self->options.bucket = g_strdup (options->bucket);
  self->options.key = g_strdup (options->key);
  self->options.version_id = g_strdup (options->version_id);
  self->info = info;
  info = (AncS3ObjectInfo){ 0 };
  g_mutex_init (&self->lock);
  g_cond_init (&self->work);
  g_cond_init (&self->data);
  g_queue_init (&self->ranges);
  self->next_size = MIN (FIRST_RANGE, options->range_size);
  self->ahead = 1;
  self->threads = g_ptr_array_new ();
  for (guint i = 0; i < options->parallel; i++)
    g_ptr_array_add (self->threads, g_thread_new ("anc-s3-read", work, self));
  return self;
}

void
anc_s3_reader_free (AncS3Reader *self)
{
  g_mutex_lock (&self->lock);
  self->quit = TRUE;
  drop_all (self);
  g_cond_broadcast (&self->work);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  g_ptr_array_unref (self->threads);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->work);
  g_cond_clear (&self->data);
  anc_s3_object_info_clear (&self->info);
  g_free ((gchar *) self->options.bucket);
  g_free ((gchar *) self->options.key);
  g_free ((gchar *) self->options.version_id);
  g_free (self);
}

const AncS3ObjectInfo *
anc_s3_reader_info (const AncS3Reader *self)
{
  return &self->info;
}

/* In sequence: look further ahead. */
static void
widen (AncS3Reader *self)
{
  self->ahead = MIN (self->ahead + 2, self->options.parallel + 1);
}

/* The lock is held. */
static void
jump (AncS3Reader *self, guint64 offset)
{
  drop_all (self);
  self->end = offset;
  self->next_size = MIN (FIRST_RANGE, self->options.range_size);
  self->ahead = 1;
  if (self->stats.ranges > 0)
    self->stats.jumps++;
}

/* The lock is held. The range that holds `offset`, first in line; what lies
 * before it goes. */
static Range *
find (AncS3Reader *self, guint64 offset)
{
  Range *range = g_queue_peek_head (&self->ranges);

  if (range == NULL || offset < range->offset || offset > self->end)
    jump (self, offset);
  while ((range = g_queue_peek_head (&self->ranges)) != NULL
         && offset >= range->offset + range->size) {
    drop (self, g_queue_pop_head (&self->ranges));
    widen (self);
  }
  plan (self);
  return g_queue_peek_head (&self->ranges);
}

/* The lock is held. Some bytes, or none and an error. */
static gsize
read_some (AncS3Reader *self, guint64 offset, guint8 *data, gsize size,
           GError **error)
{
  gsize at, n;
  Range *range;

  while (!self->flushing) {
    range = find (self, offset);
    at = (gsize) (offset - range->offset);
    if (range->filled > at) {
      n = MIN (size, range->filled - at);
      memcpy (data, range->data + at, n);
      return n;
    }
    if (range->error != NULL) {
      g_propagate_error (error, g_error_copy (range->error));
      return 0;
    }
    g_cond_wait (&self->data, &self->lock);
  }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Interrupted.");
  return 0;
}

gboolean
anc_s3_reader_read (AncS3Reader *self, guint64 offset, gpointer data,
                    gsize size, gsize *ret_read, GError **error)
{
  gsize done = 0, n = 1;

  if (offset >= self->info.size)
    size = 0;
  else
    size = (gsize) MIN (size, self->info.size - offset);
  g_mutex_lock (&self->lock);
  while (done < size && n > 0) {
    n = read_some (self, offset + done, (guint8 *) data + done, size - done,
                   error);
    done += n;
  }
  self->stats.bytes_read += done;
  g_mutex_unlock (&self->lock);
  *ret_read = done;
  return done == size;
}

void
anc_s3_reader_set_flushing (AncS3Reader *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->data);
  g_mutex_unlock (&self->lock);
}

void
anc_s3_reader_get_stats (AncS3Reader *self, AncS3ReaderStats *ret_stats)
{
  g_mutex_lock (&self->lock);
  *ret_stats = self->stats;
  g_mutex_unlock (&self->lock);
}
