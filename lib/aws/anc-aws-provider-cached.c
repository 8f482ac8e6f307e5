/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"

/* Before the expiry; half the life of credentials that live shorter. */
#define EARLY_US (5 * 60 * G_USEC_PER_SEC)
/* After a refresh that failed while the old ones are good. */
#define AGAIN_US (10 * G_USEC_PER_SEC)
/* How often a waiter looks whether it was cancelled. */
#define LOOK_US (20 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  AncAwsProvider *source;
  const AncAwsClock *clock;

  GMutex lock; /* for what follows; not held while fetching */
  GCond ready; /* `fetching` became FALSE */
  gboolean fetching;
  AncAwsCredentials *held; /* or NULL */
  gint64 refresh;          /* when to fetch the next ones */
  gboolean refused;        /* the service said `held` is no good */
  guint flights;           /* fetches that have ended */
  GError *failure;         /* of the last one; NULL: it succeeded */
} Cache;

static gint64
now (const Cache *self)
{
  return self->clock->now (self->clock->data);
}

/* Called with the lock held. */
static gboolean
is_fresh (const Cache *self)
{
  return self->held != NULL && !self->refused && now (self) < self->refresh;
}

static gboolean
is_usable (const Cache *self)
{
  gint64 end
      = self->held != NULL ? anc_aws_credentials_expiration (self->held) : 0;

  return self->held != NULL && !self->refused && (end == 0 || now (self) < end);
}

/* Called with the lock held. */
static void
hold (Cache *self, AncAwsCredentials *credentials)
{
  gint64 end = anc_aws_credentials_expiration (credentials);
  gint64 life = end - now (self);

  g_clear_pointer (&self->held, anc_aws_credentials_unref);
  self->held = anc_aws_credentials_ref (credentials);
  self->refused = FALSE;
  self->refresh = end == 0 ? G_MAXINT64 : end - MIN (EARLY_US, life / 2);
}

/* Called with the lock held and `fetching` set; leaves it held. */
static AncAwsCredentials *
refresh (Cache *self, GCancellable *cancellable, GError **error)
{
  AncAwsCredentials *fetched;
  g_autoptr (GError) local = NULL;

  g_mutex_unlock (&self->lock);
  fetched = anc_aws_provider_get (self->source, cancellable, &local);
  g_mutex_lock (&self->lock);
  self->flights++;
  g_clear_error (&self->failure);
  if (fetched != NULL) {
    hold (self, fetched);
    return fetched;
  }
  self->failure = g_error_copy (local);
  if (is_usable (self)
      && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    self->refresh = now (self) + AGAIN_US;
    return anc_aws_credentials_ref (self->held);
  }
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* Waits for the thread that fetches. Its failure is ours, too, unless it was
 * cancelled: the next one in line fetches then. */
static gboolean
wait_for_flight (Cache *self, GCancellable *cancellable, GError **error)
{
  guint before = self->flights;

  while (self->fetching && !is_usable (self)) {
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    g_cond_wait_until (&self->ready, &self->lock,
                       g_get_monotonic_time () + LOOK_US);
  }
  if (self->flights == before || self->failure == NULL || is_usable (self)
      || g_error_matches (self->failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return TRUE;
  g_propagate_error (error, g_error_copy (self->failure));
  return FALSE;
}

static AncAwsCredentials *
fetch_locked (Cache *self, GCancellable *cancellable, GError **error)
{
  AncAwsCredentials *credentials;

  do {
    if (!wait_for_flight (self, cancellable, error))
      return NULL;
    if (is_fresh (self) || (self->fetching && is_usable (self)))
      return anc_aws_credentials_ref (self->held);
  } while (self->fetching);
  self->fetching = TRUE;
  credentials = refresh (self, cancellable, error);
  self->fetching = FALSE;
  g_cond_broadcast (&self->ready);
  return credentials;
}

static AncAwsCredentials *
fetch (gpointer data, GCancellable *cancellable, GError **error)
{
  Cache *self = data;
  AncAwsCredentials *credentials;

  g_mutex_lock (&self->lock);
  credentials = fetch_locked (self, cancellable, error);
  g_mutex_unlock (&self->lock);
  return credentials;
}

static void
invalidate (gpointer data, AncAwsCredentials *refused)
{
  Cache *self = data;

  g_mutex_lock (&self->lock);
  if (self->held == refused)
    self->refused = TRUE;
  g_mutex_unlock (&self->lock);
  anc_aws_provider_invalidate (self->source, refused);
}

static void
free_cache (gpointer data)
{
  Cache *self = data;

  anc_aws_provider_unref (self->source);
  g_clear_pointer (&self->held, anc_aws_credentials_unref);
  g_clear_error (&self->failure);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ready);
  g_free (self);
}

AncAwsProvider *
anc_aws_provider_cached (AncAwsProvider *source, const AncAwsClock *clock)
{
  static const AncAwsProviderClass klass
      = { .name = "a cache", .fetch = fetch, .free = free_cache };
  Cache *self = g_new0 (Cache, 1);

  self->source = anc_aws_provider_ref (source);
  self->clock = clock != NULL ? clock : anc_aws_clock_system ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->ready);
  return anc_aws_provider_new_full (&klass, self, invalidate);
}
