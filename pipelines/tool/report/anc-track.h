/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-levels.h"
#include "anc-spectrogram.h"

#define ANC_TRACK_COLUMNS 660

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
} AncTrack;

AncTrack *anc_track_read (const gchar *filename, GError **error);
void anc_track_free (AncTrack *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncTrack, anc_track_free)
