/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Exponentially weighted recursive least squares in square-root form.
 *
 * N. A. Carlson, "Fast triangular formulation of the square root filter", AIAA
 * Journal 11(9), 1973, after J. E. Potter; RLS as a Kalman filter with
 * measurement variance lambda: S. Haykin, "Adaptive Filter Theory".
 *
 * With P = S S^T, S upper triangular, x the taps of all references heard:
 *
 *   alpha = lambda, b = 0; for each column s_j, in order:
 *     f = s_j^T x, beta = alpha + f^2
 *     s_j <- (s_j sqrt (alpha / beta) - b f / sqrt (alpha beta)) / sqrt (lambda)
 *     b <- b + f (old s_j), alpha <- beta
 *   w <- (1 - leakage) w + e b / alpha
 *
 * P cannot lose symmetry or sign, so plain float does for any length of time.
 * Changed: eight columns are taken at once, from tiles that lie in the order
 * they are read; primaries that hear the same references share one S; the
 * forgetting is folded into the scale of the columns. Two bounds:
 *
 * - In directions that nothing excites P grows as lambda^-n. Every fourth
 *   sample one diagonal element is looked at, in turn, and where it is beyond
 *   VARIANCE_LIMIT (or twice P(0)) the tap is "measured" to be where it is,
 *   with the variance that brings the element to half the limit. The weights
 *   do not move, the directions that are excited are forgotten as before.
 * - Between two looks P may grow by e^14 at most: lambda is raised to
 *   exp (-14 / (4 taps)) where it is less (a memory much shorter than the
 *   filter, which has no use).
 *
 * Under the guard, with relative regularisation, P and w rest while the
 * regressor is 40 dB below its slow envelope. The step size has no meaning here.
 *
 * Cost per sample: 2 N^2 multiply-adds for N taps in all, 2 N a primary.
 * State: weights, S, history, envelope, the place of the last look. Scratch:
 * x and b. */

#include "anc-filter-private.h"
#include "anc-memory.h"
#include "anc-power.h"

#define MAX_TAPS 8192 /* S is then 134 MB */
#define VARIANCE_LIMIT 1e6
#define LOOK_PERIOD 4u
#define GROWTH_BETWEEN_LOOKS 14.0

typedef struct {
  AncFilter base;
  AncPower power;
  unsigned n_groups; /* of primaries that hear the same references */
  size_t blocks;     /* of columns */
  size_t factor_size;
  float *factors;
  float *regressor; /* scratch, filled up with zeros to whole blocks */
  float *gain;      /* scratch: b */
  double least_forgetting;
  uint32_t look; /* samples, 0..LOOK_PERIOD x taps - 1 */
} AncRls;

static void
reset_factor (AncRls *self, unsigned group)
{
  float *factor = self->factors + group * self->factor_size;
  float deviation = (float) sqrt (self->base.layout.initial_variance);
  size_t i;

  memset (factor, 0, self->factor_size * sizeof (float));
  for (i = 0; i < self->base.taps; i++)
    factor[anc_tile_index (i, i)] = deviation;
}

static void
rls_reset (AncFilter *base)
{
  AncRls *self = (AncRls *) base;
  unsigned i;

  for (i = 0; i < self->n_groups; i++)
    reset_factor (self, i);
  anc_power_reset (&self->power);
  self->look = 0;
}

static void
rls_restart (AncFilter *base, unsigned primary)
{
  reset_factor ((AncRls *) base, base->layout.paired ? primary : 0);
}

static int
rls_init (AncFilter *base)
{
  AncRls *self = (AncRls *) base;

  if (base->taps > MAX_TAPS)
    return ANC_ERROR_ARGUMENT;
  self->least_forgetting
      = exp (-GROWTH_BETWEEN_LOOKS / (LOOK_PERIOD * (double) base->taps));
  self->n_groups = base->layout.paired ? base->layout.n_primaries : 1;
  self->blocks = (base->taps + ANC_TILE - 1) / ANC_TILE;
  self->factor_size
      = self->blocks * (self->blocks + 1) / 2 * ANC_TILE * ANC_TILE;
  self->factors = anc_memory_floats (self->n_groups * self->factor_size);
  self->regressor = anc_memory_floats (self->blocks * ANC_TILE);
  self->gain = anc_memory_floats (self->blocks * ANC_TILE);
  if (self->factors == NULL || self->regressor == NULL || self->gain == NULL)
    return ANC_ERROR_MEMORY;
  return anc_power_init (&self->power, base->layout.n_references,
                         base->layout.filter_length, base->layout.rate);
}

static void
rls_resume (AncFilter *base, size_t n)
{
  anc_power_restart (&((AncRls *) base)->power, &base->history, n);
}

/* The guard's scale lengthens the memory, which lowers what is lost to noise as
 * a smaller step does; a scale on the gain would only keep the filter from
 * following a P that assumes the whole gain. */
static double
forgetting (const AncRls *self, unsigned from, unsigned to)
{
  double scale = 1.0;

  for (; from < to; from++)
    scale = fmin (scale, anc_filter_scale (&self->base, from));
  return fmax (1.0 - scale * (1.0 - self->base.tuning.forgetting_factor),
               self->least_forgetting);
}

static double
row_energy (const AncRls *self, const float *factor, size_t row)
{
  size_t first = row / ANC_TILE * ANC_TILE, j;
  double sum = 0.0;

  for (j = first; j < self->blocks * ANC_TILE; j++) {
    double element = factor[anc_tile_index (row, j)];

    sum += element * element;
  }
  return sum;
}

/* Brings one diagonal element of P back within the limit. */
static void
limit_variance (AncRls *self, float *factor, size_t row)
{
  double limit
      = fmax (VARIANCE_LIMIT, 2.0 * self->base.layout.initial_variance);
  double variance = row_energy (self, factor, row), target = limit / 2.0;

  if (variance <= limit)
    return;
  memset (self->regressor, 0, self->blocks * ANC_TILE * sizeof (float));
  self->regressor[row] = 1.0f;
  self->base.kernels->update_factor (
      factor, self->gain, self->regressor, self->blocks,
      (float) (variance * target / (variance - target)), 1.0f);
  memset (self->regressor, 0, self->blocks * ANC_TILE * sizeof (float));
}

static void
gather_regressor (AncRls *self, unsigned first, size_t age)
{
  AncFilter *base = &self->base;
  size_t length = base->layout.filter_length;
  unsigned i;

  for (i = 0; i < base->heard; i++)
    memcpy (self->regressor + i * length,
            anc_filter_regressor (base, first + i, age),
            length * sizeof (float));
}

/* The errors of one group's primaries; marks those to be adapted in *moves. */
static uint64_t
conclude_group (AncRls *self, unsigned from, unsigned to, float *const *error,
                size_t i)
{
  AncFilter *base = &self->base;
  uint64_t moves = 0;
  unsigned p;

  for (p = from; p < to; p++) {
    float estimate = base->kernels->dot (anc_filter_weights (base, p),
                                         self->regressor, base->taps);

    if (anc_filter_conclude (base, p, &error[p][i], estimate))
      moves |= UINT64_C (1) << p;
  }
  return moves;
}

static void
adapt_group (AncRls *self, unsigned group, float *const *error, size_t i,
             size_t age)
{
  AncFilter *base = &self->base;
  const AncFilterTuning *tuning = &base->tuning;
  float *factor = self->factors + group * self->factor_size, alpha;
  bool paired = base->layout.paired;
  unsigned from = paired ? group : 0, p;
  unsigned to = paired ? group + 1 : base->layout.n_primaries;
  float keep = (float) (1.0 - tuning->leakage);
  double lambda = forgetting (self, from, to);
  uint64_t moves;

  gather_regressor (self, from, age);
  moves = conclude_group (self, from, to, error, i);
  if (tuning->guard
      && tuning->regularization_mode == ANC_REGULARIZATION_RELATIVE
      && anc_power_is_pause (&self->power, from, base->heard))
    return;
  alpha = base->kernels->update_factor (factor, self->gain, self->regressor,
                                        self->blocks, (float) lambda,
                                        (float) (1.0 / sqrt (lambda)));
  for (p = from; p < to; p++) {
    float gain = error[p][i] / alpha;

    if (moves >> p & 1)
      base->kernels->update (anc_filter_weights (base, p), self->gain,
                             base->taps, keep, gain);
  }
  if (self->look % LOOK_PERIOD == 0)
    limit_variance (self, factor, self->look / LOOK_PERIOD);
}

static void
rls_process (AncFilter *base, float *const *error, size_t n)
{
  AncRls *self = (AncRls *) base;
  unsigned g;
  size_t i;

  for (i = 0; i < n; i++) {
    anc_power_advance (&self->power, &base->history, n - i);
    for (g = 0; g < self->n_groups; g++)
      adapt_group (self, g, error, i, n - i);
    if (++self->look == LOOK_PERIOD * base->taps)
      self->look = 0;
  }
}

static void
rls_visit (AncFilter *base, AncState *state)
{
  AncRls *self = (AncRls *) base;

  anc_power_visit (&self->power, state);
  anc_state_u32 (state, &self->look, (uint32_t) (LOOK_PERIOD * base->taps - 1));
  anc_state_f32 (state, self->factors, self->n_groups * self->factor_size,
                 -ANC_WEIGHT_LIMIT, ANC_WEIGHT_LIMIT);
}

static void
rls_clear (AncFilter *base)
{
  AncRls *self = (AncRls *) base;

  anc_power_clear (&self->power);
  anc_memory_free (self->factors);
  anc_memory_free (self->regressor);
  anc_memory_free (self->gain);
}

const AncFilterClass anc_rls_class = {
  .name = "rls",
  .instance_size = sizeof (AncRls),
  .defaults = { .step_size = 1.0,
                .regularization = 0.01,
                .regularization_mode = ANC_REGULARIZATION_RELATIVE,
                .forgetting_factor = 0.9995,
                .guard = true },
  .lines_per_reference = 1,
  .init = rls_init,
  .reset = rls_reset,
  .resume = rls_resume,
  .process = rls_process,
  .restart = rls_restart,
  .visit = rls_visit,
  .clear = rls_clear,
};
