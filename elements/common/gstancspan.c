/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One span: planes from the buffer, through the filter, back to a buffer. */
#include "config.h"

#include "gstanccanceller-private.h"

#include <string.h>

#include "anc-interleave.h"

/* Planes start a cache line apart modulo a page, or they would all fall into
 * the same few sets of the cache. */
#define PLANE_STAGGER 16

/* Two looks at the clock cost a quarter of what a short filter does with 10 ms:
 * one span in so many is timed and its samples stand for all. Prime, so as not
 * to fall in step with what recurs, such as the frames of the guard. */
#define SPANS_PER_LOOK 7

void
gst_anc_dsp_reserve (GstAncDsp *dsp, gsize n, guint n_references)
{
  guint n_primaries = GST_AUDIO_INFO_CHANNELS (&dsp->in);
  guint planes = 2 * n_primaries + n_references;
  gfloat *at;

  if (n <= dsp->capacity && n_primaries == dsp->n_primaries
      && n_references == dsp->n_references)
    return;
  dsp->capacity = MAX (n, dsp->capacity);
  dsp->capacity = GST_ROUND_UP_16 (dsp->capacity) + PLANE_STAGGER;
  dsp->n_primaries = n_primaries;
  dsp->n_references = n_references;
  g_free (dsp->memory);
  at = dsp->memory = g_new (gfloat, MAX (planes, 1) * dsp->capacity);
  memset (dsp->primary, 0, sizeof dsp->primary);
  memset (dsp->reference, 0, sizeof dsp->reference);
  memset (dsp->output, 0, sizeof dsp->output);
  for (guint c = 0; c < n_primaries; c++, at += dsp->capacity)
    dsp->primary[c] = at;
  for (guint c = 0; c < n_primaries; c++, at += dsp->capacity)
    dsp->output[c] = at;
  for (guint c = 0; c < n_references; c++, at += dsp->capacity)
    dsp->reference[c] = at;
}

void
gst_anc_dsp_clear (GstAncDsp *dsp)
{
  GArray *runs = dsp->runs;

  g_clear_pointer (&dsp->canceller, anc_canceller_free);
  g_free (dsp->memory);
  *dsp = (GstAncDsp){ .runs = runs };
  gst_audio_info_init (&dsp->in);
  gst_audio_info_init (&dsp->out);
}

/* Planes of the primary, and in band those of the reference. */
static void
split (GstAncDsp *dsp, const GstAncJob *job, const gfloat *frames, gboolean gap)
{
  gfloat *targets[ANC_MAX_CHANNELS] = { NULL };
  gint channels = GST_AUDIO_INFO_CHANNELS (&dsp->in), p = 0;
  GstAncRun run = { job->frames, !gap };

  for (gint c = 0; c < channels; c++) {
    if (job->mode == GST_ANC_MODE_IN_BAND && c == dsp->reference_channel)
      targets[c] = job->read ? NULL : dsp->reference[0];
    else
      targets[c] = dsp->primary[p++];
  }
  anc_deinterleave (targets, frames, channels, job->frames);
  if (!job->read) {
    if (dsp->runs->len != 1)
      g_array_set_size (dsp->runs, 1);
    g_array_index (dsp->runs, GstAncRun, 0) = run;
  }
}

/* Fills output with what the filter leaves of the primary. */
static void
cancel (GstAncDsp *dsp, gfloat *const *output, gboolean adapt, gboolean gap)
{
  const gfloat *primary[ANC_MAX_CHANNELS], *reference[ANC_MAX_CHANNELS];
  gfloat *error[ANC_MAX_CHANNELS];
  gsize at = 0;

  for (guint i = 0; i < dsp->runs->len; i++) {
    const GstAncRun *run = &g_array_index (dsp->runs, GstAncRun, i);

    for (guint c = 0; c < dsp->layout.n_primaries; c++) {
      primary[c] = dsp->primary[c] + at;
      error[c] = output[c] + at;
    }
    for (guint c = 0; c < dsp->layout.n_references; c++)
      reference[c] = dsp->reference[c] + at;
    if (gap) {
      anc_canceller_feed (dsp->canceller, reference, run->frames);
      for (guint c = 0; c < dsp->layout.n_primaries; c++)
        memcpy (error[c], primary[c], run->frames * sizeof (gfloat));
    } else {
      anc_canceller_process (dsp->canceller, primary, reference, error,
                             run->frames, adapt && run->present);
    }
    at += run->frames;
  }
}

static void
choose_output (GstAncDsp *dsp, gfloat *const *output, const GstAncJob *job,
               guint channels)
{
  for (guint c = 0; c < channels; c++) {
    if (job->output == GST_ANC_OUTPUT_PRIMARY || dsp->canceller == NULL) {
      memcpy (output[c], dsp->primary[c], job->frames * sizeof (gfloat));
    } else if (job->output == GST_ANC_OUTPUT_ESTIMATE) {
      for (gsize k = 0; k < job->frames; k++)
        output[c][k] = dsp->primary[c][k] - output[c][k];
    }
  }
  if (dsp->canceller == NULL && job->output == GST_ANC_OUTPUT_ESTIMATE) {
    for (guint c = 0; c < channels; c++)
      memset (output[c], 0, job->frames * sizeof (gfloat));
  }
}

static void
drop_audio_meta (GstBuffer *buffer)
{
  GstMeta *meta = (GstMeta *) gst_buffer_get_audio_meta (buffer);
  if (meta != NULL)
    gst_buffer_remove_meta (buffer, meta);
}

/* What of the input's description holds for the span. */
static void
describe (const GstAncDsp *dsp, const GstAncJob *job, GstBuffer *buffer)
{
  gsize all = gst_buffer_get_size (job->buffer) / GST_AUDIO_INFO_BPF (&dsp->in);
  guint rate = GST_AUDIO_INFO_RATE (&dsp->in);

  gst_buffer_copy_into (buffer, job->buffer, GST_BUFFER_COPY_METADATA, 0, -1);
  if (job->frames == all)
    return;
  drop_audio_meta (buffer);
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    GST_BUFFER_PTS (buffer)
        += gst_util_uint64_scale_round (job->offset, GST_SECOND, rate);
  GST_BUFFER_DURATION (buffer)
      = gst_util_uint64_scale_round (job->frames, GST_SECOND, rate);
  GST_BUFFER_OFFSET (buffer) = GST_BUFFER_OFFSET_END (buffer)
      = GST_BUFFER_OFFSET_NONE;
  if (job->offset > 0)
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
}

static GstBuffer *
new_output (const GstAncDsp *dsp, const GstAncJob *job)
{
  gsize size = job->frames * GST_AUDIO_INFO_BPF (&dsp->out);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  describe (dsp, job, buffer);
  return buffer;
}

/* The span as it came. */
static GstBuffer *
pass (const GstAncDsp *dsp, GstAncJob *job)
{
  gsize bpf = GST_AUDIO_INFO_BPF (&dsp->in);
  GstBuffer *buffer;

  if (job->frames == gst_buffer_get_size (job->buffer) / bpf)
    return g_steal_pointer (&job->buffer);
  buffer = gst_buffer_copy_region (job->buffer, GST_BUFFER_COPY_MEMORY,
                                   job->offset * bpf, job->frames * bpf);
  describe (dsp, job, buffer);
  return buffer;
}

/* The planes through the filter into interleaved frames. */
static void
write_output (GstAncDsp *dsp, const GstAncJob *job, gfloat *frames,
              gboolean gap)
{
  guint channels = GST_AUDIO_INFO_CHANNELS (&dsp->out);
  gfloat *direct[1] = { frames };
  gfloat *const *output = channels == 1 ? direct : dsp->output;

  if (dsp->canceller != NULL)
    cancel (dsp, output, job->adapt, gap);
  if (job->output != GST_ANC_OUTPUT_ERROR || dsp->canceller == NULL)
    choose_output (dsp, output, job, channels);
  if (channels > 1)
    anc_interleave (frames, (const gfloat *const *) output, channels,
                    job->frames);
}

/* Stereo with the reference in it, and the error wanted: what needs no planes.
 */
static gboolean
is_direct (const GstAncDsp *dsp, const GstAncJob *job, gboolean gap)
{
  return job->mode == GST_ANC_MODE_IN_BAND && !job->read && !gap
         && job->output == GST_ANC_OUTPUT_ERROR && dsp->canceller != NULL
         && GST_AUDIO_INFO_CHANNELS (&dsp->in) == 2;
}

/* out may be in. */
static void
filter_frames (GstAncDsp *dsp, const GstAncJob *job, const gfloat *in,
               gfloat *out)
{
  gboolean gap = GST_BUFFER_FLAG_IS_SET (job->buffer, GST_BUFFER_FLAG_GAP);

  if (is_direct (dsp, job, gap)) {
    anc_canceller_process_stereo (dsp->canceller, in, dsp->reference_channel,
                                  out, job->frames, job->adapt);
    return;
  }
  if (!job->read)
    gst_anc_dsp_reserve (dsp, job->frames,
                         job->mode == GST_ANC_MODE_IN_BAND ? 1 : 0);
  split (dsp, job, in, gap);
  write_output (dsp, job, out, gap);
}

/* FALSE, with nothing done, unless the span is all of a memory that is ours to
 * write to, which is for the map to say. */
static gboolean
filter_in_place (GstAncDsp *dsp, GstAncJob *job)
{
  gsize frames = job->frames;
  GstMemory *memory;
  GstMapInfo map;
  gboolean whole;

  if (job->offset > 0 || !gst_buffer_is_writable (job->buffer)
      || gst_buffer_n_memory (job->buffer) != 1)
    return FALSE;
  memory = gst_buffer_peek_memory (job->buffer, 0);
  if (!gst_memory_map (memory, &map, GST_MAP_READWRITE))
    return FALSE;
  whole = map.size == frames * GST_AUDIO_INFO_BPF (&dsp->in);
  if (whole)
    filter_frames (dsp, job, (gfloat *) map.data, (gfloat *) map.data);
  gst_memory_unmap (memory, &map);
  if (whole && job->mode == GST_ANC_MODE_IN_BAND)
    gst_memory_resize (memory, 0, frames * GST_AUDIO_INFO_BPF (&dsp->out));
  return whole;
}

static GstBuffer *
filter_into_new (GstAncDsp *dsp, GstAncJob *job)
{
  guint channels = GST_AUDIO_INFO_CHANNELS (&dsp->in);
  GstBuffer *buffer;
  GstMapInfo in, out;

  if (!gst_buffer_map (job->buffer, &in, GST_MAP_READ))
    return g_steal_pointer (&job->buffer);
  buffer = new_output (dsp, job);
  if (gst_buffer_map (buffer, &out, GST_MAP_WRITE)) {
    filter_frames (dsp, job, (const gfloat *) in.data + job->offset * channels,
                   (gfloat *) out.data);
    gst_buffer_unmap (buffer, &out);
  }
  gst_buffer_unmap (job->buffer, &in);
  return buffer;
}

static GstBuffer *
filter_span (GstAncDsp *dsp, GstAncJob *job)
{
  GstBuffer *buffer = filter_in_place (dsp, job)
                          ? g_steal_pointer (&job->buffer)
                          : filter_into_new (dsp, job);

  if (job->mode == GST_ANC_MODE_IN_BAND)
    drop_audio_meta (buffer);
  return buffer;
}

static GstBuffer *
filter_timed (GstAncDsp *dsp, GstAncJob *job)
{
  GstClockTime began = gst_util_get_timestamp ();
  GstBuffer *buffer = filter_span (dsp, job);

  dsp->timed += gst_util_get_timestamp () - began;
  dsp->timed_samples += job->frames;
  return buffer;
}

GstBuffer *
gst_anc_span_process (GstAncCanceller *self, GstAncJob *job)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncDsp *dsp = &priv->dsp;
  GstBuffer *buffer;

  if (job->mode == GST_ANC_MODE_NONE) {
    buffer = pass (dsp, job);
    gst_clear_buffer (&job->buffer);
    return buffer;
  }
  buffer = dsp->spans++ % SPANS_PER_LOOK == 0 ? filter_timed (dsp, job)
                                              : filter_span (dsp, job);
  gst_clear_buffer (&job->buffer);
  dsp->samples += job->frames;
  return buffer;
}

void
gst_anc_span_skip (GstAncCanceller *self, GstAncJob *job)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncDsp *dsp = &priv->dsp;

  if (job->mode == GST_ANC_MODE_NONE || dsp->canceller == NULL)
    return;
  if (!job->read) {
    gst_anc_dsp_reserve (dsp, job->frames, 1);
    memset (dsp->reference[0], 0, job->frames * sizeof (gfloat));
  }
  anc_canceller_feed (dsp->canceller, (const gfloat *const *) dsp->reference,
                      job->frames);
}
