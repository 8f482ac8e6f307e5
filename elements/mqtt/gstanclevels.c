/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanclevels.h"

#include <math.h>
#include <string.h>

/* Silence is shown as this, not as minus infinity. */
#define FLOOR_DB -200.
/* Samples that are unpacked at a time: 8 KB of doubles. */
#define BLOCK 1024u

/* Every stride-th of n samples. */
typedef void (*Measure) (const void *data, gsize n, gsize stride,
                         GstAncLevel *level, guint64 *non_finite);

struct _GstAncLevels {
  GstAudioInfo info;
  Measure measure;
  gboolean packed; /* unpacked before it is measured */
  guint64 frames;
  guint64 non_finite;
  gdouble *block;
  GstAncLevel channels[];
};

#define DEFINE_INTEGER(name, type, full_scale)                                 \
  static void name (const void *data, gsize n, gsize stride,                   \
                    GstAncLevel *level, guint64 *non_finite)                   \
  {                                                                            \
    const type *samples = data;                                                \
    gdouble squares = 0., peak = 0.;                                           \
                                                                               \
    for (gsize i = 0; i < n; i++) {                                            \
      gdouble x = samples[i * stride];                                         \
      squares += x * x;                                                        \
      peak = MAX (peak, fabs (x));                                             \
    }                                                                          \
    level->squares += squares / (full_scale * full_scale);                     \
    level->peak = MAX (level->peak, peak / full_scale);                        \
  }

#define DEFINE_FLOAT(name, type)                                               \
  static void name (const void *data, gsize n, gsize stride,                   \
                    GstAncLevel *level, guint64 *non_finite)                   \
  {                                                                            \
    const type *samples = data;                                                \
    gdouble squares = 0., peak = level->peak;                                  \
                                                                               \
    for (gsize i = 0; i < n; i++) {                                            \
      gdouble x = samples[i * stride];                                         \
      if (!isfinite (x)) {                                                     \
        (*non_finite)++;                                                       \
        continue;                                                              \
      }                                                                        \
      squares += x * x;                                                        \
      peak = MAX (peak, fabs (x));                                             \
    }                                                                          \
    level->squares += squares;                                                 \
    level->peak = peak;                                                        \
  }

DEFINE_INTEGER (measure_s16, gint16, 32768.)
DEFINE_INTEGER (measure_s32, gint32, 2147483648.)
DEFINE_FLOAT (measure_f32, gfloat)
DEFINE_FLOAT (measure_f64, gdouble)

static Measure
pick (const GstAudioInfo *info, gboolean *ret_packed)
{
  *ret_packed = FALSE;
  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F32)
    return measure_f32;
  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_S16)
    return measure_s16;
  *ret_packed = TRUE;
  return info->finfo->unpack_format == GST_AUDIO_FORMAT_S32 ? measure_s32
                                                            : measure_f64;
}

GstAncLevels *
gst_anc_levels_new (const GstAudioInfo *info)
{
  GstAncLevels *self = g_malloc0 (
      sizeof *self + GST_AUDIO_INFO_CHANNELS (info) * sizeof (GstAncLevel));

  self->info = *info;
  self->measure = pick (info, &self->packed);
  return self;
}

void
gst_anc_levels_free (GstAncLevels *self)
{
  g_free (self->block);
  g_free (self);
}

/* `channels` interleaved channels, the first of which is `first`. */
static void
measure_plane (GstAncLevels *self, const guint8 *data, gsize frames,
               guint channels, guint first)
{
  for (guint c = 0; c < channels; c++)
    self->measure (data + c * GST_AUDIO_INFO_WIDTH (&self->info) / 8, frames,
                   channels, &self->channels[first + c], &self->non_finite);
}

static void
measure_packed (GstAncLevels *self, const guint8 *data, gsize frames,
                guint channels, guint first)
{
  const GstAudioFormatInfo *format = self->info.finfo;
  gsize width = GST_AUDIO_INFO_WIDTH (&self->info) / 8;
  /* a frame of many channels is cut between two of them */
  gsize all = frames * channels;

  if (self->block == NULL)
    self->block = g_new (gdouble, BLOCK);
  for (gsize at = 0; at < all;) {
    gsize offset = at % channels;
    gsize n = MIN (BLOCK, all - at);

    format->unpack_func (format, GST_AUDIO_PACK_FLAG_TRUNCATE_RANGE,
                         self->block, (gpointer) (data + at * width), (gint) n);
    for (gsize c = 0; c < MIN (channels, n); c++) {
      gsize unpacked = GST_AUDIO_FORMAT_INFO_WIDTH (
                           gst_audio_format_get_info (format->unpack_format))
                       / 8;

      self->measure ((const guint8 *) self->block + c * unpacked,
                     (n - c + channels - 1) / channels, channels,
                     &self->channels[first + (offset + c) % channels],
                     &self->non_finite);
    }
    at += n;
  }
}

static gboolean
is_as_announced (GstAncLevels *self, GstBuffer *buffer)
{
  const GstAudioMeta *meta = gst_buffer_get_audio_meta (buffer);

  if (meta == NULL)
    return GST_AUDIO_INFO_LAYOUT (&self->info) == GST_AUDIO_LAYOUT_INTERLEAVED;
  return gst_audio_info_is_equal (&meta->info, &self->info);
}

gboolean
gst_anc_levels_measure (GstAncLevels *self, GstBuffer *buffer)
{
  GstAudioBuffer audio;

  if (!is_as_announced (self, buffer)
      || !gst_audio_buffer_map (&audio, &self->info, buffer, GST_MAP_READ))
    return FALSE;
  /* what a gap holds need not be looked at: it is silence */
  for (gint p = 0; p < GST_AUDIO_BUFFER_N_PLANES (&audio)
                   && !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
       p++)
    (self->packed ? measure_packed : measure_plane) (
        self, GST_AUDIO_BUFFER_PLANE_DATA (&audio, p),
        GST_AUDIO_BUFFER_N_SAMPLES (&audio),
        GST_AUDIO_BUFFER_N_PLANES (&audio) == 1
            ? (guint) GST_AUDIO_INFO_CHANNELS (&self->info)
            : 1,
        (guint) p);
  self->frames += GST_AUDIO_BUFFER_N_SAMPLES (&audio);
  gst_audio_buffer_unmap (&audio);
  return TRUE;
}

void
gst_anc_levels_move (GstAncLevels *self, GstAncLevels *to)
{
  guint channels = gst_anc_levels_channels (self);

  for (guint c = 0; c < channels; c++) {
    to->channels[c].squares += self->channels[c].squares;
    to->channels[c].peak = MAX (to->channels[c].peak, self->channels[c].peak);
  }
  to->frames += self->frames;
  to->non_finite += self->non_finite;
  self->frames = self->non_finite = 0;
  memset (self->channels, 0, channels * sizeof (GstAncLevel));
}

const GstAudioInfo *
gst_anc_levels_info (const GstAncLevels *self)
{
  return &self->info;
}

guint
gst_anc_levels_channels (const GstAncLevels *self)
{
  return (guint) GST_AUDIO_INFO_CHANNELS (&self->info);
}

guint64
gst_anc_levels_non_finite (const GstAncLevels *self)
{
  return self->non_finite;
}

static gdouble
decibels (gdouble power)
{
  return power > 1e-20 ? 10. * log10 (power) : FLOOR_DB;
}

gboolean
gst_anc_levels_get (const GstAncLevels *self, guint channel,
                    gdouble *ret_rms_db, gdouble *ret_peak_db)
{
  const GstAncLevel *level = &self->channels[channel];

  if (self->frames == 0)
    return FALSE;
  *ret_rms_db = decibels (level->squares / (gdouble) self->frames);
  *ret_peak_db = decibels (level->peak * level->peak);
  return TRUE;
}
