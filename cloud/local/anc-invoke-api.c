/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-invoke-api.h"

#include "anc-json-text.h"

#include <libsoup/soup.h>
#include <string.h>

#define PATH "/2015-03-31/functions/"
#define PAYLOAD_MAX 6291456
/* Lambda's, of X-Amz-Client-Context. */
#define CLIENT_CONTEXT_MAX 3583

struct _AncInvokeApi {
  SoupServer *server;
  AncSandbox *sandbox;
  guint port;
  guint running; /* invocations */
};

/* --- answers --- */

static void
send (SoupServerMessage *message, guint status, const gchar *type, GBytes *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_set_content_type (
      soup_server_message_get_response_headers (message), type, NULL);
  soup_message_body_append_bytes (
      soup_server_message_get_response_body (message), body);
}

static void
set_field (SoupServerMessage *message, const gchar *name, const gchar *value)
{
  if (value != NULL)
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message), name, value);
}

static gboolean
refuse (SoupServerMessage *message, guint status, const gchar *type,
        const gchar *format, ...)
{
  g_autoptr (AncReply) reply = NULL;
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  reply = anc_reply_new_error (status, type, "%s", text);
  set_field (message, "x-amzn-ErrorType", type);
  send (message, status, "application/json", reply->body);
  return FALSE;
}

/* A function URL's prelude and an error's JSON arrive as they are. */
static void
send_result (SoupServerMessage *message, const AncInvocation *invocation)
{
  SoupMessageHeaders *asked = soup_server_message_get_request_headers (message);
  const gchar *log = soup_message_headers_get_one (asked, "X-Amz-Log-Type");

  set_field (message, "x-amzn-RequestId", invocation->id);
  set_field (message, "X-Amzn-Trace-Id", invocation->trace_id);
  set_field (message, "X-Amz-Executed-Version", "$LATEST");
  set_field (message, "X-Amz-Function-Error",
             invocation->error_type != NULL ? "Unhandled" : NULL);
  /* As the service keeps it, which tells nobody. */
  set_field (message, "X-Anc-Error-Type", invocation->error_type);
  if (log != NULL && g_ascii_strcasecmp (log, "Tail") == 0
      && invocation->log != NULL) {
    g_autofree gchar *encoded = g_base64_encode (
        (const guchar *) invocation->log, strlen (invocation->log));

    set_field (message, "X-Amz-Log-Result", encoded);
  }
  send (message, 200,
        invocation->answer_type != NULL && *invocation->answer_type != '\0'
            ? invocation->answer_type
            : "application/json",
        invocation->answer);
}

/* --- an invocation --- */

/* Lives until it has run and its answer is out, or nobody waits for that. */
typedef struct {
  AncInvokeApi *api;
  SoupServerMessage *message;
  AncInvocation *invocation;
  gboolean at_it; /* it is not taken, where FALSE */
  gboolean ran;
  gboolean over; /* the exchange */
} Call;

static void
release (Call *call)
{
  if (!call->ran || !call->over)
    return;
  call->api->running--;
  g_object_unref (call->message);
  anc_invocation_free (call->invocation);
  g_free (call);
}

static void
on_finished (SoupServerMessage *message, gpointer data)
{
  Call *call = data;

  call->over = TRUE;
  release (call);
}

static void
invoke (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Call *call = data;

  call->at_it = anc_sandbox_invoke (call->api->sandbox, call->invocation);
  g_task_return_boolean (task, TRUE);
}

static void
on_invoked (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;

  call->ran = TRUE;
  if (call->over) {
    release (call);
    return;
  }
  if (call->at_it)
    send_result (call->message, call->invocation);
  else
    refuse (call->message, 429, "TooManyRequestsException",
            "The function is at another event, and there is one of it here.");
  soup_server_message_unpause (call->message);
}

static gchar *
field (SoupMessageHeaders *headers, const gchar *name)
{
  return g_strdup (soup_message_headers_get_one (headers, name));
}

static gboolean
decode_client_context (SoupServerMessage *message, AncInvocation *invocation)
{
  const gchar *given = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message),
      "X-Amz-Client-Context");
  g_autofree guchar *text = NULL;
  g_autoptr (JsonObject) object = NULL;
  gsize size;

  if (given == NULL)
    return TRUE;
  if (strlen (given) > CLIENT_CONTEXT_MAX)
    return refuse (message, 400, "InvalidRequestContentException",
                   "X-Amz-Client-Context: more than %d bytes",
                   CLIENT_CONTEXT_MAX);
  text = g_base64_decode (given, &size);
  object = anc_json_text_parse ((const gchar *) text, size);
  if (object == NULL || memchr (text, '\n', size) != NULL
      || memchr (text, '\r', size) != NULL)
    return refuse (message, 400, "InvalidRequestContentException",
                   "X-Amz-Client-Context: not one JSON object on one line in "
                   "base64");
  invocation->client_context = g_strndup ((const gchar *) text, size);
  return TRUE;
}

/* `name`, `name:$LATEST` or the ARN. */
static gboolean
is_ours (AncInvokeApi *self, const gchar *path)
{
  g_autofree gchar *name = NULL;

  if (!g_str_has_prefix (path, PATH)
      || !g_str_has_suffix (path, "/invocations"))
    return FALSE;
  path += strlen (PATH);
  name = g_strndup (path, strlen (path) - strlen ("/invocations"));
  if (g_str_has_suffix (name, ":$LATEST"))
    name[strlen (name) - strlen (":$LATEST")] = '\0';
  return g_str_equal (name, anc_sandbox_name (self->sandbox))
         || g_str_equal (name, anc_sandbox_arn (self->sandbox));
}

static gboolean
check (AncInvokeApi *self, SoupServerMessage *message, const gchar *path,
       GBytes *payload)
{
  SoupMessageHeaders *headers
      = soup_server_message_get_request_headers (message);
  const gchar *type
      = soup_message_headers_get_one (headers, "X-Amz-Invocation-Type");

  if (!is_ours (self, path))
    return refuse (message, 404, "ResourceNotFoundException",
                   "Function not found: %s; here is %s", path,
                   anc_sandbox_arn (self->sandbox));
  if (!g_str_equal (soup_server_message_get_method (message), "POST"))
    return refuse (message, 405, "MethodNotAllowed", "Invoke is a POST");
  if (type != NULL && g_str_equal (type, "Event"))
    return refuse (message, 400, "InvalidParameterValueException",
                   "X-Amz-Invocation-Type: Event is not for this local "
                   "function, only RequestResponse and DryRun");
  if (g_bytes_get_size (payload) > PAYLOAD_MAX)
    return refuse (message, 413, "RequestTooLargeException",
                   "Request must be smaller than %d bytes for the "
                   "InvokeFunction operation",
                   PAYLOAD_MAX);
  if (g_bytes_get_size (payload) > 0 && !anc_json_text_is_valid (payload))
    return refuse (message, 400, "InvalidRequestContentException",
                   "Could not parse request body into json");
  if (type != NULL && g_str_equal (type, "DryRun")) {
    soup_server_message_set_status (message, 204, NULL);
    return FALSE;
  }
  return TRUE;
}

/* Lambda gives each a trace of its own. */
static gchar *
new_trace_id (void)
{
  return g_strdup_printf ("Root=1-%08x-%08x%08x%08x;Sampled=0",
                          (guint) (g_get_real_time () / G_USEC_PER_SEC),
                          g_random_int (), g_random_int (), g_random_int ());
}

static AncInvocation *
make_invocation (SoupServerMessage *message, GBytes *payload)
{
  SoupMessageHeaders *headers
      = soup_server_message_get_request_headers (message);
  g_autoptr (AncInvocation) invocation = NULL;
  g_autoptr (GBytes) nothing = g_bytes_new_static ("{}", 2);

  invocation
      = anc_invocation_new (g_bytes_get_size (payload) > 0 ? payload : nothing);
  invocation->trace_id = field (headers, "X-Amzn-Trace-Id");
  invocation->tenant_id = field (headers, "X-Amz-Tenant-Id");
  invocation->identity_id = field (headers, "X-Anc-Cognito-Identity-Id");
  invocation->identity_pool_id
      = field (headers, "X-Anc-Cognito-Identity-Pool-Id");
  if (invocation->trace_id == NULL)
    invocation->trace_id = new_trace_id ();
  return decode_client_context (message, invocation)
             ? g_steal_pointer (&invocation)
             : NULL;
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const gchar *path,
            GHashTable *query, gpointer data)
{
  AncInvokeApi *self = data;
  g_autoptr (GBytes) payload = soup_message_body_flatten (
      soup_server_message_get_request_body (message));
  AncInvocation *invocation;
  g_autoptr (GTask) task = NULL;
  Call *call;

  if (!check (self, message, path, payload)
      || (invocation = make_invocation (message, payload)) == NULL)
    return;
  call = g_new0 (Call, 1);
  call->api = self;
  call->message = g_object_ref (message);
  call->invocation = invocation;
  self->running++;
  soup_server_message_pause (message);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), call);
  task = g_task_new (NULL, NULL, on_invoked, call);
  g_task_set_task_data (task, call, NULL);
  g_task_run_in_thread (task, invoke);
}

/* --- --- */

AncInvokeApi *
anc_invoke_api_new (guint port, AncSandbox *sandbox, GError **error)
{
  g_autoptr (AncInvokeApi) self = g_new0 (AncInvokeApi, 1);
  GSList *uris;

  self->sandbox = sandbox;
  self->server = soup_server_new ("server-header", "anc-cloud", NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  if (!soup_server_listen_local (self->server, port,
                                 SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return NULL;
  uris = soup_server_get_uris (self->server);
  self->port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return g_steal_pointer (&self);
}

void
anc_invoke_api_free (AncInvokeApi *self)
{
  if (self == NULL)
    return;
  while (self->running > 0)
    g_main_context_iteration (NULL, TRUE);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_free (self);
}

guint
anc_invoke_api_port (const AncInvokeApi *self)
{
  return self->port;
}
