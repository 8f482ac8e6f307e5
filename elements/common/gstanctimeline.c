/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanctimeline.h"

#define REALIGN_MS 40
#define DRIFT_MIN_SECONDS 10

void
gst_anc_timeline_reset (GstAncTimeline *self, guint rate)
{
  *self = (GstAncTimeline){ .rate = rate };
}

gint64
gst_anc_running_time (const GstSegment *segment, GstClockTime pts)
{
  guint64 value;
  gint sign;

  if (segment->format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (pts))
    return GST_ANC_NO_TIME;
  sign = gst_segment_to_running_time_full (segment, GST_FORMAT_TIME, pts,
                                           &value);
  if (sign == 0)
    return GST_ANC_NO_TIME;
  return sign * (gint64) value;
}

static gint64
index_of_time (guint rate, gint64 time)
{
  gint64 index = gst_util_uint64_scale_round (ABS (time), rate, GST_SECOND);
  return time < 0 ? -index : index;
}

gint64
gst_anc_timeline_place (GstAncTimeline *self, gint64 running_time, guint64 n,
                        gboolean discont)
{
  gint64 start = self->next;

  if (running_time != GST_ANC_NO_TIME) {
    gint64 by_time = index_of_time (self->rate, running_time);
    gint64 limit = (gint64) self->rate * REALIGN_MS / 1000;

    if (!self->placed || discont || ABS (by_time - self->next) > limit) {
      start = self->anchor = by_time;
      self->deviation = 0.;
    } else {
      self->deviation = by_time - self->next;
    }
  }
  self->placed = TRUE;
  self->next = start + (gint64) n;
  return start;
}

gdouble
gst_anc_timeline_drift_ppm (const GstAncTimeline *a, const GstAncTimeline *b)
{
  gdouble counted_a = a->next - a->anchor, counted_b = b->next - b->anchor;
  gdouble least = (gdouble) DRIFT_MIN_SECONDS;

  if (!a->placed || !b->placed || counted_a < least * a->rate
      || counted_b < least * b->rate)
    return 0.;
  return 1e6 * (b->deviation / counted_b - a->deviation / counted_a);
}
