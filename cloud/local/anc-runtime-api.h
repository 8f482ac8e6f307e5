/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-faults.h"
#include "anc-runtime-state.h"

/* The Runtime API and the Extensions API of Lambda for one process, on a
 * loopback port of its own, as strict as AWS's: what breaks a rule is refused in
 * AWS's words. A thread for each connection. */
typedef struct _AncRuntimeApi AncRuntimeApi;

/* One call in a line of JSON, with all that was sent: for tests and for whoever
 * writes a runtime. Called from several threads. */
typedef void (*AncRuntimeObserver) (const gchar *line, gpointer data);

/* `port` 0: any free one. `faults` and `observer` may be NULL. All are
 * borrowed. */
AncRuntimeApi *anc_runtime_api_new (guint port, AncRuntimeState *state,
                                    AncFaults *faults,
                                    AncRuntimeObserver observer, gpointer data,
                                    GError **error);
/* Ends the state, closes all connections and waits for their threads. */
void anc_runtime_api_free (AncRuntimeApi *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncRuntimeApi, anc_runtime_api_free)

guint anc_runtime_api_port (const AncRuntimeApi *self);
