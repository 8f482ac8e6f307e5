/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-guard.h"

/* Before the deadline, as a part of the time that was given. */
#define MARGIN_PART 10
#define MARGIN_MAX (100 * G_TIME_SPAN_MILLISECOND)

struct _AncLambdaGuard {
  void (*expired) (gpointer data);
  gpointer data;
  GThread *thread;
  GMutex lock; /* for all below */
  GCond changed;
  gboolean ending;
  gboolean has_expired;
  gint64 ask;    /* monotonic; 0: nothing to watch, or asked already */
  gint64 report; /* monotonic; 0: nothing to watch */
  GCancellable *cancellable;
};

/* With the lock held; lets go of it for what others do. */
static void
ask_to_stop (AncLambdaGuard *self)
{
  g_autoptr (GCancellable) cancellable = g_object_ref (self->cancellable);

  self->ask = 0;
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (cancellable);
  g_mutex_lock (&self->lock);
}

static void
expire (AncLambdaGuard *self)
{
  self->has_expired = TRUE;
  self->report = 0;
  g_mutex_unlock (&self->lock);
  self->expired (self->data);
  g_mutex_lock (&self->lock);
}

static gpointer
watch (gpointer data)
{
  AncLambdaGuard *self = data;

  g_mutex_lock (&self->lock);
  while (!self->ending) {
    gint64 now = g_get_monotonic_time ();

    if (self->report == 0)
      g_cond_wait (&self->changed, &self->lock);
    else if (now >= self->report)
      expire (self);
    else if (self->ask != 0 && now >= self->ask)
      ask_to_stop (self);
    else
      g_cond_wait_until (&self->changed, &self->lock,
                         self->ask != 0 ? self->ask : self->report);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

AncLambdaGuard *
anc_lambda_guard_new (void (*expired) (gpointer data), gpointer data)
{
  AncLambdaGuard *self = g_new0 (AncLambdaGuard, 1);

  self->expired = expired;
  self->data = data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("anc-deadline", watch, self);
  return self;
}

void
anc_lambda_guard_free (AncLambdaGuard *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_clear_object (&self->cancellable);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

void
anc_lambda_guard_arm (AncLambdaGuard *self, gint64 deadline,
                      GCancellable *cancellable)
{
  gint64 given, margin;

  if (deadline == G_MAXINT64)
    return;
  given = MAX (deadline - g_get_real_time (), 0);
  margin = MIN (given / MARGIN_PART, MARGIN_MAX);
  g_mutex_lock (&self->lock);
  g_set_object (&self->cancellable, cancellable);
  self->report = g_get_monotonic_time () + given - margin;
  self->ask = self->report - margin;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

gboolean
anc_lambda_guard_disarm (AncLambdaGuard *self)
{
  gboolean in_time;

  g_mutex_lock (&self->lock);
  self->ask = self->report = 0;
  g_clear_object (&self->cancellable);
  in_time = !self->has_expired;
  g_mutex_unlock (&self->lock);
  return in_time;
}
