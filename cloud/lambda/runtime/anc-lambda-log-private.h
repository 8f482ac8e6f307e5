/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-log.h"
#include "anc-lambda-mask.h"
#include "anc-lambda-settings.h"

#include <json-glib/json-glib.h>

/* One line on standard error for each message, whole lines whatever the number
 * of threads:
 *
 *   {"timestamp":"2026-01-31T12:00:00.000Z","level":"INFO","message":"...",
 *    "request_id":"...","correlation_id":"...","trace_id":"...",
 *    "cold_start":true,"function":"..."}
 *
 * or, with AWS_LAMBDA_LOG_FORMAT=Text, the same in one line of words. */
typedef struct _AncLambdaLog AncLambdaLog;

const gchar *anc_lambda_level_name (AncLambdaLevel level);

/* Borrows both. */
AncLambdaLog *anc_lambda_log_new (const AncLambdaSettings *settings,
                                  AncLambdaMask *mask);
void anc_lambda_log_free (AncLambdaLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLambdaLog, anc_lambda_log_free)

/* What all lines carry from here on; NULL: nothing. */
void anc_lambda_log_begin (AncLambdaLog *self, const gchar *request_id,
                           const gchar *trace_id, gboolean cold_start);
void anc_lambda_log_set_correlation_id (AncLambdaLog *self, const gchar *id);

void anc_lambda_log_write (AncLambdaLog *self, AncLambdaLevel level,
                           JsonObject *fields, const gchar *message);
void anc_lambda_log_printf (AncLambdaLog *self, AncLambdaLevel level,
                            const gchar *format, ...) G_GNUC_PRINTF (3, 4);
void anc_lambda_log_vprintf (AncLambdaLog *self, AncLambdaLevel level,
                             const gchar *format, va_list arguments)
    G_GNUC_PRINTF (3, 0);

/* From here on GLib's messages are lines of this log. Once in a process, which
 * the log then outlives. */
void anc_lambda_log_take_glib (AncLambdaLog *self);
