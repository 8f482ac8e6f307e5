/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* What `next` brings. Absent strings are NULL. */
typedef struct {
  GBytes *body;
  gchar *id; /* fit for a path */
  gchar *content_type;
  gchar *function_arn;
  gchar *trace_id;
  gchar *client_context;   /* JSON, not looked at */
  gchar *cognito_identity; /* JSON, not looked at */
  gchar *tenant_id;
  gint64 deadline; /* microseconds since 1970; G_MAXINT64: none */
} AncLambdaEvent;

void anc_lambda_event_free (AncLambdaEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLambdaEvent, anc_lambda_event_free)
