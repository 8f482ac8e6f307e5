/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-packages.h"

static const struct {
  const gchar *prefix; /* a final "*" stands for anything */
  const gchar *package;
} elements[] = {
  { "anc*", "gst-plugins-anc (GST_PLUGIN_PATH must lead to it)" },
  { "alsa*", "gstreamer1.0-alsa" },
  { "audioconvert", "gstreamer1.0-plugins-base" },
  { "audioresample", "gstreamer1.0-plugins-base" },
  { "audiotestsrc", "gstreamer1.0-plugins-base" },
  { "autoaudio*", "gstreamer1.0-plugins-good" },
  { "av*", "gstreamer1.0-libav" },
  { "capsfilter", "libgstreamer1.0-0" },
  { "decodebin*", "gstreamer1.0-plugins-base" },
  { "fdkaac*", "gstreamer1.0-fdkaac" },
  { "flac*", "gstreamer1.0-plugins-good" },
  { "id3v2mux", "gstreamer1.0-plugins-good" },
  { "jack*", "gstreamer1.0-plugins-good" },
  { "lamemp3enc", "gstreamer1.0-plugins-good" },
  { "mp4mux", "gstreamer1.0-plugins-good" },
  { "ogg*", "gstreamer1.0-plugins-base" },
  { "opus*", "gstreamer1.0-plugins-base" },
  { "pipewire*", "gstreamer1.0-pipewire" },
  { "pulse*", "gstreamer1.0-plugins-good" },
  { "uridecodebin*", "gstreamer1.0-plugins-base" },
  { "voaac*", "gstreamer1.0-plugins-bad" },
  { "vorbis*", "gstreamer1.0-plugins-base" },
  { "wav*", "gstreamer1.0-plugins-good" },
};

const gchar *
anc_packages_for_element (const gchar *factory)
{
  for (guint i = 0; i < G_N_ELEMENTS (elements); i++) {
    if (g_pattern_match_simple (elements[i].prefix, factory))
      return elements[i].package;
  }
  return NULL;
}
