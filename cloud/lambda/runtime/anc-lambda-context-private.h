/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-context.h"
#include "anc-lambda-event.h"
#include "anc-lambda-fault.h"
#include "anc-lambda-log-private.h"
#include "anc-lambda-metrics.h"
#include "anc-lambda-wire.h"

/* What all events of a process share; borrowed. */
typedef struct {
  const AncLambdaSettings *settings;
  AncLambdaLog *log;
  AncLambdaMask *mask;
  AncLambdaMetrics *metrics;
  const AncLambdaWire *wire;
} AncLambdaServices;

struct _AncLambdaContext {
  const AncLambdaServices *services;
  AncLambdaEvent *event;
  gboolean cold_start;
  GCancellable *cancellable;
  JsonObject *object;         /* the event, once it was asked for */
  JsonObject *client_context; /* NULL: none that can be read */
  gchar *identity_id;
  gchar *identity_pool_id;
  GBytes *reply;
  gchar *reply_type;
  AncLambdaStream
      *stream; /* NULL: the answer is not streamed; set by its thread
                              alone, atomically */
};

/* Takes the event. */
AncLambdaContext *anc_lambda_context_new (const AncLambdaServices *services,
                                          AncLambdaEvent *event,
                                          gboolean cold_start);
void anc_lambda_context_free (AncLambdaContext *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLambdaContext, anc_lambda_context_free)
