/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancenums.h"

#include "anc-filter.h"

G_BEGIN_DECLS

/* What a user sets on a canceller. Guarded by the element's lock. */
typedef struct {
  AncFilterTuning tuning;
  guint filter_length;
  gdouble initial_variance;
  GstAncReferenceMapping reference_mapping;
  gint reference_channel;
  gint delay;
  GstClockTime reference_timeout;
  GstAncOutput output;
  gboolean adapt;
  gchar *weights;
  gboolean post_messages;
  GstClockTime interval;
} GstAncSettings;

/* Properties that only some algorithms have. */
typedef enum {
  GST_ANC_HAS_STEP_SIZE = 1 << 0, /* and leakage */
  GST_ANC_HAS_REGULARIZATION = 1 << 1,
  GST_ANC_HAS_SIGN_MODE = 1 << 2,
  GST_ANC_HAS_FORGETTING_FACTOR = 1 << 3, /* and initial variance */
  GST_ANC_HAS_REGULARIZATION_MODE = 1 << 4,
} GstAncAlgorithmProperties;

/* What a changed setting asks of the running filter. */
typedef enum {
  GST_ANC_CHANGE_NONE,
  GST_ANC_CHANGE_TUNING,  /* tune it */
  GST_ANC_CHANGE_LAYOUT,  /* build it anew, weights carried over */
  GST_ANC_CHANGE_LATENCY, /* the LATENCY query answers differently */
} GstAncChange;

enum {
  GST_ANC_PROP_0,
  GST_ANC_PROP_FILTER_LENGTH,
  GST_ANC_PROP_REFERENCE_MAPPING,
  GST_ANC_PROP_REFERENCE_CHANNEL,
  GST_ANC_PROP_DELAY,
  GST_ANC_PROP_REFERENCE_TIMEOUT,
  GST_ANC_PROP_OUTPUT,
  GST_ANC_PROP_ADAPT,
  GST_ANC_PROP_GUARD,
  GST_ANC_PROP_WEIGHTS,
  GST_ANC_PROP_POST_MESSAGES,
  GST_ANC_PROP_INTERVAL,
  GST_ANC_PROP_STATE,
  GST_ANC_PROP_STATS,
  GST_ANC_PROP_STEP_SIZE,
  GST_ANC_PROP_LEAKAGE,
  GST_ANC_PROP_REGULARIZATION,
  GST_ANC_PROP_REGULARIZATION_MODE,
  GST_ANC_PROP_SIGN_MODE,
  GST_ANC_PROP_FORGETTING_FACTOR,
  GST_ANC_PROP_INITIAL_VARIANCE,
};

/* The properties every canceller has, on the base class. */
void gst_anc_settings_install_common (GObjectClass *klass);
/* Those of one algorithm, on its class; defaults from `tuning`. */
void gst_anc_settings_install_algorithm (GObjectClass *klass,
                                         GstAncAlgorithmProperties which,
                                         const AncFilterTuning *tuning);

/* Sets every field to its default. */
void gst_anc_settings_init (GstAncSettings *self,
                            const AncFilterTuning *tuning);
void gst_anc_settings_clear (GstAncSettings *self);

GstAncChange gst_anc_settings_set (GstAncSettings *self, guint id,
                                   const GValue *value);
/* FALSE if id is none of the settings. */
gboolean gst_anc_settings_get (const GstAncSettings *self, guint id,
                               GValue *value);

G_END_DECLS
