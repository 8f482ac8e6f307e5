/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-power.h"

#include "anc-filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMOOTHING_SECONDS 0.02
#define RELEASE_SECONDS 5.0
#define PAUSE_RATIO 1e-4 /* -40 dB */
/* Above every sum that samples within ANC_SAMPLE_LIMIT can make. */
#define POWER_LIMIT 1e60

int
anc_power_init (AncPower *self, unsigned n_lines, unsigned length,
                unsigned rate)
{
  self->lines = calloc (n_lines, sizeof *self->lines);
  self->n_lines = n_lines;
  self->length = length;
  self->until_refresh = length;
  self->attack = 1.0 - exp (-1.0 / (SMOOTHING_SECONDS * rate));
  self->release = 1.0 - exp (-1.0 / (RELEASE_SECONDS * rate));
  return self->lines != NULL ? ANC_OK : ANC_ERROR_MEMORY;
}

void
anc_power_reset (AncPower *self)
{
  memset (self->lines, 0, self->n_lines * sizeof *self->lines);
  self->until_refresh = self->length;
}

void
anc_power_clear (AncPower *self)
{
  free (self->lines);
  self->lines = NULL;
}

void
anc_power_visit (AncPower *self, AncState *state)
{
  unsigned i;

  /* One less, so that the stored range begins at 0. */
  self->until_refresh--;
  anc_state_u32 (state, &self->until_refresh, self->length - 1);
  self->until_refresh++;
  for (i = 0; i < self->n_lines; i++) {
    AncPowerLine *line = &self->lines[i];

    anc_state_f64 (state, &line->window, 0.0, POWER_LIMIT);
    anc_state_f64 (state, &line->fresh, 0.0, POWER_LIMIT);
    anc_state_f64 (state, &line->smooth, 0.0, POWER_LIMIT);
    anc_state_f64 (state, &line->slow, 0.0, POWER_LIMIT);
  }
}

void
anc_power_restart (AncPower *self, const AncHistory *history, size_t age)
{
  unsigned i;
  size_t j;

  for (i = 0; i < self->n_lines; i++) {
    const float *x = anc_history_newest (history, i, age + self->length);
    double sum = 0.0;

    for (j = 0; j < self->length; j++)
      sum += (double) x[j] * x[j];
    self->lines[i].window = sum;
    self->lines[i].fresh = 0.0;
  }
  self->until_refresh = self->length;
}

static void
advance_line (const AncPower *self, AncPowerLine *line, double newest,
              double leaving)
{
  double power = newest * newest;
  double window = line->window + power - leaving * leaving;

  line->window = window > 0.0 ? window : 0.0;
  line->fresh += power;
  line->smooth += self->attack * (power - line->smooth);
  if (line->smooth > line->slow)
    line->slow = line->smooth;
  else
    line->slow += self->release * (line->smooth - line->slow);
}

void
anc_power_advance (AncPower *self, const AncHistory *history, size_t age)
{
  unsigned i;

  for (i = 0; i < self->n_lines; i++) {
    const float *x = anc_history_newest (history, i, age);

    advance_line (self, &self->lines[i], *x, *(x - self->length));
  }
  if (--self->until_refresh > 0)
    return;
  self->until_refresh = self->length;
  for (i = 0; i < self->n_lines; i++) {
    self->lines[i].window = self->lines[i].fresh;
    self->lines[i].fresh = 0.0;
  }
}

double
anc_power_window (const AncPower *self, unsigned first, unsigned n)
{
  double sum = 0.0;

  while (n-- > 0)
    sum += self->lines[first++].window;
  return sum;
}

double
anc_power_usual (const AncPower *self, unsigned first, unsigned n)
{
  double sum = 0.0;

  while (n-- > 0)
    sum += self->lines[first++].slow;
  return sum * self->length;
}

bool
anc_power_is_pause (const AncPower *self, unsigned first, unsigned n)
{
  return anc_power_window (self, first, n)
         <= PAUSE_RATIO * anc_power_usual (self, first, n);
}
