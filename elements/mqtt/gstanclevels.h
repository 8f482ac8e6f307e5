/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/audio/audio.h>

/* RMS and peak of each channel of a raw audio stream, in any of GStreamer's
 * formats and both layouts. No lock: one user at a time. */
typedef struct _GstAncLevels GstAncLevels;

typedef struct {
  gdouble squares; /* sum over the samples, full scale is 1 */
  gdouble peak;    /* largest magnitude */
} GstAncLevel;

GstAncLevels *gst_anc_levels_new (const GstAudioInfo *info);
void gst_anc_levels_free (GstAncLevels *self);

/* Reads the buffer; its samples are not copied. NaN and infinities count as
 * zero and are counted. FALSE: the buffer is not what the caps say. */
gboolean gst_anc_levels_measure (GstAncLevels *self, GstBuffer *buffer);

/* Moves what was measured to `to`, made for the same format. */
void gst_anc_levels_move (GstAncLevels *self, GstAncLevels *to);

const GstAudioInfo *gst_anc_levels_info (const GstAncLevels *self);
guint gst_anc_levels_channels (const GstAncLevels *self);
guint64 gst_anc_levels_non_finite (const GstAncLevels *self);

/* dBFS, -200 at the lowest; a sine of full scale has an RMS of -3.01 dB, as
 * the element `level` counts. FALSE: there were no samples. */
gboolean gst_anc_levels_get (const GstAncLevels *self, guint channel,
                             gdouble *ret_rms_db, gdouble *ret_peak_db);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstAncLevels, gst_anc_levels_free)
