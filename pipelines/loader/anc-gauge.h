/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a canceller made of its primary, heard at its pads. A level alone says
 * little: it also falls when the voice is taken out. */
#pragma once

#include <gst/gst.h>

/* A voice known without the noise, sample for sample as in the primary. */
typedef struct {
  const gfloat *samples; /* interleaved */
  gsize frames;
  guint rate, channels;
} AncVoice;

typedef struct {
  gboolean has_floor; /* in dB of full scale: */
  gdouble floor_before, floor_after;
  gboolean has_voice; /* power of the voice over that of all else, in dB: */
  gdouble voice_before, voice_after;
} AncFigures;

typedef struct _AncGauge AncGauge;

/* Listens to the first canceller at the top of the pipeline, which must be in
 * state NULL. `voice` may be NULL, or stays with the caller. */
AncGauge *anc_gauge_new (GstElement *pipeline, const AncVoice *voice);
void anc_gauge_free (AncGauge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncGauge, anc_gauge_free)

/* All FALSE where there is no canceller, or its output is not what it
 * cleaned. */
AncFigures anc_gauge_read (AncGauge *self);
