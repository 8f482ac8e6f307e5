/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-sound-caps.h"

gchar *
anc_sound_describe_rate (guint rate)
{
  return g_strdup_printf ("its header says that it has %u samples a second, "
                          "and no more than %d can be used; record or export "
                          "it again",
                          rate, ANC_SOUND_MAX_RATE);
}

gchar *
anc_sound_describe_channels (guint channels)
{
  return g_strdup_printf ("it has %u channels, and no more than %d can be "
                          "used; split it",
                          channels, ANC_SOUND_MAX_CHANNELS);
}

static gboolean
lacks_mask (const GstStructure *sound)
{
  gint channels;

  return gst_structure_has_name (sound, "audio/x-raw")
         && gst_structure_get_int (sound, "channels", &channels) && channels > 2
         && !gst_structure_has_field (sound, "channel-mask");
}

GstCaps *
anc_sound_caps_complete (GstCaps *caps)
{
  if (caps == NULL || gst_caps_get_size (caps) == 0
      || !lacks_mask (gst_caps_get_structure (caps, 0)))
    return caps;
  caps = gst_caps_make_writable (caps);
  gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK,
                       G_GUINT64_CONSTANT (0), NULL);
  return caps;
}

void
anc_sound_caps_complete_probe (GstPadProbeInfo *info)
{
  GstEvent *event = info->data, *other;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (!lacks_mask (gst_caps_get_structure (caps, 0)))
    return;
  caps = anc_sound_caps_complete (gst_caps_ref (caps));
  other = gst_event_new_caps (caps);
  gst_event_set_seqnum (other, gst_event_get_seqnum (event));
  gst_caps_unref (caps);
  gst_event_unref (event);
  info->data = other;
}

gboolean
anc_sound_caps_check (GstEvent *event, GstElement *decoder)
{
  g_autofree gchar *reason = NULL;
  const GstStructure *sound;
  GstCaps *caps;
  gint channels, rate;

  gst_event_parse_caps (event, &caps);
  sound = gst_caps_get_structure (caps, 0);
  if (!gst_structure_has_name (sound, "audio/x-raw"))
    return TRUE;
  if (gst_structure_get_int (sound, "rate", &rate) && rate > ANC_SOUND_MAX_RATE)
    reason = anc_sound_describe_rate ((guint) rate);
  else if (gst_structure_get_int (sound, "channels", &channels)
           && channels > ANC_SOUND_MAX_CHANNELS)
    reason = anc_sound_describe_channels ((guint) channels);
  if (reason != NULL)
    GST_ELEMENT_ERROR (decoder, STREAM, DECODE, ("%s", reason), (NULL));
  return reason == NULL;
}
