/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-progress.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 24
/* Before that much time a speed is mostly chance. */
#define SETTLED_SECONDS 0.5

void
anc_progress_init (AncProgress *self, gboolean wanted)
{
  self->visible = wanted && isatty (STDERR_FILENO)
                  && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  self->start = g_get_monotonic_time ();
}

gchar *
anc_progress_clock (gdouble seconds)
{
  guint64 s = seconds > 0 ? (guint64) (seconds + 0.5) : 0;

  if (s >= 3600)
    return g_strdup_printf ("%u:%02u:%02u", (guint) (s / 3600),
                            (guint) (s / 60 % 60), (guint) (s % 60));
  return g_strdup_printf ("%u:%02u", (guint) (s / 60), (guint) (s % 60));
}

gchar *
anc_progress_line (gdouble position, gdouble duration, gdouble elapsed)
{
  g_autofree gchar *at = anc_progress_clock (position);
  g_autofree gchar *whole = NULL, *left = NULL;
  gdouble speed = elapsed > 0 ? position / elapsed : 0;
  gdouble part;
  gchar bar[BAR_WIDTH + 1];
  gint filled;

  if (duration <= 0)
    return g_strdup_printf ("%s, until ^C", at);
  part = CLAMP (position / duration, 0.0, 1.0);
  filled = (gint) (part * BAR_WIDTH);
  memset (bar, '-', BAR_WIDTH);
  memset (bar, '#', (gsize) filled);
  bar[BAR_WIDTH] = '\0';
  whole = anc_progress_clock (duration);
  left = elapsed >= SETTLED_SECONDS && speed > 0
             ? anc_progress_clock ((duration - position) / speed)
             : g_strdup ("-:--");
  return g_strdup_printf ("[%s] %3d %%  %s of %s  ETA %s  %.0fx", bar,
                          (gint) floor (part * 100), at, whole, left, speed);
}

void
anc_progress_show (AncProgress *self, gdouble position, gdouble duration)
{
  gdouble elapsed
      = (gdouble) (g_get_monotonic_time () - self->start) / G_USEC_PER_SEC;
  g_autofree gchar *line = NULL;

  if (!self->visible)
    return;
  line = anc_progress_line (position, duration, elapsed);
  g_printerr ("\r%s\033[K", line);
}

void
anc_progress_show_end (AncProgress *self, guint interrupts)
{
  if (self->visible)
    g_printerr ("\r%s\033[K",
                interrupts == 1
                    ? "finishing; ^C again stops"
                    : "taking back what was uploaded; ^C again leaves it");
}

void
anc_progress_clear (AncProgress *self)
{
  if (self->visible)
    g_printerr ("\r\033[K");
}
