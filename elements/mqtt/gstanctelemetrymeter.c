/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanctelemetrymeter.h"

#include "gstanctelemetryrecord.h"

typedef struct {
  guint64 buffers, bytes;
  guint64 gaps, disconts, refused;
  guint64 qos_events, late;
  guint64 non_finite;
  gdouble proportion;          /* of the last QoS event */
  GstClockTimeDiff qos_jitter; /* likewise */
  GstClockTime position, running_time;
  gdouble jitter; /* ns, RFC 3550 6.4.1 */
  gint64 jitter_max;
  gboolean eos;
} Counters;

struct _GstAncMeter {
  GMutex lock;
  /* with the lock */
  GstCaps *caps;
  Counters now;
  guint64 taken_buffers, taken_bytes;
  gint64 taken_at;
  gboolean news;
  GstAncLevels *levels; /* since the last time */
  gboolean want_levels;

  /* of the streaming thread */
  GstAncLevels *fresh;
  GstSegment segment;
  GstClockTime last_pts;
  gint64 last_arrival;
};

GstAncMeter *
gst_anc_meter_new (void)
{
  GstAncMeter *self = g_new0 (GstAncMeter, 1);

  g_mutex_init (&self->lock);
  self->want_levels = TRUE;
  gst_anc_meter_reset (self);
  return self;
}

static void
set_caps (GstAncMeter *self, GstCaps *caps)
{
  GstAudioInfo info;
  gboolean raw = caps != NULL
                 && gst_structure_has_name (gst_caps_get_structure (caps, 0),
                                            "audio/x-raw")
                 && gst_audio_info_from_caps (&info, caps);

  g_clear_pointer (&self->fresh, gst_anc_levels_free);
  if (raw)
    self->fresh = gst_anc_levels_new (&info);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->levels, gst_anc_levels_free);
  if (raw)
    self->levels = gst_anc_levels_new (&info);
  gst_caps_replace (&self->caps, caps);
  self->news = TRUE;
  g_mutex_unlock (&self->lock);
}

/* The next buffer's distance from the last says nothing. */
static void
forget_arrival (GstAncMeter *self)
{
  self->last_pts = GST_CLOCK_TIME_NONE;
}

void
gst_anc_meter_reset (GstAncMeter *self)
{
  set_caps (self, NULL);
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  forget_arrival (self);
  g_mutex_lock (&self->lock);
  self->now = (Counters){ .position = GST_CLOCK_TIME_NONE,
                          .running_time = GST_CLOCK_TIME_NONE };
  self->taken_buffers = self->taken_bytes = 0;
  self->news = FALSE;
  g_mutex_unlock (&self->lock);
}

void
gst_anc_meter_begin (GstAncMeter *self)
{
  g_mutex_lock (&self->lock);
  self->taken_at = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
}

void
gst_anc_meter_free (GstAncMeter *self)
{
  set_caps (self, NULL);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_anc_meter_set_levels (GstAncMeter *self, gboolean levels)
{
  g_mutex_lock (&self->lock);
  self->want_levels = levels;
  g_mutex_unlock (&self->lock);
}

static gboolean
wants_levels (GstAncMeter *self)
{
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = self->want_levels;
  g_mutex_unlock (&self->lock);
  return wanted;
}

/* How far the buffer came from where its time stamp would have it, seen from
 * the one before; -1 if that is not known. */
static gint64
arrival_error (GstAncMeter *self, GstClockTime pts)
{
  gint64 now = g_get_monotonic_time () * 1000, error = -1;

  if (GST_CLOCK_TIME_IS_VALID (pts) && GST_CLOCK_TIME_IS_VALID (self->last_pts))
    error = ABS ((now - self->last_arrival)
                 - GST_CLOCK_DIFF (self->last_pts, pts));
  self->last_pts = pts;
  self->last_arrival = now;
  return error;
}

/* With the lock. */
static void
place (GstAncMeter *self, GstBuffer *buffer)
{
  GstClockTime end = GST_BUFFER_PTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (end))
    return;
  self->now.position = end;
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    end += GST_BUFFER_DURATION (buffer);
  if (self->segment.format == GST_FORMAT_TIME)
    self->now.running_time = gst_segment_to_running_time (
        &self->segment, GST_FORMAT_TIME, MIN (end, self->segment.stop));
}

guint
gst_anc_meter_buffer (GstAncMeter *self, GstBuffer *buffer)
{
  gint64 error;
  guint changes = 0;

  if (GST_BUFFER_IS_DISCONT (buffer)) {
    changes |= GST_ANC_CHANGE_DISCONT;
    forget_arrival (self);
  }
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP))
    changes |= GST_ANC_CHANGE_GAP;
  error = arrival_error (self, GST_BUFFER_PTS (buffer));
  if (self->fresh != NULL && wants_levels (self))
    gst_anc_levels_measure (self->fresh, buffer);

  g_mutex_lock (&self->lock);
  /* the first buffer of a stream is one: no news */
  if (self->now.buffers == 0)
    changes &= ~(guint) GST_ANC_CHANGE_DISCONT;
  self->now.buffers++;
  self->now.bytes += gst_buffer_get_size (buffer);
  self->now.disconts += (changes & GST_ANC_CHANGE_DISCONT) != 0;
  self->now.gaps += (changes & GST_ANC_CHANGE_GAP) != 0;
  if (error >= 0) {
    self->now.jitter += ((gdouble) error - self->now.jitter) / 16.;
    self->now.jitter_max = MAX (self->now.jitter_max, error);
  }
  place (self, buffer);
  if (self->fresh != NULL) {
    self->now.non_finite += gst_anc_levels_non_finite (self->fresh);
    gst_anc_levels_move (self->fresh, self->levels);
  }
  self->news = TRUE;
  g_mutex_unlock (&self->lock);
  return changes;
}

guint
gst_anc_meter_flow (GstAncMeter *self, GstFlowReturn flow, guint buffers)
{
  /* a flush refuses what it is there to drop */
  if (flow == GST_FLOW_OK || flow == GST_FLOW_FLUSHING)
    return 0;
  g_mutex_lock (&self->lock);
  self->now.refused += buffers;
  g_mutex_unlock (&self->lock);
  return GST_ANC_CHANGE_REFUSED;
}

static guint
count_qos (GstAncMeter *self, GstEvent *event)
{
  GstQOSType type;
  GstClockTimeDiff difference;
  gdouble proportion;

  gst_event_parse_qos (event, &type, &proportion, &difference, NULL);
  g_mutex_lock (&self->lock);
  self->now.qos_events++;
  self->now.late += difference > 0;
  self->now.proportion = proportion;
  self->now.qos_jitter = difference;
  g_mutex_unlock (&self->lock);
  return difference > 0 ? GST_ANC_CHANGE_LATE : 0;
}

static guint
count_gap (GstAncMeter *self)
{
  forget_arrival (self);
  g_mutex_lock (&self->lock);
  self->now.gaps++;
  self->news = TRUE;
  g_mutex_unlock (&self->lock);
  return GST_ANC_CHANGE_GAP;
}

static guint
set_eos (GstAncMeter *self, gboolean eos)
{
  g_mutex_lock (&self->lock);
  self->now.eos = eos;
  self->news |= eos;
  g_mutex_unlock (&self->lock);
  return eos ? GST_ANC_CHANGE_EOS : 0;
}

guint
gst_anc_meter_event (GstAncMeter *self, GstEvent *event)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_QOS:
    return count_qos (self, event);
  case GST_EVENT_CAPS:
    gst_event_parse_caps (event, &caps);
    if (self->caps != NULL && gst_caps_is_equal (self->caps, caps))
      return 0;
    set_caps (self, caps);
    return GST_ANC_CHANGE_CAPS;
  case GST_EVENT_SEGMENT:
    gst_event_copy_segment (event, &self->segment);
    forget_arrival (self);
    return 0;
  case GST_EVENT_GAP:
    return count_gap (self);
  case GST_EVENT_EOS:
    return set_eos (self, TRUE);
  case GST_EVENT_STREAM_START:
  case GST_EVENT_FLUSH_STOP:
    forget_arrival (self);
    return set_eos (self, FALSE);
  default:
    return 0;
  }
}

static void
append_level (GstAncLevels *levels, guint channel, GValue *array)
{
  gdouble rms, peak;

  if (gst_anc_levels_get (levels, channel, &rms, &peak))
    gst_anc_telemetry_append (
        array, gst_structure_new ("level", "rms-db", G_TYPE_DOUBLE, rms,
                                  "peak-db", G_TYPE_DOUBLE, peak, NULL));
}

static void
add_levels (GstAncLevels *levels, GstStructure *record)
{
  GValue array = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  for (guint c = 0; levels != NULL && c < gst_anc_levels_channels (levels); c++)
    append_level (levels, c, &array);
  gst_structure_take_value (record, "levels", &array);
}

static GstStructure *
describe (const Counters *now, const GstCaps *caps, gdouble buffer_rate,
          gdouble bit_rate, guint64 qos_dropped)
{
  return gst_structure_new (
      "stream", "caps", GST_TYPE_CAPS, caps, "buffers", G_TYPE_UINT64,
      now->buffers, "bytes", G_TYPE_UINT64, now->bytes, "buffers-per-second",
      G_TYPE_DOUBLE, buffer_rate, "bits-per-second", G_TYPE_DOUBLE, bit_rate,
      "position-ns", G_TYPE_UINT64, now->position, "running-time-ns",
      G_TYPE_UINT64, now->running_time, "disconts", G_TYPE_UINT64,
      now->disconts, "gaps", G_TYPE_UINT64, now->gaps, "refused", G_TYPE_UINT64,
      now->refused, "qos-events", G_TYPE_UINT64, now->qos_events, "late",
      G_TYPE_UINT64, now->late, "qos-proportion", G_TYPE_DOUBLE,
      now->proportion, "qos-jitter-ns", G_TYPE_INT64, now->qos_jitter,
      "dropped", G_TYPE_UINT64, qos_dropped, "jitter-ns", G_TYPE_UINT64,
      (guint64) now->jitter, "jitter-max-ns", G_TYPE_UINT64,
      (guint64) now->jitter_max, "non-finite-samples", G_TYPE_UINT64,
      now->non_finite, "eos", G_TYPE_BOOLEAN, now->eos, NULL);
}

/* Leaves an empty one for the next interval. With the lock. */
static GstAncLevels *
copy_levels (GstAncMeter *self)
{
  GstAncLevels *copy;

  if (self->levels == NULL || !self->want_levels)
    return NULL;
  copy = gst_anc_levels_new (gst_anc_levels_info (self->levels));
  gst_anc_levels_move (self->levels, copy);
  return copy;
}

gboolean
gst_anc_meter_has_news (GstAncMeter *self)
{
  gboolean news;

  g_mutex_lock (&self->lock);
  news = self->news;
  g_mutex_unlock (&self->lock);
  return news;
}

void
gst_anc_meter_take (GstAncMeter *self, GstStructure *record,
                    guint64 qos_dropped)
{
  g_autoptr (GstAncLevels) levels = NULL;
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstStructure) stream = NULL;
  gint64 now = g_get_monotonic_time ();
  guint64 buffers, bytes;
  gdouble seconds;
  Counters counters;

  g_mutex_lock (&self->lock);
  counters = self->now;
  levels = copy_levels (self);
  gst_caps_replace (&caps, self->caps);
  seconds = (gdouble) MAX (now - self->taken_at, 1) / G_USEC_PER_SEC;
  buffers = counters.buffers - self->taken_buffers;
  bytes = counters.bytes - self->taken_bytes;
  self->taken_buffers = counters.buffers;
  self->taken_bytes = counters.bytes;
  self->taken_at = now;
  self->now.jitter_max = 0;
  self->news = FALSE;
  g_mutex_unlock (&self->lock);

  stream = describe (&counters, caps, (gdouble) buffers / seconds,
                     (gdouble) bytes * 8. / seconds, qos_dropped);
  gst_structure_set (record, "interval-ns", G_TYPE_UINT64,
                     (guint64) (seconds * 1e9), "stream", GST_TYPE_STRUCTURE,
                     stream, NULL);
  add_levels (levels, record);
}
