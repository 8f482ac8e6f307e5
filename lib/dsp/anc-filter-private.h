/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-filter.h"
#include "anc-guard.h"
#include "anc-history.h"
#include "anc-state.h"
#include "kernels/anc-kernels.h"

/* What every filter has: weights, history, guard. A class adds to it.
 *
 * Weights are kept in the order of the history, oldest sample first, so that
 * a filter output is a plain dot product; tap t of a response lies at index
 * filter_length - 1 - t. The update of a sample waits until the next sample is
 * filtered, because both are done in one pass over the weights. */

/* Frames handled at once; bounds the scratch and nothing else. */
#define ANC_BLOCK 512
/* Weights and factors of a state may not be beyond this. */
#define ANC_WEIGHT_LIMIT 1e18

typedef struct AncFilter AncFilter;

struct AncFilterClass {
  const char *name;
  size_t instance_size;
  AncFilterTuning defaults;
  unsigned lines_per_reference; /* of history */

  int (*init) (AncFilter *self);
  void (*reset) (AncFilter *self);
  /* Adaptation goes on after frames that only passed through the history; the
   * newest n samples are still to be processed. */
  void (*resume) (AncFilter *self, size_t n);
  /* Adapts on the newest n samples; error holds the primaries on entry. NULL:
   * the primaries are the output. */
  void (*process) (AncFilter *self, float *const *error, size_t n);
  /* The weights of a primary jumped: what described the old ones is void. */
  void (*restart) (AncFilter *self, unsigned primary);
  unsigned (*latency) (const AncFilter *self);
  void (*visit) (AncFilter *self, AncState *state);
  void (*clear) (AncFilter *self);
};

typedef struct {
  float keep;
  float gain;
} AncPending;

struct AncFilter {
  const AncFilterClass *klass;
  const AncKernels *kernels;
  AncFilterLayout layout;
  AncFilterTuning tuning;
  unsigned heard; /* references that a primary hears */
  size_t taps;    /* of all of them */
  size_t stride;  /* floats from one primary's weights to the next */
  float *weights;
  AncPending *pending; /* for each primary, on the newest regressor */
  AncHistory history;
  AncGuard guard;
  bool stale;    /* class figures must catch up with the history */
  bool adapting; /* the last sample was adapted on */
};

int anc_filter_new (const AncFilterClass *klass, const AncFilterLayout *layout,
                    AncFilter **ret_self);
void anc_filter_free (AncFilter *self);
void anc_filter_reset (AncFilter *self);
void anc_filter_reset_history (AncFilter *self);
int anc_filter_tune (AncFilter *self, const AncFilterTuning *tuning);
void anc_filter_visit (AncFilter *self, AncState *state);

/* The newest n samples of the history, error holding the primaries. With the
 * guard n may not go beyond the end of its frame. Both return the sum of
 * squares of what they leave in error. */
double anc_filter_adapt (AncFilter *self, float *const *error, size_t n);
double anc_filter_frozen (AncFilter *self, float *const *error, size_t n);

/* Carries out the waiting updates. Changes no later result by a bit. */
void anc_filter_settle (AncFilter *self);

/* A sample that the guard refused: weights restored or cleared. */
void anc_filter_diverged (AncFilter *self, unsigned primary);

static inline float *
anc_filter_weights (const AncFilter *self, unsigned primary)
{
  return self->weights + primary * self->stride;
}

/* The first reference that a primary hears. */
static inline unsigned
anc_filter_first (const AncFilter *self, unsigned primary)
{
  return self->layout.paired ? primary : 0;
}

/* The regressor of the sample `age` from the end, oldest first. */
static inline const float *
anc_filter_regressor (const AncFilter *self, unsigned line, size_t age)
{
  return anc_history_newest (&self->history, line, age) + 1
         - self->layout.filter_length;
}

/* Ends a sample: the error goes out, or the primary if the guard refuses it.
 * False when this sample must not be adapted on. */
static inline bool
anc_filter_conclude (AncFilter *self, unsigned primary, float *sample,
                     float estimate)
{
  float error = *sample - estimate;
  bool good = self->tuning.guard
                  ? anc_guard_accepts (&self->guard, primary, *sample, error)
                  : isfinite (error);

  if (!good) {
    anc_guard_sum (&self->guard, primary, *sample, *sample);
    anc_filter_diverged (self, primary);
    return false;
  }
  anc_guard_sum (&self->guard, primary, *sample, error);
  *sample = error;
  return self->guard.channels[primary].hold == 0;
}

/* What the guard leaves of the step. */
static inline double
anc_filter_scale (const AncFilter *self, unsigned primary)
{
  return self->tuning.guard ? self->guard.channels[primary].scale : 1.0;
}

/* One pass: the waiting update and the estimate for the sample `age` from the
 * end. `lines` is the history line that the update takes for reference 0. */
static inline float
anc_filter_estimate (AncFilter *self, unsigned primary, unsigned lines,
                     size_t age)
{
  size_t length = self->layout.filter_length;
  unsigned i, first = anc_filter_first (self, primary);
  float *w = anc_filter_weights (self, primary), sum = 0.0f;
  AncPending pending = self->pending[primary];

  for (i = 0; i < self->heard; i++) {
    const float *x = anc_filter_regressor (self, lines + first + i, age + 1);
    const float *next = anc_filter_regressor (self, first + i, age);

    sum += self->kernels->update_filter (w + i * length, x, next, length,
                                         pending.keep, pending.gain);
  }
  self->pending[primary] = (AncPending){ 1.0f, 0.0f };
  return sum;
}
