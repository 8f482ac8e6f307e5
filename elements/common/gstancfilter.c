/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Builds the filter that settings and formats ask for, and moves its weights
 * in and out of files. */
#include "config.h"

#include "gstanccanceller-private.h"

#include <string.h>

#include "anc-wav.h"

#define GST_CAT_DEFAULT gst_anc_canceller_debug

guint
gst_anc_filter_references (GstAncCanceller *self, GstAncMode mode)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  switch (mode) {
  case GST_ANC_MODE_IN_BAND:
    return 1;
  case GST_ANC_MODE_PAD:
    return gst_anc_reference_channels (priv->store);
  default:
    return 0;
  }
}

static gboolean
mode_is_stale (const GstAncCancellerPrivate *priv, GstAncMode mode)
{
  return mode != priv->dsp.mode
         || (mode == GST_ANC_MODE_IN_BAND
             && priv->dsp.reference_channel
                    != priv->settings.reference_channel);
}

gboolean
gst_anc_filter_is_stale (GstAncCanceller *self, GstAncMode mode)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  guint n_references;

  if (mode_is_stale (priv, mode))
    return TRUE;
  n_references = gst_anc_filter_references (self, mode);
  return n_references > 0
         && (priv->changed != GST_ANC_CHANGE_NONE || priv->pending_state != NULL
             || priv->dsp.canceller == NULL
             || priv->dsp.layout.n_references != n_references);
}

static gboolean
make_layout (GstAncCanceller *self, guint n_references,
             AncFilterLayout *ret_layout, gchar **ret_message)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  const GstAncSettings *settings = &priv->settings;
  guint n_primaries = GST_AUDIO_INFO_CHANNELS (&priv->dsp.out);
  gboolean equal = n_primaries == n_references;

  *ret_layout = (AncFilterLayout){
    .rate = GST_AUDIO_INFO_RATE (&priv->dsp.in),
    .n_primaries = n_primaries,
    .n_references = n_references,
    .filter_length = settings->filter_length,
    .initial_variance = settings->initial_variance,
  };
  if (settings->reference_mapping == GST_ANC_REFERENCE_MAPPING_AUTO)
    ret_layout->paired = equal && n_primaries > 1;
  else
    ret_layout->paired
        = settings->reference_mapping == GST_ANC_REFERENCE_MAPPING_PAIRED;
  if (ret_layout->paired && !equal) {
    *ret_message = g_strdup_printf (
        "reference-mapping: paired needs as many reference channels as primary "
        "ones, but there are %u and %u; use all.",
        n_references, n_primaries);
    return FALSE;
  }
  return TRUE;
}

/* Weights of one shape into another: the taps both have. */
static void
carry_weights (AncCanceller *from, guint from_taps, AncCanceller *to,
               guint to_taps)
{
  guint n = anc_canceller_weights_responses (from);
  g_autofree gfloat *old = g_new (gfloat, anc_canceller_weights_count (from));
  g_autofree gfloat *new = g_new0 (gfloat, anc_canceller_weights_count (to));
  guint taps = MIN (from_taps, to_taps);

  if (n != anc_canceller_weights_responses (to))
    return;
  anc_canceller_get_weights (from, old);
  for (guint r = 0; r < n; r++)
    memcpy (new + (gsize) r *to_taps, old + (gsize) r * from_taps,
            taps * sizeof (gfloat));
  anc_canceller_set_weights (to, new);
}

/* The weights file's responses into a new filter. */
static gboolean
start_weights (GstAncCancellerPrivate *priv, AncCanceller *canceller,
               const AncFilterLayout *layout, gchar **ret_message)
{
  guint responses = anc_canceller_weights_responses (canceller);
  g_autofree gfloat *weights = NULL;

  if (priv->start_weights == NULL)
    return TRUE;
  if (priv->start_rate != layout->rate || priv->start_responses != responses
      || priv->start_taps > layout->filter_length) {
    *ret_message = g_strdup_printf (
        "weights: %s holds %u responses of %" G_GSIZE_FORMAT
        " taps at %u Hz, but this stream needs %u of at most %u taps at %u "
        "Hz; use weights saved from such a stream or set filter-length.",
        priv->settings.weights, priv->start_responses, priv->start_taps,
        priv->start_rate, responses, layout->filter_length, layout->rate);
    return FALSE;
  }
  weights = g_new0 (gfloat, anc_canceller_weights_count (canceller));
  for (guint r = 0; r < responses; r++)
    memcpy (weights + (gsize) r * layout->filter_length,
            priv->start_weights + r * priv->start_taps,
            priv->start_taps * sizeof (gfloat));
  anc_canceller_set_weights (canceller, weights);
  return TRUE;
}

static gboolean
build (GstAncCanceller *self, const AncFilterLayout *layout,
       gchar **ret_message)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncDsp *dsp = &priv->dsp;
  AncCanceller *canceller = NULL;
  int status = anc_canceller_new (GST_ANC_CANCELLER_GET_CLASS (self)->algorithm,
                                  layout, &canceller);

  if (status != ANC_OK) {
    *ret_message = g_strdup_printf (
        status == ANC_ERROR_MEMORY
            ? "filter-length: there is not enough memory for %u x %u taps "
              "(references x filter-length); set a smaller one."
            : "filter-length: %u x %u taps (references x filter-length) are "
              "more than this algorithm filters with; set a smaller one.",
        layout->n_references, layout->filter_length);
    return FALSE;
  }
  if (dsp->canceller != NULL)
    carry_weights (dsp->canceller, dsp->layout.filter_length, canceller,
                   layout->filter_length);
  else if (!start_weights (priv, canceller, layout, ret_message)) {
    anc_canceller_free (canceller);
    return FALSE;
  }
  gst_anc_stats_collect (dsp);
  if (dsp->canceller != NULL)
    dsp->past_divergences += anc_canceller_divergences (dsp->canceller);
  g_clear_pointer (&dsp->canceller, anc_canceller_free);
  dsp->canceller = canceller;
  dsp->layout = *layout;
  return TRUE;
}

static gboolean
same_layout (const AncFilterLayout *a, const AncFilterLayout *b)
{
  return a->rate == b->rate && a->n_primaries == b->n_primaries
         && a->n_references == b->n_references && a->paired == b->paired
         && a->filter_length == b->filter_length
         && a->initial_variance == b->initial_variance;
}

/* With both locks. */
static gboolean
update (GstAncCanceller *self, guint n_references, gchar **ret_message)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncDsp *dsp = &priv->dsp;
  AncFilterLayout layout;
  g_autoptr (GBytes) state = g_steal_pointer (&priv->pending_state);

  priv->changed = GST_ANC_CHANGE_NONE;
  if (!make_layout (self, n_references, &layout, ret_message))
    return FALSE;
  if ((dsp->canceller == NULL || !same_layout (&layout, &dsp->layout))
      && !build (self, &layout, ret_message))
    return FALSE;
  if (anc_canceller_tune (dsp->canceller, &priv->settings.tuning) != ANC_OK) {
    *ret_message = g_strdup ("A setting of the filter is out of its range.");
    return FALSE;
  }
  return state == NULL
         || gst_anc_state_load (self, state, priv->next, ret_message);
}

static void
say_conversion (GstAncCanceller *self, GstAncMode mode)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  guint from, to;
  gboolean say;

  g_mutex_lock (&priv->lock);
  from = priv->reference_rate;
  to = GST_AUDIO_INFO_RATE (&priv->dsp.in);
  say = mode == GST_ANC_MODE_PAD && from != 0 && from != to
        && !priv->conversion_said;
  priv->conversion_said |= say;
  g_mutex_unlock (&priv->lock);
  if (say)
    GST_ELEMENT_INFO (self, STREAM, FORMAT,
                      ("The reference comes at %u Hz and is converted to the "
                       "primary's %u Hz.",
                       from, to),
                      (NULL));
}

gboolean
gst_anc_filter_configure (GstAncCanceller *self, GstAncMode mode)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  g_autofree gchar *message = NULL;
  guint n_references;
  gboolean ok = TRUE, stale;

  g_mutex_lock (&priv->lock);
  stale = mode_is_stale (priv, mode);
  g_mutex_unlock (&priv->lock);
  if (stale)
    gst_anc_format_set_mode (self, mode);
  say_conversion (self, mode);
  g_mutex_lock (&priv->lock);
  g_mutex_lock (&priv->dsp_lock);
  n_references = gst_anc_filter_references (self, mode);
  if (n_references > 0)
    ok = update (self, n_references, &message);
  g_mutex_unlock (&priv->dsp_lock);
  g_mutex_unlock (&priv->lock);
  if (!ok)
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", message), (NULL));
  return ok;
}

gboolean
gst_anc_filter_load_weights (GstAncCanceller *self, GError **error)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  const gchar *location = priv->settings.weights;
  g_autofree gchar *bytes = NULL;
  gsize size;
  AncWavInfo info;

  g_clear_pointer (&priv->start_weights, g_free);
  if (location == NULL || *location == '\0')
    return TRUE;
  if (!g_file_get_contents (location, &bytes, &size, error)) {
    g_prefix_error (error, "weights: ");
    return FALSE;
  }
  if (anc_wav_parse (bytes, size, &info) != ANC_OK
      || info.channels > ANC_MAX_CHANNELS * ANC_MAX_CHANNELS) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
                 "weights: %s is not a whole 32-bit float WAV file; "
                 "write one with the save-weights action.",
                 location);
    return FALSE;
  }
  priv->start_weights = g_new (gfloat, MAX (info.frames * info.channels, 1));
  anc_wav_read (bytes, &info, priv->start_weights);
  priv->start_responses = info.channels;
  priv->start_taps = info.frames;
  priv->start_rate = info.rate;
  return TRUE;
}

gboolean
gst_anc_filter_save_weights (GstAncCanceller *self, const gchar *location,
                             GError **error)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  g_autofree gfloat *weights = NULL;
  g_autofree gchar *bytes = NULL;
  guint responses = 0;
  AncFilterLayout layout = { 0 };
  gsize size;

  g_mutex_lock (&priv->dsp_lock);
  if (priv->dsp.canceller != NULL) {
    layout = priv->dsp.layout;
    responses = anc_canceller_weights_responses (priv->dsp.canceller);
    weights = g_new (gfloat, anc_canceller_weights_count (priv->dsp.canceller));
    anc_canceller_get_weights (priv->dsp.canceller, weights);
  }
  g_mutex_unlock (&priv->dsp_lock);
  if (weights == NULL || location == NULL) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
                 "There are no weights to save: %s.",
                 location == NULL ? "no file was named"
                                  : "no stream has been filtered yet");
    return FALSE;
  }
  size = anc_wav_size (responses, layout.filter_length);
  bytes = g_malloc (size);
  anc_wav_write (bytes, weights, responses, layout.rate, layout.filter_length);
  return g_file_set_contents (location, bytes, size, error);
}
