/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake-clock.h"

static gint64
fake_now (gpointer data)
{
  FakeClock *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->now;
}

static gboolean
fake_sleep (gpointer data, gint64 microseconds, GCancellable *cancellable,
            GError **error)
{
  FakeClock *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->now += microseconds;
  g_array_append_val (self->sleeps, microseconds);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gdouble
fake_random (gpointer data)
{
  return ((FakeClock *) data)->random;
}

void
fake_clock_init (FakeClock *self)
{
  g_mutex_init (&self->lock);
  self->clock = (AncAwsClock){ fake_now, fake_sleep, fake_random, self };
  self->now = FAKE_NOW;
  self->random = 0.5;
  self->sleeps = g_array_new (FALSE, FALSE, sizeof (gint64));
}

void
fake_clock_clear (FakeClock *self)
{
  g_mutex_clear (&self->lock);
  g_array_unref (self->sleeps);
}

void
fake_clock_advance (FakeClock *self, gint64 seconds)
{
  g_mutex_lock (&self->lock);
  self->now += seconds * G_USEC_PER_SEC;
  g_mutex_unlock (&self->lock);
}

gint64
fake_clock_slept (FakeClock *self, guint index)
{
  g_assert_cmpuint (index, <, self->sleeps->len);
  return g_array_index (self->sleeps, gint64, index);
}
