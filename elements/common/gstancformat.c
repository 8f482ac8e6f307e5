/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Caps. The output has the primary's; in band it lacks the channel that is the
 * reference. */
#include "config.h"

#include "gstanccanceller-private.h"

#define GST_CAT_DEFAULT gst_anc_canceller_debug

GstAncMode
gst_anc_format_mode (GstAncCanceller *self, const GstAudioInfo *info)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  gint channels = GST_AUDIO_INFO_CHANNELS (info);
  gint channel = priv->settings.reference_channel;

  if (priv->reverse)
    return GST_ANC_MODE_NONE;
  if (priv->reference.pad != NULL && gst_pad_is_linked (priv->reference.pad))
    return GST_ANC_MODE_PAD;
  if (channel >= 0 && channel < channels && channels > 1)
    return GST_ANC_MODE_IN_BAND;
  return GST_ANC_MODE_NONE;
}

/* The channel mask without one channel; one remaining channel carries none. */
static guint64
remaining_mask (const GstAudioInfo *info, gint channel)
{
  guint64 mask = 0;

  if (GST_AUDIO_INFO_IS_UNPOSITIONED (info)
      || GST_AUDIO_INFO_CHANNELS (info) <= 2)
    return 0;
  for (gint c = 0; c < GST_AUDIO_INFO_CHANNELS (info); c++) {
    if (c != channel)
      mask |= G_GUINT64_CONSTANT (1) << GST_AUDIO_INFO_POSITION (info, c);
  }
  return mask;
}

static GstCaps *
output_caps (GstCaps *input, const GstAudioInfo *info, GstAncMode mode,
             gint channel)
{
  GstCaps *caps = gst_caps_copy (input);
  GstStructure *structure = gst_caps_get_structure (caps, 0);
  gint channels = GST_AUDIO_INFO_CHANNELS (info) - 1;

  if (mode != GST_ANC_MODE_IN_BAND)
    return caps;
  gst_structure_set (structure, "channels", G_TYPE_INT, channels, NULL);
  gst_structure_remove_field (structure, "channel-mask");
  if (channels > 1)
    gst_structure_set (structure, "channel-mask", GST_TYPE_BITMASK,
                       remaining_mask (info, channel), NULL);
  return caps;
}

static void
say_passing (GstAncCanceller *self, gint channel, gboolean reverse)
{
  if (reverse)
    GST_ELEMENT_WARNING (self, STREAM, FAILED,
                         ("Nothing can be learnt from a stream that plays "
                          "backwards; it passes unchanged."),
                         (NULL));
  else if (channel < 0)
    GST_ELEMENT_WARNING (self, STREAM, FAILED,
                         ("There is no reference: link the reference pad or "
                          "set reference-channel; the stream passes "
                          "unchanged."),
                         (NULL));
  else
    GST_ELEMENT_WARNING (self, STREAM, FORMAT,
                         ("reference-channel: the stream has no channel %d "
                          "beside the primary (the first is 0); it passes "
                          "unchanged.",
                          channel),
                         (NULL));
}

/* Input format and mode to those of the output; pushes them. */
static gboolean
apply (GstAncCanceller *self, GstCaps *input, GstAncMode mode, guint32 seqnum)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncDsp *dsp = &priv->dsp;
  GstCaps *caps;
  GstEvent *event;
  gint channel;
  gboolean say, reverse;

  g_mutex_lock (&priv->lock);
  channel = priv->settings.reference_channel;
  reverse = priv->reverse;
  say = mode == GST_ANC_MODE_NONE && !priv->passing_said;
  priv->passing_said |= say;
  gst_anc_reference_set_axis (priv->store, GST_AUDIO_INFO_RATE (&dsp->in));
  g_mutex_unlock (&priv->lock);

  g_mutex_lock (&priv->dsp_lock);
  dsp->mode = mode;
  dsp->reference_channel = channel;
  caps = output_caps (input, &dsp->in, mode, channel);
  gst_audio_info_from_caps (&dsp->out, caps);
  g_mutex_unlock (&priv->dsp_lock);

  if (say)
    say_passing (self, channel, reverse);
  event = gst_event_new_caps (caps);
  gst_event_set_seqnum (event, seqnum);
  gst_caps_unref (caps);
  return gst_pad_push_event (priv->srcpad, event);
}

gboolean
gst_anc_format_set_caps (GstAncCanceller *self, GstEvent *event)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstCaps *caps;
  GstAncMode mode;
  gint rate;
  gboolean ok;

  gst_event_parse_caps (event, &caps);
  g_mutex_lock (&priv->lock);
  g_mutex_lock (&priv->dsp_lock);
  rate = GST_AUDIO_INFO_RATE (&priv->dsp.in);
  gst_audio_info_from_caps (&priv->dsp.in, caps);
  if (rate != GST_AUDIO_INFO_RATE (&priv->dsp.in)) {
    /* another axis */
    priv->reset_history |= priv->next_valid;
    priv->next_valid = FALSE;
  }
  mode = gst_anc_format_mode (self, &priv->dsp.in);
  priv->changed = MAX (priv->changed, GST_ANC_CHANGE_LAYOUT);
  g_mutex_unlock (&priv->dsp_lock);
  g_mutex_unlock (&priv->lock);
  ok = apply (self, caps, mode, gst_event_get_seqnum (event));
  gst_event_unref (event);
  return ok;
}

gboolean
gst_anc_format_set_mode (GstAncCanceller *self, GstAncMode mode)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstCaps *caps = gst_audio_info_to_caps (&priv->dsp.in);
  gboolean ok = apply (self, caps, mode, gst_util_seqnum_next ());

  gst_caps_unref (caps);
  return ok;
}

/* Adds to a number of channels or to both ends of a range. What has neither
 * (a list, or nothing) stays open: it cannot be right to refuse there. */
static void
shift_channels (GstStructure *structure, gint add)
{
  const GValue *value = gst_structure_get_value (structure, "channels");
  gint channels;

  gst_structure_remove_field (structure, "channel-mask");
  if (value == NULL)
    return;
  if (gst_structure_get_int (structure, "channels", &channels))
    gst_structure_set (structure, "channels", G_TYPE_INT, channels + add, NULL);
  else if (GST_VALUE_HOLDS_INT_RANGE (value))
    gst_structure_set (structure, "channels", GST_TYPE_INT_RANGE,
                       gst_value_get_int_range_min (value) + add,
                       gst_value_get_int_range_max (value) + add, NULL);
  else
    gst_structure_remove_field (structure, "channels");
}

static GstCaps *
with_channels (GstCaps *caps, gint least, gint most)
{
  GstCaps *range = gst_caps_new_empty_simple ("audio/x-raw");
  GstCaps *limited;

  if (least == most)
    gst_caps_set_simple (range, "channels", G_TYPE_INT, least, NULL);
  else
    gst_caps_set_simple (range, "channels", GST_TYPE_INT_RANGE, least, most,
                         NULL);
  limited = gst_caps_intersect_full (caps, range, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (range);
  gst_caps_unref (caps);
  return limited;
}

/* In band: what the other side's caps are on this one. A stream that has the
 * channel loses it, one that has not passes as it is. Takes caps. */
static GstCaps *
across (GstCaps *caps, gboolean to_sink, gint channel)
{
  gint fewest = MAX (channel + 1, 2);
  GstCaps *passing = with_channels (gst_caps_ref (caps), 1, fewest - 1);
  GstCaps *shifted
      = to_sink ? with_channels (caps, fewest - 1, ANC_MAX_CHANNELS - 1)
                : with_channels (caps, fewest, ANC_MAX_CHANNELS);

  shifted = gst_caps_make_writable (shifted);
  for (guint i = 0; i < gst_caps_get_size (shifted); i++)
    shift_channels (gst_caps_get_structure (shifted, i), to_sink ? 1 : -1);
  return gst_caps_merge (shifted, passing);
}

GstCaps *
gst_anc_format_query (GstAncCanceller *self, GstPad *pad, GstCaps *filter)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstPad *other = pad == priv->srcpad ? priv->primary.pad : priv->srcpad;
  GstCaps *templ = gst_pad_get_pad_template_caps (pad), *peer, *caps;
  gboolean in_band;
  gint channel;

  g_mutex_lock (&priv->lock);
  channel = priv->settings.reference_channel;
  in_band = channel >= 0
            && (priv->reference.pad == NULL
                || !gst_pad_is_linked (priv->reference.pad));
  g_mutex_unlock (&priv->lock);

  peer = gst_pad_peer_query_caps (other, NULL);
  if (in_band)
    peer = across (peer, pad != priv->srcpad, channel);
  caps = gst_caps_intersect_full (peer, templ, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (peer);
  gst_caps_unref (templ);
  if (filter != NULL) {
    GstCaps *filtered
        = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (caps);
    caps = filtered;
  }
  return caps;
}
