/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-http-request.h"
#include "anc-invocation.h"
#include "anc-reply.h"

/* What the Runtime API knows of one process, in the states and with the answers
 * of AWS's own emulator (aws-lambda-runtime-interface-emulator, lambda/core and
 * lambda/rapi): calls come from the threads of connections, invocations from the
 * thread that owns the process. */
typedef struct _AncRuntimeState AncRuntimeState;

/* What a response may hold: 6 MiB and 100 bytes; streamed, 20 MiB. */
#define ANC_RESPONSE_MAX 6291556
#define ANC_STREAM_MAX 20971520

typedef struct {
  const gchar *name;
  const gchar *version;
  const gchar *handler;
  const gchar *arn;
} AncFunctionNames;

/* Borrows the names. */
AncRuntimeState *anc_runtime_state_new (const AncFunctionNames *names);
void anc_runtime_state_free (AncRuntimeState *self);

/* --- the calls; those that wait come back when the process has ended --- */

AncReply *anc_runtime_state_next (AncRuntimeState *self);
/* As soon as the head of an answer is there; `well`: a response, else an error.
 * NULL: it is one that is waited for, and ends by one of the two below, also if
 * it is not whole. */
AncReply *anc_runtime_state_begin_answer (AncRuntimeState *self,
                                          const gchar *id, gboolean well);
AncReply *anc_runtime_state_response (AncRuntimeState *self,
                                      const AncHttpRequest *request);
AncReply *anc_runtime_state_error (AncRuntimeState *self,
                                   const AncHttpRequest *request);
AncReply *anc_runtime_state_init_error (AncRuntimeState *self,
                                        const AncHttpRequest *request);
/* In anc-runtime-extensions.c */
AncReply *anc_runtime_state_register (AncRuntimeState *self,
                                      const AncHttpRequest *request);
AncReply *anc_runtime_state_event_next (AncRuntimeState *self,
                                        const AncHttpRequest *request);

/* --- the owner --- */

typedef enum {
  ANC_RUNTIME_DONE,
  ANC_RUNTIME_FAILED, /* its init phase said so */
  ANC_RUNTIME_ENDED,
  ANC_RUNTIME_LATE,
} AncRuntimeOutcome;

/* Until the runtime asks for its first event, and all extensions for theirs.
 * `end`: monotonic. What it says of a failure goes into `invocation`. */
AncRuntimeOutcome anc_runtime_state_wait_ready (AncRuntimeState *self,
                                                AncInvocation *invocation,
                                                gint64 end);
/* Hands it out, and waits until the runtime asks for the next one. The
 * invocation is the caller's again afterwards: a late answer is refused. */
AncRuntimeOutcome anc_runtime_state_invoke (AncRuntimeState *self,
                                            AncInvocation *invocation,
                                            gint64 end);
/* The process is gone, or about to be: whoever waits comes back. */
void anc_runtime_state_end (AncRuntimeState *self);
gboolean anc_runtime_state_has_ended (AncRuntimeState *self);
/* Whether it is told by SIGTERM before it is ended. */
gboolean anc_runtime_state_has_extensions (AncRuntimeState *self);
