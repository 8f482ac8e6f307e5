/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-filter.h"

/* A canceller: one adaptive filter under its guard, with level figures and a
 * state that can be carried away. What an element, a function or a web page
 * drives; nothing in it locks, logs or does I/O, and process allocates nothing.
 *
 * One thread at a time. Results do not depend on how a stream is cut into
 * process calls: sample by sample forms give the same bits for any cut. */
typedef struct AncCanceller AncCanceller;

typedef struct {
  double primary; /* sums of squares over all channels ... */
  double reference;
  double output;
  uint64_t samples; /* ... and the number of frames they run over */
} AncLevels;

/* Returns ANC_OK and a canceller in *ret_self, to be freed by _free, or an
 * error with *ret_self untouched. */
int anc_canceller_new (const AncFilterClass *klass,
                       const AncFilterLayout *layout, AncCanceller **ret_self);
void anc_canceller_free (AncCanceller *self);

/* Everything back to the moment after _new: weights, history, guard, levels. */
void anc_canceller_reset (AncCanceller *self);
/* The stream starts anew (seek, flush): history cleared, weights kept. */
void anc_canceller_reset_history (AncCanceller *self);

/* ANC_ERROR_ARGUMENT and nothing changed if a value is out of range. */
int anc_canceller_tune (AncCanceller *self, const AncFilterTuning *tuning);

/* n frames: error[i] = primary[i] minus the estimate from the references.
 * Non-finite input counts as 0. With adapt false the weights stay.
 * error[i] may not overlap any other plane. n may be 0. */
void anc_canceller_process (AncCanceller *self, const float *const *primary,
                            const float *const *reference, float *const *error,
                            size_t n, bool adapt);

/* The same for one primary and one reference that are the two channels of an
 * interleaved stream; `channel` (0 or 1) is the reference. error may be frames
 * itself. */
void anc_canceller_process_stereo (AncCanceller *self, const float *frames,
                                   unsigned channel, float *error, size_t n,
                                   bool adapt);

/* n frames of reference without a primary: they pass through the history, the
 * weights stay, nothing comes out. */
void anc_canceller_feed (AncCanceller *self, const float *const *reference,
                         size_t n);

/* Frames between a sample's arrival and its leaving; 0 for sample by sample. */
unsigned anc_canceller_latency (const AncCanceller *self);

/* Weights: one impulse response of filter_length taps (tap 0 first) for each
 * primary and each reference it hears; primary-major. Count = floats in all. */
size_t anc_canceller_weights_count (const AncCanceller *self);
unsigned anc_canceller_weights_responses (const AncCanceller *self);
void anc_canceller_get_weights (AncCanceller *self, float *ret_weights);
/* ANC_ERROR_ARGUMENT if a value is not finite; covariance starts anew. */
int anc_canceller_set_weights (AncCanceller *self, const float *weights);

/* The state: everything that makes the next sample, as bytes (little endian,
 * versioned). Loading checks them as untrusted input; on error nothing has
 * changed. */
size_t anc_canceller_state_size (const AncCanceller *self);
void anc_canceller_save_state (AncCanceller *self, void *ret_bytes);
int anc_canceller_load_state (AncCanceller *self, const void *bytes,
                              size_t size);

/* Levels since the last take. */
AncLevels anc_canceller_take_levels (AncCanceller *self);
uint64_t anc_canceller_divergences (const AncCanceller *self);
double anc_canceller_weight_norm (AncCanceller *self); /* Euclidean */
const char *anc_canceller_kernel (
    const AncCanceller *self); /* "avx2", "c"... */
