/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-canceller-private.h"

#include <glib.h>

/* Test signals from fixed seeds, and a canceller run over them. */

typedef struct {
  unsigned n_primaries;
  unsigned n_references;
  size_t n;
  float *primary[ANC_MAX_CHANNELS];
  float *reference[ANC_MAX_CHANNELS];
  float *error[ANC_MAX_CHANNELS];
} Scene;

typedef enum {
  SCENE_WHITE,
  SCENE_COLOURED, /* first-order autoregression, 0.95 */
  SCENE_RESONANT, /* second-order, poles at radius 0.98 */
  SCENE_SPEECH,   /* bursts of coloured noise with silence between them */
  SCENE_TONES,    /* three sines */
  SCENE_GAPS,     /* white, every other second 80 dB down */
} SceneKind;

/* A number from -1 to 1. */
float scene_random (uint32_t *seed);
void scene_fill (float *x, size_t n, SceneKind kind, uint32_t seed);

Scene *scene_new (unsigned n_primaries, unsigned n_references, size_t n);
void scene_free (Scene *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncCanceller, anc_canceller_free)

/* References of a kind; each primary hears them through paths of `taps` taps
 * (its own alone if paired) from sample `from` on, over noise of -60 dBFS. */
void scene_paths (Scene *self, SceneKind kind, unsigned taps, bool paired,
                  uint32_t seed, size_t from);

/* A canceller at 16 kHz with the class's defaults; P(0) = 1. */
AncCanceller *scene_canceller (const char *name, const Scene *scene,
                               unsigned taps, bool paired);
/* Frames from..to in calls of `step` frames. */
void scene_run (Scene *self, AncCanceller *canceller, size_t from, size_t to,
                size_t step, bool adapt);
/* Power of the output over that of the primary, dB, all primaries. */
double scene_gain (const Scene *self, size_t from, size_t to);

/* True, and the test skipped, where ANC_TEST_SHORT is set: for tests that take
 * minutes under a tool that slows them down. */
bool scene_skips_long (void);

AncFilterTuning scene_textbook (double step, double eps, double lambda);

/* A 16-bit or float WAV below the folder ANC_TEST_DATA, channel 0 or 1;
 * NULL and the test skipped where that is not set. */
float *scene_read (const char *name, unsigned channel, size_t *ret_n);
