/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pairs the primary with its reference.
 *
 * Primary buffers and serialised events share one queue; reference buffers go
 * to the store and their events end at the pad. An arrival queues, and unless
 * another thread is at it (`busy`) its thread does what can be done: take the
 * next event or complete span, unlock, process, push, lock, again. One
 * upstream thread may therefore feed both pads, and no thread hop is added.
 *
 * Files: a chain waits only when its queue already holds a second and the
 * delay, and never if its thread was the last to feed the other pad. Live:
 * nothing waits and the primary's thread does all the work; a primary that has
 * been held for as long as the latency allows goes out with its reference
 * missing, and a full reference store drops its oldest samples. */
#include "config.h"

#include "gstanccanceller-private.h"

#define GST_CAT_DEFAULT gst_anc_canceller_debug

/* A longer jump of the primary starts the history anew instead of running the
 * reference through it. */
#define MAX_SKIP_SECONDS 10

static gint64
queue_limit (const GstAncCancellerPrivate *priv, guint rate)
{
  return (gint64) rate + ABS (priv->settings.delay);
}

static gint64
store_limit (const GstAncCancellerPrivate *priv)
{
  guint rate
      = priv->timeline.rate != 0 ? priv->timeline.rate : priv->reference_rate;
  return queue_limit (priv, rate);
}

static gboolean
store_is_full (const GstAncCancellerPrivate *priv)
{
  return gst_anc_reference_queued (priv->store) >= store_limit (priv);
}

static gboolean
held_too_long (const GstAncCancellerPrivate *priv)
{
  if (!priv->live)
    return FALSE;
  return priv->draining
         || gst_util_uint64_scale (priv->queued, GST_SECOND,
                                   priv->timeline.rate)
                > priv->wait;
}

/* Whether a span needs the store: the reference pad, or a channel of the
 * primary that is shifted against it. */
static gboolean
uses_store (const GstAncCancellerPrivate *priv, GstAncMode mode)
{
  return mode == GST_ANC_MODE_PAD
         || (mode == GST_ANC_MODE_IN_BAND && priv->settings.delay != 0);
}

static gint64
known_until (const GstAncCancellerPrivate *priv)
{
  gint64 known = priv->await_reference_flush
                     ? G_MININT64
                     : gst_anc_reference_known_until (priv->store);
  /* room for the delay to be added */
  return CLAMP (known, G_MININT64 / 2, G_MAXINT64 / 2);
}

/* A later state holds the reference samples that the delay still holds back, so
 * the end of a file waits until they have come. */
static gboolean
end_must_wait (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  return priv->settings.delay > 0 && priv->next_valid && !priv->live
         && priv->dsp.mode == GST_ANC_MODE_PAD
         && gst_anc_format_mode (self, &priv->dsp.in) == GST_ANC_MODE_PAD
         && known_until (priv) < priv->next;
}

static void
read_store (GstAncCancellerPrivate *priv, GstAncJob *job)
{
  GstAncDsp *dsp = &priv->dsp;
  guint n_references = job->mode == GST_ANC_MODE_IN_BAND
                           ? 1
                           : gst_anc_reference_channels (priv->store);

  gst_anc_dsp_reserve (dsp, job->frames, n_references);
  g_array_set_size (dsp->runs, 0);
  gst_anc_reference_read (priv->store, priv->next - priv->settings.delay,
                          job->frames, dsp->reference, dsp->runs);
  job->read = TRUE;
}

static void
advance (GstAncCancellerPrivate *priv, gsize frames)
{
  priv->next += (gint64) frames;
  gst_anc_reference_discard (priv->store, priv->next - priv->settings.delay);
}

static void
pop_head (GstAncCancellerPrivate *priv)
{
  gst_queue_array_pop_head_struct (priv->queue);
  priv->consumed = 0;
}

/* Places the head on the axis: returns the frames that the primary jumped over
 * before it. */
static gint64
reach_head (GstAncCancellerPrivate *priv, gint64 start)
{
  gint64 jump = priv->next_valid ? start - priv->next : 0;

  if (!priv->next_valid || jump < 0
      || jump > MAX_SKIP_SECONDS * (gint64) priv->timeline.rate) {
    priv->reset_history |= priv->next_valid;
    priv->next = start;
    priv->next_valid = TRUE;
    jump = 0;
  }
  gst_anc_reference_discard (priv->store, priv->next - priv->settings.delay);
  return jump;
}

/* How many of the n frames at priv->next can go: all, a part when the
 * reference cannot bring more before some go, or none yet. */
static gsize
frames_ready (GstAncCancellerPrivate *priv, GstAncJob *job, gsize n)
{
  gint64 ready;

  if (!uses_store (priv, job->mode))
    return n;
  ready = known_until (priv) + priv->settings.delay - priv->next;
  if (ready >= (gint64) n)
    return n;
  if (job->mode == GST_ANC_MODE_PAD && held_too_long (priv)) {
    job->say_missing = !priv->missing_said && !priv->draining;
    priv->missing_said |= job->say_missing;
    return n;
  }
  /* in band the reference is as near as the primary: no need to hold more */
  if (ready > 0 && (job->mode == GST_ANC_MODE_IN_BAND || store_is_full (priv)))
    return ready;
  return 0;
}

static gboolean
next_skip (GstAncCancellerPrivate *priv, GstAncJob *job, gint64 jump)
{
  gint64 ready = known_until (priv) + priv->settings.delay - priv->next;

  job->frames = MIN (jump, (gint64) priv->timeline.rate);
  if (uses_store (priv, job->mode) && !held_too_long (priv))
    job->frames = CLAMP (ready, 0, (gint64) job->frames);
  if (job->frames == 0)
    return FALSE;
  if (uses_store (priv, job->mode))
    read_store (priv, job);
  advance (priv, job->frames);
  return TRUE;
}

static void
next_span (GstAncCancellerPrivate *priv, GstAncJob *job, const GstAncItem *head)
{
  job->offset = priv->consumed;
  job->adapt = priv->settings.adapt;
  job->output = priv->settings.output;
  job->interval = priv->settings.post_messages ? priv->settings.interval
                                               : GST_CLOCK_TIME_NONE;
  if (uses_store (priv, job->mode))
    read_store (priv, job);
  advance (priv, job->frames);
  priv->queued -= (gint64) job->frames;
  priv->consumed += job->frames;
  if (priv->consumed == head->frames) {
    job->buffer = GST_BUFFER_CAST (head->object);
    pop_head (priv);
  } else {
    job->buffer = gst_buffer_ref (GST_BUFFER_CAST (head->object));
  }
}

static gboolean
next_event (GstAncCanceller *self, GstAncJob *job, GstEvent *event)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  const GstSegment *segment;

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS && end_must_wait (self))
    return FALSE;
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_parse_segment (event, &segment);
    priv->reverse = segment->rate < 0.;
  }
  job->event = event;
  pop_head (priv);
  return TRUE;
}

/* Fills priv->job with the next thing that can be done. */
static gboolean
next_job (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncJob *job = &priv->job;
  GstAncItem *head = gst_queue_array_peek_head_struct (priv->queue);
  gint64 jump;

  if (head == NULL || priv->primary.flushing || priv->failed)
    return FALSE;
  *job = (GstAncJob){ NULL };
  if (GST_IS_EVENT (head->object))
    return next_event (self, job, GST_EVENT_CAST (head->object));
  job->mode = gst_anc_format_mode (self, &priv->dsp.in);
  jump = reach_head (priv, head->start + (gint64) priv->consumed);
  job->configure = gst_anc_filter_is_stale (self, job->mode);
  if (job->configure)
    return TRUE;
  job->reset_history = priv->reset_history;
  if (jump > 0) {
    if (!next_skip (priv, job, jump))
      return FALSE;
  } else {
    job->frames = frames_ready (priv, job, head->frames - priv->consumed);
    if (job->frames == 0)
      return FALSE;
    next_span (priv, job, head);
  }
  priv->reset_history = FALSE;
  return TRUE;
}

static gboolean
run_event (GstAncCanceller *self, GstEvent *event)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    return gst_anc_format_set_caps (self, event);
  return gst_pad_push_event (priv->srcpad, event);
}

static void
after_event (GstAncCancellerPrivate *priv, GstEventType type, gboolean pushed)
{
  if (type == GST_EVENT_EOS) {
    priv->primary_eos = TRUE;
    priv->draining = FALSE;
  }
  if (type == GST_EVENT_CAPS && !pushed && !priv->primary.flushing)
    priv->flow = GST_FLOW_NOT_NEGOTIATED;
}

static void
say_missing (GstAncCanceller *self)
{
  GST_ELEMENT_WARNING (self, STREAM, FAILED,
                       ("The reference is late or has stopped; the primary "
                        "goes out without it. A larger reference-timeout "
                        "waits longer."),
                       (NULL));
}

/* Called with the lock and returns with it. The filter's lock is taken before
 * ours is given up, so that nobody sees a span counted but not filtered. */
static void
run_span (GstAncCanceller *self, GstAncJob *job)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstBuffer *output = NULL;
  GstFlowReturn flow = priv->flow;
  gboolean post = FALSE;

  g_mutex_lock (&priv->dsp_lock);
  g_mutex_unlock (&priv->lock);
  if (job->reset_history && priv->dsp.canceller != NULL)
    anc_canceller_reset_history (priv->dsp.canceller);
  if (job->buffer != NULL) {
    output = gst_anc_span_process (self, job);
    post = gst_anc_stats_due (self, job->interval);
  } else {
    gst_anc_span_skip (self, job);
  }
  g_mutex_unlock (&priv->dsp_lock);

  if (job->say_missing)
    say_missing (self);
  if (post)
    gst_anc_stats_post (self, job->interval);
  if (output != NULL)
    flow = gst_pad_push (priv->srcpad, output);
  g_mutex_lock (&priv->lock);
  priv->flow = flow;
}

static void
run_job (GstAncCanceller *self, GstAncJob *job)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  if (job->event != NULL) {
    GstEventType type = GST_EVENT_TYPE (job->event);
    gboolean pushed;

    g_mutex_unlock (&priv->lock);
    pushed = run_event (self, job->event);
    g_mutex_lock (&priv->lock);
    after_event (priv, type, pushed);
  } else if (job->configure) {
    gboolean ok;

    g_mutex_unlock (&priv->lock);
    ok = gst_anc_filter_configure (self, job->mode);
    g_mutex_lock (&priv->lock);
    if (!ok) {
      priv->failed = TRUE;
      priv->flow = GST_FLOW_ERROR;
    }
  } else {
    run_span (self, job);
  }
}

void
gst_anc_pairing_work (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  if (priv->busy)
    return;
  priv->busy = TRUE;
  while (next_job (self)) {
    run_job (self, &priv->job);
    gst_anc_canceller_wake (priv);
  }
  priv->busy = FALSE;
  gst_anc_canceller_wake (priv);
}

/* Live, the reference's thread only stores: a sink that keeps time would hold
 * it for as long as primaries come, and the reference would be late because of
 * us. The next primary takes the span. */
void
gst_anc_pairing_work_reference (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  if (!priv->live || priv->primary.thread == g_thread_self ())
    gst_anc_pairing_work (self);
}

static void
work_async (GstElement *element, gpointer unused)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (element);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_lock (&priv->lock);
  gst_anc_pairing_work (self);
  g_mutex_unlock (&priv->lock);
}

void
gst_anc_pairing_wake (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  gboolean waiting;

  g_mutex_lock (&priv->lock);
  waiting = gst_queue_array_get_length (priv->queue) > 0;
  gst_anc_canceller_wake (priv);
  g_mutex_unlock (&priv->lock);
  if (waiting)
    gst_element_call_async (GST_ELEMENT (self), work_async, NULL, NULL);
}

void
gst_anc_pairing_queue_event (GstAncCanceller *self, GstEvent *event)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncItem item = { .object = GST_MINI_OBJECT_CAST (event) };

  gst_queue_array_push_tail_struct (priv->queue, &item);
  gst_anc_pairing_work (self);
}

void
gst_anc_pairing_clear_primary (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  gst_queue_array_clear (priv->queue);
  priv->queued = 0;
  priv->consumed = 0;
  priv->next_valid = priv->draining = priv->primary_eos = FALSE;
  priv->discont = priv->failed = FALSE;
  priv->flow = GST_FLOW_OK;
  gst_anc_timeline_reset (&priv->timeline, GST_AUDIO_INFO_RATE (&priv->info));
}

static void
queue_primary (GstAncCanceller *self, GstBuffer *buffer, gsize frames)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncItem item
      = { .object = GST_MINI_OBJECT_CAST (buffer), .frames = frames };
  gint64 time
      = gst_anc_running_time (&priv->primary.segment, GST_BUFFER_PTS (buffer));

  item.start = gst_anc_timeline_place (&priv->timeline, time, frames,
                                       priv->discont
                                           || GST_BUFFER_IS_DISCONT (buffer));
  priv->discont = FALSE;
  if (priv->settings.delay != 0 && priv->settings.reference_channel >= 0
      && gst_anc_format_mode (self, &priv->info) == GST_ANC_MODE_IN_BAND)
    gst_anc_reference_push_channel (
        priv->store, buffer, GST_AUDIO_INFO_CHANNELS (&priv->info),
        priv->settings.reference_channel, item.start);
  gst_queue_array_push_tail_struct (priv->queue, &item);
  priv->queued += (gint64) frames;
}

static gboolean
primary_must_wait (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  return !priv->primary.flushing && !priv->live && priv->flow == GST_FLOW_OK
         && priv->queued >= queue_limit (priv, priv->timeline.rate)
         && priv->reference.thread != g_thread_self ()
         && (priv->busy
             || gst_anc_format_mode (self, &priv->info) == GST_ANC_MODE_PAD);
}

/* Whether a chain may wait depends on who is live. */
static void
lock_knowing_latency (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_lock (&priv->lock);
  if (G_LIKELY (priv->latency_known))
    return;
  g_mutex_unlock (&priv->lock);
  gst_anc_latency_update (self);
  g_mutex_lock (&priv->lock);
}

/* Controlled properties take their values when a primary buffer arrives. The
 * segment is only written by the pad's own thread. */
static void
sync_controlled (GstAncCanceller *self, GstBuffer *buffer)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  const GstSegment *segment = &priv->primary.segment;

  if (GST_OBJECT_CAST (self)->control_bindings != NULL
      && segment->format == GST_FORMAT_TIME)
    gst_object_sync_values (GST_OBJECT (self), gst_segment_to_stream_time (
                                                   segment, GST_FORMAT_TIME,
                                                   GST_BUFFER_PTS (buffer)));
}

GstFlowReturn
gst_anc_pairing_chain_primary (GstPad *pad, GstObject *parent,
                               GstBuffer *buffer)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (parent);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstFlowReturn flow;

  sync_controlled (self, buffer);
  lock_knowing_latency (self);
  priv->primary.thread = g_thread_self ();
  while (primary_must_wait (self))
    gst_anc_canceller_wait (priv);
  if (priv->primary.flushing) {
    flow = GST_FLOW_FLUSHING;
  } else if (!GST_AUDIO_INFO_IS_VALID (&priv->info)) {
    flow = GST_FLOW_NOT_NEGOTIATED;
  } else {
    gsize frames
        = gst_buffer_get_size (buffer) / GST_AUDIO_INFO_BPF (&priv->info);

    if (frames > 0)
      queue_primary (self, g_steal_pointer (&buffer), frames);
    gst_anc_pairing_work (self);
    flow = priv->flow;
  }
  g_mutex_unlock (&priv->lock);
  gst_clear_buffer (&buffer);
  return flow;
}

static gboolean
reference_must_wait (const GstAncCancellerPrivate *priv, GstPad *pad)
{
  return pad == priv->reference.pad && !priv->reference.flushing
         && !priv->primary_eos && !(priv->live && priv->reference_live)
         && (priv->flow == GST_FLOW_OK || priv->flow == GST_FLOW_FLUSHING)
         && store_is_full (priv) && priv->primary.thread != g_thread_self ();
}

/* The reference never learns of the primary's flushes: those are its own
 * upstream's business. */
static GstFlowReturn
reference_flow (const GstAncCancellerPrivate *priv, GstPad *pad)
{
  if (priv->reference.flushing || pad != priv->reference.pad)
    return GST_FLOW_FLUSHING;
  if (priv->primary_eos || priv->flow == GST_FLOW_EOS
      || (priv->flow <= GST_FLOW_NOT_NEGOTIATED))
    return GST_FLOW_EOS;
  return GST_FLOW_OK;
}

GstFlowReturn
gst_anc_pairing_chain_reference (GstPad *pad, GstObject *parent,
                                 GstBuffer *buffer)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (parent);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstFlowReturn flow;

  lock_knowing_latency (self);
  priv->reference.thread = g_thread_self ();
  while (reference_must_wait (priv, pad))
    gst_anc_canceller_wait (priv);
  flow = reference_flow (priv, pad);
  if (flow == GST_FLOW_OK && gst_anc_reference_channels (priv->store) == 0)
    flow = GST_FLOW_NOT_NEGOTIATED;
  if (flow == GST_FLOW_OK) {
    gint64 time = gst_anc_running_time (&priv->reference.segment,
                                        GST_BUFFER_PTS (buffer));
    gst_anc_reference_push (priv->store, g_steal_pointer (&buffer), time);
    if (priv->live && priv->reference_live)
      gst_anc_reference_limit (priv->store, store_limit (priv));
    gst_anc_pairing_work_reference (self);
    flow = reference_flow (priv, pad);
  }
  g_mutex_unlock (&priv->lock);
  gst_clear_buffer (&buffer);
  return flow;
}
