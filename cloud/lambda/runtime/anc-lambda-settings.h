/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-log.h"

/* What the environment says; read once, at the first need. */
typedef struct {
  gchar *api; /* host:port of the Runtime API */
  gchar *function;
  gchar *version;
  gchar *handler;
  gchar *metrics_namespace; /* ANC_METRICS_NAMESPACE */
  AncLambdaLevel
      log_level;        /* AWS_LAMBDA_LOG_LEVEL: what is below is left out */
  gboolean log_as_text; /* AWS_LAMBDA_LOG_FORMAT=Text */
  gboolean log_events;  /* ANC_LAMBDA_LOG_EVENT=1 */
} AncLambdaSettings;

/* Never fails: an unknown word counts as none. */
AncLambdaSettings *anc_lambda_settings_new (void);
void anc_lambda_settings_free (AncLambdaSettings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLambdaSettings, anc_lambda_settings_free)
