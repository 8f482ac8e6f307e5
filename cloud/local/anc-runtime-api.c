/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-runtime-api.h"

#include "anc-runtime-record.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define RUNTIME "/2018-06-01/runtime/"
#define EXTENSION "/2020-01-01/extension/"
#define INVOCATION RUNTIME "invocation/"

struct _AncRuntimeApi {
  AncRuntimeState *state;
  AncFaults *faults;
  AncRuntimeObserver observer;
  gpointer data;
  guint port;
  GSocketListener *listener;
  GCancellable *ending;
  GThread *acceptor;
  GMutex lock;        /* for the two below */
  GCond changed;      /* when `ending` is */
  GPtrArray *serving; /* Connection */
};

typedef struct {
  AncRuntimeApi *api;
  GSocketConnection *stream;
  GThread *thread;
  gboolean closed; /* under the lock; its thread has nothing left to do */
} Connection;

/* --- where a request goes --- */

typedef struct {
  AncCall call;
  gchar *id; /* of an invocation, or NULL */
} Route;

static void
route_clear (Route *self)
{
  g_free (self->id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Route, route_clear)

/* NULL: it goes there. */
static AncReply *
find_route (const AncHttpRequest *request, Route *ret_route)
{
  static const struct {
    AncCall call;
    const gchar *method, *before, *after;
  } routes[] = {
    { ANC_CALL_NEXT, "GET", INVOCATION "next", NULL },
    { ANC_CALL_RESPONSE, "POST", INVOCATION, "/response" },
    { ANC_CALL_ERROR, "POST", INVOCATION, "/error" },
    { ANC_CALL_INIT_ERROR, "POST", RUNTIME "init/error", NULL },
    { ANC_CALL_REGISTER, "POST", EXTENSION "register", NULL },
    { ANC_CALL_EVENT_NEXT, "GET", EXTENSION "event/next", NULL },
  };
  const gchar *path = anc_http_request_path (request);

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    const gchar *id = path + strlen (routes[i].before);

    if (routes[i].after == NULL
            ? !g_str_equal (path, routes[i].before)
            : !g_str_has_prefix (path, routes[i].before)
                  || !g_str_has_suffix (id, routes[i].after))
      continue;
    if (!g_str_equal (anc_http_request_method (request), routes[i].method))
      return anc_reply_new_error (405, "MethodNotAllowed", "%s is for %s alone",
                                  path, routes[i].method);
    ret_route->call = routes[i].call;
    ret_route->id = routes[i].after != NULL
                        ? g_strndup (id, strlen (id) - strlen (routes[i].after))
                        : NULL;
    return NULL;
  }
  return anc_reply_new_error (404, "NotFound", "There is no %s", path);
}

static AncReply *
call (AncRuntimeApi *self, const Route *route, const AncHttpRequest *request)
{
  switch (route->call) {
  case ANC_CALL_NEXT:
    return anc_runtime_state_next (self->state);
  case ANC_CALL_RESPONSE:
    return anc_runtime_state_response (self->state, request);
  case ANC_CALL_ERROR:
    return anc_runtime_state_error (self->state, request);
  case ANC_CALL_INIT_ERROR:
    return anc_runtime_state_init_error (self->state, request);
  case ANC_CALL_REGISTER:
    return anc_runtime_state_register (self->state, request);
  default:
    return anc_runtime_state_event_next (self->state, request);
  }
}

/* --- one connection --- */

/* The other side sees "connection reset", not an end. */
static void
reset (Connection *self)
{
  struct linger now = { .l_onoff = 1, .l_linger = 0 };
  GSocket *socket = g_socket_connection_get_socket (self->stream);

  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &now,
              sizeof now);
}

static void
stall (AncRuntimeApi *self, guint milliseconds)
{
  gint64 end = g_get_monotonic_time ()
               + milliseconds * (gint64) G_TIME_SPAN_MILLISECOND;

  g_mutex_lock (&self->lock);
  while (!g_cancellable_is_cancelled (self->ending)
         && g_cond_wait_until (&self->changed, &self->lock, end))
    ;
  g_mutex_unlock (&self->lock);
}

/* FALSE: that was the last of this connection. */
static gboolean
send_reply (Connection *self, const AncReply *reply, AncFault fault)
{
  g_autoptr (GBytes) bytes = anc_reply_render (reply);
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  GOutputStream *out
      = g_io_stream_get_output_stream (G_IO_STREAM (self->stream));

  if (fault.kind == ANC_FAULT_LOSE) {
    reset (self);
    return FALSE;
  }
  if (fault.kind == ANC_FAULT_CUT)
    size = MIN (size, fault.value);
  return g_output_stream_write_all (out, data, size, NULL, NULL, NULL)
         && fault.kind != ANC_FAULT_CUT;
}

/* What can be said of the head alone; NULL: it depends on the rest. */
static AncReply *
answer_head (AncRuntimeApi *self, const Route *route,
             const AncHttpRequest *request, AncFault fault)
{
  if (fault.kind == ANC_FAULT_STALL)
    stall (self, fault.value);
  if (*anc_http_request_field (request, "Host") == '\0')
    return anc_reply_new_error (400, "BadRequest", "no Host");
  if (fault.kind == ANC_FAULT_STATUS)
    return anc_reply_new_error (fault.value, "Fault", "On purpose");
  if (route->id != NULL)
    return anc_runtime_state_begin_answer (self->state, route->id,
                                           route->call == ANC_CALL_RESPONSE);
  return NULL;
}

/* FALSE: the rest of the connection is of no use. */
static gboolean
answer (AncRuntimeApi *self, const Route *route, AncHttpRequest *request,
        GBufferedInputStream *input, AncReply **reply)
{
  g_autoptr (GError) error = NULL;
  gboolean in_order
      = anc_http_request_read_body (request, input, ANC_STREAM_MAX, &error);

  if (!in_order)
    request->whole = FALSE;
  /* An answer that has begun has to end. */
  if (*reply == NULL && (in_order || route->id != NULL))
    *reply = call (self, route, request);
  if (!in_order) {
    g_clear_pointer (reply, anc_reply_free);
    *reply = anc_reply_new_error (400, "BadRequest", "%s", error->message);
  }
  return request->whole;
}

static void
observe (AncRuntimeApi *self, const Route *route, const AncHttpRequest *request,
         const AncReply *reply)
{
  g_autofree gchar *line = NULL;

  if (self->observer == NULL)
    return;
  line = anc_runtime_record (anc_call_name (route->call), route->id, request,
                             reply);
  self->observer (line, self->data);
}

static gboolean
serve_request (Connection *self, AncHttpRequest *request,
               GBufferedInputStream *input)
{
  AncRuntimeApi *api = self->api;
  g_auto (Route) route = { 0 };
  g_autoptr (AncReply) reply = find_route (request, &route);
  AncFault fault = { ANC_FAULT_NONE, 0 };
  gboolean more;

  if (reply == NULL && api->faults != NULL)
    fault = anc_faults_take (api->faults, route.call);
  if (fault.kind == ANC_FAULT_RESET) {
    reset (self);
    return FALSE;
  }
  if (reply == NULL)
    reply = answer_head (api, &route, request, fault);
  more = answer (api, &route, request, input, &reply);
  observe (api, &route, request, reply);
  return send_reply (self, reply, fault) && more;
}

static gpointer
serve (gpointer data)
{
  Connection *self = data;
  g_autoptr (GInputStream) input = g_buffered_input_stream_new (
      g_io_stream_get_input_stream (G_IO_STREAM (self->stream)));
  gboolean more = TRUE;

  /* The stream is closed with its owner. */
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (input),
                                               FALSE);
  while (more) {
    g_autoptr (AncHttpRequest) request
        = anc_http_request_read (G_BUFFERED_INPUT_STREAM (input), NULL);

    more = request != NULL
           && serve_request (self, request, G_BUFFERED_INPUT_STREAM (input));
  }
  g_mutex_lock (&self->api->lock);
  g_io_stream_close (G_IO_STREAM (self->stream), NULL, NULL);
  self->closed = TRUE;
  g_mutex_unlock (&self->api->lock);
  return NULL;
}

/* --- all of them --- */

static void
connection_free (gpointer data)
{
  Connection *self = data;

  g_thread_join (self->thread);
  g_object_unref (self->stream);
  g_free (self);
}

/* Those that have ended meanwhile; with the lock held. */
static void
drop_closed (AncRuntimeApi *self)
{
  for (guint i = self->serving->len; i > 0; i--) {
    Connection *connection = g_ptr_array_index (self->serving, i - 1);

    if (connection->closed)
      g_ptr_array_remove_index_fast (self->serving, i - 1);
  }
}

static gpointer
accept_all (gpointer data)
{
  AncRuntimeApi *self = data;
  GSocketConnection *stream;

  while ((stream
          = g_socket_listener_accept (self->listener, NULL, self->ending, NULL))
         != NULL) {
    Connection *connection = g_new0 (Connection, 1);

    g_socket_set_option (g_socket_connection_get_socket (stream), IPPROTO_TCP,
                         TCP_NODELAY, 1, NULL);
    connection->api = self;
    connection->stream = stream;
    g_mutex_lock (&self->lock);
    drop_closed (self);
    connection->thread = g_thread_new ("runtime-api", serve, connection);
    g_ptr_array_add (self->serving, connection);
    g_mutex_unlock (&self->lock);
  }
  return NULL;
}

static gboolean
listen_on (AncRuntimeApi *self, guint port, GError **error)
{
  g_autoptr (GSocketAddress) wanted
      = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr (GSocketAddress) got = NULL;

  if (!g_socket_listener_add_address (
          self->listener, wanted, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
          NULL, &got, error)) {
    g_prefix_error (error, "The Runtime API cannot listen on port %u: ", port);
    return FALSE;
  }
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  return TRUE;
}

AncRuntimeApi *
anc_runtime_api_new (guint port, AncRuntimeState *state, AncFaults *faults,
                     AncRuntimeObserver observer, gpointer data, GError **error)
{
  g_autoptr (AncRuntimeApi) self = g_new0 (AncRuntimeApi, 1);

  self->state = state;
  self->faults = faults;
  self->observer = observer;
  self->data = data;
  self->listener = g_socket_listener_new ();
  self->ending = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->serving = g_ptr_array_new_with_free_func (connection_free);
  if (!listen_on (self, port, error))
    return NULL;
  self->acceptor = g_thread_new ("runtime-api", accept_all, self);
  return g_steal_pointer (&self);
}

/* Their threads come back from whatever they wait for. Not by GSocket, which is
 * its thread's. */
static void
hang_up (AncRuntimeApi *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->serving->len; i++) {
    Connection *connection = g_ptr_array_index (self->serving, i);

    if (!connection->closed)
      shutdown (
          g_socket_get_fd (g_socket_connection_get_socket (connection->stream)),
          SHUT_RDWR);
  }
  g_mutex_unlock (&self->lock);
}

void
anc_runtime_api_free (AncRuntimeApi *self)
{
  if (self == NULL)
    return;
  anc_runtime_state_end (self->state);
  g_mutex_lock (&self->lock);
  g_cancellable_cancel (self->ending);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if (self->acceptor != NULL)
    g_thread_join (self->acceptor);
  hang_up (self);
  g_ptr_array_unref (self->serving);
  g_socket_listener_close (self->listener);
  g_object_unref (self->listener);
  g_object_unref (self->ending);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

guint
anc_runtime_api_port (const AncRuntimeApi *self)
{
  return self->port;
}
