/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-context-private.h"

#include "anc-lambda-json.h"
#include "anc-lambda-stream-private.h"

#include <string.h>

/* --- what came with the event --- */

/* A field that holds JSON; NULL if there is none. What cannot be read is as good
 * as absent to a handler, and somebody's mistake. */
static JsonObject *
parse_field (AncLambdaContext *self, const gchar *text, const gchar *what)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  if (text == NULL)
    return NULL;
  object = anc_lambda_json_parse (text, strlen (text), what, &error);
  if (object == NULL)
    anc_lambda_log_write (self->services->log, ANC_LAMBDA_LEVEL_WARN, NULL,
                          error->message);
  return object;
}

static const gchar *
string_member (JsonObject *object, const gchar *name)
{
  JsonNode *node
      = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static JsonObject *
object_member (JsonObject *object, const gchar *name)
{
  JsonNode *node
      = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_node_get_object (node)
             : NULL;
}

AncLambdaContext *
anc_lambda_context_new (const AncLambdaServices *services,
                        AncLambdaEvent *event, gboolean cold_start)
{
  AncLambdaContext *self = g_new0 (AncLambdaContext, 1);
  g_autoptr (JsonObject) identity = NULL;

  self->services = services;
  self->event = event;
  self->cold_start = cold_start;
  self->cancellable = g_cancellable_new ();
  self->client_context
      = parse_field (self, event->client_context, "The client context");
  identity
      = parse_field (self, event->cognito_identity, "The Cognito identity");
  self->identity_id = g_strdup (string_member (identity, "cognitoIdentityId"));
  self->identity_pool_id
      = g_strdup (string_member (identity, "cognitoIdentityPoolId"));
  return self;
}

void
anc_lambda_context_free (AncLambdaContext *self)
{
  if (self == NULL)
    return;
  anc_lambda_event_free (self->event);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->object, json_object_unref);
  g_clear_pointer (&self->client_context, json_object_unref);
  g_free (self->identity_id);
  g_free (self->identity_pool_id);
  g_clear_pointer (&self->reply, g_bytes_unref);
  g_free (self->reply_type);
  anc_lambda_stream_free (self->stream);
  g_free (self);
}

GBytes *
anc_lambda_context_get_event (const AncLambdaContext *self)
{
  return self->event->body;
}

const gchar *
anc_lambda_context_get_content_type (const AncLambdaContext *self)
{
  return self->event->content_type;
}

/* Where callers and services of AWS put the name under which they know an event;
 * the caller's own comes first. */
static const gchar *
find_correlation_id (JsonObject *event)
{
  JsonObject *headers = object_member (event, "headers");
  JsonObject *request = object_member (event, "requestContext");
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;

  if (headers != NULL) {
    json_object_iter_init (&iter, headers);
    while (json_object_iter_next (&iter, &name, &node)) {
      if (g_ascii_strcasecmp (name, "x-correlation-id") == 0)
        return string_member (headers, name);
    }
  }
  if (string_member (request, "requestId") != NULL)
    return string_member (request, "requestId");
  /* EventBridge */
  return string_member (event, "detail-type") != NULL
             ? string_member (event, "id")
             : NULL;
}

JsonObject *
anc_lambda_context_get_object (AncLambdaContext *self, GError **error)
{
  const gchar *id;
  gsize size;
  const gchar *text;

  if (self->object != NULL)
    return self->object;
  text = g_bytes_get_data (self->event->body, &size);
  self->object = anc_lambda_json_parse (text, size, "The event", error);
  id = self->object != NULL ? find_correlation_id (self->object) : NULL;
  if (id != NULL)
    anc_lambda_log_set_correlation_id (self->services->log, id);
  return self->object;
}

const gchar *
anc_lambda_context_get_request_id (const AncLambdaContext *self)
{
  return self->event->id;
}

const gchar *
anc_lambda_context_get_function_arn (const AncLambdaContext *self)
{
  return self->event->function_arn;
}

const gchar *
anc_lambda_context_get_trace_id (const AncLambdaContext *self)
{
  return self->event->trace_id;
}

const gchar *
anc_lambda_context_get_tenant_id (const AncLambdaContext *self)
{
  return self->event->tenant_id;
}

const gchar *
anc_lambda_context_get_cognito_identity_id (const AncLambdaContext *self)
{
  return self->identity_id;
}

const gchar *
anc_lambda_context_get_cognito_pool_id (const AncLambdaContext *self)
{
  return self->identity_pool_id;
}

JsonObject *
anc_lambda_context_get_client_context (const AncLambdaContext *self)
{
  return self->client_context;
}

gboolean
anc_lambda_context_is_cold_start (const AncLambdaContext *self)
{
  return self->cold_start;
}

/* --- time --- */

gint64
anc_lambda_context_get_deadline (const AncLambdaContext *self)
{
  return self->event->deadline;
}

gint64
anc_lambda_context_get_remaining_ms (const AncLambdaContext *self)
{
  return MAX (self->event->deadline - g_get_real_time (), 0) / 1000;
}

GCancellable *
anc_lambda_context_get_cancellable (const AncLambdaContext *self)
{
  return self->cancellable;
}

/* --- the answer --- */

/* Fit for a field of HTTP. */
static gboolean
is_value (const gchar *text)
{
  for (; *text != '\0'; text++) {
    if (g_ascii_iscntrl (*text))
      return FALSE;
  }
  return TRUE;
}

void
anc_lambda_context_reply_bytes (AncLambdaContext *self, GBytes *body,
                                const gchar *content_type)
{
  if (content_type != NULL && !is_value (content_type)) {
    anc_lambda_log_write (self->services->log, ANC_LAMBDA_LEVEL_WARN, NULL,
                          "The content type of a reply holds control "
                          "characters: application/octet-stream is sent.");
    content_type = "application/octet-stream";
  }
  g_bytes_ref (body);
  g_clear_pointer (&self->reply, g_bytes_unref);
  self->reply = body;
  g_free (self->reply_type);
  self->reply_type = g_strdup (content_type);
}

void
anc_lambda_context_reply_json (AncLambdaContext *self, JsonNode *node)
{
  gchar *text = json_to_string (node, FALSE);
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));

  anc_lambda_context_reply_bytes (self, body, NULL);
}

AncLambdaStream *
anc_lambda_context_open_stream (AncLambdaContext *self,
                                const gchar *content_type, GError **error)
{
  AncLambdaStream *stream;

  if (self->stream != NULL) {
    anc_lambda_set_error (error, "Function.StreamOpen",
                          "The response of this event is already a stream.");
    return NULL;
  }
  if (!is_value (content_type)) {
    anc_lambda_set_error (error, "Function.InvalidContentType",
                          "A content type cannot hold control characters.");
    return NULL;
  }
  stream = anc_lambda_stream_open (self->services->wire, self->event->id,
                                   content_type, error);
  g_atomic_pointer_set (&self->stream, stream);
  return stream;
}

static JsonNode *
make_prelude (guint status, JsonObject *headers, const gchar *const *cookies)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *prelude = json_object_new ();

  json_object_set_int_member (prelude, "statusCode", status);
  if (headers != NULL)
    json_object_set_object_member (prelude, "headers",
                                   json_object_ref (headers));
  if (cookies != NULL) {
    JsonArray *array = json_array_new ();

    for (; *cookies != NULL; cookies++)
      json_array_add_string_element (array, *cookies);
    json_object_set_array_member (prelude, "cookies", array);
  }
  json_node_take_object (node, prelude);
  return node;
}

AncLambdaStream *
anc_lambda_context_open_http_stream (AncLambdaContext *self, guint status,
                                     JsonObject *headers,
                                     const gchar *const *cookies,
                                     GError **error)
{
  static const gchar separator[8] = { 0 };
  g_autoptr (JsonNode) node = make_prelude (status, headers, cookies);
  GString *prelude;
  gboolean sent;

  if (anc_lambda_context_open_stream (self, ANC_LAMBDA_HTTP_TYPE, error)
      == NULL)
    return NULL;
  prelude = g_string_new (NULL);
  anc_lambda_json_append_node (prelude, node);
  g_string_append_len (prelude, separator, sizeof separator);
  sent = anc_lambda_stream_write (self->stream, prelude->str, prelude->len,
                                  error);
  g_string_free (prelude, TRUE);
  return sent ? self->stream : NULL;
}

/* --- log and metrics --- */

void
anc_lambda_context_log (AncLambdaContext *self, AncLambdaLevel level,
                        const gchar *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  anc_lambda_log_vprintf (self->services->log, level, format, arguments);
  va_end (arguments);
}

void
anc_lambda_context_log_fields (AncLambdaContext *self, AncLambdaLevel level,
                               const gchar *message, JsonObject *fields)
{
  anc_lambda_log_write (self->services->log, level, fields, message);
}

void
anc_lambda_context_set_correlation_id (AncLambdaContext *self, const gchar *id)
{
  anc_lambda_log_set_correlation_id (self->services->log, id);
}

void
anc_lambda_context_add_metric (AncLambdaContext *self, const gchar *name,
                               const gchar *unit, gdouble value)
{
  anc_lambda_metrics_add (self->services->metrics, name, unit, value);
}

void
anc_lambda_context_add_dimension (AncLambdaContext *self, const gchar *name,
                                  const gchar *value)
{
  anc_lambda_metrics_add_dimension (self->services->metrics, name, value);
}
