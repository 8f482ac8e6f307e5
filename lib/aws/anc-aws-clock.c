/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-clock.h"

static gint64
system_now (gpointer data)
{
  return g_get_real_time ();
}

/* A cancellable is a file descriptor: poll () waits for it or for the time. */
static gboolean
system_sleep (gpointer data, gint64 microseconds, GCancellable *cancellable,
              GError **error)
{
  gint64 end = g_get_monotonic_time () + microseconds;
  GPollFD fd = { .fd = -1, .events = G_IO_IN };
  gboolean pollable
      = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &fd);
  gint64 left;

  while ((left = end - g_get_monotonic_time ()) > 0
         && !g_cancellable_is_cancelled (cancellable))
    g_poll (&fd, pollable ? 1 : 0, (gint) MIN ((left + 999) / 1000, G_MAXINT));
  if (pollable)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gdouble
system_random (gpointer data)
{
  return g_random_double ();
}

const AncAwsClock *
anc_aws_clock_system (void)
{
  static const AncAwsClock clock = {
    .now = system_now,
    .sleep = system_sleep,
    .random = system_random,
  };

  return &clock;
}
