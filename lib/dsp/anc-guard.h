/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-filter.h"
#include "anc-state.h"

#include <math.h>

/* What keeps a canceller from being worse than none. Per primary:
 *
 * - a sample whose error is more than six times the recent peak of the primary,
 *   or with which the frame's output has eight times the power of this frame's
 *   and the last one's primary together, is a divergence: the primary goes out
 *   instead, and the last good weights come back, or, where they did not help
 *   before, are cleared;
 * - a frame of 20 ms is bad when the output's power is above both four times
 *   the primary's and -80 dBFS. Two in a row are a divergence, three clear the
 *   weights. Wherever weights are cleared on a divergence, adaptation is held
 *   up to the end of the second frame, so that the output is the primary;
 * - a window of 100 ms whose output is more than 5 % above the primary halves
 *   a scale on the step, one that is not lets it grow again by an eighth; more
 *   than 3 dB quarters it and clears the weights;
 * - a divergence within 5 s of the last one quarters the scale too and lowers
 *   what it may grow to, which itself recovers by 2.5 % a window.
 *
 * One divergence, then, costs a path that changed nothing of its step. The
 * frames count adapting samples only, so that no verdict depends on how the
 * stream is cut into calls. Good weights are those at the end of a frame whose
 * output was no louder than its primary. */

typedef enum {
  ANC_GUARD_KEEP,    /* nothing to do */
  ANC_GUARD_SAVE,    /* the weights are good: remember them */
  ANC_GUARD_RESTORE, /* bring the good ones back */
  ANC_GUARD_ZERO,    /* clear the weights */
} AncGuardVerdict;

typedef struct {
  double frame_primary; /* sums of squares */
  double frame_output;
  double last_primary; /* of the frame before */
  double window_primary;
  double window_output;
  double scale;   /* on the step, 0..ceiling */
  double ceiling; /* 0..1 */
  float peak;     /* of the primary, decaying over 0.2 s */
  uint32_t bad;   /* bad frames running */
  uint32_t hold;  /* ends of frames until adaptation goes on */
  uint32_t worse; /* windows running that were worse than the primary */
  uint32_t alert; /* windows for which a divergence counts as repeated */
  bool spent;     /* the good weights were brought back and not yet renewed */
} AncGuardChannel;

typedef struct {
  AncGuardChannel *channels;
  float *good; /* weights, `stride` a channel */
  size_t stride;
  unsigned n_channels;
  uint32_t frame_length;
  uint32_t frame_fill;
  uint32_t window_fill; /* frames */
  float decay;
  uint64_t divergences;
} AncGuard;

int anc_guard_init (AncGuard *self, unsigned n_channels, size_t stride,
                    unsigned rate);
/* All figures back to the start; the good weights are zero. */
void anc_guard_reset (AncGuard *self);
void anc_guard_clear (AncGuard *self);
void anc_guard_visit (AncGuard *self, AncState *state, double weight_limit);

/* Samples until the frame ends. */
static inline size_t
anc_guard_remaining (const AncGuard *self)
{
  return self->frame_length - self->frame_fill;
}

/* Counts n samples; true at the end of a frame. */
bool anc_guard_count (AncGuard *self, size_t n);
/* The verdict on the frame that ended; once for each channel. */
AncGuardVerdict anc_guard_judge (AncGuard *self, unsigned channel);
/* The verdict on a sample for which anc_guard_accepts was false. */
AncGuardVerdict anc_guard_diverged (AncGuard *self, unsigned channel);
/* Was the frame so far, or the one before it, bad? */
bool anc_guard_suspects (const AncGuard *self, unsigned channel);

/* Follows the primary; false when the error cannot be the rest of it. */
static inline bool
anc_guard_accepts (AncGuard *self, unsigned channel, float primary, float error)
{
  AncGuardChannel *c = &self->channels[channel];
  float level = fabsf (primary), peak = c->peak * self->decay;

  c->peak = level > peak ? level : peak;
  return fabsf (error) <= 6.0f * c->peak + 1e-3f
         && c->frame_output
                <= 8.0 * (c->frame_primary + c->last_primary) + 1e-3;
}

static inline void
anc_guard_sum (AncGuard *self, unsigned channel, double primary, double output)
{
  AncGuardChannel *c = &self->channels[channel];

  c->frame_primary += primary * primary;
  c->frame_output += output * output;
}
