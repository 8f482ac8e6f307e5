/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancwsincomingcaps.h"

/* GStreamer's parser of values recurses once for each opening bracket. */
#define DEPTH_MAX 6

static gboolean
is_shallow (const gchar *text)
{
  guint depth = 0;

  for (; *text != '\0'; text++) {
    if (strchr ("<{[", *text) != NULL && ++depth > DEPTH_MAX)
      return FALSE;
    if (strchr (">}]", *text) != NULL && depth > 0)
      depth--;
  }
  return TRUE;
}

static GstCaps *
describe_audio (const AncStreamHello *hello)
{
  GstCaps *caps = gst_caps_new_simple (
      "audio/x-raw", "format", G_TYPE_STRING, hello->format, "layout",
      G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, (gint) hello->rate,
      "channels", G_TYPE_INT, (gint) hello->channels, NULL);

  /* More than two have no order of their own. */
  if (hello->channels > 2)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK,
                         G_GUINT64_CONSTANT (0), NULL);
  return caps;
}

static GstCaps *
read_caps (const AncStreamHello *hello)
{
  if (hello->caps == NULL)
    return describe_audio (hello);
  return is_shallow (hello->caps) ? gst_caps_from_string (hello->caps) : NULL;
}

GstCaps *
gst_anc_ws_incoming_caps (const AncStreamHello *hello, const GstCaps *allowed,
                          gchar **ret_fault)
{
  g_autoptr (GstCaps) caps = read_caps (hello);

  *ret_fault = NULL;
  if (caps == NULL || !gst_caps_is_fixed (caps))
    *ret_fault = g_strdup ("the caps of the hello describe no stream");
  else if (allowed != NULL && !gst_caps_can_intersect (caps, allowed))
    *ret_fault = g_strdup ("streams of this format are not taken here");
  else
    return g_steal_pointer (&caps);
  return NULL;
}
