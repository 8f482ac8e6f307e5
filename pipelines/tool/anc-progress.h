/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One line on a terminal that shows how far a run is. */
#pragma once

#include <glib.h>

typedef struct {
  gboolean visible; /* standard error is a terminal that can erase a line */
  gint64 start;     /* monotonic, in microseconds */
} AncProgress;

void anc_progress_init (AncProgress *self, gboolean wanted);
/* Seconds of sound; duration < 0: not known. */
void anc_progress_show (AncProgress *self, gdouble position, gdouble duration);
/* After so many ^C, one or more. */
void anc_progress_show_end (AncProgress *self, guint interrupts);
void anc_progress_clear (AncProgress *self);

/* "1:02:03" or "2:03". */
gchar *anc_progress_clock (gdouble seconds);
/* The line for these figures; `elapsed` in seconds. */
gchar *anc_progress_line (gdouble position, gdouble duration, gdouble elapsed);
