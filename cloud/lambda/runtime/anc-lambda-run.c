/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda.h"

#include "anc-lambda-api.h"
#include "anc-lambda-context-private.h"
#include "anc-lambda-crash.h"
#include "anc-lambda-guard.h"
#include "anc-lambda-stream-private.h"
#include "anc-lambda-termination.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRACE_VARIABLE "_X_AMZN_TRACE_ID"
#define TRACE_MAX 1024
#define REPORT_MS 50

typedef struct {
  const AncLambdaFunction *function;
  gpointer data;
  AncLambdaSettings *settings;
  AncLambdaMask *mask;
  AncLambdaLog *log;
  AncLambdaMetrics *metrics;
  AncLambdaApi *api;
  AncLambdaWire wire;
  AncLambdaServices services;
  AncLambdaGuard *guard;
  AncLambdaContext *context; /* of the event at hand */
  gboolean warm;
  gchar trace[TRACE_MAX]; /* _X_AMZN_TRACE_ID=..., part of the environment */
} Runtime;

/* --- the life of the process --- */

static void on_expired (gpointer data);

/* The signals first: threads inherit what is blocked. */
static gboolean
start (Runtime *self, GError **error)
{
  self->settings = anc_lambda_settings_new ();
  self->mask = anc_lambda_mask_new ();
  self->log = anc_lambda_log_new (self->settings, self->mask);
  anc_lambda_log_begin (self->log, NULL, NULL, TRUE);
  anc_lambda_log_take_glib (self->log);
  if (self->settings->api == NULL) {
    g_set_error_literal (
        error, ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_SETTINGS,
        "AWS_LAMBDA_RUNTIME_API is not set: this program is a function of "
        "Lambda. Start it with anc-cloud to try it here.");
    return FALSE;
  }
  if (!anc_lambda_wire_init (&self->wire, self->settings->api, error))
    return FALSE;
  signal (SIGPIPE, SIG_IGN);
  anc_lambda_crash_install (&self->wire);
  if (!anc_lambda_termination_install (
          &self->wire, self->log, self->function->shutdown, self->data, error))
    return FALSE;
  self->guard = anc_lambda_guard_new (on_expired, self);
  self->metrics = anc_lambda_metrics_new (self->settings, self->log);
  self->api = anc_lambda_api_new (self->settings->api, self->log);
  self->services = (AncLambdaServices){ self->settings, self->log, self->mask,
                                        self->metrics, &self->wire };
  return TRUE;
}

/* An error in the log and as the Runtime API takes it. */
static AncLambdaFault *
fault_of (Runtime *self, const GError *error, const gchar *what)
{
  g_autofree gchar *type = anc_lambda_error_get_type_name (error);
  const gchar *message
      = error != NULL ? error->message : "The handler gave no reason.";

  anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_ERROR, "%s: %s: %s", what,
                         type, message);
  return anc_lambda_fault_new (self->mask, type, message);
}

static gboolean
initialise (Runtime *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) lost = NULL;
  g_autoptr (AncLambdaFault) fault = NULL;

  if (self->function->init == NULL || self->function->init (self->data, &error))
    return TRUE;
  fault = fault_of (self, error, "The init phase failed");
  if (anc_lambda_api_report (self->api, NULL, fault, &lost)
      == ANC_LAMBDA_POST_FAILED)
    anc_lambda_log_write (self->log, ANC_LAMBDA_LEVEL_ERROR, NULL,
                          lost->message);
  return FALSE;
}

/* --- one event --- */

/* In place: setenv () keeps each value it was ever given. */
static void
set_trace (Runtime *self, const gchar *trace_id)
{
  if (trace_id == NULL
      || strlen (trace_id) + sizeof TRACE_VARIABLE >= TRACE_MAX) {
    g_unsetenv (TRACE_VARIABLE);
    return;
  }
  g_snprintf (self->trace, TRACE_MAX, TRACE_VARIABLE "=%s", trace_id);
  putenv (self->trace);
}

static void
begin (Runtime *self, AncLambdaEvent *event)
{
  gboolean cold_start = !self->warm;

  self->warm = TRUE;
  set_trace (self, event->trace_id);
  anc_lambda_log_begin (self->log, event->id, event->trace_id, cold_start);
  anc_lambda_crash_aim (event->id);
  self->context = anc_lambda_context_new (&self->services, event, cold_start);
  if (cold_start)
    anc_lambda_metrics_add (self->metrics, "ColdStart", "Count", 1);
  if (self->settings->log_events) {
    gsize size;
    const gchar *text = g_bytes_get_data (event->body, &size);

    anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_INFO, "Event: %.*s",
                           (int) MIN (size, G_MAXINT), size > 0 ? text : "");
  }
}

/* In the guard's thread; the handler is still at it and cannot be stopped. */
static void
on_expired (gpointer data)
{
  Runtime *self = data;
  AncLambdaContext *context = self->context;
  AncLambdaStream *stream = g_atomic_pointer_get (&context->stream);
  gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX];
  g_autofree gchar *path = g_strdup_printf (
      "/2018-06-01/runtime/invocation/%s/error", context->event->id);
  g_autofree gchar *fields = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AncLambdaFault) fault = NULL;

  anc_lambda_set_error (&error, "Function.TimedOut",
                        "The function ran out of time. Give it more, or less "
                        "to do at once.");
  fault = fault_of (self, error, "The deadline is near");
  fields = g_strdup_printf (ANC_LAMBDA_ERROR_TYPE_FIELD
                            ": %s\r\n" ANC_LAMBDA_CAUSE_FIELD ": %s\r\n",
                            fault->type, fault->cause);
  if (stream != NULL)
    anc_lambda_stream_abandon (stream, fault);
  else
    anc_lambda_wire_post (&self->wire, path, fields, fault->body, REPORT_MS,
                          answer);
  anc_lambda_metrics_flush (self->metrics, context->event->id);
  _exit (EXIT_FAILURE);
}

static void
end_stream (Runtime *self, const AncLambdaFault *fault)
{
  guint status = anc_lambda_stream_end (self->context->stream, fault);

  if (status != 202)
    anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_ERROR,
                           "The streamed response did not arrive (status %u).",
                           status);
}

static AncLambdaPosted
post_reply (Runtime *self, GError **error)
{
  AncLambdaContext *context = self->context;
  g_autoptr (GBytes) body = context->reply != NULL
                                ? g_bytes_ref (context->reply)
                                : g_bytes_new_static ("null", 4);
  const gchar *type
      = context->reply_type != NULL ? context->reply_type : "application/json";

  return anc_lambda_api_respond (self->api, context->event->id, type, body,
                                 error);
}

/* Of a response that may have been cut off for its size before it could be
 * refused. */
static AncLambdaPosted
post_too_large (Runtime *self, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (AncLambdaFault) fault = NULL;

  anc_lambda_set_error (&why, "Function.ResponseSizeTooLarge",
                        "A response of %" G_GSIZE_FORMAT " bytes is more than "
                        "the %d that Lambda takes.",
                        g_bytes_get_size (self->context->reply),
                        ANC_LAMBDA_RESPONSE_MAX);
  fault = fault_of (self, why, "The response could not be sent");
  return anc_lambda_api_report (self->api, self->context->event->id, fault,
                                error);
}

/* Whether the process may go on; it may although a stream broke. */
static gboolean
answer (Runtime *self, const AncLambdaFault *fault)
{
  AncLambdaContext *context = self->context;
  g_autoptr (GError) error = NULL;
  AncLambdaPosted posted;

  if (context->stream != NULL) {
    end_stream (self, fault);
    return TRUE;
  }
  posted = fault != NULL ? anc_lambda_api_report (self->api, context->event->id,
                                                  fault, &error)
                         : post_reply (self, &error);
  if (posted == ANC_LAMBDA_POST_FAILED && fault == NULL
      && context->reply != NULL
      && g_bytes_get_size (context->reply) > ANC_LAMBDA_RESPONSE_MAX) {
    g_clear_error (&error);
    posted = post_too_large (self, &error);
  }
  if (posted == ANC_LAMBDA_POST_FAILED)
    anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_FATAL, "%s. Ending.",
                           error->message);
  return posted != ANC_LAMBDA_POST_FAILED;
}

static gboolean
handle (Runtime *self, AncLambdaEvent *event)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AncLambdaFault) fault = NULL;
  gboolean well, alive;

  begin (self, event);
  anc_lambda_guard_arm (self->guard, event->deadline,
                        self->context->cancellable);
  well = self->function->handle (self->context, self->data, &error);
  if (!anc_lambda_guard_disarm (self->guard)) {
    /* It is reported, and the process about to end. */
    for (;;)
      pause ();
  }
  if (!well)
    fault = fault_of (self, error, "The handler failed");
  alive = answer (self, fault);
  anc_lambda_crash_aim (NULL);
  anc_lambda_metrics_flush (self->metrics, self->context->event->id);
  anc_lambda_log_begin (self->log, NULL, NULL, FALSE);
  g_clear_pointer (&self->context, anc_lambda_context_free);
  return alive;
}

static void
loop (Runtime *self)
{
  g_autoptr (GError) error = NULL;
  AncLambdaEvent *event;

  anc_lambda_crash_aim (NULL);
  while ((event = anc_lambda_api_next (self->api, &error)) != NULL) {
    if (!handle (self, event))
      return;
  }
  anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_FATAL, "%s. Ending.",
                         error->message);
}

int
anc_lambda_run (const AncLambdaFunction *function, gpointer data)
{
  /* Threads and signals use it until the process ends: never freed. */
  Runtime *self = g_new0 (Runtime, 1);
  g_autoptr (GError) error = NULL;

  self->function = function;
  self->data = data;
  if (!start (self, &error))
    anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_FATAL, "%s",
                           error->message);
  else if (initialise (self))
    loop (self);
  return EXIT_FAILURE;
}
