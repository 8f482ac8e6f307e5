/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client's side of the opening handshake: RFC 6455 section 4.1. */
#include "anc-ws-client.h"

#include "anc-secret.h"
#include "anc-ws-error.h"
#include "anc-ws-head.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* Of one attempt; belongs to its GTask. */
typedef struct {
  GUri *uri;
  guint port;
  gboolean secure;
  gchar *request; /* the head; holds the token */
  gchar *key;
  gchar **subprotocols;
  AncWsTls tls;
  AncWsLimits limits;
  GCancellable *cancellable; /* of all steps */
  GCancellable *outer;       /* the caller's */
  gulong outer_id;
  GSource *timer;
  gboolean timed_out;
  guint timeout;
  GTlsCertificateFlags flaws;
  GIOStream *stream;
  guint status;
  gchar *chosen;
} Attempt;

static void
attempt_free (Attempt *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_cancellable_disconnect (self->outer, self->outer_id);
  g_clear_object (&self->outer);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->uri, g_uri_unref);
  anc_ws_tls_clear (&self->tls);
  anc_secret_free (self->request);
  g_strfreev (self->subprotocols);
  g_free (self->chosen);
  g_free (self->key);
  g_free (self);
}

/* What GUri lets through would end the first line of the request. */
static gboolean
has_blanks (const gchar *text)
{
  for (; *text != '\0'; text++) {
    if (g_ascii_isspace (*text) || g_ascii_iscntrl (*text))
      return TRUE;
  }
  return FALSE;
}

static GUri *
parse_uri (const gchar *text, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GUri) uri
      = text != NULL ? g_uri_parse (
            text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, &cause)
                     : NULL;
  const gchar *fault = NULL;

  if (uri == NULL)
    fault = cause != NULL ? cause->message : "there is none";
  else if (!g_str_equal (g_uri_get_scheme (uri), "ws")
           && !g_str_equal (g_uri_get_scheme (uri), "wss"))
    fault = "it must begin with ws:// or wss://";
  else if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    fault = "it has no host";
  else if (has_blanks (text))
    fault = "it must hold no blanks; write %20";
  else if (g_uri_get_userinfo (uri) != NULL)
    fault = "it must hold no user or password; use token";
  else if (g_uri_get_fragment (uri) != NULL)
    fault = "it must hold no #";
  else
    return g_steal_pointer (&uri);
  /* A password in it must not get into a log. */
  g_set_error (error, ANC_WS_ERROR, ANC_WS_ERROR_SETTINGS,
               "uri: %s; write ws://host:port/path", fault);
  return NULL;
}

gboolean
anc_ws_uri_check (const gchar *text, GError **error)
{
  g_autoptr (GUri) uri = parse_uri (text, error);

  return uri != NULL;
}

static gchar *
make_key (void)
{
  guchar nonce[16];

  if (getrandom (nonce, sizeof nonce, 0) != sizeof nonce)
    g_error ("getrandom: %s", g_strerror (errno));
  return g_base64_encode (nonce, sizeof nonce);
}

static void
append_field (GString *head, const gchar *name, const gchar *value)
{
  g_string_append_printf (head, "%s: %s\r\n", name, value);
}

static gboolean
check_field (const gchar *property, const gchar *name, const gchar *value,
             GError **error)
{
  if (anc_ws_head_token_is_valid (name) && anc_ws_head_value_is_valid (value))
    return TRUE;
  g_set_error (error, ANC_WS_ERROR, ANC_WS_ERROR_SETTINGS,
               "%s: the header field %s holds characters that HTTP forbids; "
               "leave them out",
               property,
               anc_ws_head_token_is_valid (name) ? name : "with a bad name");
  return FALSE;
}

/* Whether all that a person has typed may stand in a head. */
static gboolean
check_request (const AncWsRequest *request, GError **error)
{
  for (guint i = 0;
       request->subprotocols != NULL && request->subprotocols[i] != NULL; i++) {
    if (!anc_ws_head_token_is_valid (request->subprotocols[i])) {
      g_set_error (error, ANC_WS_ERROR, ANC_WS_ERROR_SETTINGS,
                   "subprotocols: each is one word, not \"%s\"",
                   request->subprotocols[i]);
      return FALSE;
    }
  }
  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL;
       i += 2) {
    if (!check_field ("extra-headers", request->headers[i],
                      request->headers[i + 1], error))
      return FALSE;
  }
  return (request->token == NULL
          || check_field ("token", "Authorization", request->token, error))
         && (request->origin == NULL
             || check_field ("origin", "Origin", request->origin, error));
}

static gchar *
host_and_port (const Attempt *self)
{
  const gchar *host = g_uri_get_host (self->uri);
  gboolean v6 = strchr (host, ':') != NULL;

  return g_uri_get_port (self->uri) < 0
             ? g_strdup_printf (v6 ? "[%s]" : "%s", host)
             : g_strdup_printf (v6 ? "[%s]:%u" : "%s:%u", host, self->port);
}

static gchar *
build_head (const Attempt *self, const AncWsRequest *request)
{
  GString *head = g_string_new ("GET ");
  const gchar *path = g_uri_get_path (self->uri);
  const gchar *query = g_uri_get_query (self->uri);
  g_autofree gchar *host = host_and_port (self);
  g_autofree gchar *offered = request->subprotocols != NULL
                                  ? g_strjoinv (", ", request->subprotocols)
                                  : NULL;

  g_string_append_printf (head, "%s%s%s HTTP/1.1\r\n",
                          *path != '\0' ? path : "/", query != NULL ? "?" : "",
                          query != NULL ? query : "");
  append_field (head, "Host", host);
  append_field (head, "Upgrade", "websocket");
  append_field (head, "Connection", "Upgrade");
  append_field (head, "Sec-WebSocket-Version", "13");
  append_field (head, "Sec-WebSocket-Key", self->key);
  if (offered != NULL && *offered != '\0')
    append_field (head, "Sec-WebSocket-Protocol", offered);
  if (request->origin != NULL)
    append_field (head, "Origin", request->origin);
  if (request->token != NULL)
    g_string_append_printf (head, "Authorization: Bearer %s\r\n",
                            request->token);
  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL;
       i += 2)
    append_field (head, request->headers[i], request->headers[i + 1]);
  g_string_append (head, "\r\n");
  return g_string_free (head, FALSE);
}

/* Ends the attempt with the cause in its own words. Takes both. */
static void
fail (GTask *task, GError *error)
{
  g_autoptr (GTask) done = task;
  Attempt *self = g_task_get_task_data (task);
  const gchar *host = g_uri_get_host (self->uri);

  if (g_cancellable_is_cancelled (self->outer)) {
    g_error_free (error);
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "cancelled");
  } else if (self->timed_out) {
    g_error_free (error);
    g_task_return_new_error (
        task, ANC_WS_ERROR, ANC_WS_ERROR_TIMEOUT,
        "%s port %u did not answer within %u ms; is a WebSocket server running "
        "there?",
        host, self->port, self->timeout);
  } else if (self->flaws != 0) {
    g_error_free (error);
    g_task_return_error (task, anc_ws_tls_error (self->flaws, host));
  } else {
    g_task_return_error (
        task, anc_ws_error_from_io (error, host, self->port, self->secure));
  }
}

static gboolean
choose_subprotocol (Attempt *self, const AncWsHead *head, GError **error)
{
  const gchar *chosen = anc_ws_head_get (head, "Sec-WebSocket-Protocol");
  gboolean offered = self->subprotocols != NULL && self->subprotocols[0];

  if (offered ? chosen != NULL
                    && g_strv_contains (
                        (const gchar *const *) self->subprotocols, chosen)
              : chosen == NULL) {
    self->chosen = g_strdup (chosen);
    return TRUE;
  }
  g_set_error (error, ANC_WS_ERROR, ANC_WS_ERROR_SUBPROTOCOL,
               offered ? "%s does not speak the subprotocol %s; use a server "
                         "that does, or protocol=raw"
                       : "%s chose the subprotocol %s, which was not offered; "
                         "set subprotocols",
               g_uri_get_host (self->uri),
               offered ? self->subprotocols[0] : chosen);
  return FALSE;
}

/* The error of an answer other than 101. */
static GError *
refusal (const Attempt *self)
{
  const gchar *host = g_uri_get_host (self->uri);
  g_autofree gchar *offered = NULL;

  if (self->status != 400 || self->subprotocols == NULL
      || self->subprotocols[0] == NULL)
    return anc_ws_error_from_status (self->status, host);
  offered = g_strjoinv (", ", self->subprotocols);
  return g_error_new (ANC_WS_ERROR, ANC_WS_ERROR_SUBPROTOCOL,
                      "%s refused the subprotocol %s (HTTP status 400); use a "
                      "server that speaks it, or protocol=raw with "
                      "subprotocols that this one speaks",
                      host, offered);
}

/* RFC 6455 section 4.1, the numbered list at its end. */
static gboolean
check_answer (Attempt *self, const AncWsHead *head, GError **error)
{
  const gchar *host = g_uri_get_host (self->uri);
  g_autofree gchar *accept = anc_ws_accept_key (self->key);

  self->status
      = (guint) g_ascii_strtoull (anc_ws_head_word (head, 1), NULL, 10);
  if (!g_str_has_prefix (anc_ws_head_word (head, 0), "HTTP/1.")) {
    g_set_error (error, ANC_WS_ERROR, ANC_WS_ERROR_HANDSHAKE,
                 "%s does not speak HTTP at port %u; check the port", host,
                 self->port);
    return FALSE;
  }
  if (self->status != 101) {
    g_propagate_error (error, refusal (self));
    return FALSE;
  }
  if (!anc_ws_head_has (head, "Upgrade", "websocket")
      || !anc_ws_head_has (head, "Connection", "Upgrade")
      || g_strcmp0 (anc_ws_head_get (head, "Sec-WebSocket-Accept"), accept) != 0
      || anc_ws_head_get (head, "Sec-WebSocket-Extensions") != NULL) {
    g_set_error (error, ANC_WS_ERROR, ANC_WS_ERROR_HANDSHAKE,
                 "%s answers the WebSocket handshake wrongly", host);
    return FALSE;
  }
  return choose_subprotocol (self, head, error);
}

static void
on_head (GObject *input, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Attempt *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) rest = NULL;
  g_autoptr (AncWsHead) head = anc_ws_head_read_finish (result, &rest, &error);

  if (head == NULL && error->domain == ANC_WS_ERROR)
    g_prefix_error (&error, "%s port %u ", g_uri_get_host (self->uri),
                    self->port);
  if (head == NULL || !check_answer (self, head, &error)) {
    fail (task, error);
    return;
  }
  g_task_return_pointer (
      task, anc_ws_connection_new (self->stream, TRUE, rest, &self->limits),
      (GDestroyNotify) anc_ws_connection_unref);
  g_object_unref (task);
}

static void
on_written (GObject *output, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Attempt *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (output), result, NULL,
                                         &error)) {
    fail (task, error);
    return;
  }
  anc_ws_head_read_async (g_io_stream_get_input_stream (self->stream),
                          self->cancellable, on_head, task);
}

static void
on_connected (GObject *client, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Attempt *self = g_task_get_task_data (task);
  GError *error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host_finish (
      G_SOCKET_CLIENT (client), result, &error);

  if (connection == NULL) {
    fail (task, error);
    return;
  }
  /* With TLS the connection is a wrapper whose streams cannot be polled. */
  self->stream
      = G_IS_TCP_WRAPPER_CONNECTION (connection)
            ? g_object_ref (g_tcp_wrapper_connection_get_base_io_stream (
                G_TCP_WRAPPER_CONNECTION (connection)))
            : G_IO_STREAM (g_object_ref (connection));
  g_object_unref (connection);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream),
                                   self->request, strlen (self->request),
                                   G_PRIORITY_DEFAULT, self->cancellable,
                                   on_written, task);
}

static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate,
                       GTlsCertificateFlags flaws, gpointer data)
{
  Attempt *self = g_task_get_task_data (G_TASK (data));

  self->flaws = flaws;
  return FALSE;
}

static void
on_event (GSocketClient *client, GSocketClientEvent event,
          GSocketConnectable *connectable, GIOStream *connection, gpointer data)
{
  Attempt *self = g_task_get_task_data (G_TASK (data));

  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING)
    return;
  if (self->tls.database != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (connection),
                                   self->tls.database);
  if (self->tls.certificate != NULL)
    g_tls_connection_set_certificate (G_TLS_CONNECTION (connection),
                                      self->tls.certificate);
  g_signal_connect_object (connection, "accept-certificate",
                           G_CALLBACK (on_accept_certificate), data, 0);
}

static gboolean
on_timeout (gpointer data)
{
  Attempt *self = data;

  self->timed_out = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_outer_cancelled (GCancellable *outer, gpointer data)
{
  g_cancellable_cancel (data);
}

static void
arm (Attempt *self, GCancellable *outer, guint timeout)
{
  self->cancellable = g_cancellable_new ();
  self->timeout = timeout;
  if (outer != NULL) {
    self->outer = g_object_ref (outer);
    self->outer_id = g_cancellable_connect (
        outer, G_CALLBACK (on_outer_cancelled),
        g_object_ref (self->cancellable), g_object_unref);
  }
  if (timeout > 0) {
    self->timer = g_timeout_source_new (timeout);
    g_source_set_callback (self->timer, on_timeout, self, NULL);
    g_source_attach (self->timer, g_main_context_get_thread_default ());
  }
}

static void
start (GTask *task)
{
  Attempt *self = g_task_get_task_data (task);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_tls (client, self->secure);
  g_signal_connect (client, "event", G_CALLBACK (on_event), task);
  g_socket_client_connect_to_host_async (client, g_uri_get_host (self->uri),
                                         (guint16) self->port,
                                         self->cancellable, on_connected, task);
}

void
anc_ws_connect_async (const AncWsRequest *request, const AncWsTls *tls,
                      const AncWsLimits *limits, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  Attempt *self = g_new0 (Attempt, 1);
  GError *error = NULL;

  g_task_set_task_data (task, self, (GDestroyNotify) attempt_free);
  self->uri = parse_uri (request->uri, &error);
  if (self->uri == NULL || !check_request (request, &error)) {
    g_task_return_error (task, error);
    return;
  }
  self->secure = g_str_equal (g_uri_get_scheme (self->uri), "wss");
  self->port = g_uri_get_port (self->uri) > 0
                   ? (guint) g_uri_get_port (self->uri)
                   : (self->secure ? 443 : 80);
  self->limits = *limits;
  self->subprotocols = g_strdupv (request->subprotocols);
  g_set_object (&self->tls.database, tls->database);
  g_set_object (&self->tls.certificate, tls->certificate);
  self->key = make_key ();
  self->request = build_head (self, request);
  arm (self, cancellable, request->timeout);
  start (g_steal_pointer (&task));
}

AncWsConnection *
anc_ws_connect_finish (GAsyncResult *result, guint *ret_status,
                       gchar **ret_subprotocol, GError **error)
{
  Attempt *self = g_task_get_task_data (G_TASK (result));

  *ret_status = self->status;
  if (ret_subprotocol != NULL)
    *ret_subprotocol = g_strdup (self->chosen);
  return g_task_propagate_pointer (G_TASK (result), error);
}
