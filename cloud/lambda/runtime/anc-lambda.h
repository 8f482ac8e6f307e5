/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-context.h"

/* A function of AWS Lambda in C: three callbacks and anc_lambda_run ().
 *
 *   static gboolean
 *   handle (AncLambdaContext *context, gpointer data, GError **error)
 *   {
 *     anc_lambda_context_reply_bytes (
 *         context, anc_lambda_context_get_event (context), NULL);
 *     return TRUE;
 *   }
 *
 *   int
 *   main (void)
 *   {
 *     static const AncLambdaFunction echo = { .handle = handle };
 *
 *     return anc_lambda_run (&echo, NULL);
 *   }
 *
 * Whatever a handler does, one answer goes out: its reply, or its error, or the
 * report that it crashed or ran out of time. */

/* Answers one event. TRUE: the reply in the context is sent, `null` if there is
 * none. FALSE with an error (see anc_lambda_set_error ()): that is. The process
 * lives on either way. */
typedef gboolean (*AncLambdaHandler) (AncLambdaContext *context, gpointer data,
                                      GError **error);

typedef struct {
  /* Once, before the first event, with the whole processor and at most 10 s:
   * what is the same for all events belongs here. FALSE ends the process with
   * the error reported. NULL: nothing to do. */
  gboolean (*init) (gpointer data, GError **error);
  AncLambdaHandler handle;
  /* Once, when Lambda ends the process: at most 300 ms, in a thread of its own
   * while a handler may be at work. Not called after a crash. NULL: nothing. */
  void (*shutdown) (gpointer data);
} AncLambdaFunction;

/* Does not return while Lambda has events. The result is for main (): what went
 * wrong is in the log by then. Once in a process. What GLib's functions log
 * (g_message () and its like) goes into the same structured log. */
int anc_lambda_run (const AncLambdaFunction *function, gpointer data);
