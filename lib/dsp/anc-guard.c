/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-guard.h"

#include "anc-memory.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_SECONDS 0.02
#define WINDOW_FRAMES 5u
#define PEAK_SECONDS 0.2

#define BAD_RATIO 3.98 /* just inside +6 dB */
#define BAD_POWER 1e-8 /* -80 dBFS */
#define RESTORE_FRAMES 2u
#define ZERO_FRAMES 3u
#define HOLD_FRAMES 2u

#define WORSE_RATIO 1.05
#define MUCH_WORSE_RATIO 2.0
#define WORSE_POWER 1e-12 /* -120 dBFS: rounding, not a signal */
#define WORSE_WINDOWS 10u
#define LOWER 0.5
#define MUCH_LOWER 0.25
#define SCALE_GROWTH 1.12
#define CEILING_GROWTH 1.025
#define SLOW_SCALE_MINIMUM (1.0 / 64.0)
#define SCALE_MINIMUM 1e-6
#define ALERT_WINDOWS 50u

#define SUM_LIMIT 1e60

int
anc_guard_init (AncGuard *self, unsigned n_channels, size_t stride,
                unsigned rate)
{
  double frame = floor (rate * FRAME_SECONDS + 0.5);

  self->n_channels = n_channels;
  self->stride = stride;
  self->frame_length = frame < 1.0 ? 1 : (uint32_t) frame;
  self->decay = (float) exp (-1.0 / (PEAK_SECONDS * rate));
  self->channels = calloc (n_channels, sizeof *self->channels);
  self->good = anc_memory_floats (n_channels * stride);
  if (self->channels == NULL || self->good == NULL)
    return ANC_ERROR_MEMORY;
  anc_guard_reset (self);
  return ANC_OK;
}

void
anc_guard_reset (AncGuard *self)
{
  unsigned i;

  memset (self->channels, 0, self->n_channels * sizeof *self->channels);
  memset (self->good, 0, self->n_channels * self->stride * sizeof (float));
  for (i = 0; i < self->n_channels; i++)
    self->channels[i].scale = self->channels[i].ceiling = 1.0;
  self->frame_fill = 0;
  self->window_fill = 0;
  self->divergences = 0;
}

void
anc_guard_clear (AncGuard *self)
{
  free (self->channels);
  anc_memory_free (self->good);
  self->channels = NULL;
  self->good = NULL;
}

static void
visit_channel (AncGuardChannel *c, AncState *state)
{
  anc_state_f64 (state, &c->frame_primary, 0.0, SUM_LIMIT);
  anc_state_f64 (state, &c->frame_output, 0.0, SUM_LIMIT);
  anc_state_f64 (state, &c->last_primary, 0.0, SUM_LIMIT);
  anc_state_f64 (state, &c->window_primary, 0.0, SUM_LIMIT);
  anc_state_f64 (state, &c->window_output, 0.0, SUM_LIMIT);
  anc_state_f64 (state, &c->scale, 0.0, 1.0);
  anc_state_f64 (state, &c->ceiling, 0.0, 1.0);
  anc_state_f32 (state, &c->peak, 1, 0.0, SUM_LIMIT);
  anc_state_u32 (state, &c->bad, ZERO_FRAMES);
  anc_state_u32 (state, &c->hold, HOLD_FRAMES);
  anc_state_u32 (state, &c->worse, WORSE_WINDOWS);
  anc_state_u32 (state, &c->alert, ALERT_WINDOWS);
  anc_state_bool (state, &c->spent);
}

void
anc_guard_visit (AncGuard *self, AncState *state, double weight_limit)
{
  unsigned i;

  anc_state_u32 (state, &self->frame_fill, self->frame_length - 1);
  anc_state_u32 (state, &self->window_fill, WINDOW_FRAMES - 1);
  anc_state_u64 (state, &self->divergences);
  for (i = 0; i < self->n_channels; i++)
    visit_channel (&self->channels[i], state);
  anc_state_f32 (state, self->good, self->n_channels * self->stride,
                 -weight_limit, weight_limit);
}

bool
anc_guard_count (AncGuard *self, size_t n)
{
  self->frame_fill += (uint32_t) n;
  if (self->frame_fill < self->frame_length)
    return false;
  self->frame_fill = 0;
  self->window_fill = (self->window_fill + 1) % WINDOW_FRAMES;
  return true;
}

static void
lower (AncGuardChannel *c, double factor, double minimum)
{
  c->scale = fmax (c->scale * factor, fmin (c->scale, minimum));
}

/* One divergence may be the world's doing (a path that changed, a click); the
 * next within the alert is the step's. */
static void
note_divergence (AncGuard *self, AncGuardChannel *c)
{
  self->divergences++;
  if (c->alert > 0) {
    lower (c, MUCH_LOWER, SCALE_MINIMUM);
    c->ceiling = c->scale;
  }
  c->alert = ALERT_WINDOWS;
}

static AncGuardVerdict
zero (AncGuardChannel *c)
{
  c->bad = 0;
  c->hold = HOLD_FRAMES;
  c->spent = true;
  return ANC_GUARD_ZERO;
}

AncGuardVerdict
anc_guard_diverged (AncGuard *self, unsigned channel)
{
  AncGuardChannel *c = &self->channels[channel];

  note_divergence (self, c);
  /* Dealt with: the frame counts as neither bad nor good. */
  c->frame_output = 1.001 * c->frame_primary + 1e-12;
  if (c->spent)
    return zero (c);
  c->spent = true;
  return ANC_GUARD_RESTORE;
}

static bool
is_bad (const AncGuardChannel *c, uint32_t length)
{
  return c->frame_output > BAD_RATIO * c->frame_primary
         && c->frame_output > BAD_POWER * length;
}

static AncGuardVerdict
judge_frame (AncGuard *self, AncGuardChannel *c)
{
  if (!is_bad (c, self->frame_length)) {
    c->bad = 0;
    if (c->frame_output > c->frame_primary)
      return ANC_GUARD_KEEP;
    c->spent = false;
    return ANC_GUARD_SAVE;
  }
  if (++c->bad < RESTORE_FRAMES)
    return ANC_GUARD_KEEP;
  if (c->bad == RESTORE_FRAMES)
    note_divergence (self, c);
  if (c->bad >= ZERO_FRAMES || c->spent)
    return zero (c);
  c->spent = true;
  return ANC_GUARD_RESTORE;
}

static AncGuardVerdict
judge_window (AncGuard *self, AncGuardChannel *c)
{
  double floor_sum = WORSE_POWER * self->frame_length * WINDOW_FRAMES;
  double limit = c->window_primary + floor_sum;
  bool worse = c->window_output > WORSE_RATIO * limit;
  bool much_worse = c->window_output > MUCH_WORSE_RATIO * limit;

  c->window_primary = c->window_output = 0.0;
  c->alert -= c->alert > 0;
  if (!worse) {
    c->worse = 0;
    c->ceiling = fmin (1.0, c->ceiling * CEILING_GROWTH);
    c->scale = fmin (c->ceiling, c->scale * SCALE_GROWTH);
    return ANC_GUARD_KEEP;
  }
  lower (c, much_worse ? MUCH_LOWER : LOWER, SLOW_SCALE_MINIMUM);
  if (!much_worse && ++c->worse < WORSE_WINDOWS)
    return ANC_GUARD_KEEP;
  c->worse = 0;
  return ANC_GUARD_ZERO;
}

AncGuardVerdict
anc_guard_judge (AncGuard *self, unsigned channel)
{
  AncGuardChannel *c = &self->channels[channel];
  AncGuardVerdict verdict = ANC_GUARD_KEEP;

  c->window_primary += c->frame_primary;
  c->window_output += c->frame_output;
  if (c->hold > 0)
    c->hold--;
  else
    verdict = judge_frame (self, c);
  c->last_primary = c->frame_primary;
  c->frame_primary = c->frame_output = 0.0;
  if (self->window_fill == 0) {
    AncGuardVerdict slow = judge_window (self, c);

    if (slow != ANC_GUARD_KEEP)
      verdict = slow;
  }
  return verdict;
}

bool
anc_guard_suspects (const AncGuard *self, unsigned channel)
{
  const AncGuardChannel *c = &self->channels[channel];

  return c->bad > 0 || is_bad (c, self->frame_fill);
}
