/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Latency. Files: what a delay below 0 makes the primary wait. Live with a
 * reference pad: the larger of the upstream minima and the reference timeout,
 * since that is how long a primary may be held. */
#include "config.h"

#include "gstanccanceller-private.h"

typedef struct {
  gboolean live;
  GstClockTime min, max;
} Upstream;

static Upstream
ask (GstPad *pad)
{
  Upstream answer = { FALSE, 0, GST_CLOCK_TIME_NONE };
  GstQuery *query = gst_query_new_latency ();

  if (pad != NULL && gst_pad_peer_query (pad, query))
    gst_query_parse_latency (query, &answer.live, &answer.min, &answer.max);
  gst_query_unref (query);
  return answer;
}

gint64
gst_anc_latency_own_frames (const GstAncCancellerPrivate *priv)
{
  return priv->settings.delay < 0 ? -(gint64) priv->settings.delay : 0;
}

/* Asks both sides, keeps what the worker needs; returns the primary's answer
 * with our own part added. */
static Upstream
update (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstPad *pad = NULL;
  Upstream primary, reference;
  GstClockTime own = 0;

  g_mutex_lock (&priv->lock);
  if (priv->reference.pad != NULL && gst_pad_is_linked (priv->reference.pad))
    pad = gst_object_ref (priv->reference.pad);
  g_mutex_unlock (&priv->lock);
  primary = ask (priv->primary.pad);
  reference = ask (pad);

  g_mutex_lock (&priv->lock);
  if (priv->timeline.rate > 0)
    own = gst_util_uint64_scale_ceil (gst_anc_latency_own_frames (priv),
                                      GST_SECOND, priv->timeline.rate);
  if (primary.live && pad != NULL)
    own += MAX (primary.min, reference.min) - primary.min
           + priv->settings.reference_timeout;
  priv->live = primary.live;
  priv->reference_live = reference.live;
  priv->wait = own;
  priv->latency_known = TRUE;
  gst_anc_canceller_wake (priv); /* who waits may no longer have to */
  g_mutex_unlock (&priv->lock);
  gst_clear_object (&pad);

  primary.min += own;
  if (GST_CLOCK_TIME_IS_VALID (primary.max))
    primary.max += own;
  return primary;
}

void
gst_anc_latency_update (GstAncCanceller *self)
{
  update (self);
}

gboolean
gst_anc_latency_query (GstAncCanceller *self, GstQuery *query)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  Upstream answer;

  if (!gst_pad_peer_query (priv->primary.pad, query))
    return FALSE;
  answer = update (self);
  gst_query_set_latency (query, answer.live, answer.min, answer.max);
  return TRUE;
}
