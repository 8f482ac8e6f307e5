/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-ancnlms
 * @title: ancnlms
 * @see_also: anclms, ancrls
 *
 * Removes from the primary (`sink`) whatever a filtered copy of the reference
 * can explain, with the normalised least mean squares algorithm. The step is
 * divided by the power in the filter, so one #GstAncNlms:step-size fits loud
 * and quiet signals alike: the canceller to start with.
 *
 * Use it where a second microphone, a channel or a line signal holds the noise
 * and little of the voice. The reference must hear the noise before the
 * primary does, or #GstAncNlms:delay below 0 must hold the primary back;
 * #GstAncNlms:filter-length is the length of the path between the two, at
 * least the delay and the first reflections: 256 taps at 16 kHz are 16 ms, a
 * room wants 2,048 and more. A larger step size adapts faster; the louder the
 * voice in the primary, the smaller it must be, or the filter runs after the
 * voice and takes it apart: 0.1 to 0.5 without a voice, 0.01 to 0.03 with one
 * as loud as the noise, 0.003 to 0.01 with one that is louder.
 *
 * Latency: none; with a delay below 0 that delay; live with a reference pad
 * #GstAncNlms:reference-timeout in addition, which should be longer than one
 * buffer.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ancnlms name=c filter-length=512 step-size=0.01 ! wavenc ! filesink location=clean.wav  filesrc location=noisy.wav ! wavparse ! audioconvert ! c.sink  filesrc location=reference.wav ! wavparse ! audioconvert ! c.reference
 * ]| Two files to a clean one.
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=100 wave=pink-noise ! audio/x-raw,channels=2 ! audioconvert ! ancnlms reference-channel=1 post-messages=true ! fakesink
 * ]| The right channel is the reference and leaves the stream.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstancnlms.h"

struct _GstAncNlms {
  GstAncCanceller parent;
};

G_DEFINE_FINAL_TYPE (GstAncNlms, gst_anc_nlms, GST_TYPE_ANC_CANCELLER)
GST_ELEMENT_REGISTER_DEFINE (ancnlms, "ancnlms", GST_RANK_NONE,
                             GST_TYPE_ANC_NLMS)

static void
gst_anc_nlms_class_init (GstAncNlmsClass *klass)
{
  gst_anc_canceller_class_setup (
      GST_ANC_CANCELLER_CLASS (klass), &anc_nlms_class,
      GST_ANC_HAS_STEP_SIZE | GST_ANC_HAS_REGULARIZATION
          | GST_ANC_HAS_REGULARIZATION_MODE,
      "Normalised LMS noise canceller",
      "Removes from the primary what the reference explains (NLMS)");
}

static void
gst_anc_nlms_init (GstAncNlms *self)
{
}
