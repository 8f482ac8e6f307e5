/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancreference.h"

#include <string.h>

#include "anc-filter.h"
#include "anc-interleave.h"

/* Best quality: what the resampler loses no filter can model. */
#define RESAMPLER_QUALITY 10

typedef struct {
  gint64 start;
  gsize frames;
  GstBuffer *buffer; /* NULL where the samples are missing */
  gsize offset;      /* frames of the buffer before the first one */
  guint channels;    /* interleaved in the buffer ... */
  gint channel;      /* ... and the only one wanted, or -1: all */
} Chunk;

/* What arrived before the primary's rate was known. */
typedef struct {
  GstBuffer *buffer;
  gint64 running_time;
} Early;

struct GstAncReference {
  GstAudioInfo info;
  guint axis; /* 0: not known yet */
  GstAudioConverter *converter;
  GstAncTimeline input;    /* on the arriving rate: finds the disconts */
  GstAncTimeline timeline; /* on the axis */
  GQueue chunks;
  GQueue early;
  gint64 early_frames;
  gint64 used; /* frames before it are used up */
  gboolean eos;
};

static void
chunk_free (Chunk *chunk)
{
  gst_clear_buffer (&chunk->buffer);
  g_free (chunk);
}

static void
early_free (Early *early)
{
  gst_clear_buffer (&early->buffer);
  g_free (early);
}

GstAncReference *
gst_anc_reference_new (void)
{
  GstAncReference *self = g_new0 (GstAncReference, 1);
  gst_audio_info_init (&self->info);
  g_queue_init (&self->chunks);
  g_queue_init (&self->early);
  self->used = G_MININT64;
  return self;
}

void
gst_anc_reference_free (GstAncReference *self)
{
  gst_anc_reference_clear (self);
  g_clear_pointer (&self->converter, gst_audio_converter_free);
  g_free (self);
}

void
gst_anc_reference_clear (GstAncReference *self)
{
  g_queue_clear_full (&self->chunks, (GDestroyNotify) chunk_free);
  g_queue_clear_full (&self->early, (GDestroyNotify) early_free);
  self->early_frames = 0;
  gst_anc_timeline_reset (&self->timeline, self->axis);
  gst_anc_timeline_reset (&self->input, GST_AUDIO_INFO_RATE (&self->info));
  if (self->converter != NULL)
    gst_audio_converter_reset (self->converter);
  self->used = G_MININT64;
  self->eos = FALSE;
}

static GstAudioConverter *
new_converter (const GstAudioInfo *info, guint axis)
{
  GstAudioInfo in = *info, out;
  GstStructure *options = gst_structure_new_empty ("options");

  gst_audio_info_init (&out);
  gst_audio_info_set_format (&out, GST_AUDIO_FORMAT_F32, axis,
                             GST_AUDIO_INFO_CHANNELS (info), in.position);
  gst_audio_resampler_options_set_quality (GST_AUDIO_RESAMPLER_METHOD_KAISER,
                                           RESAMPLER_QUALITY, in.rate, axis,
                                           options);
  return gst_audio_converter_new (GST_AUDIO_CONVERTER_FLAG_NONE, &in, &out,
                                  options);
}

static void
update_converter (GstAncReference *self)
{
  g_clear_pointer (&self->converter, gst_audio_converter_free);
  if (self->axis == 0 || !GST_AUDIO_INFO_IS_VALID (&self->info))
    return;
  if (self->axis != (guint) GST_AUDIO_INFO_RATE (&self->info))
    self->converter = new_converter (&self->info, self->axis);
}

void
gst_anc_reference_set_axis (GstAncReference *self, guint rate)
{
  GQueue early = G_QUEUE_INIT;
  gboolean eos = self->eos;
  Early *first;

  if (self->axis == rate)
    return;
  if (self->axis == 0) {
    early = self->early;
    g_queue_init (&self->early);
  }
  self->axis = rate;
  update_converter (self);
  gst_anc_reference_clear (self);
  while ((first = g_queue_pop_head (&early)) != NULL) {
    gst_anc_reference_push (self, g_steal_pointer (&first->buffer),
                            first->running_time);
    early_free (first);
  }
  if (rate != 0)
    gst_anc_reference_set_eos (self, eos);
}

void
gst_anc_reference_set_format (GstAncReference *self, const GstAudioInfo *info)
{
  if (!gst_audio_info_is_equal (&self->info, info)) {
    gint64 used = self->used;
    self->info = *info;
    update_converter (self);
    gst_anc_reference_clear (self);
    self->used = used;
  }
}

guint
gst_anc_reference_channels (const GstAncReference *self)
{
  return GST_AUDIO_INFO_IS_VALID (&self->info)
             ? GST_AUDIO_INFO_CHANNELS (&self->info)
             : 0;
}

static gint64
held_until (const GstAncReference *self)
{
  const Chunk *last = g_queue_peek_tail ((GQueue *) &self->chunks);
  return last != NULL ? MAX (last->start + (gint64) last->frames, self->used)
                      : self->used;
}

/* Adds what of the chunk is new; takes the chunk. */
static void
add_chunk (GstAncReference *self, Chunk *chunk)
{
  gint64 from = held_until (self);

  if (chunk->start < from) {
    gint64 late = MIN (from - chunk->start, (gint64) chunk->frames);
    chunk->start += late;
    chunk->offset += late;
    chunk->frames -= late;
  }
  if (chunk->frames == 0 || chunk->buffer == NULL)
    chunk_free (chunk);
  else
    g_queue_push_tail (&self->chunks, chunk);
}

static void
add_frames (GstAncReference *self, GstBuffer *buffer, gint64 start,
            gsize frames)
{
  Chunk *chunk = g_new0 (Chunk, 1);
  *chunk = (Chunk){ .start = start,
                    .frames = frames,
                    .buffer = buffer,
                    .channels = GST_AUDIO_INFO_CHANNELS (&self->info),
                    .channel = -1 };
  add_chunk (self, chunk);
}

/* Returns the buffer at the axis' rate; input NULL stands for silence. */
static GstBuffer *
convert (GstAncReference *self, GstBuffer *input, gsize frames, gsize *ret_n)
{
  gsize bpf = GST_AUDIO_INFO_BPF (&self->info);
  gsize n = gst_audio_converter_get_out_frames (self->converter, frames);
  GstBuffer *output = gst_buffer_new_allocate (NULL, MAX (n, 1) * bpf, NULL);
  GstMapInfo in, out;
  gpointer in_data[1] = { NULL }, out_data[1];

  gst_buffer_map (output, &out, GST_MAP_WRITE);
  out_data[0] = out.data;
  if (input != NULL && gst_buffer_map (input, &in, GST_MAP_READ)) {
    in_data[0] = in.data;
    gst_audio_converter_samples (self->converter, 0, in_data, frames, out_data,
                                 n);
    gst_buffer_unmap (input, &in);
  } else {
    gst_audio_converter_samples (self->converter, 0, NULL, frames, out_data, n);
  }
  gst_buffer_unmap (output, &out);
  *ret_n = n;
  return output;
}

/* The last samples stay in the resampler until as many follow as it looks
 * ahead. */
static void
drain_converter (GstAncReference *self)
{
  gsize ahead, n;
  GstBuffer *rest;

  if (self->converter == NULL || !self->timeline.placed)
    return;
  ahead = gst_audio_converter_get_max_latency (self->converter);
  if (ahead > 0) {
    rest = convert (self, NULL, ahead, &n);
    add_frames (
        self, rest,
        gst_anc_timeline_place (&self->timeline, GST_ANC_NO_TIME, n, FALSE), n);
  }
  gst_audio_converter_reset (self->converter);
}

void
gst_anc_reference_push (GstAncReference *self, GstBuffer *buffer,
                        gint64 running_time)
{
  gsize frames
      = gst_buffer_get_size (buffer) / GST_AUDIO_INFO_BPF (&self->info);
  gboolean discont = GST_BUFFER_IS_DISCONT (buffer) || !self->input.placed;
  gint64 expected = self->input.next, start;
  gboolean gap = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);

  if (self->axis == 0) {
    Early *early = g_new (Early, 1);
    *early = (Early){ buffer, running_time };
    g_queue_push_tail (&self->early, early);
    self->early_frames += frames;
    return;
  }
  start = gst_anc_timeline_place (&self->input, running_time, frames, discont);
  discont |= start != expected;
  if (discont)
    drain_converter (self);
  if (self->converter != NULL) {
    GstBuffer *converted = convert (self, buffer, frames, &frames);
    gst_buffer_unref (buffer);
    buffer = converted;
  }
  start = gst_anc_timeline_place (&self->timeline,
                                  discont ? running_time : GST_ANC_NO_TIME,
                                  frames, discont);
  if (gap)
    gst_clear_buffer (&buffer);
  add_frames (self, buffer, start, frames);
}

void
gst_anc_reference_push_channel (GstAncReference *self, GstBuffer *buffer,
                                guint channels, guint channel, gint64 start)
{
  Chunk *chunk = g_new0 (Chunk, 1);
  gsize frames = gst_buffer_get_size (buffer) / (channels * sizeof (gfloat));

  *chunk = (Chunk){ .start = start,
                    .frames = frames,
                    .buffer = gst_buffer_ref (buffer),
                    .channels = channels,
                    .channel = (gint) channel };
  self->timeline.placed = TRUE;
  self->timeline.next = start + (gint64) frames;
  add_chunk (self, chunk);
}

void
gst_anc_reference_gap (GstAncReference *self, gint64 running_time,
                       GstClockTime duration)
{
  guint64 n;

  if (running_time == GST_ANC_NO_TIME || self->axis == 0)
    return;
  /* without one it still says that nothing comes before its time */
  if (!GST_CLOCK_TIME_IS_VALID (duration))
    duration = 0;
  drain_converter (self);
  n = gst_util_uint64_scale_round (duration, self->axis, GST_SECOND);
  gst_anc_timeline_place (&self->timeline, running_time, n, TRUE);
  self->input.placed = FALSE;
}

void
gst_anc_reference_set_eos (GstAncReference *self, gboolean eos)
{
  if (eos && !self->eos)
    drain_converter (self);
  self->eos = eos;
}

gint64
gst_anc_reference_known_until (const GstAncReference *self)
{
  if (self->eos)
    return G_MAXINT64;
  return self->timeline.placed ? self->timeline.next : G_MININT64;
}

gint64
gst_anc_reference_queued (const GstAncReference *self)
{
  const Chunk *first = g_queue_peek_head ((GQueue *) &self->chunks);
  if (self->axis == 0)
    return self->early_frames;
  return first != NULL ? held_until (self) - first->start : 0;
}

void
gst_anc_reference_limit (GstAncReference *self, gint64 frames)
{
  gint64 excess = gst_anc_reference_queued (self) - frames;
  const Chunk *first = g_queue_peek_head (&self->chunks);

  while (self->axis == 0 && self->early_frames > frames) {
    Early *oldest = g_queue_pop_head (&self->early);
    self->early_frames -= gst_buffer_get_size (oldest->buffer)
                          / GST_AUDIO_INFO_BPF (&self->info);
    early_free (oldest);
  }
  if (first != NULL && excess > 0)
    gst_anc_reference_discard (self, first->start + excess);
}

static void
chunk_read (const Chunk *chunk, gsize from, gsize n, gfloat *const *planes,
            gsize at)
{
  gfloat *targets[ANC_MAX_CHANNELS] = { NULL };
  GstMapInfo map;
  guint c;

  if (chunk->channel >= 0)
    targets[chunk->channel] = planes[0] + at;
  /* a reader that still knows the old format may have fewer planes */
  for (c = 0; chunk->channel < 0 && c < chunk->channels && planes[c] != NULL;
       c++)
    targets[c] = planes[c] + at;
  if (!gst_buffer_map (chunk->buffer, &map, GST_MAP_READ))
    return;
  anc_deinterleave (targets,
                    (const gfloat *) map.data
                        + (chunk->offset + from) * chunk->channels,
                    chunk->channels, n);
  gst_buffer_unmap (chunk->buffer, &map);
}

static void
append_run (GArray *runs, gsize frames, gboolean present)
{
  GstAncRun run = { frames, present };
  GstAncRun *last
      = runs->len > 0 ? &g_array_index (runs, GstAncRun, runs->len - 1) : NULL;
  if (frames == 0)
    return;
  if (last != NULL && last->present == present)
    last->frames += frames;
  else
    g_array_append_val (runs, run);
}

static void
read_missing (GstAncReference *self, gsize at, gsize n, gfloat *const *planes,
              guint n_planes, GArray *runs)
{
  for (guint c = 0; c < n_planes; c++)
    memset (planes[c] + at, 0, n * sizeof (gfloat));
  append_run (runs, n, FALSE);
}

void
gst_anc_reference_read (GstAncReference *self, gint64 start, gsize n,
                        gfloat *const *planes, GArray *runs)
{
  gint64 at = start, end = start + (gint64) n;
  guint n_planes = 0;

  while (planes[n_planes] != NULL)
    n_planes++;
  for (GList *l = self->chunks.head; l != NULL && at < end; l = l->next) {
    const Chunk *chunk = l->data;
    gint64 chunk_end = chunk->start + (gint64) chunk->frames, until;

    if (chunk_end <= at)
      continue;
    if (chunk->start > at) {
      until = MIN (chunk->start, end);
      read_missing (self, at - start, until - at, planes, n_planes, runs);
      at = until;
    }
    until = MIN (chunk_end, end);
    if (until > at) {
      chunk_read (chunk, at - chunk->start, until - at, planes, at - start);
      append_run (runs, until - at, TRUE);
      at = until;
    }
  }
  if (at < end)
    read_missing (self, at - start, end - at, planes, n_planes, runs);
}

static void
discard_chunks (GstAncReference *self, gint64 index)
{
  Chunk *first;

  while ((first = g_queue_peek_head (&self->chunks)) != NULL
         && first->start < index) {
    gint64 n = MIN (index - first->start, (gint64) first->frames);
    first->start += n;
    first->offset += n;
    first->frames -= n;
    if (first->frames > 0)
      break;
    chunk_free (g_queue_pop_head (&self->chunks));
  }
}

void
gst_anc_reference_discard (GstAncReference *self, gint64 index)
{
  self->used = MAX (self->used, index);
  if (self->chunks.head != NULL)
    discard_chunks (self, index);
}

void
gst_anc_reference_prepend (GstAncReference *self, GstBuffer *buffer,
                           guint channels, const guint8 *present, gsize n,
                           gint64 end)
{
  gsize from, until = n;

  /* stretches from the last to the first */
  while (until > 0) {
    from = until - 1;
    while (from > 0 && present[from - 1] == present[until - 1])
      from--;
    if (present[from]) {
      Chunk *chunk = g_new0 (Chunk, 1);
      *chunk = (Chunk){ .start = end - (gint64) (n - from),
                        .frames = until - from,
                        .buffer = gst_buffer_ref (buffer),
                        .offset = from,
                        .channels = channels,
                        .channel = -1 };
      g_queue_push_head (&self->chunks, chunk);
    }
    until = from;
  }
  gst_buffer_unref (buffer);
}

const GstAncTimeline *
gst_anc_reference_timeline (const GstAncReference *self)
{
  return &self->input;
}
