/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-sound.h"

/* Levels over time and frequency in dB, a full-scale sine at 0. Band b of
 * column c, the lowest band first: level[c * bands + b]. */
typedef struct {
  gfloat *level;
  guint columns;
  guint bands; /* from 0 Hz to half the rate, both included */
  gdouble seconds;
  gdouble max_hz;
} AncSpectrogram;

AncSpectrogram *anc_spectrogram_new (const AncSound *sound, guint columns);
void anc_spectrogram_free (AncSpectrogram *self);
gfloat anc_spectrogram_peak (const AncSpectrogram *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncSpectrogram, anc_spectrogram_free)
