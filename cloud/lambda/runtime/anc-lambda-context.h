/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-error.h"
#include "anc-lambda-log.h"
#include "anc-lambda-stream.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/* One event and the answer to it. Lives as long as the handler runs and belongs
 * to its thread; what is marked (any thread) may be used by others meanwhile.
 * Strings are the context's, NULL where Lambda sent none. */
typedef struct _AncLambdaContext AncLambdaContext;

/* --- the event --- */

/* As it came, and its type ("application/json" as a rule). */
GBytes *anc_lambda_context_get_event (const AncLambdaContext *self);
const gchar *anc_lambda_context_get_content_type (const AncLambdaContext *self);

/* The event as one JSON object, parsed once; NULL with Function.InvalidRequest.
 * The correlation id of a well-known envelope is taken from it. Owned by the
 * context. */
JsonObject *anc_lambda_context_get_object (AncLambdaContext *self,
                                           GError **error);

const gchar *anc_lambda_context_get_request_id (const AncLambdaContext *self);
const gchar *anc_lambda_context_get_function_arn (const AncLambdaContext *self);
const gchar *anc_lambda_context_get_trace_id (const AncLambdaContext *self);
const gchar *anc_lambda_context_get_tenant_id (const AncLambdaContext *self);
/* Of the caller who came by way of Amazon Cognito. */
const gchar *anc_lambda_context_get_cognito_identity_id (
    const AncLambdaContext *self);
const gchar *anc_lambda_context_get_cognito_pool_id (
    const AncLambdaContext *self);
/* What the caller's SDK says of itself: `client`, `custom`, `env`. NULL: none,
 * or not JSON, which is in the log. */
JsonObject *anc_lambda_context_get_client_context (
    const AncLambdaContext *self);
/* The first event of this process. */
gboolean anc_lambda_context_is_cold_start (const AncLambdaContext *self);

/* --- time (any thread) --- */

/* Microseconds since 1970 when Lambda ends this; G_MAXINT64: never. */
gint64 anc_lambda_context_get_deadline (const AncLambdaContext *self);
/* Until then in milliseconds, 0 afterwards. */
gint64 anc_lambda_context_get_remaining_ms (const AncLambdaContext *self);
/* Cancelled while there is still time for an answer of what is done so far: a
 * fifth of the time given before the deadline, at most 200 ms. Half of that
 * later the runtime itself reports Function.TimedOut and ends the process. */
GCancellable *anc_lambda_context_get_cancellable (const AncLambdaContext *self);

/* --- the answer; the last one counts --- */

/* `content_type` NULL: application/json. */
void anc_lambda_context_reply_bytes (AncLambdaContext *self, GBytes *body,
                                     const gchar *content_type);
void anc_lambda_context_reply_json (AncLambdaContext *self, JsonNode *node);

/* From here the answer is what is written into the stream; a reply is not sent.
 * Once. The stream is the context's and ends when the handler returns: well, or
 * with the handler's error in its trailers. */
AncLambdaStream *anc_lambda_context_open_stream (AncLambdaContext *self,
                                                 const gchar *content_type,
                                                 GError **error);
/* The same with an HTTP status and headers before the body (function URLs, API
 * Gateway). `headers`: strings by name; `cookies`: NULL-terminated; both may be
 * NULL. */
AncLambdaStream *anc_lambda_context_open_http_stream (
    AncLambdaContext *self, guint status, JsonObject *headers,
    const gchar *const *cookies, GError **error);

/* --- log and metrics (any thread) --- */

void anc_lambda_context_log (AncLambdaContext *self, AncLambdaLevel level,
                             const gchar *format, ...) G_GNUC_PRINTF (3, 4);
/* With members of its own beside the message; values whose names tell of secrets
 * are masked. `fields` is borrowed. */
void anc_lambda_context_log_fields (AncLambdaContext *self,
                                    AncLambdaLevel level, const gchar *message,
                                    JsonObject *fields);
/* In each line from here on: what the caller knows this by. */
void anc_lambda_context_set_correlation_id (AncLambdaContext *self,
                                            const gchar *id);

/* A value of CloudWatch (embedded metric format, no call, no permission).
 * `unit` is one of CloudWatch's, "Milliseconds", "Count"; NULL: "None". Several
 * values of one name are a distribution. A number that is not finite is left
 * out, which is in the log. Sent when the handler returns, or at once with 100
 * values or names. */
void anc_lambda_context_add_metric (AncLambdaContext *self, const gchar *name,
                                    const gchar *unit, gdouble value);
/* Beside the function's name; for all values of this event not yet sent. */
void anc_lambda_context_add_dimension (AncLambdaContext *self,
                                       const gchar *name, const gchar *value);
