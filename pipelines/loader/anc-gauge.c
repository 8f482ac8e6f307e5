/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-gauge.h"

#include "anc-floor.h"

#include <gst/audio/audio.h>
#include <math.h>

typedef struct {
  AncGauge *gauge;
  GstPad *pad;
  gulong probe;
  GMutex lock; /* guards what follows: written while streaming */
  gint rate, channels;
  gint skipped; /* the channel that is the reference, or -1 */
  AncFloor floor;
  guint64 position; /* samples that were compared with the voice */
  gdouble kept, rest;
  gboolean differs; /* the voice has another rate or number of channels */
} Side;

struct _AncGauge {
  const AncVoice *voice;
  GstElement *canceller;
  Side before, after;
};

/* In band, the primary's pad carries the reference as well. */
static gint
find_skipped (const Side *self)
{
  GstElement *canceller = self->gauge->canceller;
  g_autoptr (GstPad) reference
      = gst_element_get_static_pad (canceller, "reference");
  gint channel = -1;

  if (self != &self->gauge->before
      || (reference != NULL && gst_pad_is_linked (reference)))
    return -1;
  g_object_get (canceller, "reference-channel", &channel, NULL);
  return channel;
}

static void
set_caps (Side *self, GstEvent *event)
{
  const AncVoice *voice = self->gauge->voice;
  gint skipped = find_skipped (self), kept;
  GstAudioInfo info;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  g_mutex_lock (&self->lock);
  self->channels = 0;
  if (gst_audio_info_from_caps (&info, caps)
      && GST_AUDIO_INFO_FORMAT (&info) == GST_AUDIO_FORMAT_F32) {
    self->rate = info.rate;
    self->channels = info.channels;
    self->skipped = skipped < info.channels ? skipped : -1;
    kept = info.channels - (self->skipped >= 0);
    anc_floor_set_rate (&self->floor, (guint) info.rate, (guint) kept);
    self->differs |= voice != NULL
                     && (voice->rate != (guint) info.rate
                         || voice->channels != (guint) kept);
  }
  g_mutex_unlock (&self->lock);
}

static void
add_sample (Side *self, gfloat sample)
{
  const AncVoice *voice = self->gauge->voice;
  gdouble wanted, difference;

  anc_floor_add (&self->floor, sample);
  if (voice == NULL || self->differs
      || self->position >= voice->frames * voice->channels)
    return;
  wanted = voice->samples[self->position++];
  difference = sample - wanted;
  self->kept += wanted * wanted;
  if (isfinite (difference))
    self->rest += difference * difference;
}

static void
add_buffer (Side *self, GstBuffer *buffer)
{
  GstMapInfo map;
  const gfloat *samples;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  samples = (const gfloat *) map.data;
  g_mutex_lock (&self->lock);
  for (gsize i = 0; self->channels > 0 && i < map.size / sizeof (gfloat); i++) {
    if ((gint) (i % (gsize) self->channels) != self->skipped)
      add_sample (self, samples[i]);
  }
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    add_buffer (data, info->data);
  else if (GST_EVENT_TYPE (info->data) == GST_EVENT_CAPS)
    set_caps (data, info->data);
  return GST_PAD_PROBE_OK;
}

static void
side_init (Side *self, AncGauge *gauge, const gchar *pad)
{
  self->gauge = gauge;
  self->skipped = -1;
  g_mutex_init (&self->lock);
  self->pad = gst_element_get_static_pad (gauge->canceller, pad);
  self->probe = gst_pad_add_probe (self->pad,
                                   GST_PAD_PROBE_TYPE_BUFFER
                                       | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                                   on_data, self, NULL);
}

static void
side_clear (Side *self)
{
  gst_pad_remove_probe (self->pad, self->probe);
  gst_clear_object (&self->pad);
  g_mutex_clear (&self->lock);
}

static gboolean
is_canceller (GstElement *element)
{
  GObjectClass *class = G_OBJECT_GET_CLASS (element);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (element, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (element, "src");

  return sink != NULL && src != NULL
         && g_object_class_find_property (class, "stats") != NULL
         && g_object_class_find_property (class, "output") != NULL
         && g_object_class_find_property (class, "reference-channel") != NULL;
}

AncGauge *
anc_gauge_new (GstElement *pipeline, const AncVoice *voice)
{
  AncGauge *self = g_new0 (AncGauge, 1);

  self->voice = voice;
  for (GList *l = GST_BIN (pipeline)->children;
       l != NULL && self->canceller == NULL; l = l->next) {
    if (is_canceller (l->data))
      self->canceller = gst_object_ref (l->data);
  }
  if (self->canceller != NULL) {
    side_init (&self->before, self, "sink");
    side_init (&self->after, self, "src");
  }
  return self;
}

void
anc_gauge_free (AncGauge *self)
{
  if (self->canceller != NULL) {
    side_clear (&self->before);
    side_clear (&self->after);
    gst_clear_object (&self->canceller);
  }
  g_free (self);
}

/* What comes out may also be the noise that was found. */
static gboolean
is_cleaned (GstElement *canceller)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (canceller), "output", &value);
  return G_VALUE_HOLDS_ENUM (&value) && g_value_get_enum (&value) == 0;
}

static gboolean
read_side (Side *self, gdouble *ret_floor, gdouble *ret_voice,
           gboolean *ret_has_voice)
{
  gboolean good;

  g_mutex_lock (&self->lock);
  good = anc_floor_get_db (&self->floor, ret_floor);
  *ret_has_voice = self->position > 0 && !self->differs;
  *ret_voice = 10 * log10 ((self->kept + 1e-16) / (self->rest + 1e-16));
  g_mutex_unlock (&self->lock);
  return good;
}

AncFigures
anc_gauge_read (AncGauge *self)
{
  AncFigures figures = { 0 };
  gboolean before, after;

  if (self->canceller == NULL || !is_cleaned (self->canceller))
    return figures;
  figures.has_floor = read_side (&self->before, &figures.floor_before,
                                 &figures.voice_before, &before);
  figures.has_floor &= read_side (&self->after, &figures.floor_after,
                                  &figures.voice_after, &after);
  figures.has_voice = before && after;
  return figures;
}
