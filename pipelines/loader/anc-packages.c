/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-packages.h"

#include <gst/gst.h>

static const struct {
  const gchar *prefix; /* a final "*" stands for anything */
  const gchar *sample; /* of those: where it is there, so is the package */
  const gchar *package;
} elements[] = {
  { "ancmqtt*", "ancmqttsink", "gst-plugins-anc with -Dnetwork=enabled" },
  { "ancs3*", "ancs3sink", "gst-plugins-anc with -Dnetwork=enabled" },
  { "anctelemetry", NULL, "gst-plugins-anc with -Dnetwork=enabled" },
  { "ancws*", "ancwssink", "gst-plugins-anc with -Dnetwork=enabled" },
  { "anc*", "ancnlms", "gst-plugins-anc (GST_PLUGIN_PATH must lead to it)" },
  { "alsa*", "alsasrc", "gstreamer1.0-alsa" },
  { "audioconvert", NULL, "gstreamer1.0-plugins-base" },
  { "audioresample", NULL, "gstreamer1.0-plugins-base" },
  { "audiotestsrc", NULL, "gstreamer1.0-plugins-base" },
  { "autoaudio*", "autoaudiosink", "gstreamer1.0-plugins-good" },
  { "av*", "avdec_mp3", "gstreamer1.0-libav" },
  { "capsfilter", NULL, "libgstreamer1.0-0" },
  { "decodebin*", "decodebin", "gstreamer1.0-plugins-base" },
  { "fdkaac*", "fdkaacenc", "gstreamer1.0-fdkaac" },
  { "flac*", "flacenc", "gstreamer1.0-plugins-good" },
  { "id3v2mux", NULL, "gstreamer1.0-plugins-good" },
  { "jack*", "jackaudiosrc", "gstreamer1.0-plugins-good" },
  { "lamemp3enc", NULL, "gstreamer1.0-plugins-good" },
  { "mp4mux", NULL, "gstreamer1.0-plugins-good" },
  { "ogg*", "oggmux", "gstreamer1.0-plugins-base" },
  { "opus*", "opusenc", "gstreamer1.0-plugins-base" },
  { "pipewire*", "pipewiresrc", "gstreamer1.0-pipewire" },
  { "pulse*", "pulsesrc", "gstreamer1.0-plugins-good" },
  { "uridecodebin*", "uridecodebin", "gstreamer1.0-plugins-base" },
  { "voaac*", "voaacenc", "gstreamer1.0-plugins-bad" },
  { "vorbis*", "vorbisenc", "gstreamer1.0-plugins-base" },
  { "wav*", "wavenc", "gstreamer1.0-plugins-good" },
};

static gboolean
is_installed (const gchar *factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  return found != NULL;
}

const gchar *
anc_packages_for_element (const gchar *factory)
{
  for (guint i = 0; i < G_N_ELEMENTS (elements); i++) {
    const gchar *sample = elements[i].sample;

    if (g_pattern_match_simple (elements[i].prefix, factory))
      return sample != NULL && is_installed (sample) ? NULL
                                                     : elements[i].package;
  }
  return NULL;
}
