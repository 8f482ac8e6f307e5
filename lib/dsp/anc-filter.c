/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-filter-private.h"

#include "anc-memory.h"

#include <string.h>

static const AncFilterClass *const classes[] = {
  &anc_null_class,
  &anc_lms_class,
  &anc_nlms_class,
  &anc_rls_class,
};

const AncFilterClass *
anc_filter_class_find (const char *name)
{
  size_t i;

  for (i = 0; i < sizeof classes / sizeof classes[0]; i++) {
    if (strcmp (classes[i]->name, name) == 0)
      return classes[i];
  }
  return NULL;
}

const char *
anc_filter_class_name (const AncFilterClass *klass)
{
  return klass->name;
}

AncFilterTuning
anc_filter_class_default_tuning (const AncFilterClass *klass)
{
  return klass->defaults;
}

static bool
layout_is_valid (const AncFilterLayout *layout)
{
  return layout->rate >= 1 && layout->n_primaries >= 1
         && layout->n_primaries <= ANC_MAX_CHANNELS && layout->n_references >= 1
         && layout->n_references <= ANC_MAX_CHANNELS
         && (!layout->paired || layout->n_primaries == layout->n_references)
         && layout->filter_length >= 1
         && layout->filter_length <= ANC_MAX_FILTER_LENGTH
         && layout->initial_variance > 0.0 && layout->initial_variance <= 1e12;
}

static int
init (AncFilter *self)
{
  const AncFilterLayout *layout = &self->layout;
  unsigned lines = layout->n_references * self->klass->lines_per_reference;

  self->heard = layout->paired ? 1 : layout->n_references;
  self->taps = (size_t) self->heard * layout->filter_length;
  self->stride = (self->taps + 15) / 16 * 16;
  self->weights = anc_memory_floats (layout->n_primaries * self->stride);
  self->pending = calloc (layout->n_primaries, sizeof *self->pending);
  if (self->weights == NULL || self->pending == NULL
      || anc_history_init (&self->history, lines, layout->filter_length,
                           ANC_BLOCK)
             != ANC_OK
      || anc_guard_init (&self->guard, layout->n_primaries, self->stride,
                         layout->rate)
             != ANC_OK)
    return ANC_ERROR_MEMORY;
  return self->klass->init != NULL ? self->klass->init (self) : ANC_OK;
}

int
anc_filter_new (const AncFilterClass *klass, const AncFilterLayout *layout,
                AncFilter **ret_self)
{
  AncFilter *self;
  int status;

  if (klass == NULL || !layout_is_valid (layout))
    return ANC_ERROR_ARGUMENT;
  self = calloc (1, klass->instance_size);
  if (self == NULL)
    return ANC_ERROR_MEMORY;
  self->klass = klass;
  self->kernels = anc_kernels_best ();
  self->layout = *layout;
  self->tuning = klass->defaults;
  status = init (self);
  if (status != ANC_OK) {
    anc_filter_free (self);
    return status;
  }
  anc_filter_reset (self);
  *ret_self = self;
  return ANC_OK;
}

void
anc_filter_free (AncFilter *self)
{
  if (self == NULL)
    return;
  if (self->klass->clear != NULL)
    self->klass->clear (self);
  anc_guard_clear (&self->guard);
  anc_history_clear (&self->history);
  anc_memory_free (self->weights);
  free (self->pending);
  free (self);
}

static void
drop_pending (AncFilter *self, unsigned primary)
{
  self->pending[primary] = (AncPending){ 1.0f, 0.0f };
}

void
anc_filter_reset (AncFilter *self)
{
  unsigned i;

  memset (self->weights, 0,
          self->layout.n_primaries * self->stride * sizeof (float));
  for (i = 0; i < self->layout.n_primaries; i++)
    drop_pending (self, i);
  anc_history_reset (&self->history);
  anc_guard_reset (&self->guard);
  self->stale = true;
  self->adapting = false;
  if (self->klass->reset != NULL)
    self->klass->reset (self);
}

void
anc_filter_reset_history (AncFilter *self)
{
  anc_filter_settle (self);
  anc_history_reset (&self->history);
  self->stale = true;
}

static bool
tuning_is_valid (const AncFilterTuning *tuning)
{
  /* Written so that a NaN fails. */
  return tuning->step_size >= 0.0 && tuning->step_size <= 1e12
         && tuning->leakage >= 0.0 && tuning->leakage <= 1.0
         && tuning->regularization >= 0.0 && tuning->regularization <= 1e12
         && (unsigned) tuning->regularization_mode
                <= ANC_REGULARIZATION_ABSOLUTE
         && (unsigned) tuning->sign_mode <= ANC_SIGN_SIGN
         && tuning->forgetting_factor > 0.0 && tuning->forgetting_factor <= 1.0;
}

int
anc_filter_tune (AncFilter *self, const AncFilterTuning *tuning)
{
  unsigned i;

  if (!tuning_is_valid (tuning))
    return ANC_ERROR_ARGUMENT;
  anc_filter_settle (self);
  if (tuning->guard && !self->tuning.guard) {
    uint64_t divergences = self->guard.divergences;

    /* Until a frame says better, the weights found here count as good. */
    anc_guard_reset (&self->guard);
    self->guard.divergences = divergences;
    for (i = 0; i < self->layout.n_primaries; i++)
      memcpy (self->guard.good + i * self->stride, anc_filter_weights (self, i),
              self->stride * sizeof (float));
  }
  if (tuning->sign_mode != self->tuning.sign_mode)
    self->stale = true;
  self->tuning = *tuning;
  return ANC_OK;
}

static void
visit_history (AncFilter *self, AncState *state)
{
  unsigned i;

  if (state->purpose == ANC_STATE_READ)
    anc_history_reset (&self->history);
  for (i = 0; i < self->layout.n_references; i++)
    anc_state_f32 (state,
                   anc_history_newest (&self->history, i, self->history.keep),
                   self->history.keep, -ANC_SAMPLE_LIMIT, ANC_SAMPLE_LIMIT);
}

void
anc_filter_visit (AncFilter *self, AncState *state)
{
  unsigned i;

  for (i = 0; i < self->layout.n_primaries; i++) {
    anc_state_f32 (state, anc_filter_weights (self, i), self->taps,
                   -ANC_WEIGHT_LIMIT, ANC_WEIGHT_LIMIT);
    anc_state_f32 (state, &self->pending[i].keep, 1, 0.0, 1.0);
    anc_state_f32 (state, &self->pending[i].gain, 1, -ANC_WEIGHT_LIMIT,
                   ANC_WEIGHT_LIMIT);
  }
  visit_history (self, state);
  anc_guard_visit (&self->guard, state, ANC_WEIGHT_LIMIT);
  anc_state_bool (state, &self->stale);
  anc_state_bool (state, &self->adapting);
  if (self->klass->visit != NULL)
    self->klass->visit (self, state);
}

static bool
has_pending (const AncFilter *self, unsigned primary)
{
  const AncPending *pending = &self->pending[primary];

  return pending->keep != 1.0f || pending->gain != 0.0f;
}

/* Does what anc_filter_estimate would do first, with the same rounding. */
static void
carry_out (AncFilter *self, unsigned primary)
{
  size_t length = self->layout.filter_length;
  unsigned i, first = anc_filter_first (self, primary);
  AncPending pending = self->pending[primary];
  bool signs = self->klass->lines_per_reference > 1
               && (self->tuning.sign_mode == ANC_SIGN_DATA
                   || self->tuning.sign_mode == ANC_SIGN_SIGN);

  if (signs)
    first += self->layout.n_references;
  for (i = 0; i < self->heard; i++)
    self->kernels->update (anc_filter_weights (self, primary) + i * length,
                           anc_filter_regressor (self, first + i, 1), length,
                           pending.keep, pending.gain);
  drop_pending (self, primary);
}

static inline void
settle_primary (AncFilter *self, unsigned primary)
{
  if (has_pending (self, primary))
    carry_out (self, primary);
}

void
anc_filter_settle (AncFilter *self)
{
  unsigned i;

  for (i = 0; i < self->layout.n_primaries; i++)
    settle_primary (self, i);
}

static void
obey (AncFilter *self, unsigned primary, AncGuardVerdict verdict)
{
  size_t size = self->stride * sizeof (float);
  float *weights = anc_filter_weights (self, primary);
  float *good = self->guard.good + primary * self->stride;

  if (verdict == ANC_GUARD_KEEP)
    return;
  if (verdict == ANC_GUARD_SAVE) {
    settle_primary (self, primary);
    memcpy (good, weights, size);
    return;
  }
  if (verdict == ANC_GUARD_ZERO)
    memset (good, 0, size);
  memcpy (weights, good, size);
  drop_pending (self, primary);
  if (self->klass->restart != NULL)
    self->klass->restart (self, primary);
}

void
anc_filter_diverged (AncFilter *self, unsigned primary)
{
  if (self->tuning.guard) {
    obey (self, primary, anc_guard_diverged (&self->guard, primary));
    return;
  }
  self->guard.divergences++;
  obey (self, primary, ANC_GUARD_ZERO);
}

static void
end_frame (AncFilter *self)
{
  unsigned i;

  for (i = 0; i < self->layout.n_primaries; i++) {
    AncGuardVerdict verdict = anc_guard_judge (&self->guard, i);

    if (self->tuning.guard)
      obey (self, i, verdict);
  }
}

static double
energy_of (const AncFilter *self, float *const *error, size_t n)
{
  double sum = 0.0;
  unsigned i;

  for (i = 0; i < self->layout.n_primaries; i++)
    sum += self->kernels->energy (error[i], n);
  return sum;
}

double
anc_filter_adapt (AncFilter *self, float *const *error, size_t n)
{
  if (self->klass->process == NULL)
    return energy_of (self, error, n);
  if (self->stale && self->klass->resume != NULL)
    self->klass->resume (self, n);
  self->stale = false;
  self->adapting = true;
  self->klass->process (self, error, n);
  if (anc_guard_count (&self->guard, n))
    end_frame (self);
  return energy_of (self, error, n);
}

/* The weights stay from here on: not those of a filter on its way out. */
static void
freeze (AncFilter *self)
{
  unsigned i;

  for (i = 0; i < self->layout.n_primaries; i++) {
    if (self->tuning.guard && anc_guard_suspects (&self->guard, i))
      obey (self, i, ANC_GUARD_RESTORE);
  }
  self->adapting = false;
}

double
anc_filter_frozen (AncFilter *self, float *const *error, size_t n)
{
  size_t length = self->layout.filter_length;
  double sum = 0.0;
  unsigned i, j;

  if (self->klass->process == NULL)
    return energy_of (self, error, n);
  if (self->adapting)
    freeze (self);
  self->stale = true;
  for (i = 0; i < self->layout.n_primaries; i++) {
    const float *w = anc_filter_weights (self, i);
    const float *x = anc_filter_regressor (self, anc_filter_first (self, i), n);
    float energy = 0.0f;

    for (j = 0; j < self->heard; j++, w += length, x += self->history.stride)
      energy = self->kernels->fir (error[i], x, w, length, n);
    sum += energy;
  }
  return sum;
}
