/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Places the buffers of one stream on a running-time axis counted in samples.
 * The first buffer after a start, flush or discont is placed by its running
 * time; after it samples are counted, until a time stamp is off by more than
 * 40 ms. */
typedef struct {
  guint rate; /* samples per second of the axis */
  gboolean placed;
  gint64 next; /* index after the last placed sample */

  /* Drift: a straight line through (samples counted, time stamp minus count)
   * since the last placing by time, in units of a second. */
  gint64 anchor;
  gint64 next_point; /* the next point is not taken before */
  guint64 points;
  gdouble mean_x, mean_y; /* s */
  gdouble xx, xy;         /* sums of products about the means */
  gdouble slope;          /* of the newest line that is long enough */
} GstAncTimeline;

#define GST_ANC_NO_TIME G_MININT64

void gst_anc_timeline_reset (GstAncTimeline *self, guint rate);

/* Returns the index of the first of n samples. running_time in ns may be
 * negative, or GST_ANC_NO_TIME. */
gint64 gst_anc_timeline_place (GstAncTimeline *self, gint64 running_time,
                               guint64 n, gboolean discont);

/* Running time in ns of a time stamp within segment, or GST_ANC_NO_TIME. */
gint64 gst_anc_running_time (const GstSegment *segment, GstClockTime pts);

/* How fast a's clock runs against b's by their time stamps, in ppm; 0 until
 * ten seconds of both have been seen. */
gdouble gst_anc_timeline_drift_ppm (const GstAncTimeline *a,
                                    const GstAncTimeline *b);

G_END_DECLS
