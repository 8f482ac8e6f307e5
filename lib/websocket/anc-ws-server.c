/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-ws-server.h"

#include "anc-secret.h"
#include "anc-ws-client.h"
#include "anc-ws-error.h"

#include <string.h>

/* Handshakes under way at the same time, above which newcomers are dropped. */
#define PENDING_MAX 256
/* That the kernel holds before we look. With GIO's 10 a crowd that comes at once
 * waits for its second or third SYN. */
#define BACKLOG 1024
/* A page cannot send Authorization; it may offer its token as a subprotocol. */
#define TOKEN_SUBPROTOCOL "anc.bearer."

struct _AncWsServer {
  GSocketService *service;
  gboolean secure;
  guint port;
  gchar *path;
  gchar **subprotocols;
  gchar *token;
  gchar **origins;
  guint handshake_timeout;
  guint max_clients;
  AncWsTls tls;
  AncWsLimits limits;
  AncWsAccepted accepted;
  gpointer data;
  GPtrArray *pending; /* Handshake, not owned */
  guint open;
  guint64 refused;
};

/* One client that has not been accepted yet. Freed by its last callback; the
 * server may go before that, then `server` is NULL and all I/O is cancelled. */
typedef struct {
  AncWsServer *server;
  GPtrArray *pending; /* the server's */
  GIOStream *stream;
  GCancellable *cancellable;
  GSource *timer;
  GBytes *rest;
  gchar *answer;
  gchar *subprotocol;
  gboolean accepted;
} Handshake;

static void
handshake_free (Handshake *self)
{
  g_ptr_array_remove_fast (self->pending, self);
  g_ptr_array_unref (self->pending);
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_object_unref (self->stream);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->rest, g_bytes_unref);
  g_free (self->answer);
  g_free (self->subprotocol);
  g_free (self);
}

typedef struct {
  guint status;
  const gchar *phrase;
  const gchar *sentence;
  const gchar *fields;
} Refusal;

enum {
  BAD_REQUEST,
  UNAUTHORIZED,
  FORBIDDEN,
  NOT_FOUND,
  UPGRADE_REQUIRED,
  NO_SUBPROTOCOL,
  FULL,
  ACCEPTABLE,
};

static const Refusal refusals[] = {
  [BAD_REQUEST] = { 400, "Bad Request", "This is no WebSocket handshake.", "" },
  [UNAUTHORIZED] = { 401, "Unauthorized", "A valid token is needed.",
                     "WWW-Authenticate: Bearer\r\n" },
  [FORBIDDEN] = { 403, "Forbidden", "This origin is not allowed.", "" },
  [NOT_FOUND] = { 404, "Not Found", "There is no such path.", "" },
  [UPGRADE_REQUIRED] = { 426, "Upgrade Required", "This is a WebSocket.",
                         "Upgrade: websocket\r\n"
                         "Sec-WebSocket-Version: 13\r\n" },
  [NO_SUBPROTOCOL] = { 400, "Bad Request", "No subprotocol in common.", "" },
  [FULL] = { 503, "Service Unavailable", "There are enough clients.",
             "Retry-After: 5\r\n" },
};

/* As long for a wrong token as for the right one. */
static gboolean
is_token (const AncWsServer *self, const gchar *shown)
{
  gsize length = strlen (self->token);
  volatile guint8 difference = strlen (shown) != length;

  for (gsize i = 0; i < length; i++) {
    difference |= (guint8) (self->token[i] ^ *shown);
    if (*shown != '\0')
      shown++;
  }
  return difference == 0;
}

static gboolean
shows_token (const AncWsServer *self, const AncWsHead *head)
{
  const gchar *authorization = anc_ws_head_get (head, "Authorization");
  g_auto (GStrv) offered = anc_ws_head_list (head, "Sec-WebSocket-Protocol");
  gboolean shown = FALSE;

  if (self->token == NULL)
    return TRUE;
  if (authorization != NULL
      && g_ascii_strncasecmp (authorization, "Bearer ", 7) == 0)
    shown = is_token (self, authorization + 7);
  for (guint i = 0; offered[i] != NULL; i++) {
    if (g_str_has_prefix (offered[i], TOKEN_SUBPROTOCOL))
      shown |= is_token (self, offered[i] + strlen (TOKEN_SUBPROTOCOL));
  }
  return shown;
}

/* A request without Origin is not a browser's. */
static gboolean
is_origin_allowed (const AncWsServer *self, const AncWsHead *head)
{
  const gchar *origin = anc_ws_head_get (head, "Origin");

  if (self->origins == NULL || self->origins[0] == NULL || origin == NULL)
    return TRUE;
  for (guint i = 0; self->origins[i] != NULL; i++) {
    if (g_ascii_strcasecmp (self->origins[i], origin) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_path (const AncWsServer *self, const gchar *target)
{
  gsize length = strcspn (target, "?");

  return strlen (self->path) == length
         && strncmp (self->path, target, length) == 0;
}

/* The first of ours that the client offers. Without any of our own a client
 * that offers some is taken without. */
static gboolean
choose_subprotocol (Handshake *self, const AncWsHead *head)
{
  gchar **ours = self->server->subprotocols;
  g_auto (GStrv) offered = anc_ws_head_list (head, "Sec-WebSocket-Protocol");

  if (ours == NULL || ours[0] == NULL)
    return TRUE;
  for (guint i = 0; ours[i] != NULL && self->subprotocol == NULL; i++) {
    if (g_strv_contains ((const gchar *const *) offered, ours[i]))
      self->subprotocol = g_strdup (ours[i]);
  }
  return self->subprotocol != NULL;
}

static guint
judge (Handshake *self, const AncWsHead *head)
{
  AncWsServer *server = self->server;
  const gchar *key = anc_ws_head_get (head, "Sec-WebSocket-Key");

  if (!g_str_equal (anc_ws_head_word (head, 0), "GET")
      || !g_str_equal (anc_ws_head_word (head, 2), "HTTP/1.1"))
    return BAD_REQUEST;
  if (!is_path (server, anc_ws_head_word (head, 1)))
    return NOT_FOUND;
  if (!anc_ws_head_has (head, "Upgrade", "websocket")
      || g_strcmp0 (anc_ws_head_get (head, "Sec-WebSocket-Version"), "13") != 0)
    return UPGRADE_REQUIRED;
  if (!anc_ws_head_has (head, "Connection", "Upgrade")
      || anc_ws_head_get (head, "Host") == NULL || key == NULL
      || strlen (key) != 24)
    return BAD_REQUEST;
  if (!shows_token (server, head))
    return UNAUTHORIZED;
  if (!is_origin_allowed (server, head))
    return FORBIDDEN;
  if (!choose_subprotocol (self, head))
    return NO_SUBPROTOCOL;
  if (server->max_clients > 0 && server->open >= server->max_clients)
    return FULL;
  return ACCEPTABLE;
}

static gchar *
build_refusal (const Refusal *refusal)
{
  return g_strdup_printf ("HTTP/1.1 %u %s\r\n%sContent-Type: text/plain\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT
                          "\r\nConnection: close\r\n\r\n%s\n",
                          refusal->status, refusal->phrase, refusal->fields,
                          strlen (refusal->sentence) + 1, refusal->sentence);
}

static gchar *
build_acceptance (const Handshake *self, const AncWsHead *head)
{
  g_autofree gchar *accept
      = anc_ws_accept_key (anc_ws_head_get (head, "Sec-WebSocket-Key"));

  return g_strdup_printf (
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s%s%s\r\n",
      accept, self->subprotocol != NULL ? "Sec-WebSocket-Protocol: " : "",
      self->subprotocol != NULL ? self->subprotocol : "",
      self->subprotocol != NULL ? "\r\n" : "");
}

static void
on_closed (GObject *stream, GAsyncResult *result, gpointer data)
{
  g_io_stream_close_finish (G_IO_STREAM (stream), result, NULL);
}

static void
hand_over (Handshake *self)
{
  AncWsServer *server = self->server;
  g_autoptr (AncWsConnection) connection = anc_ws_connection_new (
      self->stream, FALSE, self->rest, &server->limits);

  server->accepted (server, connection, self->subprotocol, server->data);
}

static void
on_answered (GObject *output, GAsyncResult *result, gpointer data)
{
  Handshake *self = data;
  gboolean written = g_output_stream_write_all_finish (G_OUTPUT_STREAM (output),
                                                       result, NULL, NULL);

  if (self->accepted && self->server != NULL && !written)
    anc_ws_server_release (self->server);
  if (self->accepted && self->server != NULL && written)
    hand_over (self);
  else
    g_io_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, on_closed,
                             NULL);
  handshake_free (self);
}

static void
on_head (GObject *input, GAsyncResult *result, gpointer data)
{
  Handshake *self = data;
  g_autoptr (AncWsHead) head
      = anc_ws_head_read_finish (result, &self->rest, NULL);
  guint verdict;

  if (self->server == NULL || head == NULL) {
    if (self->server != NULL)
      self->server->refused++;
    handshake_free (self);
    return;
  }
  verdict = judge (self, head);
  self->accepted = verdict == ACCEPTABLE;
  if (self->accepted)
    self->server->open++;
  else
    self->server->refused++;
  self->answer = self->accepted ? build_acceptance (self, head)
                                : build_refusal (&refusals[verdict]);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream),
                                   self->answer, strlen (self->answer),
                                   G_PRIORITY_DEFAULT, self->cancellable,
                                   on_answered, self);
}

static void
read_head (Handshake *self)
{
  anc_ws_head_read_async (g_io_stream_get_input_stream (self->stream),
                          self->cancellable, on_head, self);
}

static void
on_tls_done (GObject *stream, GAsyncResult *result, gpointer data)
{
  Handshake *self = data;

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (stream), result,
                                         NULL)
      && self->server != NULL) {
    read_head (self);
    return;
  }
  if (self->server != NULL)
    self->server->refused++;
  handshake_free (self);
}

/* GIO asks a server in any case, and takes no answer for a no. */
static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate,
                       GTlsCertificateFlags flaws, gpointer unused)
{
  return flaws == 0;
}

/* FALSE: this build of GIO cannot do TLS. */
static gboolean
start_tls (Handshake *self)
{
  AncWsServer *server = self->server;
  GIOStream *tls = g_tls_server_connection_new (self->stream,
                                                server->tls.certificate, NULL);

  if (tls == NULL)
    return FALSE;
  g_object_unref (self->stream);
  self->stream = tls;
  if (server->tls.database != NULL) {
    g_tls_connection_set_database (G_TLS_CONNECTION (tls),
                                   server->tls.database);
    g_object_set (tls, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED,
                  NULL);
    g_signal_connect (tls, "accept-certificate",
                      G_CALLBACK (on_accept_certificate), NULL);
  }
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT,
                                    self->cancellable, on_tls_done, self);
  return TRUE;
}

static gboolean
on_timeout (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection,
             GObject *source, gpointer data)
{
  AncWsServer *server = data;
  Handshake *self;

  if (server->pending->len >= PENDING_MAX) {
    server->refused++;
    return TRUE;
  }
  self = g_new0 (Handshake, 1);
  self->server = server;
  self->pending = g_ptr_array_ref (server->pending);
  self->stream = G_IO_STREAM (g_object_ref (connection));
  self->cancellable = g_cancellable_new ();
  g_ptr_array_add (server->pending, self);
  if (server->handshake_timeout > 0) {
    self->timer = g_timeout_source_new (server->handshake_timeout);
    g_source_set_callback (self->timer, on_timeout,
                           g_object_ref (self->cancellable), g_object_unref);
    g_source_attach (self->timer, g_main_context_get_thread_default ());
  }
  if (!server->secure)
    read_head (self);
  else if (!start_tls (self))
    handshake_free (self);
  return TRUE;
}

/* A name or an address; an empty host cannot come through the check. */
static gboolean
listen_at (AncWsServer *self, const gchar *host, guint port, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GList *found = g_resolver_lookup_by_name (resolver, host, NULL, &cause);
  g_autoptr (GSocketAddress) address = NULL, effective = NULL;
  gboolean listening = FALSE;

  if (found != NULL) {
    address = g_inet_socket_address_new (found->data, (guint16) port);
    listening = g_socket_listener_add_address (
        G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
        G_SOCKET_PROTOCOL_TCP, NULL, &effective, &cause);
  }
  g_resolver_free_addresses (found);
  if (listening) {
    self->port
        = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
    return TRUE;
  }
  g_set_error (
      error, ANC_WS_ERROR,
      g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)
          ? ANC_WS_ERROR_BUSY
          : ANC_WS_ERROR_SETTINGS,
      "uri: cannot listen at %s port %u: %s; choose an address of this "
      "machine and a free port",
      host, port, cause->message);
  return FALSE;
}

static gboolean
listen_uri (AncWsServer *self, const gchar *text, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  const gchar *path;
  gint port;

  if (!anc_ws_uri_check (text, error))
    return FALSE;
  uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  self->secure = g_str_equal (g_uri_get_scheme (uri), "wss");
  port = g_uri_get_port (uri);
  path = g_uri_get_path (uri);
  self->path = g_strdup (*path != '\0' ? path : "/");
  if (self->secure && self->tls.certificate == NULL) {
    g_set_error (error, ANC_WS_ERROR, ANC_WS_ERROR_SETTINGS,
                 "certificate-file: a wss:// server needs one; set it to a "
                 "PEM file");
    return FALSE;
  }
  return listen_at (self, g_uri_get_host (uri),
                    port >= 0 ? (guint) port : (self->secure ? 443 : 80),
                    error);
}

AncWsServer *
anc_ws_server_new (const AncWsService *service, const AncWsTls *tls,
                   const AncWsLimits *limits, AncWsAccepted accepted,
                   gpointer data, GError **error)
{
  AncWsServer *self = g_new0 (AncWsServer, 1);

  self->service = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->service), BACKLOG);
  self->subprotocols = g_strdupv (service->subprotocols);
  self->token = g_strdup (service->token);
  self->origins = g_strdupv (service->origins);
  self->handshake_timeout = service->handshake_timeout;
  self->max_clients = service->max_clients;
  g_set_object (&self->tls.database, tls->database);
  g_set_object (&self->tls.certificate, tls->certificate);
  self->limits = *limits;
  self->accepted = accepted;
  self->data = data;
  self->pending = g_ptr_array_new ();
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  if (listen_uri (self, service->uri, error))
    return self;
  anc_ws_server_free (self);
  return NULL;
}

void
anc_ws_server_free (AncWsServer *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  for (guint i = 0; i < self->pending->len; i++) {
    Handshake *handshake = g_ptr_array_index (self->pending, i);

    handshake->server = NULL;
    g_cancellable_cancel (handshake->cancellable);
  }
  /* GIO shakes hands for TLS in a thread of its own, whose end comes later. */
  while (self->pending->len > 0)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  g_ptr_array_unref (self->pending);
  g_object_unref (self->service);
  anc_ws_tls_clear (&self->tls);
  g_strfreev (self->subprotocols);
  g_strfreev (self->origins);
  anc_secret_free (self->token);
  g_free (self->path);
  g_free (self);
}

guint
anc_ws_server_port (const AncWsServer *self)
{
  return self->port;
}

void
anc_ws_server_release (AncWsServer *self)
{
  self->open--;
}

guint64
anc_ws_server_refused (const AncWsServer *self)
{
  return self->refused;
}
