/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The least mean square algorithm.
 *
 * B. Widrow, M. E. Hoff, "Adaptive switching circuits", IRE WESCON Convention
 * Record 4, 1960; the leaky and the three sign forms after S. Haykin, "Adaptive
 * Filter Theory", and A. Gersho, "Adaptive filtering with binary
 * reinforcement", IEEE Trans. Information Theory 30(2), 1984.
 *
 *   e(n) = d(n) - w(n)^T x(n)
 *   w(n + 1) = (1 - leakage) w(n) + mu f(e(n)) g(x(n))
 *
 * with f, g each the identity or the sign, and no factor 2. Changed: the update
 * of a sample is done in the pass that filters the next one; each primary has
 * an error and a guard of its own.
 *
 * Cost per sample and response: 2 L multiply-adds, 3 with leakage.
 * State: weights, waiting update, history. Scratch: the signs of the history,
 * which can be had from it at any time. */

#include "anc-filter-private.h"

static bool
takes_sign_of_data (const AncFilter *self)
{
  return self->tuning.sign_mode == ANC_SIGN_DATA
         || self->tuning.sign_mode == ANC_SIGN_SIGN;
}

static bool
takes_sign_of_error (const AncFilter *self)
{
  return self->tuning.sign_mode == ANC_SIGN_ERROR
         || self->tuning.sign_mode == ANC_SIGN_SIGN;
}

static inline float
sign (float x)
{
  return (float) ((x > 0.0f) - (x < 0.0f));
}

/* The signs of the n samples up to the one `age` from the end, exclusive. */
static void
fill_signs (AncFilter *self, size_t n, size_t age)
{
  unsigned references = self->layout.n_references, i;
  size_t j;

  for (i = 0; i < references; i++) {
    const float *x = anc_history_newest (&self->history, i, n + age);
    float *signs = anc_history_newest (&self->history, references + i, n + age);

    for (j = 0; j < n; j++)
      signs[j] = sign (x[j]);
  }
}

static void
lms_resume (AncFilter *self, size_t n)
{
  if (takes_sign_of_data (self))
    fill_signs (self, self->layout.filter_length, n);
}

static void
lms_process (AncFilter *self, float *const *error, size_t n)
{
  bool signs = takes_sign_of_data (self);
  unsigned lines = signs ? self->layout.n_references : 0, p;
  float keep = (float) (1.0 - self->tuning.leakage);
  size_t i;

  if (signs)
    fill_signs (self, n, 0);
  for (i = 0; i < n; i++) {
    for (p = 0; p < self->layout.n_primaries; p++) {
      float estimate = anc_filter_estimate (self, p, lines, n - i), drive;

      if (!anc_filter_conclude (self, p, &error[p][i], estimate))
        continue;
      drive = error[p][i];
      if (takes_sign_of_error (self))
        drive = sign (drive);
      self->pending[p].keep = keep;
      self->pending[p].gain = (float) (self->tuning.step_size
                                       * anc_filter_scale (self, p) * drive);
    }
  }
}

static void
lms_visit (AncFilter *self, AncState *state)
{
  if (state->purpose == ANC_STATE_READ)
    fill_signs (self, self->layout.filter_length, 0);
}

const AncFilterClass anc_lms_class = {
  .name = "lms",
  .instance_size = sizeof (AncFilter),
  .defaults = { .step_size = 0.01, .forgetting_factor = 1.0, .guard = true },
  .lines_per_reference = 2,
  .resume = lms_resume,
  .process = lms_process,
  .visit = lms_visit,
};
