/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What decoders say of the sound that they hand out, made fit for what comes
 * behind them. */
#pragma once

#include <gst/gst.h>

/* Twice what the fastest converters of sound cards do. */
#define ANC_SOUND_MAX_RATE 768000
/* audioconvert of GStreamer 1.22 crashes on one more. */
#define ANC_SOUND_MAX_CHANNELS 63

#define ANC_SOUND_NO_FRAME "there is not one whole frame of sound in this file"

/* Why such a recording cannot be used, as part of a sentence. */
gchar *anc_sound_describe_rate (guint rate);
gchar *anc_sound_describe_channels (guint channels);

/* Plain PCM with more than two channels does not say where their loudspeakers
 * stand, and without that no element takes it: a mask of 0 says "nowhere".
 * Takes the caps and returns them or others. */
GstCaps *anc_sound_caps_complete (GstCaps *caps);

/* The same for a caps event that a pad probe sees. */
void anc_sound_caps_complete_probe (GstPadProbeInfo *info);

/* FALSE, with an error message from `decoder` on its bus, if a caps event
 * tells of a sound beyond the limits. */
gboolean anc_sound_caps_check (GstEvent *event, GstElement *decoder);
