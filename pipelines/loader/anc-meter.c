/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-meter.h"

#include "anc-sound-caps.h"

#include <gst/audio/audio.h>

typedef struct {
  GstElement *decoder; /* whose pad came late; not owned; NULL: always there */
  GMutex lock;         /* guards what follows: written while streaming */
  gint rate;           /* 0: no decoded sound so far */
  gint bytes_per_frame;
  gboolean buffers;
  gboolean ended;
  guint64 frames;
} Tap;

struct _AncMeter {
  GstElement *pipeline;
  GMutex lock;      /* guards taps; pads come from streaming threads */
  GHashTable *taps; /* GstPad -> Tap */
};

static void
tap_free (gpointer data)
{
  Tap *self = data;

  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
tap_set_caps (Tap *self, GstEvent *event)
{
  GstCaps *caps;
  GstAudioInfo info;

  gst_event_parse_caps (event, &caps);
  g_mutex_lock (&self->lock);
  self->rate = 0;
  if (gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-raw")
      && gst_audio_info_from_caps (&info, caps)) {
    self->rate = info.rate;
    self->bytes_per_frame = info.bpf;
  }
  g_mutex_unlock (&self->lock);
}

static GstPadProbeReturn
tap_caps (Tap *self, GstPadProbeInfo *info)
{
  if (self->decoder != NULL
      && !anc_sound_caps_check (info->data, self->decoder))
    return GST_PAD_PROBE_DROP;
  anc_sound_caps_complete_probe (info);
  tap_set_caps (self, info->data);
  return GST_PAD_PROBE_OK;
}

static void
tap_add (Tap *self, gsize bytes)
{
  g_mutex_lock (&self->lock);
  self->buffers = TRUE;
  if (self->rate > 0)
    self->frames += bytes / (gsize) self->bytes_per_frame;
  g_mutex_unlock (&self->lock);
}

static gboolean
tap_is_empty (Tap *self)
{
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = !self->buffers || (self->rate > 0 && self->frames == 0);
  g_mutex_unlock (&self->lock);
  return empty;
}

/* A file without a whole frame ends before it began. Encoders do not expect
 * that: the end is kept from them and the file is named instead. */
static GstPadProbeReturn
tap_end (Tap *self, GstPad *pad)
{
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_mutex_unlock (&self->lock);
  if (self->decoder == NULL || !gst_pad_is_linked (pad) || !tap_is_empty (self))
    return GST_PAD_PROBE_OK;
  GST_ELEMENT_ERROR (self->decoder, STREAM, DECODE, (ANC_SOUND_NO_FRAME),
                     (NULL));
  return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Tap *self = data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    tap_add (self, gst_buffer_get_size (info->data));
  else if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    tap_add (self, gst_buffer_list_calculate_size (info->data));
  else if (GST_EVENT_TYPE (info->data) == GST_EVENT_CAPS)
    return tap_caps (self, info);
  else if (GST_EVENT_TYPE (info->data) == GST_EVENT_EOS)
    return tap_end (self, pad);
  return GST_PAD_PROBE_OK;
}

/* aiffparse of GStreamer 1.22 answers a question for a length in samples with
 * one in nanoseconds, and a critical warning: such questions go unanswered. */
static GstPadProbeReturn
on_query (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstFormat format;

  if (GST_QUERY_TYPE (info->data) != GST_QUERY_DURATION)
    return GST_PAD_PROBE_OK;
  gst_query_parse_duration (info->data, &format, NULL);
  return format == GST_FORMAT_TIME ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static void
attach (AncMeter *self, GstPad *pad, GstElement *decoder)
{
  Tap *tap = g_new0 (Tap, 1);

  tap->decoder = decoder;
  g_mutex_init (&tap->lock);
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->taps, pad, tap);
  g_mutex_unlock (&self->lock);
  gst_pad_add_probe (pad,
                     GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST
                         | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                     on_data, tap, NULL);
  if (decoder != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM, on_query, NULL,
                       NULL);
}

static void
on_pad_added (GstElement *element, GstPad *pad, gpointer data)
{
  if (GST_PAD_IS_SRC (pad))
    attach (data, pad, element);
}

static gboolean
attach_each (GstElement *element, GstPad *pad, gpointer data)
{
  attach (data, pad, NULL);
  return TRUE;
}

AncMeter *
anc_meter_new (GstElement *pipeline)
{
  AncMeter *self = g_new0 (AncMeter, 1);

  self->pipeline = gst_object_ref (pipeline);
  g_mutex_init (&self->lock);
  self->taps = g_hash_table_new_full (NULL, NULL, NULL, tap_free);
  for (GList *l = GST_BIN (pipeline)->children; l != NULL; l = l->next) {
    g_signal_connect (l->data, "pad-added", G_CALLBACK (on_pad_added), self);
    gst_element_foreach_src_pad (l->data, attach_each, self);
  }
  return self;
}

void
anc_meter_free (AncMeter *self)
{
  for (GList *l = GST_BIN (self->pipeline)->children; l != NULL; l = l->next)
    g_signal_handlers_disconnect_by_data (l->data, self);
  gst_object_unref (self->pipeline);
  g_hash_table_unref (self->taps);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
read_pad (AncMeter *self, GstPad *pad, AncReading *ret)
{
  gint64 duration;
  Tap *tap;
  gint rate;

  g_mutex_lock (&self->lock);
  tap = g_hash_table_lookup (self->taps, pad);
  g_mutex_unlock (&self->lock);
  if (tap == NULL)
    return FALSE;
  g_mutex_lock (&tap->lock);
  ret->buffers |= tap->buffers;
  rate = tap->rate;
  if (rate > 0) {
    ret->sound = TRUE;
    ret->ended = tap->ended;
    ret->frames = tap->frames;
    ret->seconds = (gdouble) tap->frames / rate;
  }
  g_mutex_unlock (&tap->lock);
  if (rate == 0)
    return FALSE;
  if (gst_pad_query_duration (pad, GST_FORMAT_TIME, &duration))
    ret->duration = (gdouble) duration / GST_SECOND;
  return TRUE;
}

/* The element of the pipeline itself in which `object` is. */
static GstElement *
top_of (GstElement *pipeline, GstObject *object)
{
  while (object != NULL && GST_OBJECT_PARENT (object) != GST_OBJECT (pipeline))
    object = GST_OBJECT_PARENT (object);
  return GST_IS_ELEMENT (object) ? GST_ELEMENT (object) : NULL;
}

static GstElement *
element_across (GstElement *pipeline, GstPad *pad)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  return peer != NULL ? top_of (pipeline, GST_OBJECT (peer)) : NULL;
}

/* Against the stream from an element to the next pad with sound. A launch
 * text has no loops without a pad that carries sound. */
static gboolean
read_upstream (AncMeter *self, GstElement *element, AncReading *ret)
{
  for (GList *l = element->sinkpads; l != NULL; l = l->next) {
    g_autoptr (GstPad) peer = gst_pad_get_peer (l->data);
    GstElement *next;

    if (peer == NULL)
      continue;
    if (read_pad (self, peer, ret))
      return TRUE;
    next = top_of (self->pipeline, GST_OBJECT (peer));
    if (next != NULL && read_upstream (self, next, ret))
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_downstream (AncMeter *self, GstElement *element, AncReading *ret)
{
  for (GList *l = element->srcpads; l != NULL; l = l->next) {
    GstElement *next;

    if (read_pad (self, l->data, ret))
      return TRUE;
    next = element_across (self->pipeline, l->data);
    if (next != NULL && read_downstream (self, next, ret))
      return TRUE;
  }
  return FALSE;
}

AncReading
anc_meter_read_output (AncMeter *self)
{
  AncReading best = { .duration = -1 };

  for (GList *l = GST_BIN (self->pipeline)->children; l != NULL; l = l->next) {
    AncReading reading = { .duration = -1 };

    if (!GST_OBJECT_FLAG_IS_SET (l->data, GST_ELEMENT_FLAG_SINK))
      continue;
    read_upstream (self, l->data, &reading);
    if (reading.frames >= best.frames && (reading.sound || !best.sound))
      best = reading;
  }
  return best;
}

AncReading
anc_meter_read_input (AncMeter *self, const gchar *element)
{
  AncReading reading = { .duration = -1 };
  g_autoptr (GstElement) source
      = gst_bin_get_by_name (GST_BIN (self->pipeline), element);

  if (source != NULL)
    read_downstream (self, source, &reading);
  return reading;
}

gboolean
anc_meter_is_source (AncMeter *self, const gchar *element)
{
  g_autoptr (GstElement) source
      = gst_bin_get_by_name (GST_BIN (self->pipeline), element);

  return source != NULL && source->sinkpads == NULL;
}

/* Adds the names of all elements without input that lead here. */
static void
collect_sources (GstElement *pipeline, GstElement *element, GPtrArray *names)
{
  if (element->sinkpads == NULL
      && !g_ptr_array_find_with_equal_func (names, GST_OBJECT_NAME (element),
                                            g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (GST_OBJECT_NAME (element)));
  for (GList *l = element->sinkpads; l != NULL; l = l->next) {
    GstElement *next = element_across (pipeline, l->data);

    if (next != NULL)
      collect_sources (pipeline, next, names);
  }
}

static gchar *
find_source (GstElement *pipeline, GstElement *element)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (element != NULL)
    collect_sources (pipeline, element, names);
  return names->len == 1 ? g_strdup (names->pdata[0]) : NULL;
}

gchar *
anc_meter_find_source (GstElement *pipeline, GstObject *object)
{
  return find_source (pipeline, top_of (pipeline, object));
}

gchar *
anc_meter_find_source_of_pad (GstElement *pipeline, GstPad *pad)
{
  return find_source (pipeline, element_across (pipeline, pad));
}
