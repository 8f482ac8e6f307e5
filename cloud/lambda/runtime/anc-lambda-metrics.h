/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-log-private.h"

/* Metrics of CloudWatch as lines on standard output: the embedded metric format,
 * specification of 2018. At most 100 metrics with 100 values each and 30
 * dimensions go into a line; more make another. Safe to use from several
 * threads. */
typedef struct _AncLambdaMetrics AncLambdaMetrics;

/* Borrows both. */
AncLambdaMetrics *anc_lambda_metrics_new (const AncLambdaSettings *settings,
                                          AncLambdaLog *log);
void anc_lambda_metrics_free (AncLambdaMetrics *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLambdaMetrics, anc_lambda_metrics_free)

void anc_lambda_metrics_add (AncLambdaMetrics *self, const gchar *name,
                             const gchar *unit, gdouble value);
void anc_lambda_metrics_add_dimension (AncLambdaMetrics *self,
                                       const gchar *name, const gchar *value);
/* Writes what there is, and forgets it with its dimensions. `request_id` goes
 * along, as a property one can search for. */
void anc_lambda_metrics_flush (AncLambdaMetrics *self, const gchar *request_id);
