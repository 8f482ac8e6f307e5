/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* One invocation, from what the caller gives to what comes of it. Strings may be
 * NULL. */
typedef struct {
  /* given */
  GBytes *payload;
  gchar *content_type;
  gchar *client_context; /* JSON */
  gchar *trace_id;
  gchar *tenant_id;
  gchar *identity_id; /* of Amazon Cognito */
  gchar *identity_pool_id;
  /* made by the sandbox */
  gchar *id;
  gint64 deadline; /* microseconds since 1970 */
  /* what came of it */
  gboolean answered;
  GBytes *answer; /* of the error too, as a rule in JSON */
  gchar *answer_type;
  gboolean streamed;
  gchar *error_type;  /* NULL: it went well */
  gchar *error_cause; /* for X-Ray, in JSON */
  gchar *log;         /* the end of what the function wrote meanwhile */
  gboolean cold_start;
  /* microseconds, monotonic; 0: did not come to it */
  gint64 init_begun; /* the process was started, for this one */
  gint64 init_done;  /* its first `next` */
  gint64 handed;     /* the event is on its way */
  gint64 answered_at;
  gint64 done; /* `next` came again */
} AncInvocation;

/* Takes a reference to the payload. */
AncInvocation *anc_invocation_new (GBytes *payload);
void anc_invocation_free (AncInvocation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncInvocation, anc_invocation_free)

/* Fails it in the words of the service: {"errorType":...,"errorMessage":...}. */
void anc_invocation_fail (AncInvocation *self, const gchar *type,
                          const gchar *format, ...) G_GNUC_PRINTF (3, 4);
