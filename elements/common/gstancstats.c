/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Figures: the `stats` property and the messages. */
#include "config.h"

#include "gstanccanceller-private.h"

#include <math.h>

/* Silence is shown as this, not as minus infinity. */
#define FLOOR_DB -200.

static gdouble
decibels (gdouble power)
{
  return power > 1e-20 ? 10. * log10 (power) : FLOOR_DB;
}

static void
add (AncLevels *to, const AncLevels *from)
{
  to->primary += from->primary;
  to->reference += from->reference;
  to->output += from->output;
  to->samples += from->samples;
}

static guint64
divergences (const GstAncDsp *dsp)
{
  return dsp->past_divergences
         + (dsp->canceller != NULL ? anc_canceller_divergences (dsp->canceller)
                                   : 0);
}

/* What all samples have taken, by those that were timed. */
static GstClockTime
dsp_time (const GstAncDsp *dsp)
{
  if (dsp->timed_samples == 0)
    return 0;
  return gst_util_uint64_scale (dsp->timed, dsp->samples, dsp->timed_samples);
}

/* With both locks. */
static GstStructure *
describe (GstAncCanceller *self, const AncLevels *levels)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncDsp *dsp = &priv->dsp;
  GstElementFactory *factory = gst_element_get_factory (GST_ELEMENT (self));
  gdouble frames = MAX (levels->samples, 1);
  gdouble primaries = MAX (dsp->layout.n_primaries, 1);
  gdouble references = MAX (dsp->layout.n_references, 1);
  gdouble primary = decibels (levels->primary / (frames * primaries));
  gdouble output = decibels (levels->output / (frames * primaries));

  return gst_structure_new (
      factory != NULL ? GST_OBJECT_NAME (factory) : "anccanceller", "erle-db",
      G_TYPE_DOUBLE, primary - output, "primary-db", G_TYPE_DOUBLE, primary,
      "reference-db", G_TYPE_DOUBLE,
      decibels (levels->reference / (frames * references)), "output-db",
      G_TYPE_DOUBLE, output, "weight-norm", G_TYPE_DOUBLE,
      dsp->canceller != NULL ? anc_canceller_weight_norm (dsp->canceller) : 0.,
      "divergences", G_TYPE_UINT64, divergences (dsp), "delay-samples",
      G_TYPE_INT, priv->settings.delay, "drift-ppm", G_TYPE_DOUBLE,
      gst_anc_timeline_drift_ppm (&priv->timeline,
                                  gst_anc_reference_timeline (priv->store)),
      "kernel", G_TYPE_STRING,
      dsp->canceller != NULL ? anc_canceller_kernel (dsp->canceller) : "none",
      "dsp-time-ns", G_TYPE_UINT64, dsp_time (dsp), "samples", G_TYPE_UINT64,
      dsp->samples, NULL);
}

GstStructure *
gst_anc_stats (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstStructure *stats;

  g_mutex_lock (&priv->lock);
  g_mutex_lock (&priv->dsp_lock);
  gst_anc_stats_collect (&priv->dsp);
  stats = describe (self, &priv->dsp.total);
  g_mutex_unlock (&priv->dsp_lock);
  g_mutex_unlock (&priv->lock);
  return stats;
}

static gboolean
interval_is_over (const GstAncDsp *dsp, GstClockTime interval)
{
  return GST_CLOCK_TIME_IS_VALID (interval) && dsp->interval.samples > 0
         && gst_util_uint64_scale (dsp->interval.samples, GST_SECOND,
                                   GST_AUDIO_INFO_RATE (&dsp->in))
                >= interval;
}

void
gst_anc_stats_collect (GstAncDsp *dsp)
{
  AncLevels levels;

  if (dsp->canceller == NULL)
    return;
  levels = anc_canceller_take_levels (dsp->canceller);
  add (&dsp->total, &levels);
  add (&dsp->interval, &levels);
}

gboolean
gst_anc_stats_due (GstAncCanceller *self, GstClockTime interval)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncDsp *dsp = &priv->dsp;

  if (dsp->canceller == NULL)
    return FALSE;
  if (GST_CLOCK_TIME_IS_VALID (interval))
    gst_anc_stats_collect (dsp);
  return divergences (dsp) != dsp->divergences
         || interval_is_over (dsp, interval);
}

static void
post (GstAncCanceller *self, GstStructure *structure)
{
  gst_element_post_message (
      GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
}

void
gst_anc_stats_post (GstAncCanceller *self, GstClockTime interval)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncDsp *dsp = &priv->dsp;
  GstStructure *stats = NULL, *divergence = NULL;

  g_mutex_lock (&priv->lock);
  g_mutex_lock (&priv->dsp_lock);
  if (divergences (dsp) != dsp->divergences) {
    dsp->divergences = divergences (dsp);
    divergence = gst_structure_new ("anc-divergence", "divergences",
                                    G_TYPE_UINT64, dsp->divergences, NULL);
  }
  if (interval_is_over (dsp, interval)) {
    stats = describe (self, &dsp->interval);
    dsp->interval = (AncLevels){ 0 };
  }
  g_mutex_unlock (&priv->dsp_lock);
  g_mutex_unlock (&priv->lock);
  if (divergence != NULL)
    post (self, divergence);
  if (stats != NULL)
    post (self, stats);
}
