/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The normalised least mean square algorithm.
 *
 * J. Nagumo, A. Noda, "A learning method for system identification", IEEE
 * Trans. Automatic Control 12(3), 1967; regularised as in S. Haykin, "Adaptive
 * Filter Theory".
 *
 *   e(n) = d(n) - w(n)^T x(n)
 *   w(n + 1) = (1 - leakage) w(n) + mu e(n) x(n) / (delta + x(n)^T x(n))
 *
 * x holds the taps of all references that the primary hears. delta is eps, or
 * (relative) eps times the energy that the regressor has at the slow power
 * envelope, which makes the filter indifferent to the level of its input.
 * Changed: the update of a sample is done in the pass that filters the next
 * one; with relative regularisation adaptation rests while the regressor is
 * 40 dB below the envelope, where there is nothing to learn but noise.
 *
 * Cost per sample and response: 2 L multiply-adds, 3 with leakage.
 * State: weights, waiting update, history, energies and envelope. */

#include "anc-filter-private.h"
#include "anc-power.h"

typedef struct {
  AncFilter base;
  AncPower power;
} AncNlms;

static int
nlms_init (AncFilter *base)
{
  AncNlms *self = (AncNlms *) base;

  return anc_power_init (&self->power, base->layout.n_references,
                         base->layout.filter_length, base->layout.rate);
}

static void
nlms_reset (AncFilter *base)
{
  anc_power_reset (&((AncNlms *) base)->power);
}

static void
nlms_resume (AncFilter *base, size_t n)
{
  anc_power_restart (&((AncNlms *) base)->power, &base->history, n);
}

/* mu / (delta + energy), 0 where adaptation rests. */
static double
normalised_step (const AncNlms *self, unsigned first)
{
  const AncFilterTuning *tuning = &self->base.tuning;
  unsigned heard = self->base.heard;
  double energy = anc_power_window (&self->power, first, heard);
  double delta = tuning->regularization;

  if (tuning->regularization_mode == ANC_REGULARIZATION_RELATIVE) {
    if (anc_power_is_pause (&self->power, first, heard))
      return 0.0;
    delta *= anc_power_usual (&self->power, first, heard);
  }
  return energy + delta > 1e-30 ? tuning->step_size / (energy + delta) : 0.0;
}

static void
adapt_sample (AncNlms *self, float *const *error, size_t i, size_t age)
{
  AncFilter *base = &self->base;
  float keep = (float) (1.0 - base->tuning.leakage);
  double step = normalised_step (self, 0);
  unsigned p;

  for (p = 0; p < base->layout.n_primaries; p++) {
    float estimate;

    if (base->layout.paired && p > 0)
      step = normalised_step (self, p);
    estimate = anc_filter_estimate (base, p, 0, age);
    if (!anc_filter_conclude (base, p, &error[p][i], estimate) || step == 0.0)
      continue;
    base->pending[p].keep = keep;
    base->pending[p].gain
        = (float) (step * anc_filter_scale (base, p)) * error[p][i];
  }
}

static void
nlms_process (AncFilter *base, float *const *error, size_t n)
{
  AncNlms *self = (AncNlms *) base;
  size_t i;

  for (i = 0; i < n; i++) {
    anc_power_advance (&self->power, &base->history, n - i);
    adapt_sample (self, error, i, n - i);
  }
}

static void
nlms_visit (AncFilter *base, AncState *state)
{
  anc_power_visit (&((AncNlms *) base)->power, state);
}

static void
nlms_clear (AncFilter *base)
{
  anc_power_clear (&((AncNlms *) base)->power);
}

const AncFilterClass anc_nlms_class = {
  .name = "nlms",
  .instance_size = sizeof (AncNlms),
  .defaults = { .step_size = 0.1,
                .regularization = 0.01,
                .regularization_mode = ANC_REGULARIZATION_RELATIVE,
                .forgetting_factor = 1.0,
                .guard = true },
  .lines_per_reference = 1,
  .init = nlms_init,
  .reset = nlms_reset,
  .resume = nlms_resume,
  .process = nlms_process,
  .visit = nlms_visit,
  .clear = nlms_clear,
};
