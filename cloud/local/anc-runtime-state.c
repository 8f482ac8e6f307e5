/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-runtime-state-private.h"

#include "anc-json-text.h"

#include <string.h>

#define CAUSE_MAX 65536

static const gchar *const state_names[]
    = { "Started",  "InitError",     "Ready",
        "Response", "ErrorResponse", "ResponseSent" };

AncRuntimeState *
anc_runtime_state_new (const AncFunctionNames *names)
{
  AncRuntimeState *self = g_new0 (AncRuntimeState, 1);

  self->names = names;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->extensions = anc_runtime_extensions_new ();
  return self;
}

void
anc_runtime_state_free (AncRuntimeState *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->init_error, g_bytes_unref);
  g_free (self->init_error_type);
  g_hash_table_unref (self->extensions);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

static void
set_state (AncRuntimeState *self, State state)
{
  self->state = state;
  g_cond_broadcast (&self->changed);
}

static AncReply *
not_allowed (AncRuntimeState *self, State wanted)
{
  return anc_reply_new_error (
      403, "InvalidStateTransition",
      "State transition from %s to %s failed for runtime. Error: State "
      "transition is not allowed",
      state_names[self->state], state_names[wanted]);
}

/* --- next --- */

static gchar *
identity_of (const AncInvocation *invocation)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  if (invocation->identity_id == NULL && invocation->identity_pool_id == NULL)
    return NULL;
  if (invocation->identity_id != NULL)
    json_object_set_string_member (object, "cognitoIdentityId",
                                   invocation->identity_id);
  if (invocation->identity_pool_id != NULL)
    json_object_set_string_member (object, "cognitoIdentityPoolId",
                                   invocation->identity_pool_id);
  return json_to_string (node, FALSE);
}

static AncReply *
render_event (AncRuntimeState *self)
{
  const AncInvocation *invocation = self->current;
  g_autofree gchar *deadline
      = g_strdup_printf ("%" G_GINT64_FORMAT, invocation->deadline / 1000);
  g_autofree gchar *identity = identity_of (invocation);
  AncReply *reply = anc_reply_new (200,
                                   invocation->content_type != NULL
                                       ? invocation->content_type
                                       : "application/json",
                                   invocation->payload);
  const gchar *const fields[][2] = {
    { "Aws-Request-Id", invocation->id },
    { "Trace-Id", invocation->trace_id },
    { "Client-Context", invocation->client_context },
    { "Cognito-Identity", identity },
    { "Invoked-Function-Arn", self->names->arn },
    { "Deadline-Ms", deadline },
    { "Aws-Tenant-Id", invocation->tenant_id },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autofree gchar *name
        = g_strconcat ("Lambda-Runtime-", fields[i][0], NULL);

    anc_reply_add_field (reply, name, fields[i][1]);
  }
  return reply;
}

/* What waits longer than the process lives has nobody to answer to. */
static AncReply *
gone (void)
{
  return anc_reply_new_error (500, "InternalServerError",
                              "Internal Server Error");
}

static AncReply *
wait_for_event (AncRuntimeState *self)
{
  /* `next` again with an event at hand brings the same: the answer was lost. */
  while (!self->ended && self->current == NULL)
    g_cond_wait (&self->changed, &self->lock);
  if (self->ended)
    return gone ();
  self->asked = FALSE;
  if (self->current->handed == 0)
    self->current->handed = g_get_monotonic_time ();
  return render_event (self);
}

AncReply *
anc_runtime_state_next (AncRuntimeState *self)
{
  AncReply *reply;

  g_mutex_lock (&self->lock);
  if (self->state == STATE_INIT_ERROR || self->state == STATE_RESPONSE
      || self->state == STATE_ERROR_RESPONSE)
    reply = not_allowed (self, STATE_READY);
  else {
    if (self->state == STATE_RESPONSE_SENT)
      self->current = NULL;
    self->asked = TRUE;
    set_state (self, STATE_READY);
    reply = wait_for_event (self);
  }
  g_mutex_unlock (&self->lock);
  return reply;
}

/* --- answers --- */

AncReply *
anc_runtime_state_begin_answer (AncRuntimeState *self, const gchar *id,
                                gboolean well)
{
  State wanted = well ? STATE_RESPONSE : STATE_ERROR_RESPONSE;
  AncReply *reply = NULL;

  g_mutex_lock (&self->lock);
  if (self->current == NULL || !g_str_equal (self->current->id, id))
    reply = anc_reply_new_error (400, "InvalidRequestID", "Invalid request ID");
  else if (self->state != STATE_READY || self->current->handed == 0)
    reply = not_allowed (self, wanted);
  else
    set_state (self, wanted);
  g_mutex_unlock (&self->lock);
  return reply;
}

/* Its time ran out while the answer was on its way. */
static AncReply *
too_late (AncRuntimeState *self)
{
  set_state (self, STATE_RESPONSE_SENT);
  return anc_reply_new_error (400, "InvalidRequestID", "Invalid request ID");
}

static void
finish (AncRuntimeState *self, GBytes *answer, const gchar *type)
{
  AncInvocation *invocation = self->current;

  g_clear_pointer (&invocation->answer, g_bytes_unref);
  invocation->answer = g_bytes_ref (answer);
  g_free (invocation->answer_type);
  invocation->answer_type = g_strdup (type);
  invocation->answered = TRUE;
  invocation->answered_at = g_get_monotonic_time ();
  set_state (self, STATE_RESPONSE_SENT);
}

/* (Runtime|Function)\.[A-Z][a-zA-Z]+ is kept. */
static gchar *
error_type (const gchar *given)
{
  if (g_regex_match_simple ("(Runtime|Function)\\.[A-Z][a-zA-Z]+", given, 0, 0))
    return g_strdup (given);
  return g_strdup (g_str_has_prefix (given, "Function.") ? "Function.Unknown"
                                                         : "Runtime.Unknown");
}

/* An error in the middle of a stream comes behind it. */
static void
finish_stream (AncRuntimeState *self, const AncHttpRequest *request)
{
  const AncWsHead *trailers = request->trailers;
  const gchar *type
      = trailers != NULL
            ? anc_ws_head_get (trailers, "Lambda-Runtime-Function-Error-Type")
            : NULL;
  const gchar *body
      = trailers != NULL
            ? anc_ws_head_get (trailers, "Lambda-Runtime-Function-Error-Body")
            : NULL;
  g_autoptr (GBytes) decoded = NULL;

  self->current->streamed = TRUE;
  if (type == NULL) {
    finish (self, request->body,
            anc_http_request_field (request, "Content-Type"));
    return;
  }
  self->current->error_type = error_type (type);
  if (body != NULL) {
    gsize size;
    guchar *data = g_base64_decode (body, &size);

    decoded = g_bytes_new_take (data, size);
  } else {
    decoded = g_bytes_new_static ("", 0);
  }
  finish (self, decoded, "application/json");
}

static AncReply *
take_response (AncRuntimeState *self, const AncHttpRequest *request)
{
  const gchar *mode = anc_http_request_field (
      request, "Lambda-Runtime-Function-Response-Mode");
  gboolean streaming = g_str_equal (mode, "streaming");
  gsize size = g_bytes_get_size (request->body);

  if (!streaming && *mode != '\0') {
    anc_invocation_fail (self->current, "Runtime.InvalidResponseModeHeader",
                         "There is no response mode \"%s\"", mode);
    return anc_reply_new_error (400, "InvalidFunctionResponseMode",
                                "Invalid function response mode");
  }
  if (!request->whole) {
    anc_invocation_fail (self->current, "Runtime.TruncatedResponse",
                         "The response broke off");
    set_state (self, STATE_RESPONSE_SENT);
    return anc_reply_new_error (400, "TruncatedHTTPRequest",
                                "HTTP request detected as truncated");
  }
  if (size > (streaming ? ANC_STREAM_MAX : ANC_RESPONSE_MAX)) {
    anc_invocation_fail (self->current, "Function.ResponseSizeTooLarge",
                         "Response payload size exceeded maximum allowed "
                         "payload size (%d bytes).",
                         ANC_RESPONSE_MAX);
    set_state (self, STATE_RESPONSE_SENT);
    return anc_reply_new_error (413, "RequestEntityTooLarge",
                                "Exceeded maximum allowed payload size "
                                "(%d bytes).",
                                ANC_RESPONSE_MAX);
  }
  if (streaming)
    finish_stream (self, request);
  else
    finish (self, request->body,
            anc_http_request_field (request, "Content-Type"));
  return anc_reply_new_accepted ();
}

AncReply *
anc_runtime_state_response (AncRuntimeState *self,
                            const AncHttpRequest *request)
{
  AncReply *reply;

  g_mutex_lock (&self->lock);
  reply
      = self->current != NULL ? take_response (self, request) : too_late (self);
  g_mutex_unlock (&self->lock);
  return reply;
}

/* What is not JSON is dropped, and what is too long is cut. */
static gchar *
error_cause (const AncHttpRequest *request)
{
  const gchar *cause = anc_http_request_field (
      request, "Lambda-Runtime-Function-XRay-Error-Cause");
  g_autoptr (JsonObject) object = anc_json_text_parse (cause, strlen (cause));

  return object != NULL ? g_strndup (cause, CAUSE_MAX) : NULL;
}

static AncReply *
take_error (AncRuntimeState *self, const AncHttpRequest *request)
{
  self->current->error_type = error_type (
      anc_http_request_field (request, "Lambda-Runtime-Function-Error-Type"));
  self->current->error_cause = error_cause (request);
  finish (self, request->body,
          anc_http_request_field (request, "Content-Type"));
  return anc_reply_new_accepted ();
}

AncReply *
anc_runtime_state_error (AncRuntimeState *self, const AncHttpRequest *request)
{
  AncReply *reply;

  g_mutex_lock (&self->lock);
  reply = self->current != NULL ? take_error (self, request) : too_late (self);
  g_mutex_unlock (&self->lock);
  return reply;
}

AncReply *
anc_runtime_state_init_error (AncRuntimeState *self,
                              const AncHttpRequest *request)
{
  AncReply *reply;

  g_mutex_lock (&self->lock);
  if (self->state != STATE_STARTED)
    reply = not_allowed (self, STATE_INIT_ERROR);
  else {
    self->init_error = g_bytes_ref (request->body);
    self->init_error_type = error_type (
        anc_http_request_field (request, "Lambda-Runtime-Function-Error-Type"));
    set_state (self, STATE_INIT_ERROR);
    reply = anc_reply_new_accepted ();
  }
  g_mutex_unlock (&self->lock);
  return reply;
}

/* --- the owner --- */

/* With the lock held, until `end`; FALSE: it has come. */
static gboolean
wait_until (AncRuntimeState *self, gint64 end)
{
  return g_cond_wait_until (&self->changed, &self->lock, end);
}

AncRuntimeOutcome
anc_runtime_state_wait_ready (AncRuntimeState *self, AncInvocation *invocation,
                              gint64 end)
{
  AncRuntimeOutcome outcome = ANC_RUNTIME_DONE;

  g_mutex_lock (&self->lock);
  while (!self->ended && self->state != STATE_INIT_ERROR
         && !(self->asked && anc_runtime_state_extensions_ready (self))
         && outcome == ANC_RUNTIME_DONE) {
    if (!wait_until (self, end))
      outcome = ANC_RUNTIME_LATE;
  }
  if (self->state == STATE_INIT_ERROR) {
    outcome = ANC_RUNTIME_FAILED;
    invocation->answer = g_bytes_ref (self->init_error);
    invocation->error_type = g_strdup (self->init_error_type);
    invocation->answered = TRUE;
  } else if (self->ended) {
    outcome = ANC_RUNTIME_ENDED;
  }
  g_mutex_unlock (&self->lock);
  return outcome;
}

/* Half of an answer is read to its end also when its sender is no more. */
static gboolean
is_answering (AncRuntimeState *self, const AncInvocation *invocation)
{
  return !invocation->answered
         && (self->state == STATE_RESPONSE
             || self->state == STATE_ERROR_RESPONSE);
}

AncRuntimeOutcome
anc_runtime_state_invoke (AncRuntimeState *self, AncInvocation *invocation,
                          gint64 end)
{
  AncRuntimeOutcome outcome = ANC_RUNTIME_DONE;

  g_mutex_lock (&self->lock);
  self->current = invocation;
  g_cond_broadcast (&self->changed);
  /* `next` takes it away again. */
  while ((!self->ended || is_answering (self, invocation))
         && self->current == invocation && outcome == ANC_RUNTIME_DONE) {
    if (!wait_until (self, end))
      outcome = ANC_RUNTIME_LATE;
  }
  if (self->current != invocation)
    outcome = ANC_RUNTIME_DONE;
  else if (self->ended)
    outcome = ANC_RUNTIME_ENDED;
  self->current = NULL;
  invocation->done = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  return outcome;
}

void
anc_runtime_state_end (AncRuntimeState *self)
{
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

gboolean
anc_runtime_state_has_ended (AncRuntimeState *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  return ended;
}

gboolean
anc_runtime_state_has_extensions (AncRuntimeState *self)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = g_hash_table_size (self->extensions) > 0;
  g_mutex_unlock (&self->lock);
  return has;
}
