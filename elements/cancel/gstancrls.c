/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-ancrls
 * @title: ancrls
 * @see_also: ancnlms, anclms
 *
 * Removes from the primary (`sink`) whatever a filtered copy of the reference
 * can explain, with the exponentially weighted recursive least squares
 * algorithm in a square-root form that stays stable in single precision.
 *
 * It converges within a few filter lengths whatever the colour of the
 * reference, where NLMS takes seconds with tonal or coloured noise. The work
 * grows with the square of filter-length: up to 256 taps or so for one
 * reference. #GstAncRls:forgetting-factor close to 1 averages over
 * 1 / (1 - lambda) samples: more leaves less noise, fewer follow a moving path.
 * More than 8,192 taps in all (filter-length times references) are refused.
 *
 * Latency: none; with a delay below 0 that delay; live with a reference pad
 * #GstAncRls:reference-timeout in addition, which should be longer than one
 * buffer.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ancrls name=c filter-length=64 ! wavenc ! filesink location=clean.wav  filesrc location=noisy.wav ! wavparse ! audioconvert ! c.sink  filesrc location=reference.wav ! wavparse ! audioconvert ! c.reference
 * ]| Two files to a clean one.
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=50 wave=saw ! audio/x-raw,channels=2 ! audioconvert ! ancrls reference-channel=1 filter-length=32 forgetting-factor=0.999 ! fakesink
 * ]| The right channel is the reference and leaves the stream.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstancrls.h"

struct _GstAncRls {
  GstAncCanceller parent;
};

G_DEFINE_FINAL_TYPE (GstAncRls, gst_anc_rls, GST_TYPE_ANC_CANCELLER)
GST_ELEMENT_REGISTER_DEFINE (ancrls, "ancrls", GST_RANK_NONE, GST_TYPE_ANC_RLS)

static void
gst_anc_rls_class_init (GstAncRlsClass *klass)
{
  gst_anc_canceller_class_setup (
      GST_ANC_CANCELLER_CLASS (klass), &anc_rls_class,
      GST_ANC_HAS_FORGETTING_FACTOR | GST_ANC_HAS_REGULARIZATION_MODE,
      "RLS noise canceller",
      "Removes from the primary what the reference explains (RLS)");
}

static void
gst_anc_rls_init (GstAncRls *self)
{
}
