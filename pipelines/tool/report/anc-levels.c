/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-levels.h"

#include <math.h>

gdouble
anc_levels_from_power (gdouble power)
{
  return power > 1e-16 ? 10 * log10 (power) : ANC_LEVELS_SILENCE;
}

void
anc_levels_free (AncLevels *self)
{
  g_free (self->frames);
  g_free (self);
}

static int
compare (const void *a, const void *b)
{
  gfloat x = *(const gfloat *) a, y = *(const gfloat *) b;
  return (x > y) - (x < y);
}

static gdouble
percentile (const gfloat *sorted, gsize n, gdouble part)
{
  return sorted[(gsize) ((n - 1) * part + 0.5)];
}

static void
rank_frames (AncLevels *self)
{
  g_autofree gfloat *sorted
      = g_memdup2 (self->frames, self->n_frames * sizeof (gfloat));
  gsize tenth = MAX (self->n_frames / 10, 1);
  gdouble power = 0;

  qsort (sorted, self->n_frames, sizeof (gfloat), compare);
  for (gsize i = 0; i < tenth; i++)
    power += pow (10, sorted[i] / 10);
  self->floor = anc_levels_from_power (power / tenth);
  self->low = percentile (sorted, self->n_frames, 0.10);
  self->median = percentile (sorted, self->n_frames, 0.50);
  self->high = percentile (sorted, self->n_frames, 0.95);
}

AncLevels *
anc_levels_new (const AncSound *sound)
{
  AncLevels *self = g_new0 (AncLevels, 1);
  gsize frame = MAX (sound->rate * ANC_LEVELS_FRAME_SECONDS, 1);
  gsize total = sound->frames * sound->channels;
  gsize chunk = frame * sound->channels;
  gdouble peak = 0, sum = 0;

  self->frames = g_new (gfloat, total / chunk + 1);
  for (gsize at = 0; at < total; at += chunk) {
    gsize n = MIN (chunk, total - at);
    gdouble power = 0;

    for (gsize i = at; i < at + n; i++) {
      gdouble value = isfinite (sound->samples[i]) ? sound->samples[i] : 0;
      peak = MAX (peak, fabs (value));
      power += value * value;
    }
    sum += power;
    /* A partial frame at the end would pass for a pause. */
    if (n == chunk || self->n_frames == 0)
      self->frames[self->n_frames++] = anc_levels_from_power (power / n);
  }
  self->peak = anc_levels_from_power (peak * peak);
  self->rms = anc_levels_from_power (sum / total);
  rank_frames (self);
  return self;
}
