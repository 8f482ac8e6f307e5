/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-floor.h"

#include <math.h>

#define FRAMES_A_SECOND 50
#define SILENCE_DB -160.
#define BINS_A_DB 10
/* Half a second: less is one syllable. */
#define LEAST_FRAMES 25

void
anc_floor_set_rate (AncFloor *self, guint rate, guint channels)
{
  self->wanted = MAX (1, rate / FRAMES_A_SECOND) * channels;
  self->filled = 0;
  self->power = 0;
}

void
anc_floor_add (AncFloor *self, gfloat sample)
{
  gdouble db;

  if (isfinite (sample))
    self->power += (gdouble) sample * sample;
  if (++self->filled < self->wanted)
    return;
  db = 10 * log10 (self->power / self->wanted + 1e-16);
  self->bins[CLAMP ((gint) ((db - SILENCE_DB) * BINS_A_DB), 0,
                    ANC_FLOOR_BINS - 1)]++;
  self->frames++;
  self->filled = 0;
  self->power = 0;
}

gboolean
anc_floor_get_db (const AncFloor *self, gdouble *ret)
{
  guint64 left = self->frames / 10, tenth = left;
  gdouble power = 0;

  if (self->frames < LEAST_FRAMES)
    return FALSE;
  for (guint i = 0; i < ANC_FLOOR_BINS && left > 0; i++) {
    guint64 n = MIN (self->bins[i], left);

    power += (gdouble) n * pow (10, (SILENCE_DB + (i + 0.5) / BINS_A_DB) / 10);
    left -= n;
  }
  *ret = 10 * log10 (power / (gdouble) tenth);
  return TRUE;
}
