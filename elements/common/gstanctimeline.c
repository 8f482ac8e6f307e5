/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanctimeline.h"

#define REALIGN_MS 40
#define DRIFT_MIN_SECONDS 10.

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

/* One more point for the line, by Welford's recurrence; ten a second do. */
static void
add_point (GstAncTimeline *self, gint64 by_time)
{
  gdouble x = (gdouble) (self->next - self->anchor) / self->rate;
  gdouble y = (gdouble) (by_time - self->next) / self->rate;
  gdouble dx = x - self->mean_x, dy = y - self->mean_y;

  self->next_point = self->next + self->rate / 10;
  self->points++;
  self->mean_x += dx / (gdouble) self->points;
  self->mean_y += dy / (gdouble) self->points;
  self->xx += dx * (x - self->mean_x);
  self->xy += dx * (y - self->mean_y);
  if (x >= DRIFT_MIN_SECONDS)
    self->slope = self->xy / self->xx;
}

static void
start_line (GstAncTimeline *self, gint64 anchor)
{
  self->anchor = self->next_point = anchor;
  self->points = 0;
  self->mean_x = self->mean_y = self->xx = self->xy = 0.;
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
      start = by_time;
      start_line (self, start);
    } else if (self->next >= self->next_point) {
      add_point (self, by_time);
    }
  }
  self->placed = TRUE;
  self->next = start + (gint64) n;
  return start;
}

gdouble
gst_anc_timeline_drift_ppm (const GstAncTimeline *a, const GstAncTimeline *b)
{
  return 1e6 * (b->slope - a->slope);
}
