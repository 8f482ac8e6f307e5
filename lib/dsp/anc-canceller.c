/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-canceller.h"

#include "anc-canceller-private.h"
#include "anc-float-mode.h"

#include <stdlib.h>
#include <string.h>

#define STATE_MAGIC 0x3154415453434e41u /* "ANCSTAT1" */

struct AncCanceller {
  AncFilter *filter;
  AncLevels levels;
};

int
anc_canceller_new (const AncFilterClass *klass, const AncFilterLayout *layout,
                   AncCanceller **ret_self)
{
  AncCanceller *self = calloc (1, sizeof *self);
  int status;

  if (self == NULL)
    return ANC_ERROR_MEMORY;
  status = anc_filter_new (klass, layout, &self->filter);
  if (status != ANC_OK) {
    free (self);
    return status;
  }
  *ret_self = self;
  return ANC_OK;
}

void
anc_canceller_free (AncCanceller *self)
{
  if (self == NULL)
    return;
  anc_filter_free (self->filter);
  free (self);
}

void
anc_canceller_reset (AncCanceller *self)
{
  anc_filter_reset (self->filter);
  memset (&self->levels, 0, sizeof self->levels);
}

void
anc_canceller_reset_history (AncCanceller *self)
{
  AncFloatMode mode = anc_float_mode_enter ();

  anc_filter_reset_history (self->filter);
  anc_float_mode_leave (mode);
}

int
anc_canceller_tune (AncCanceller *self, const AncFilterTuning *tuning)
{
  AncFloatMode mode = anc_float_mode_enter ();
  int status = anc_filter_tune (self->filter, tuning);

  anc_float_mode_leave (mode);
  return status;
}

AncFilter *
anc_canceller_filter (AncCanceller *self)
{
  return self->filter;
}

/* Where samples come from: planes, or stereo of which a channel is the
 * reference. */
typedef struct {
  const float *const *primary;
  const float *const *reference;
  const float *frames; /* NULL: planes */
  unsigned channel;
} Source;

/* Clears what is no signal from a plane that was just filled and returns its
 * energy. `energy` is what it had before: a single sample that is not finite
 * or beyond the limit takes it beyond the limit's square, so that mostly there
 * is nothing to look for. */
static float
clean (const AncKernels *kernels, float *plane, size_t n, float energy)
{
  if (energy <= ANC_SAMPLE_LIMIT * ANC_SAMPLE_LIMIT)
    return energy;
  kernels->sanitize (plane, plane, n);
  return kernels->energy (plane, n);
}

static float
take (const AncKernels *kernels, float *plane, const float *samples, size_t n)
{
  memcpy (plane, samples, n * sizeof *plane);
  return clean (kernels, plane, n, kernels->energy (plane, n));
}

/* Takes n frames of reference into the history, where they have room. */
static void
take_reference (AncCanceller *self, const float *const *reference, size_t at,
                size_t n)
{
  AncFilter *filter = self->filter;
  unsigned i;

  for (i = 0; i < filter->layout.n_references; i++)
    self->levels.reference
        += take (filter->kernels, anc_history_newest (&filter->history, i, n),
                 reference[i] + at, n);
}

static void
take_stereo (AncCanceller *self, const Source *source, float *error, size_t at,
             size_t n)
{
  const AncKernels *kernels = self->filter->kernels;
  float *newest = anc_history_newest (&self->filter->history, 0, n);
  unsigned channel = source->channel;
  float energy[2];

  kernels->split_stereo (channel == 0 ? newest : error,
                         channel == 0 ? error : newest, source->frames + 2 * at,
                         n, energy);
  self->levels.primary += clean (kernels, error, n, energy[1 - channel]);
  self->levels.reference += clean (kernels, newest, n, energy[channel]);
}

/* At most ANC_BLOCK frames, with the guard on at most to its frame's end. */
static void
process_block (AncCanceller *self, const Source *source, float *const *error,
               size_t at, size_t n, bool adapt)
{
  AncFilter *filter = self->filter;
  float *planes[ANC_MAX_CHANNELS];
  unsigned i;

  if (!adapt)
    anc_filter_settle (filter);
  anc_history_append (&filter->history, n);
  for (i = 0; i < filter->layout.n_primaries; i++)
    planes[i] = error[i] + at;
  if (source->frames != NULL) {
    take_stereo (self, source, planes[0], at, n);
  } else {
    take_reference (self, source->reference, at, n);
    for (i = 0; i < filter->layout.n_primaries; i++)
      self->levels.primary
          += take (filter->kernels, planes[i], source->primary[i] + at, n);
  }
  self->levels.output += adapt ? anc_filter_adapt (filter, planes, n)
                               : anc_filter_frozen (filter, planes, n);
  self->levels.samples += n;
}

static size_t
smaller (size_t a, size_t b)
{
  return a < b ? a : b;
}

static void
process (AncCanceller *self, const Source *source, float *const *error,
         size_t n, bool adapt)
{
  AncFloatMode mode = anc_float_mode_enter ();
  size_t at = 0;

  while (at < n) {
    size_t some = smaller (n - at, ANC_BLOCK);

    if (adapt)
      some = smaller (some, anc_guard_remaining (&self->filter->guard));
    process_block (self, source, error, at, some, adapt);
    at += some;
  }
  anc_float_mode_leave (mode);
}

void
anc_canceller_process (AncCanceller *self, const float *const *primary,
                       const float *const *reference, float *const *error,
                       size_t n, bool adapt)
{
  Source source = { .primary = primary, .reference = reference };

  process (self, &source, error, n, adapt);
}

void
anc_canceller_process_stereo (AncCanceller *self, const float *frames,
                              unsigned channel, float *error, size_t n,
                              bool adapt)
{
  Source source = { .frames = frames, .channel = channel };

  process (self, &source, &error, n, adapt);
}

void
anc_canceller_feed (AncCanceller *self, const float *const *reference, size_t n)
{
  AncFloatMode mode = anc_float_mode_enter ();
  size_t at = 0;

  if (n > 0) {
    anc_filter_settle (self->filter);
    self->filter->stale = true;
  }
  while (at < n) {
    size_t some = smaller (n - at, ANC_BLOCK);

    anc_history_append (&self->filter->history, some);
    take_reference (self, reference, at, some);
    at += some;
  }
  anc_float_mode_leave (mode);
}

unsigned
anc_canceller_latency (const AncCanceller *self)
{
  const AncFilterClass *klass = self->filter->klass;

  return klass->latency != NULL ? klass->latency (self->filter) : 0;
}

size_t
anc_canceller_weights_count (const AncCanceller *self)
{
  return self->filter->taps * self->filter->layout.n_primaries;
}

unsigned
anc_canceller_weights_responses (const AncCanceller *self)
{
  return self->filter->heard * self->filter->layout.n_primaries;
}

/* Response r of the contract's order, as it lies in the filter. */
static float *
response (const AncFilter *filter, unsigned r)
{
  return anc_filter_weights (filter, r / filter->heard)
         + (size_t) (r % filter->heard) * filter->layout.filter_length;
}

static void
settle (AncCanceller *self)
{
  AncFloatMode mode = anc_float_mode_enter ();

  anc_filter_settle (self->filter);
  anc_float_mode_leave (mode);
}

void
anc_canceller_get_weights (AncCanceller *self, float *ret_weights)
{
  size_t length = self->filter->layout.filter_length, j;
  unsigned i;

  settle (self);
  for (i = 0; i < anc_canceller_weights_responses (self); i++) {
    const float *w = response (self->filter, i);

    for (j = 0; j < length; j++)
      *ret_weights++ = w[length - 1 - j];
  }
}

static void
restart (AncFilter *filter)
{
  unsigned i;

  anc_guard_reset (&filter->guard);
  for (i = 0; i < filter->layout.n_primaries; i++) {
    filter->pending[i] = (AncPending){ 1.0f, 0.0f };
    memcpy (filter->guard.good + i * filter->stride,
            anc_filter_weights (filter, i), filter->stride * sizeof (float));
    if (filter->klass->restart != NULL)
      filter->klass->restart (filter, i);
  }
}

int
anc_canceller_set_weights (AncCanceller *self, const float *weights)
{
  size_t length = self->filter->layout.filter_length, j;
  unsigned i;

  for (j = 0; j < anc_canceller_weights_count (self); j++) {
    if (!(fabsf (weights[j]) <= ANC_WEIGHT_LIMIT))
      return ANC_ERROR_ARGUMENT;
  }
  for (i = 0; i < anc_canceller_weights_responses (self); i++) {
    float *w = response (self->filter, i);

    for (j = 0; j < length; j++)
      w[length - 1 - j] = *weights++;
  }
  restart (self->filter);
  return ANC_OK;
}

static void
visit (AncCanceller *self, AncState *state)
{
  const AncFilterLayout *layout = &self->filter->layout;
  const char *name = self->filter->klass->name;
  uint64_t variance;

  memcpy (&variance, &layout->initial_variance, sizeof variance);
  anc_state_expect (state, STATE_MAGIC);
  for (; *name != '\0'; name++)
    anc_state_expect (state, (unsigned char) *name);
  anc_state_expect (state, layout->rate);
  anc_state_expect (state, layout->n_primaries);
  anc_state_expect (state, layout->n_references);
  anc_state_expect (state, layout->paired);
  anc_state_expect (state, layout->filter_length);
  anc_state_expect (state, variance);
  anc_filter_visit (self->filter, state);
  anc_state_checksum (state);
}

size_t
anc_canceller_state_size (const AncCanceller *self)
{
  AncState state = { .purpose = ANC_STATE_COUNT };

  visit ((AncCanceller *) self, &state);
  return state.position;
}

void
anc_canceller_save_state (AncCanceller *self, void *ret_bytes)
{
  AncState state = { .purpose = ANC_STATE_WRITE,
                     .bytes = ret_bytes,
                     .size = anc_canceller_state_size (self) };

  visit (self, &state);
}

int
anc_canceller_load_state (AncCanceller *self, const void *bytes, size_t size)
{
  AncState state = { .purpose = ANC_STATE_CHECK,
                     .bytes = (uint8_t *) bytes,
                     .size = size };

  if (size != anc_canceller_state_size (self))
    return ANC_ERROR_STATE;
  visit (self, &state);
  if (state.failed)
    return ANC_ERROR_STATE;
  state.purpose = ANC_STATE_READ;
  state.position = 0;
  visit (self, &state);
  return ANC_OK;
}

AncLevels
anc_canceller_take_levels (AncCanceller *self)
{
  AncLevels levels = self->levels;

  memset (&self->levels, 0, sizeof self->levels);
  return levels;
}

uint64_t
anc_canceller_divergences (const AncCanceller *self)
{
  return self->filter->guard.divergences;
}

double
anc_canceller_weight_norm (AncCanceller *self)
{
  double sum = 0.0;
  unsigned i;
  size_t j;

  settle (self);
  for (i = 0; i < self->filter->layout.n_primaries; i++) {
    const float *w = anc_filter_weights (self->filter, i);

    for (j = 0; j < self->filter->taps; j++)
      sum += (double) w[j] * w[j];
  }
  return sqrt (sum);
}

const char *
anc_canceller_kernel (const AncCanceller *self)
{
  return self->filter->kernels->name;
}
