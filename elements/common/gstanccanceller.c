/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:gstanccanceller
 * @title: GstAncCanceller
 * @short_description: base class of the adaptive noise cancellers
 *
 * Two signals come in, the primary (voice and noise) on `sink` and a reference
 * of the noise on `reference`; an adaptive filter turns the reference into an
 * estimate of the noise in the primary, and what remains of the primary leaves
 * on `src`. The reference may also be a channel of the primary stream, see
 * #GstAncCanceller:reference-channel.
 *
 * Output sample k is primary sample k with its time stamp: nothing is
 * inserted, shifted or lost. Both inputs are aligned by running time at start,
 * flush and discont and counted in samples between.
 *
 *     sink ------> queue --+
 *                          +--> span --> filter under its guard --> src
 *     reference -> store --+
 *
 * The thread whose buffer completes a span does the work; there is no thread
 * of the element's own. See gstancpairing.c.
 */
#include "config.h"

#include "gstanccanceller-private.h"

GST_DEBUG_CATEGORY (gst_anc_canceller_debug);
#define GST_CAT_DEFAULT gst_anc_canceller_debug

/* All settings but what is of one stream or one machine. */
static gchar **
preset_property_names (GstPreset *preset)
{
  static const gchar *const excluded[]
      = { "name", "parent", "weights", "state", NULL };
  guint n, kept = 0;
  g_autofree GParamSpec **specs
      = g_object_class_list_properties (G_OBJECT_GET_CLASS (preset), &n);
  gchar **names = g_new0 (gchar *, n + 1);

  for (guint i = 0; i < n; i++) {
    if ((specs[i]->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE
        && !g_strv_contains (excluded, specs[i]->name))
      names[kept++] = g_strdup (specs[i]->name);
  }
  return names;
}

static void
preset_init (gpointer iface, gpointer data)
{
  ((GstPresetInterface *) iface)->get_property_names = preset_property_names;
}

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (
    GstAncCanceller, gst_anc_canceller, GST_TYPE_ELEMENT,
    G_ADD_PRIVATE (GstAncCanceller)
        G_IMPLEMENT_INTERFACE (GST_TYPE_PRESET, preset_init)
            GST_DEBUG_CATEGORY_INIT (gst_anc_canceller_debug, "anccanceller", 0,
                                     "base class of the adaptive cancellers"))

enum { SIGNAL_RESET, SIGNAL_SAVE_WEIGHTS, N_SIGNALS };
static guint signals[N_SIGNALS];

#define CANCELLER_CAPS                                                         \
  "audio/x-raw, format = (string) F32LE, layout = (string) interleaved, "      \
  "rate = (int) [ 1, max ], channels = (int) [ 1, 64 ]"

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (CANCELLER_CAPS));
static GstStaticPadTemplate reference_template
    = GST_STATIC_PAD_TEMPLATE ("reference", GST_PAD_SINK, GST_PAD_REQUEST,
                               GST_STATIC_CAPS (CANCELLER_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (CANCELLER_CAPS));

GstAncCancellerPrivate *
gst_anc_canceller_private (GstAncCanceller *self)
{
  return gst_anc_canceller_get_instance_private (self);
}

static void
set_up_sink_pad (GstPad *pad, GstPadChainFunction chain,
                 GstPadEventFunction event)
{
  gst_pad_set_chain_function (pad, chain);
  gst_pad_set_event_function (pad, event);
  gst_pad_set_query_function (pad, gst_anc_pads_sink_query);
  gst_pad_set_activatemode_function (pad, gst_anc_pads_sink_activate_mode);
}

/* The reference comes or goes: what was held for it, or of it, is no use. */
static void
on_reference_link (GstPad *pad, GstPad *peer, gpointer data)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (data);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_lock (&priv->lock);
  if (pad == priv->reference.pad) {
    gst_anc_reference_clear (priv->store);
    priv->latency_known = FALSE;
  }
  g_mutex_unlock (&priv->lock);
  if (GST_STATE (self) < GST_STATE_PAUSED)
    return;
  gst_anc_pairing_wake (self);
  gst_element_post_message (GST_ELEMENT (self),
                            gst_message_new_latency (GST_OBJECT (self)));
}

static GstPad *
request_new_pad (GstElement *element, GstPadTemplate *templ, const gchar *name,
                 const GstCaps *caps)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (element);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  gboolean active = GST_STATE (element) > GST_STATE_READY
                    || GST_STATE_NEXT (element) == GST_STATE_PAUSED;
  GstPad *pad;

  g_mutex_lock (&priv->lock);
  if (priv->reference.pad != NULL) {
    g_mutex_unlock (&priv->lock);
    GST_WARNING_OBJECT (self, "there is one reference pad, and it is in use");
    return NULL;
  }
  pad = gst_pad_new_from_template (templ, "reference");
  set_up_sink_pad (pad, gst_anc_pairing_chain_reference,
                   gst_anc_pads_reference_event);
  priv->reference = (GstAncSide){ .pad = pad, .flushing = !active };
  gst_segment_init (&priv->reference.segment, GST_FORMAT_UNDEFINED);
  gst_anc_reference_clear (priv->store);
  priv->latency_known = FALSE;
  g_mutex_unlock (&priv->lock);

  g_signal_connect (pad, "linked", G_CALLBACK (on_reference_link), self);
  g_signal_connect (pad, "unlinked", G_CALLBACK (on_reference_link), self);
  if (active)
    gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  return pad;
}

/* Nothing more gets past the pad's functions, but its thread may be the worker,
 * held downstream (preroll), and deactivation would wait for it. */
static void
deactivate (GstPad *pad)
{
  if (GST_PAD_STREAM_TRYLOCK (pad)) {
    GST_PAD_STREAM_UNLOCK (pad);
    gst_pad_set_active (pad, FALSE);
  } else {
    GST_OBJECT_LOCK (pad);
    GST_PAD_SET_FLUSHING (pad);
    GST_OBJECT_UNLOCK (pad);
  }
}

static void
release_pad (GstElement *element, GstPad *pad)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (element);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_lock (&priv->lock);
  priv->reference.pad = NULL;
  priv->reference.flushing = TRUE;
  gst_anc_reference_clear (priv->store);
  priv->await_reference_flush = FALSE;
  priv->latency_known = FALSE;
  g_mutex_unlock (&priv->lock);
  gst_anc_pairing_wake (self);
  deactivate (pad);
  gst_element_remove_pad (element, pad);
}

/* READY -> PAUSED: what can be wrong is said before anything flows. */
static gboolean
start (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  g_mutex_lock (&priv->lock);
  ok = gst_anc_filter_load_weights (self, &error);
  priv->flow = GST_FLOW_OK;
  priv->primary_eos = priv->missing_said = priv->passing_said = FALSE;
  priv->latency_known = priv->await_reference_flush = FALSE;
  priv->conversion_said = priv->reverse = FALSE;
  g_mutex_unlock (&priv->lock);
  if (!ok)
    GST_ELEMENT_ERROR (self, RESOURCE, READ, ("%s", error->message), (NULL));
  return ok;
}

/* PAUSED -> READY, pads inactive: forgets the stream, keeps its last state. */
static void
stop (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_lock (&priv->lock);
  while (priv->busy)
    gst_anc_canceller_wait (priv);
  g_mutex_lock (&priv->dsp_lock);
  if (priv->dsp.canceller != NULL) {
    g_clear_pointer (&priv->last_state, g_bytes_unref);
    priv->last_state = gst_anc_state_save (self);
  }
  gst_anc_dsp_clear (&priv->dsp);
  g_mutex_unlock (&priv->dsp_lock);
  gst_anc_pairing_clear_primary (self);
  gst_audio_info_init (&priv->info);
  gst_anc_reference_set_axis (priv->store, 0);
  gst_anc_reference_clear (priv->store);
  g_clear_pointer (&priv->start_weights, g_free);
  priv->changed = GST_ANC_CHANGE_NONE;
  g_mutex_unlock (&priv->lock);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  ret = GST_ELEMENT_CLASS (gst_anc_canceller_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    stop (self);
  return ret;
}

static void
action_reset (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_lock (&priv->dsp_lock);
  gst_anc_stats_collect (&priv->dsp);
  if (priv->dsp.canceller != NULL)
    anc_canceller_reset (priv->dsp.canceller);
  g_mutex_unlock (&priv->dsp_lock);
}

static gboolean
action_save_weights (GstAncCanceller *self, const gchar *location)
{
  g_autoptr (GError) error = NULL;

  if (gst_anc_filter_save_weights (self, location, &error))
    return TRUE;
  GST_ELEMENT_WARNING (self, RESOURCE, WRITE, ("%s", error->message), (NULL));
  return FALSE;
}

static void
set_state (GstAncCanceller *self, GBytes *state)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_lock (&priv->lock);
  g_clear_pointer (&priv->pending_state, g_bytes_unref);
  priv->pending_state = state != NULL ? g_bytes_ref (state) : NULL;
  g_mutex_unlock (&priv->lock);
}

static GBytes *
get_state (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GBytes *state = NULL;

  g_mutex_lock (&priv->lock);
  g_mutex_lock (&priv->dsp_lock);
  if (priv->dsp.canceller != NULL)
    state = gst_anc_state_save (self);
  else if (priv->pending_state != NULL)
    state = g_bytes_ref (priv->pending_state);
  else if (priv->last_state != NULL)
    state = g_bytes_ref (priv->last_state);
  g_mutex_unlock (&priv->dsp_lock);
  g_mutex_unlock (&priv->lock);
  return state;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (object);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncChange change;

  if (id == GST_ANC_PROP_STATE) {
    set_state (self, g_value_get_boxed (value));
    return;
  }
  g_mutex_lock (&priv->lock);
  change = gst_anc_settings_set (&priv->settings, id, value);
  priv->changed = MAX (priv->changed, change);
  g_mutex_unlock (&priv->lock);
  if (change == GST_ANC_CHANGE_LATENCY
      && GST_STATE (self) >= GST_STATE_PAUSED) {
    gst_anc_latency_update (self);
    gst_element_post_message (GST_ELEMENT (self),
                              gst_message_new_latency (GST_OBJECT (self)));
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (object);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  gboolean found;

  if (id == GST_ANC_PROP_STATE) {
    g_value_take_boxed (value, get_state (self));
    return;
  }
  if (id == GST_ANC_PROP_STATS) {
    g_value_take_boxed (value, gst_anc_stats (self));
    return;
  }
  g_mutex_lock (&priv->lock);
  found = gst_anc_settings_get (&priv->settings, id, value);
  g_mutex_unlock (&priv->lock);
  if (!found)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
constructed (GObject *object)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (object);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  GstAncCancellerClass *klass = GST_ANC_CANCELLER_GET_CLASS (self);
  AncFilterTuning tuning = anc_filter_class_default_tuning (klass->algorithm);

  gst_anc_settings_init (&priv->settings, &tuning);
  G_OBJECT_CLASS (gst_anc_canceller_parent_class)->constructed (object);
}

static void
item_clear (gpointer data)
{
  gst_clear_mini_object (&((GstAncItem *) data)->object);
}

static void
finalize (GObject *object)
{
  GstAncCanceller *self = GST_ANC_CANCELLER (object);
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  gst_anc_settings_clear (&priv->settings);
  gst_queue_array_free (priv->queue);
  gst_anc_reference_free (priv->store);
  gst_anc_dsp_clear (&priv->dsp);
  g_array_unref (priv->dsp.runs);
  g_clear_pointer (&priv->pending_state, g_bytes_unref);
  g_clear_pointer (&priv->last_state, g_bytes_unref);
  g_clear_pointer (&priv->start_weights, g_free);
  g_mutex_clear (&priv->lock);
  g_mutex_clear (&priv->dsp_lock);
  g_cond_clear (&priv->cond);
  G_OBJECT_CLASS (gst_anc_canceller_parent_class)->finalize (object);
}

static void
install_signals (GstAncCancellerClass *klass)
{
  /**
   * GstAncCanceller::reset:
   *
   * Weights, history and guard back to the start.
   */
  signals[SIGNAL_RESET] = g_signal_new_class_handler (
      "reset", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (action_reset), NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * GstAncCanceller::save-weights:
   * @location: the file to write
   *
   * Writes the weights as 32-bit float WAV, one impulse response a channel.
   * Returns: %FALSE, with a warning message, if they could not be written
   */
  signals[SIGNAL_SAVE_WEIGHTS] = g_signal_new_class_handler (
      "save-weights", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (action_save_weights),
      NULL, NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
}

static void
gst_anc_canceller_class_init (GstAncCancellerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->constructed = constructed;
  object_class->finalize = finalize;
  element_class->request_new_pad = request_new_pad;
  element_class->release_pad = release_pad;
  element_class->change_state = change_state;

  gst_anc_settings_install_common (object_class);
  install_signals (klass);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class,
                                             &reference_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_CANCELLER, 0);
}

static void
gst_anc_canceller_init (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);

  g_mutex_init (&priv->lock);
  g_mutex_init (&priv->dsp_lock);
  g_cond_init (&priv->cond);
  priv->queue = gst_queue_array_new_for_struct (sizeof (GstAncItem), 16);
  gst_queue_array_set_clear_func (priv->queue, item_clear);
  priv->store = gst_anc_reference_new ();
  priv->dsp.runs = g_array_new (FALSE, FALSE, sizeof (GstAncRun));
  gst_audio_info_init (&priv->info);
  gst_segment_init (&priv->primary.segment, GST_FORMAT_UNDEFINED);

  priv->primary.pad = gst_pad_new_from_static_template (&sink_template, "sink");
  set_up_sink_pad (priv->primary.pad, gst_anc_pairing_chain_primary,
                   gst_anc_pads_primary_event);
  gst_element_add_pad (GST_ELEMENT (self), priv->primary.pad);

  priv->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (priv->srcpad, gst_anc_pads_src_event);
  gst_pad_set_query_function (priv->srcpad, gst_anc_pads_src_query);
  gst_element_add_pad (GST_ELEMENT (self), priv->srcpad);
}

void
gst_anc_canceller_class_setup (GstAncCancellerClass *klass,
                               const AncFilterClass *algorithm,
                               GstAncAlgorithmProperties properties,
                               const gchar *long_name, const gchar *description)
{
  AncFilterTuning tuning = anc_filter_class_default_tuning (algorithm);

  klass->algorithm = algorithm;
  /* GObject clears these for each class that installs properties */
  G_OBJECT_CLASS (klass)->set_property = set_property;
  G_OBJECT_CLASS (klass)->get_property = get_property;
  gst_anc_settings_install_algorithm (G_OBJECT_CLASS (klass), properties,
                                      &tuning);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), long_name,
                                         "Filter/Effect/Audio", description,
                                         "The gst-plugins-anc contributors");
}
