/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer.h"

#include <string.h>
#include <sys/socket.h>

typedef enum { SAY, RESET, STALL, REFUSE_BODY } Act;

typedef struct {
  Act act;
  gchar *raw;
  gboolean close;
} Step;

struct _Peer {
  GSocketListener *listener;
  GTlsCertificate *certificate;
  gboolean wants_client;
  gchar *url;
  GThread *thread;
  GCancellable *stop;

  GMutex lock;         /* for what follows */
  GPtrArray *script;   /* of Step */
  GPtrArray *requests; /* of PeerRequest */
  GPtrArray *threads;  /* one a connection */
  guint at;            /* the next step */
  gchar *forever;
  gboolean close_next;
};

typedef struct {
  Peer *peer;
  GSocketConnection *connection;
  guint number;
} Client;

static void
free_step (gpointer data)
{
  g_free (((Step *) data)->raw);
  g_free (data);
}

static void
free_request (gpointer data)
{
  PeerRequest *request = data;

  g_free (request->line);
  anc_aws_fields_unref (request->headers);
  g_free (request->body);
  g_free (request);
}

/* --- one connection --- */

/* A close that the other side sees as a reset. */
static void
reset (GSocketConnection *connection)
{
  struct linger linger = { 1, 0 };
  GSocket *socket = g_socket_connection_get_socket (connection);

  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger,
              sizeof linger);
  g_socket_close (socket, NULL);
}

static gchar *
read_line (Client *client, GDataInputStream *in)
{
  return g_data_input_stream_read_line (in, NULL, client->peer->stop, NULL);
}

static PeerRequest *
read_header (Client *client, GDataInputStream *in)
{
  gchar *line = read_line (client, in);
  PeerRequest *request;

  if (line == NULL)
    return NULL;
  request = g_new0 (PeerRequest, 1);
  request->line = line;
  request->headers = anc_aws_fields_new ();
  request->connection = client->number;
  while ((line = read_line (client, in)) != NULL && *line != '\0') {
    gchar *colon = strchr (line, ':');

    g_assert_nonnull (colon);
    *colon = '\0';
    anc_aws_fields_add (request->headers, line, g_strstrip (colon + 1));
    g_free (line);
  }
  g_free (line);
  return request;
}

static void
read_body (Client *client, GDataInputStream *in, GOutputStream *out,
           PeerRequest *request)
{
  const gchar *length = anc_aws_fields_get (request->headers, "Content-Length");

  if (anc_aws_fields_get (request->headers, "Expect") != NULL)
    g_output_stream_write_all (out, "HTTP/1.1 100 Continue\r\n\r\n", 25, NULL,
                               client->peer->stop, NULL);
  request->size
      = length != NULL ? (gsize) g_ascii_strtoull (length, NULL, 10) : 0;
  request->body = g_malloc0 (request->size + 1);
  g_input_stream_read_all (G_INPUT_STREAM (in), request->body, request->size,
                           &request->size, client->peer->stop, NULL);
}

static Step
next_step (Peer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Step *step;

  if (self->at < self->script->len) {
    step = self->script->pdata[self->at++];
    return (Step){ step->act, g_strdup (step->raw), step->close };
  }
  return (Step){ SAY,
                 g_strdup (self->forever != NULL
                               ? self->forever
                               : "HTTP/1.1 599 Script Is Over\r\n"
                                 "Content-Length: 0\r\n\r\n"),
                 FALSE };
}

static void
keep (Peer *self, PeerRequest *request)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->requests, request);
  g_mutex_unlock (&self->lock);
}

static void
wait_for_stop (Peer *self)
{
  GPollFD fd;

  g_cancellable_make_pollfd (self->stop, &fd);
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (self->stop);
}

/* FALSE: the connection is over. */
static gboolean
serve_one (Client *client, GDataInputStream *in, GOutputStream *out)
{
  PeerRequest *request = read_header (client, in);
  Step step;
  gboolean go_on = FALSE;

  if (request == NULL)
    return FALSE;
  step = next_step (client->peer);
  if (step.act != REFUSE_BODY)
    read_body (client, in, out, request);
  keep (client->peer, request);
  if (step.act == STALL)
    wait_for_stop (client->peer);
  else if (step.act == SAY)
    go_on = g_output_stream_write_all (out, step.raw, strlen (step.raw), NULL,
                                       client->peer->stop, NULL)
            && !step.close;
  else
    reset (client->connection);
  g_free (step.raw);
  return go_on;
}

static gboolean
accept_any (GTlsConnection *connection, GTlsCertificate *certificate,
            GTlsCertificateFlags errors, gpointer data)
{
  return TRUE;
}

static GIOStream *
wrap (Client *client)
{
  /* Whoever takes h2 is not understood here. */
  static const gchar *const protocols[] = { "h2", "http/1.1", NULL };
  Peer *peer = client->peer;
  GIOStream *tls;

  if (peer->certificate == NULL)
    return g_object_ref (G_IO_STREAM (client->connection));
  tls = g_tls_server_connection_new (G_IO_STREAM (client->connection),
                                     peer->certificate, NULL);
  g_object_set (tls, "authentication-mode",
                peer->wants_client ? G_TLS_AUTHENTICATION_REQUIRED
                                   : G_TLS_AUTHENTICATION_NONE,
                NULL);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any), NULL);
  return tls;
}

static gpointer
serve (gpointer data)
{
  Client *client = data;
  g_autoptr (GIOStream) stream = wrap (client);
  g_autoptr (GDataInputStream) in
      = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  GOutputStream *out = g_io_stream_get_output_stream (stream);

  g_data_input_stream_set_newline_type (in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  while (serve_one (client, in, out))
    continue;
  g_io_stream_close (stream, NULL, NULL);
  g_object_unref (client->connection);
  g_free (client);
  return NULL;
}

/* --- the listener --- */

static gpointer
listen_for_clients (gpointer data)
{
  Peer *self = data;
  GSocketConnection *connection;

  while ((connection
          = g_socket_listener_accept (self->listener, NULL, self->stop, NULL))
         != NULL) {
    Client *client = g_new0 (Client, 1);

    client->peer = self;
    client->connection = connection;
    g_mutex_lock (&self->lock);
    client->number = self->threads->len + 1;
    g_ptr_array_add (self->threads,
                     g_thread_new ("peer-connection", serve, client));
    g_mutex_unlock (&self->lock);
  }
  return NULL;
}

static guint
bind_to_loopback (GSocketListener *listener)
{
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

Peer *
peer_new (GTlsCertificate *certificate, gboolean wants_client)
{
  Peer *self = g_new0 (Peer, 1);

  g_mutex_init (&self->lock);
  g_set_object (&self->certificate, certificate);
  self->wants_client = wants_client;
  self->listener = g_socket_listener_new ();
  self->stop = g_cancellable_new ();
  self->script = g_ptr_array_new_with_free_func (free_step);
  self->requests = g_ptr_array_new_with_free_func (free_request);
  self->threads = g_ptr_array_new ();
  self->url = g_strdup_printf ("%s://127.0.0.1:%u",
                               certificate != NULL ? "https" : "http",
                               bind_to_loopback (self->listener));
  self->thread = g_thread_new ("peer", listen_for_clients, self);
  return self;
}

void
peer_free (Peer *self)
{
  g_cancellable_cancel (self->stop);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_object_unref (self->listener);
  g_object_unref (self->stop);
  g_clear_object (&self->certificate);
  g_ptr_array_unref (self->script);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->threads);
  g_mutex_clear (&self->lock);
  g_free (self->forever);
  g_free (self->url);
  g_free (self);
}

const gchar *
peer_url (const Peer *self)
{
  return self->url;
}

static void
add_step (Peer *self, Act act, const gchar *raw)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Step *step = g_new0 (Step, 1);

  step->act = act;
  step->raw = g_strdup (raw);
  step->close = self->close_next;
  self->close_next = FALSE;
  g_ptr_array_add (self->script, step);
}

void
peer_say (Peer *self, const gchar *raw)
{
  add_step (self, SAY, raw);
}

void
peer_answer (Peer *self, guint status, const gchar *headers, const gchar *body)
{
  g_autofree gchar *raw = g_strdup_printf (
      "HTTP/1.1 %u Said\r\n%sContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
      status, headers != NULL ? headers : "", body != NULL ? strlen (body) : 0,
      body != NULL ? body : "");

  peer_say (self, raw);
}

void
peer_reset (Peer *self)
{
  add_step (self, RESET, NULL);
}

void
peer_stall (Peer *self)
{
  add_step (self, STALL, NULL);
}

void
peer_refuse_body (Peer *self)
{
  add_step (self, REFUSE_BODY, NULL);
}

void
peer_close_after (Peer *self)
{
  self->close_next = TRUE;
}

void
peer_forever (Peer *self, const gchar *raw)
{
  g_mutex_lock (&self->lock);
  g_free (self->forever);
  self->forever = g_strdup (raw);
  g_mutex_unlock (&self->lock);
}

guint
peer_count (Peer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->requests->len;
}

const PeerRequest *
peer_request (Peer *self, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_assert_cmpuint (index, <, self->requests->len);
  return self->requests->pdata[index];
}

const gchar *
peer_header (Peer *self, guint index, const gchar *name)
{
  return anc_aws_fields_get (peer_request (self, index)->headers, name);
}
