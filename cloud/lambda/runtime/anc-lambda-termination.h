/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-log-private.h"
#include "anc-lambda-wire.h"

/* Lambda announces the end of a process, by SIGTERM and half a second before the
 * SIGKILL, only where there is an extension: so the runtime registers as one that
 * wants no events. Refused, that costs only the announcement; FALSE: nobody
 * knows whether it was, and the process has to begin anew.
 *
 * To be called before there are other threads: SIGTERM is blocked in all that
 * come after (and in child processes), and waited for in one of its own. There `shutdown` (may be NULL)
 * runs once, for 300 ms at most; then the process exits with 0. All arguments are
 * borrowed for the rest of the process. */
gboolean anc_lambda_termination_install (const AncLambdaWire *wire,
                                         AncLambdaLog *log,
                                         void (*shutdown) (gpointer data),
                                         gpointer data, GError **error);
