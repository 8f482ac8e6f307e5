/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-anclms
 * @title: anclms
 * @see_also: ancnlms, ancrls
 *
 * Removes from the primary (`sink`) whatever a filtered copy of the reference
 * can explain, with the least mean squares algorithm w += mu e x, plain, leaky
 * or with the sign of the data, the error or both.
 *
 * The cheapest and the best understood of the family. Its step is not
 * normalised: it converges while #GstAncLms:step-size is well below
 * 2 / (filter-length x power of the reference), and slowly where the reference
 * is quiet. Where levels are not known beforehand use ancnlms. The guard keeps
 * a step that is too large from doing harm by making it smaller.
 *
 * Latency: none; with a delay below 0 that delay; live with a reference pad
 * #GstAncLms:reference-timeout in addition, which should be longer than one
 * buffer.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 anclms name=c step-size=0.005 ! wavenc ! filesink location=clean.wav  filesrc location=noisy.wav ! wavparse ! audioconvert ! c.sink  filesrc location=reference.wav ! wavparse ! audioconvert ! c.reference
 * ]| Two files to a clean one.
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=100 wave=pink-noise ! audio/x-raw,channels=2 ! audioconvert ! anclms reference-channel=1 sign-mode=error step-size=0.0005 ! fakesink
 * ]| The sign of the error: robust against clicks in the primary.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstanclms.h"

struct _GstAncLms {
  GstAncCanceller parent;
};

G_DEFINE_FINAL_TYPE (GstAncLms, gst_anc_lms, GST_TYPE_ANC_CANCELLER)
GST_ELEMENT_REGISTER_DEFINE (anclms, "anclms", GST_RANK_NONE, GST_TYPE_ANC_LMS)

static void
gst_anc_lms_class_init (GstAncLmsClass *klass)
{
  gst_anc_canceller_class_setup (
      GST_ANC_CANCELLER_CLASS (klass), &anc_lms_class,
      GST_ANC_HAS_STEP_SIZE | GST_ANC_HAS_SIGN_MODE, "LMS noise canceller",
      "Removes from the primary what the reference explains (LMS)");
}

static void
gst_anc_lms_init (GstAncLms *self)
{
}
