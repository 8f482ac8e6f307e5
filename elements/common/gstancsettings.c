/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancsettings.h"

#include <gst/gst.h>

#define DEFAULT_FILTER_LENGTH 256
#define DEFAULT_INITIAL_VARIANCE 1.0
#define DEFAULT_REFERENCE_TIMEOUT (40 * GST_MSECOND)
#define DEFAULT_INTERVAL GST_SECOND
/* A minute at 192 kHz: longer lags are a matter for editing. */
#define MAX_DELAY (60 * 192000)

#define FLAGS                                                                  \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static GParamSpec *
positive (const gchar *name, const gchar *nick, const gchar *blurb,
          gdouble maximum, gdouble value)
{
  return g_param_spec_double (name, nick, blurb, 0., maximum, value,
                              FLAGS | GST_PARAM_CONTROLLABLE);
}

static void
install_signal_properties (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, GST_ANC_PROP_FILTER_LENGTH,
      g_param_spec_uint ("filter-length", "Filter length",
                         "Length of the filter in taps, for each reference "
                         "channel",
                         1, ANC_MAX_FILTER_LENGTH, DEFAULT_FILTER_LENGTH,
                         FLAGS));
  g_object_class_install_property (
      klass, GST_ANC_PROP_REFERENCE_MAPPING,
      g_param_spec_enum ("reference-mapping", "Reference mapping",
                         "Which reference channels clean a primary channel",
                         GST_TYPE_ANC_REFERENCE_MAPPING,
                         GST_ANC_REFERENCE_MAPPING_AUTO, FLAGS));
  g_object_class_install_property (
      klass, GST_ANC_PROP_REFERENCE_CHANNEL,
      g_param_spec_int ("reference-channel", "Reference channel",
                        "Channel of the primary stream that is the reference "
                        "and is dropped, when no reference pad is linked "
                        "(-1: none)",
                        -1, ANC_MAX_CHANNELS - 1, -1, FLAGS));
  g_object_class_install_property (
      klass, GST_ANC_PROP_DELAY,
      g_param_spec_int ("delay", "Delay",
                        "Delay of the reference in samples; below 0 of the "
                        "primary, which adds to the latency",
                        -MAX_DELAY, MAX_DELAY, 0, FLAGS));
  g_object_class_install_property (
      klass, GST_ANC_PROP_REFERENCE_TIMEOUT,
      g_param_spec_uint64 ("reference-timeout", "Reference timeout",
                           "Live: how long after its time the reference is "
                           "waited for, in nanoseconds; adds to the latency",
                           0, 10 * GST_SECOND, DEFAULT_REFERENCE_TIMEOUT,
                           FLAGS));
  g_object_class_install_property (
      klass, GST_ANC_PROP_OUTPUT,
      g_param_spec_enum ("output", "Output", "The signal that leaves",
                         GST_TYPE_ANC_OUTPUT, GST_ANC_OUTPUT_ERROR, FLAGS));
}

static void
install_behaviour_properties (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, GST_ANC_PROP_ADAPT,
      g_param_spec_boolean ("adapt", "Adapt",
                            "Adapt the filter; false freezes it", TRUE,
                            FLAGS | GST_PARAM_CONTROLLABLE));
  g_object_class_install_property (
      klass, GST_ANC_PROP_GUARD,
      g_param_spec_boolean ("guard", "Guard",
                            "Keep the output from ever growing far above the "
                            "primary; false is the textbook algorithm",
                            TRUE, FLAGS));
  g_object_class_install_property (
      klass, GST_ANC_PROP_WEIGHTS,
      g_param_spec_string ("weights", "Weights",
                           "WAV file (32-bit float, one impulse response a "
                           "channel) to start from",
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                               | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (
      klass, GST_ANC_PROP_POST_MESSAGES,
      g_param_spec_boolean ("post-messages", "Post messages",
                            "Post the statistics as element messages", FALSE,
                            FLAGS));
  g_object_class_install_property (
      klass, GST_ANC_PROP_INTERVAL,
      g_param_spec_uint64 ("interval", "Interval",
                           "Stream time between two messages, in nanoseconds",
                           GST_MSECOND, G_MAXUINT64 / 2, DEFAULT_INTERVAL,
                           FLAGS));
}

void
gst_anc_settings_install_common (GObjectClass *klass)
{
  install_signal_properties (klass);
  install_behaviour_properties (klass);
  g_object_class_install_property (
      klass, GST_ANC_PROP_STATE,
      g_param_spec_boxed ("state", "State",
                          "All that makes the next sample: read at the end of "
                          "one stream and set before the next, the two give "
                          "the same samples as one",
                          G_TYPE_BYTES,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                              | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (
      klass, GST_ANC_PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Levels since the start in dB, echo return loss "
                          "enhancement, divergences, kernel, time spent",
                          GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
install_gradient_properties (GObjectClass *klass,
                             GstAncAlgorithmProperties which,
                             const AncFilterTuning *tuning)
{
  if (which & GST_ANC_HAS_STEP_SIZE) {
    g_object_class_install_property (klass, GST_ANC_PROP_STEP_SIZE,
                                     positive ("step-size", "Step size",
                                               "Step size mu of the update", 2.,
                                               tuning->step_size));
    g_object_class_install_property (
        klass, GST_ANC_PROP_LEAKAGE,
        positive ("leakage", "Leakage",
                  "Share of the weights lost with each sample", 1.,
                  tuning->leakage));
  }
  if (which & GST_ANC_HAS_SIGN_MODE)
    g_object_class_install_property (
        klass, GST_ANC_PROP_SIGN_MODE,
        g_param_spec_enum ("sign-mode", "Sign mode",
                           "What of the update is replaced by its sign",
                           GST_TYPE_ANC_SIGN_MODE, tuning->sign_mode, FLAGS));
}

void
gst_anc_settings_install_algorithm (GObjectClass *klass,
                                    GstAncAlgorithmProperties which,
                                    const AncFilterTuning *tuning)
{
  install_gradient_properties (klass, which, tuning);
  if (which & GST_ANC_HAS_REGULARIZATION) {
    g_object_class_install_property (
        klass, GST_ANC_PROP_REGULARIZATION,
        positive ("regularization", "Regularization",
                  "What is added to the power the step is divided by", 1e6,
                  tuning->regularization));
  }
  if (which & GST_ANC_HAS_REGULARIZATION_MODE) {
    const gchar *blurb
        = which & GST_ANC_HAS_REGULARIZATION
              ? "What the regularization is measured in"
              : "Relative: under the guard the filter rests while the "
                "reference is 40 dB below its usual power; absolute: never";
    g_object_class_install_property (
        klass, GST_ANC_PROP_REGULARIZATION_MODE,
        g_param_spec_enum ("regularization-mode", "Regularization mode", blurb,
                           GST_TYPE_ANC_REGULARIZATION_MODE,
                           tuning->regularization_mode, FLAGS));
  }
  if (which & GST_ANC_HAS_FORGETTING_FACTOR) {
    g_object_class_install_property (
        klass, GST_ANC_PROP_FORGETTING_FACTOR,
        g_param_spec_double ("forgetting-factor", "Forgetting factor",
                             "Weight lambda of the past, lost with each "
                             "sample",
                             0.5, 1., tuning->forgetting_factor,
                             FLAGS | GST_PARAM_CONTROLLABLE));
    g_object_class_install_property (
        klass, GST_ANC_PROP_INITIAL_VARIANCE,
        g_param_spec_double ("initial-variance", "Initial variance",
                             "Variance of the weights at the start: P(0) is "
                             "this times the identity",
                             1e-9, 1e9, DEFAULT_INITIAL_VARIANCE, FLAGS));
  }
}

void
gst_anc_settings_init (GstAncSettings *self, const AncFilterTuning *tuning)
{
  *self = (GstAncSettings){
    .tuning = *tuning,
    .filter_length = DEFAULT_FILTER_LENGTH,
    .initial_variance = DEFAULT_INITIAL_VARIANCE,
    .reference_mapping = GST_ANC_REFERENCE_MAPPING_AUTO,
    .reference_channel = -1,
    .reference_timeout = DEFAULT_REFERENCE_TIMEOUT,
    .output = GST_ANC_OUTPUT_ERROR,
    .adapt = TRUE,
    .interval = DEFAULT_INTERVAL,
  };
}

void
gst_anc_settings_clear (GstAncSettings *self)
{
  g_clear_pointer (&self->weights, g_free);
}

static GstAncChange
set_tuning (AncFilterTuning *tuning, guint id, const GValue *value)
{
  switch (id) {
  case GST_ANC_PROP_GUARD:
    tuning->guard = g_value_get_boolean (value);
    break;
  case GST_ANC_PROP_STEP_SIZE:
    tuning->step_size = g_value_get_double (value);
    break;
  case GST_ANC_PROP_LEAKAGE:
    tuning->leakage = g_value_get_double (value);
    break;
  case GST_ANC_PROP_REGULARIZATION:
    tuning->regularization = g_value_get_double (value);
    break;
  case GST_ANC_PROP_REGULARIZATION_MODE:
    tuning->regularization_mode = g_value_get_enum (value);
    break;
  case GST_ANC_PROP_SIGN_MODE:
    tuning->sign_mode = g_value_get_enum (value);
    break;
  case GST_ANC_PROP_FORGETTING_FACTOR:
    tuning->forgetting_factor = g_value_get_double (value);
    break;
  default:
    return GST_ANC_CHANGE_NONE;
  }
  return GST_ANC_CHANGE_TUNING;
}

GstAncChange
gst_anc_settings_set (GstAncSettings *self, guint id, const GValue *value)
{
  switch (id) {
  case GST_ANC_PROP_FILTER_LENGTH:
    self->filter_length = g_value_get_uint (value);
    return GST_ANC_CHANGE_LAYOUT;
  case GST_ANC_PROP_REFERENCE_MAPPING:
    self->reference_mapping = g_value_get_enum (value);
    return GST_ANC_CHANGE_LAYOUT;
  case GST_ANC_PROP_INITIAL_VARIANCE:
    self->initial_variance = g_value_get_double (value);
    return GST_ANC_CHANGE_LAYOUT;
  case GST_ANC_PROP_REFERENCE_CHANNEL:
    self->reference_channel = g_value_get_int (value);
    return GST_ANC_CHANGE_LAYOUT;
  case GST_ANC_PROP_DELAY:
    self->delay = g_value_get_int (value);
    return GST_ANC_CHANGE_LATENCY;
  case GST_ANC_PROP_REFERENCE_TIMEOUT:
    self->reference_timeout = g_value_get_uint64 (value);
    return GST_ANC_CHANGE_LATENCY;
  case GST_ANC_PROP_OUTPUT:
    self->output = g_value_get_enum (value);
    return GST_ANC_CHANGE_NONE;
  case GST_ANC_PROP_ADAPT:
    self->adapt = g_value_get_boolean (value);
    return GST_ANC_CHANGE_NONE;
  case GST_ANC_PROP_WEIGHTS:
    g_free (self->weights);
    self->weights = g_value_dup_string (value);
    return GST_ANC_CHANGE_NONE;
  case GST_ANC_PROP_POST_MESSAGES:
    self->post_messages = g_value_get_boolean (value);
    return GST_ANC_CHANGE_NONE;
  case GST_ANC_PROP_INTERVAL:
    self->interval = g_value_get_uint64 (value);
    return GST_ANC_CHANGE_NONE;
  default:
    return set_tuning (&self->tuning, id, value);
  }
}

static gboolean
get_tuning (const AncFilterTuning *tuning, guint id, GValue *value)
{
  switch (id) {
  case GST_ANC_PROP_GUARD:
    g_value_set_boolean (value, tuning->guard);
    return TRUE;
  case GST_ANC_PROP_STEP_SIZE:
    g_value_set_double (value, tuning->step_size);
    return TRUE;
  case GST_ANC_PROP_LEAKAGE:
    g_value_set_double (value, tuning->leakage);
    return TRUE;
  case GST_ANC_PROP_REGULARIZATION:
    g_value_set_double (value, tuning->regularization);
    return TRUE;
  case GST_ANC_PROP_REGULARIZATION_MODE:
    g_value_set_enum (value, tuning->regularization_mode);
    return TRUE;
  case GST_ANC_PROP_SIGN_MODE:
    g_value_set_enum (value, tuning->sign_mode);
    return TRUE;
  case GST_ANC_PROP_FORGETTING_FACTOR:
    g_value_set_double (value, tuning->forgetting_factor);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_anc_settings_get (const GstAncSettings *self, guint id, GValue *value)
{
  switch (id) {
  case GST_ANC_PROP_FILTER_LENGTH:
    g_value_set_uint (value, self->filter_length);
    return TRUE;
  case GST_ANC_PROP_REFERENCE_MAPPING:
    g_value_set_enum (value, self->reference_mapping);
    return TRUE;
  case GST_ANC_PROP_INITIAL_VARIANCE:
    g_value_set_double (value, self->initial_variance);
    return TRUE;
  case GST_ANC_PROP_REFERENCE_CHANNEL:
    g_value_set_int (value, self->reference_channel);
    return TRUE;
  case GST_ANC_PROP_DELAY:
    g_value_set_int (value, self->delay);
    return TRUE;
  case GST_ANC_PROP_REFERENCE_TIMEOUT:
    g_value_set_uint64 (value, self->reference_timeout);
    return TRUE;
  case GST_ANC_PROP_OUTPUT:
    g_value_set_enum (value, self->output);
    return TRUE;
  case GST_ANC_PROP_ADAPT:
    g_value_set_boolean (value, self->adapt);
    return TRUE;
  case GST_ANC_PROP_WEIGHTS:
    g_value_set_string (value, self->weights);
    return TRUE;
  case GST_ANC_PROP_POST_MESSAGES:
    g_value_set_boolean (value, self->post_messages);
    return TRUE;
  case GST_ANC_PROP_INTERVAL:
    g_value_set_uint64 (value, self->interval);
    return TRUE;
  default:
    return get_tuning (&self->tuning, id, value);
  }
}
