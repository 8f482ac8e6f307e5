/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Events and queries of the three pads. What belongs to the primary goes
 * through its queue; what belongs to the reference ends here. */
#include "config.h"

#include "gstanccanceller-private.h"

#define GST_CAT_DEFAULT gst_anc_canceller_debug

static gboolean
parse_caps (GstAncCanceller *self, GstPad *pad, GstEvent *event,
            GstAudioInfo *ret_info)
{
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (gst_audio_info_from_caps (ret_info, caps)
      && GST_AUDIO_INFO_FORMAT (ret_info) == GST_AUDIO_FORMAT_F32LE
      && GST_AUDIO_INFO_LAYOUT (ret_info) == GST_AUDIO_LAYOUT_INTERLEAVED
      && GST_AUDIO_INFO_CHANNELS (ret_info) <= ANC_MAX_CHANNELS)
    return TRUE;
  GST_ELEMENT_ERROR (self, STREAM, FORMAT,
                     ("The %s takes interleaved 32-bit float audio of up to "
                      "%d channels; put an audioconvert before it.",
                      GST_PAD_NAME (pad), ANC_MAX_CHANNELS),
                     ("caps %" GST_PTR_FORMAT, caps));
  return FALSE;
}

static void
primary_flush_start (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_lock (&priv->lock);
  priv->primary.flushing = TRUE;
  gst_anc_canceller_wake (priv);
  g_mutex_unlock (&priv->lock);
}

/* What is in flight must be over before FLUSH_STOP goes on. */
static void
primary_flush_stop (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_lock (&priv->lock);
  while (priv->busy)
    gst_anc_canceller_wait (priv);
  gst_anc_pairing_clear_primary (self);
  gst_segment_init (&priv->primary.segment, GST_FORMAT_UNDEFINED);
  if (gst_anc_format_mode (self, &priv->info) == GST_ANC_MODE_IN_BAND)
    gst_anc_reference_clear (priv->store);
  priv->reset_history = TRUE;
  priv->primary.flushing = FALSE;
  g_mutex_unlock (&priv->lock);
}

static gboolean
primary_caps (GstAncCanceller *self, GstPad *pad, GstEvent *event)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAudioInfo info;
  gboolean latency_changes = FALSE;

  if (!parse_caps (self, pad, event, &info))
    return FALSE;
  g_mutex_lock (&priv->lock);
  if (GST_AUDIO_INFO_RATE (&info) != GST_AUDIO_INFO_RATE (&priv->info)) {
    /* the first rate is the store's at once: nothing is on its axis yet */
    if (!GST_AUDIO_INFO_IS_VALID (&priv->info))
      gst_anc_reference_set_axis (priv->store, GST_AUDIO_INFO_RATE (&info));
    gst_anc_timeline_reset (&priv->timeline, GST_AUDIO_INFO_RATE (&info));
    priv->latency_known = FALSE;
    latency_changes = priv->settings.delay < 0;
  }
  priv->info = info;
  g_mutex_unlock (&priv->lock);
  /* a delay in samples has a time only now */
  if (latency_changes)
    gst_element_post_message (GST_ELEMENT (self),
                              gst_message_new_latency (GST_OBJECT (self)));
  return TRUE;
}

/* With the lock: what an event says about the stream as it arrives. */
static void
note_primary_event (GstAncCanceller *self, GstEvent *event)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_STREAM_START:
    priv->primary_eos = FALSE;
    priv->latency_known = FALSE;
    priv->discont = TRUE;
    if (gst_anc_format_mode (self, &priv->info) == GST_ANC_MODE_IN_BAND)
      gst_anc_reference_set_eos (priv->store, FALSE);
    break;
  case GST_EVENT_SEGMENT:
    gst_event_copy_segment (event, &priv->primary.segment);
    break;
  case GST_EVENT_GAP:
    priv->discont = TRUE;
    break;
  case GST_EVENT_EOS:
    priv->draining = TRUE;
    if (gst_anc_format_mode (self, &priv->info) == GST_ANC_MODE_IN_BAND)
      gst_anc_reference_set_eos (priv->store, TRUE);
    break;
  default:
    break;
  }
}

static gboolean
queue_primary_event (GstAncCanceller *self, GstEvent *event)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  gboolean taken = FALSE;

  g_mutex_lock (&priv->lock);
  if (!priv->primary.flushing) {
    note_primary_event (self, event);
    gst_anc_pairing_queue_event (self, event);
    taken = TRUE;
  }
  g_mutex_unlock (&priv->lock);
  if (!taken)
    gst_event_unref (event);
  return taken;
}

gboolean
gst_anc_pads_primary_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (parent);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_FLUSH_START:
    primary_flush_start (self);
    return gst_pad_push_event (priv->srcpad, event);
  case GST_EVENT_FLUSH_STOP:
    primary_flush_stop (self);
    return gst_pad_push_event (priv->srcpad, event);
  case GST_EVENT_CAPS:
    if (!primary_caps (self, pad, event)) {
      gst_event_unref (event);
      return FALSE;
    }
    return queue_primary_event (self, event);
  default:
    if (GST_EVENT_IS_SERIALIZED (event))
      return queue_primary_event (self, event);
    return gst_pad_push_event (priv->srcpad, event);
  }
}

static gboolean
reference_caps (GstAncCanceller *self, GstPad *pad, GstEvent *event)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAudioInfo info;

  if (!parse_caps (self, pad, event, &info))
    return FALSE;
  g_mutex_lock (&priv->lock);
  gst_anc_reference_set_format (priv->store, &info);
  priv->reference_rate = GST_AUDIO_INFO_RATE (&info);
  g_mutex_unlock (&priv->lock);
  return TRUE;
}

static void
reference_flush_start (GstAncCancellerPrivate *priv)
{
  priv->reference.flushing = TRUE;
  gst_anc_canceller_wake (priv);
}

static void
reference_flush_stop (GstAncCancellerPrivate *priv, guint32 seqnum)
{
  gst_anc_reference_clear (priv->store);
  gst_segment_init (&priv->reference.segment, GST_FORMAT_UNDEFINED);
  priv->reference_flush_seqnum = seqnum;
  priv->await_reference_flush = FALSE;
  priv->reset_history = TRUE;
  priv->reference.flushing = FALSE;
}

static void
reference_gap (GstAncCancellerPrivate *priv, GstEvent *event)
{
  GstClockTime time, duration;

  gst_event_parse_gap (event, &time, &duration);
  gst_anc_reference_gap (priv->store,
                         gst_anc_running_time (&priv->reference.segment, time),
                         duration);
}

gboolean
gst_anc_pads_reference_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (parent);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  gboolean ok = TRUE;

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    ok = reference_caps (self, pad, event);
    gst_event_unref (event);
    return ok;
  }
  g_mutex_lock (&priv->lock);
  if (pad == priv->reference.pad
      && (!GST_EVENT_IS_SERIALIZED (event) || !priv->reference.flushing
          || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)) {
    switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_START:
      reference_flush_start (priv);
      break;
    case GST_EVENT_FLUSH_STOP:
      reference_flush_stop (priv, gst_event_get_seqnum (event));
      break;
    case GST_EVENT_STREAM_START:
      gst_anc_reference_set_eos (priv->store, FALSE);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &priv->reference.segment);
      break;
    case GST_EVENT_GAP:
      reference_gap (priv, event);
      break;
    case GST_EVENT_EOS:
      gst_anc_reference_set_eos (priv->store, TRUE);
      break;
    default:
      break;
    }
    priv->reference.thread = g_thread_self ();
    gst_anc_pairing_work_reference (self);
  } else {
    ok = FALSE;
  }
  g_mutex_unlock (&priv->lock);
  gst_event_unref (event);
  return ok;
}

/* The reference pad if it is linked, with a reference to it. */
static GstPad *
linked_reference (GstAncCancellerPrivate *priv)
{
  GstPad *pad = NULL;

  g_mutex_lock (&priv->lock);
  if (priv->reference.pad != NULL && gst_pad_is_linked (priv->reference.pad))
    pad = gst_object_ref (priv->reference.pad);
  g_mutex_unlock (&priv->lock);
  return pad;
}

static void
await_reference_flush (GstAncCancellerPrivate *priv, gboolean await)
{
  g_mutex_lock (&priv->lock);
  priv->await_reference_flush = await;
  g_mutex_unlock (&priv->lock);
}

/* To the primary first, then to the reference, unless both hang on one
 * upstream that has flushed it already. */
static gboolean
seek (GstAncCanceller *self, GstEvent *event)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstPad *reference = linked_reference (priv);
  guint32 seqnum = gst_event_get_seqnum (event);
  GstSeekFlags flags;
  gboolean ok, flushed, seen;

  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, NULL, NULL, NULL);
  flushed = (flags & GST_SEEK_FLAG_FLUSH) != 0;
  if (reference == NULL)
    return gst_pad_push_event (priv->primary.pad, event);
  if (flushed)
    await_reference_flush (priv, TRUE);
  ok = gst_pad_push_event (priv->primary.pad, gst_event_ref (event));
  g_mutex_lock (&priv->lock);
  seen = flushed && priv->reference_flush_seqnum == seqnum;
  g_mutex_unlock (&priv->lock);
  if (ok && !seen && !gst_pad_push_event (reference, gst_event_ref (event)))
    GST_WARNING_OBJECT (self, "the reference cannot seek; it goes on");
  await_reference_flush (priv, FALSE);
  gst_anc_pairing_wake (self);
  gst_event_unref (event);
  gst_object_unref (reference);
  return ok;
}

gboolean
gst_anc_pads_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (parent);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_SEEK:
    return seek (self, event);
  case GST_EVENT_QOS:
    return gst_pad_push_event (priv->primary.pad, event);
  default:
    return gst_pad_event_default (pad, parent, event);
  }
}

gboolean
gst_anc_pads_sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (parent);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstCaps *filter, *caps;

  switch (GST_QUERY_TYPE (query)) {
  case GST_QUERY_CAPS:
    if (pad != priv->primary.pad)
      return gst_pad_query_default (pad, parent, query);
    gst_query_parse_caps (query, &filter);
    caps = gst_anc_format_query (self, pad, filter);
    gst_query_set_caps_result (query, caps);
    gst_caps_unref (caps);
    return TRUE;
  case GST_QUERY_ACCEPT_CAPS:
    return gst_pad_query_default (pad, parent, query);
  case GST_QUERY_ALLOCATION:
    /* what is queued here is not bound to downstream's pool */
    return FALSE;
  default:
    if (pad != priv->primary.pad || GST_QUERY_IS_SERIALIZED (query))
      return FALSE;
    return gst_pad_query_default (pad, parent, query);
  }
}

gboolean
gst_anc_pads_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (parent);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstCaps *filter, *caps;

  switch (GST_QUERY_TYPE (query)) {
  case GST_QUERY_LATENCY:
    return gst_anc_latency_query (self, query);
  case GST_QUERY_CAPS:
    gst_query_parse_caps (query, &filter);
    caps = gst_anc_format_query (self, pad, filter);
    gst_query_set_caps_result (query, caps);
    gst_caps_unref (caps);
    return TRUE;
  case GST_QUERY_ACCEPT_CAPS:
    return gst_pad_query_default (pad, parent, query);
  default:
    return gst_pad_peer_query (priv->primary.pad, query);
  }
}

gboolean
gst_anc_pads_sink_activate_mode (GstPad *pad, GstObject *parent,
                                 GstPadMode mode, gboolean active)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (parent);
  GstAncCancellerPrivate *priv;
  GstAncSide *side;

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (parent == NULL)
    return TRUE; /* about to be added, see request_new_pad */
  priv = gst_anc_canceller_private (self);
  g_mutex_lock (&priv->lock);
  side = pad == priv->primary.pad ? &priv->primary : &priv->reference;
  if (pad != side->pad) {
    /* released, and another may have been requested since */
    g_mutex_unlock (&priv->lock);
    return TRUE;
  }
  side->flushing = !active;
  side->thread = NULL;
  if (active)
    gst_segment_init (&side->segment, GST_FORMAT_UNDEFINED);
  gst_anc_canceller_wake (priv);
  g_mutex_unlock (&priv->lock);
  return TRUE;
}
