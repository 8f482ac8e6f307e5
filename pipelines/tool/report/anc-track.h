/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-levels.h"
#include "anc-spectrogram.h"

#define ANC_TRACK_COLUMNS 660
#define ANC_TRACK_END_SECONDS 10

/* What a report says and shows of one recording; the samples are gone. */
typedef struct {
  gchar *filename;
  gdouble seconds;
  guint channels;
  guint rate;
  AncLevels *levels;
  AncSpectrogram *spectrogram;
  gfloat low[ANC_TRACK_COLUMNS]; /* extremes of the wave */
  gfloat high[ANC_TRACK_COLUMNS];
  /* With a known voice: its power over that of all else, in dB. */
  gdouble voice_ratio;
  gdouble voice_ratio_end; /* over the last ANC_TRACK_END_SECONDS */
} AncTrack;

/* voice: the same recording without the noise, or NULL where unknown. */
AncTrack *anc_track_read (const gchar *filename, const AncSound *voice,
                          GError **error);
void anc_track_free (AncTrack *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncTrack, anc_track_free)
