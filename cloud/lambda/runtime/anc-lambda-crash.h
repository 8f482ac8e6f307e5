/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-wire.h"

/* A crash in a handler is reported like any other error: when the process gets
 * SIGSEGV, SIGABRT, SIGBUS, SIGFPE or SIGILL it writes a report that was made
 * beforehand into a new socket, and where it happened into the log, and then
 * dies of the signal. All of that without memory, locks or stdio.
 *
 * A signal handler has no argument of its own: this is the one place of the
 * runtime with state in the process. */

/* Borrows `wire` for the rest of the process. */
void anc_lambda_crash_install (const AncLambdaWire *wire);

/* Where a report would go from here on: the error of event `request_id`, that of
 * the init phase (""), or nowhere (NULL). */
void anc_lambda_crash_aim (const gchar *request_id);
