/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-sound.h"

/* Whatever is quieter counts as this, so that every level is a number. */
#define ANC_LEVELS_SILENCE (-160.0)

/* In dB of full scale, where a sine between -1 and 1 has -3 dB. */
typedef struct {
  gdouble peak;
  gdouble rms;
  gdouble floor; /* mean power of the quietest tenth of the frames */
  gdouble low;   /* levels that 10, 50 and 95 % of the frames stay below */
  gdouble median;
  gdouble high;
  gfloat *frames; /* one level per ANC_LEVELS_FRAME_SECONDS, in time order */
  gsize n_frames;
} AncLevels;

#define ANC_LEVELS_FRAME_SECONDS 0.02

AncLevels *anc_levels_new (const AncSound *sound);
void anc_levels_free (AncLevels *self);
gdouble anc_levels_from_power (gdouble power);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLevels, anc_levels_free)
