/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-runtime-api.h"

/* One execution environment of a function: a process, started at the first
 * invocation and again after it ended, and its Runtime API. One invocation at a
 * time. */
typedef struct _AncSandbox AncSandbox;

/* Copied. NULL and 0 mean the default. */
typedef struct {
  const gchar *name;           /* "function" */
  const gchar *handler;        /* _HANDLER; "bootstrap" */
  const gchar *const *command; /* of the bootstrap; NULL: somebody starts it
                                  elsewhere, with the port below */
  guint runtime_port;          /* of the Runtime API; 0: any */
  guint timeout_ms;            /* 3000, as Lambda's */
  guint memory_mb;             /* what the function is told; 128 */
  gboolean quiet;              /* what the function logs is not passed on */
  AncFaults *faults;           /* borrowed; NULL: none */
  AncRuntimeObserver observer; /* or NULL */
  gpointer observer_data;
} AncSandboxOptions;

/* Starts nothing yet, but with `command` NULL listens. */
AncSandbox *anc_sandbox_new (const AncSandboxOptions *options, GError **error);
/* Ends the process as Lambda does: SIGTERM and half a second if it registered an
 * extension, then SIGKILL. */
void anc_sandbox_free (AncSandbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncSandbox, anc_sandbox_free)

const gchar *anc_sandbox_name (const AncSandbox *self);
const gchar *anc_sandbox_arn (const AncSandbox *self);
/* 0: there is none now. */
GPid anc_sandbox_pid (AncSandbox *self);
/* While somebody else starts the process: where it has to connect. */
guint anc_sandbox_runtime_port (AncSandbox *self);

/* Waits for what comes of it, which is then in `invocation`; from any thread.
 * FALSE: it is at another one. */
gboolean anc_sandbox_invoke (AncSandbox *self, AncInvocation *invocation);
