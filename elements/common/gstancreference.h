/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/audio/audio.h>

#include "gstanctimeline.h"

G_BEGIN_DECLS

/* The reference signal on the primary's axis: what has arrived and is not yet
 * used, with its gaps. Guarded by the element's lock. */
typedef struct GstAncReference GstAncReference;

/* A stretch of samples that are all there, or all missing. */
typedef struct {
  gsize frames;
  gboolean present;
} GstAncRun;

GstAncReference *gst_anc_reference_new (void);
void gst_anc_reference_free (GstAncReference *self);

/* Forget all samples (flush); format and axis stay. */
void gst_anc_reference_clear (GstAncReference *self);

/* The primary's rate: the axis all indices are counted on. */
void gst_anc_reference_set_axis (GstAncReference *self, guint rate);
/* The format that arrives. */
void gst_anc_reference_set_format (GstAncReference *self,
                                   const GstAudioInfo *info);
guint gst_anc_reference_channels (const GstAncReference *self);

/* Takes the buffer. Samples that come too late or twice are dropped. */
void gst_anc_reference_push (GstAncReference *self, GstBuffer *buffer,
                             gint64 running_time);
/* In band: channel `channel` of buffer's `channels`, placed at `start`. The
 * buffer is not taken. */
void gst_anc_reference_push_channel (GstAncReference *self, GstBuffer *buffer,
                                     guint channels, guint channel,
                                     gint64 start);
/* Says that nothing comes for the time up to running_time + duration. */
void gst_anc_reference_gap (GstAncReference *self, gint64 running_time,
                            GstClockTime duration);
void gst_anc_reference_set_eos (GstAncReference *self, gboolean eos);

/* Index up to which is known what the reference is, or that it is missing. */
gint64 gst_anc_reference_known_until (const GstAncReference *self);
/* Frames held that are not used up. */
gint64 gst_anc_reference_queued (const GstAncReference *self);
/* Drops the oldest until at most `frames` are held. */
void gst_anc_reference_limit (GstAncReference *self, gint64 frames);

/* Copies n frames from start into planes, zeros where missing, and appends
 * their stretches to runs (GstAncRun). */
void gst_anc_reference_read (GstAncReference *self, gint64 start, gsize n,
                             gfloat *const *planes, GArray *runs);
/* Frames before index are used up. */
void gst_anc_reference_discard (GstAncReference *self, gint64 index);

/* Puts n frames (interleaved) that end at index `end` before all else: the
 * delayed samples of a continued stream. Takes the buffer. */
void gst_anc_reference_prepend (GstAncReference *self, GstBuffer *buffer,
                                guint channels, const guint8 *present, gsize n,
                                gint64 end);

const GstAncTimeline *gst_anc_reference_timeline (const GstAncReference *self);

G_END_DECLS
