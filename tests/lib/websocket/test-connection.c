/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A client and a server of ours, and a raw peer that writes any bytes, in one
 * main loop. */
#include "anc-ws-client.h"
#include "anc-ws-error.h"
#include "anc-ws-frame.h"
#include "anc-ws-server.h"

#include <string.h>

typedef struct {
  AncWsConnection *connection;
  GPtrArray *messages;
  guint drained;
  gboolean text;
  gboolean echoes;
  gboolean closed;
  guint code;
  gboolean by_peer;
  gchar *reason;
  GError *error;
  guint status;
  gchar *subprotocol;
  gboolean done;
} Side;

typedef struct {
  AncWsServer *server;
  AncWsService service;
  AncWsLimits limits;
  AncWsTls tls;
  AncWsRequest request;
  gchar *uri;
  Side client, peer; /* peer: the server's side */
  guint accepted;
} Pair;

static void
on_message (AncWsConnection *connection, GBytes *message, gboolean text,
            gpointer data)
{
  Side *side = data;

  g_ptr_array_add (side->messages, g_bytes_ref (message));
  side->text = text;
  if (side->echoes)
    anc_ws_connection_send (connection, message, text);
}

static void
on_drained (AncWsConnection *connection, gpointer data)
{
  ((Side *) data)->drained++;
}

static void
on_closed (AncWsConnection *connection, guint code, gboolean by_peer,
           const gchar *reason, gpointer data)
{
  Side *side = data;

  g_assert_false (side->closed);
  side->closed = TRUE;
  side->code = code;
  side->by_peer = by_peer;
  side->reason = g_strdup (reason);
}

static const AncWsCallbacks callbacks = { on_message, on_drained, on_closed };

static void
on_accepted (AncWsServer *server, AncWsConnection *connection,
             const gchar *subprotocol, gpointer data)
{
  Pair *pair = data;

  pair->accepted++;
  pair->peer.subprotocol = g_strdup (subprotocol);
  pair->peer.connection = anc_ws_connection_ref (connection);
  anc_ws_connection_start (connection, &callbacks, &pair->peer);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Side *side = data;

  side->connection = anc_ws_connect_finish (result, &side->status,
                                            &side->subprotocol, &side->error);
  if (side->connection != NULL)
    anc_ws_connection_start (side->connection, &callbacks, side);
  side->done = TRUE;
}

static Pair *
pair_new (void)
{
  Pair *pair = g_new0 (Pair, 1);

  pair->client.messages
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  pair->peer.messages
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  pair->limits = (AncWsLimits){ .max_message = 1 << 20, .close_timeout = 2000 };
  pair->service.uri = (gchar *) "ws://127.0.0.1:0/here";
  pair->request.timeout = 5000;
  return pair;
}

static void
listen (Pair *pair)
{
  g_autoptr (GError) error = NULL;

  pair->server = anc_ws_server_new (&pair->service, &pair->tls, &pair->limits,
                                    on_accepted, pair, &error);
  g_assert_no_error (error);
  if (pair->request.uri == NULL)
    pair->request.uri = pair->uri = g_strdup_printf (
        "ws://127.0.0.1:%u/here", anc_ws_server_port (pair->server));
}

#define wait_for(condition)                                                    \
  while (!(condition))                                                         \
  g_main_context_iteration (NULL, TRUE)

static void
connect (Pair *pair)
{
  anc_ws_connect_async (&pair->request, &pair->tls, &pair->limits, NULL,
                        on_connected, &pair->client);
  wait_for (pair->client.done);
}

static void
side_clear (Side *side)
{
  g_clear_pointer (&side->connection, anc_ws_connection_unref);
  g_ptr_array_unref (side->messages);
  g_clear_error (&side->error);
  g_free (side->reason);
  g_free (side->subprotocol);
}

static void
pair_free (Pair *pair)
{
  if (pair->client.connection != NULL) {
    anc_ws_connection_abort (pair->client.connection, 1006, NULL);
    wait_for (pair->client.closed);
  }
  wait_for (pair->peer.connection == NULL || pair->peer.closed);
  anc_ws_server_free (pair->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  side_clear (&pair->client);
  side_clear (&pair->peer);
  g_free (pair->uri);
  g_free (pair);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pair, pair_free)

static Pair *
open_pair (void)
{
  Pair *pair = pair_new ();

  listen (pair);
  connect (pair);
  g_assert_no_error (pair->client.error);
  wait_for (pair->peer.connection != NULL);
  return pair;
}

static GBytes *
pattern (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 31 + i / 256);
  return g_bytes_new_take (data, size);
}

static void
test_echo (void)
{
  static const gsize sizes[] = { 0, 1, 125, 126, 65535, 65536, 1 << 20 };
  g_autoptr (Pair) pair = open_pair ();

  pair->peer.echoes = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GBytes) sent = pattern (sizes[i]);

    anc_ws_connection_send (pair->client.connection, sent, FALSE);
    wait_for (pair->client.messages->len == i + 1);
    g_assert_true (
        g_bytes_equal (sent, g_ptr_array_index (pair->client.messages, i)));
    g_assert_false (pair->client.text);
  }
}

static void
test_close (void)
{
  g_autoptr (Pair) pair = open_pair ();

  anc_ws_connection_close (pair->client.connection, 1013, "come again");
  wait_for (pair->client.closed && pair->peer.closed);
  g_assert_cmpuint (pair->peer.code, ==, 1013);
  g_assert_true (pair->peer.by_peer);
  g_assert_cmpstr (pair->peer.reason, ==, "come again");
  g_assert_cmpuint (pair->client.code, ==, 1013);
  g_assert_false (pair->client.by_peer);
}

/* What is unsent arrives before the close, however slow the reader. */
static void
test_close_behind_data (void)
{
  g_autoptr (Pair) pair = open_pair ();
  g_autoptr (GBytes) block = pattern (100000);

  anc_ws_connection_set_paused (pair->client.connection, TRUE);
  for (guint i = 0; i < 200; i++)
    anc_ws_connection_send (pair->peer.connection, block, FALSE);
  g_assert_cmpuint (anc_ws_connection_unsent (pair->peer.connection), >, 0);
  anc_ws_connection_close (pair->peer.connection, 1000, NULL);
  anc_ws_connection_set_paused (pair->client.connection, FALSE);
  wait_for (pair->client.closed && pair->peer.closed);
  g_assert_cmpuint (pair->client.messages->len, ==, 200);
  g_assert_cmpuint (pair->client.code, ==, 1000);
}

/* A reader that has stopped holds the writer: little is in between. */
static void
test_paused (void)
{
  g_autoptr (Pair) pair = open_pair ();
  g_autoptr (GBytes) block = pattern (100000);
  guint sent = 0;

  anc_ws_connection_set_paused (pair->client.connection, TRUE);
  while (anc_ws_connection_unsent (pair->peer.connection) == 0) {
    anc_ws_connection_send (pair->peer.connection, block, FALSE);
    while (g_main_context_iteration (NULL, FALSE))
      ;
    sent++;
    g_assert_cmpuint (sent, <, 1000);
  }
  g_assert_cmpuint (pair->client.messages->len, ==, 0);
  g_assert_cmpuint (pair->peer.drained, ==, 0);
  anc_ws_connection_set_paused (pair->client.connection, FALSE);
  wait_for (pair->client.messages->len == sent);
  wait_for (pair->peer.drained > 0);
}

static void
test_pong_watch (void)
{
  g_autoptr (Pair) pair = pair_new ();

  pair->limits.ping_interval = 40;
  pair->limits.pong_timeout = 100;
  listen (pair);
  connect (pair);
  wait_for (pair->peer.connection != NULL);
  /* both answer: nothing happens for many intervals */
  for (gint64 end = g_get_monotonic_time () + 400000;
       g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (pair->client.closed || pair->peer.closed);
  /* a paused client does not answer, nor does it miss a pong itself */
  anc_ws_connection_set_paused (pair->client.connection, TRUE);
  wait_for (pair->peer.closed);
  g_assert_cmpuint (pair->peer.code, ==, 1006);
  g_assert_cmpstr (pair->peer.reason, ==, "no pong came in time");
  g_assert_false (pair->client.closed);
  anc_ws_connection_set_paused (pair->client.connection, FALSE);
  wait_for (pair->client.closed);
}

static void
test_idle_and_duration (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr (Pair) pair = pair_new ();

    *(i == 0 ? &pair->limits.idle_timeout : &pair->limits.max_duration) = 100;
    listen (pair);
    connect (pair);
    wait_for (pair->client.closed && pair->peer.closed);
    g_assert_cmpuint (pair->client.code, ==, 1001);
  }
}

/* name, token, origin, path, subprotocol: what the server says to each. */
typedef struct {
  const gchar *path, *token, *origin, *subprotocol;
  guint status;
  gint code;
} Visit;

static void
test_refusals (void)
{
  static const Visit visits[] = {
    { "/here", "right", NULL, "anc.v1", 101, -1 },
    { "/here?x=1", "right", "https://a.example", "anc.v1", 101, -1 },
    { "/her", "right", NULL, "anc.v1", 404, ANC_WS_ERROR_NOT_FOUND },
    { "/here", NULL, NULL, "anc.v1", 401, ANC_WS_ERROR_UNAUTHORIZED },
    { "/here", "wrong", NULL, "anc.v1", 401, ANC_WS_ERROR_UNAUTHORIZED },
    { "/here", "rightt", NULL, "anc.v1", 401, ANC_WS_ERROR_UNAUTHORIZED },
    { "/here", "righ", NULL, "anc.v1", 401, ANC_WS_ERROR_UNAUTHORIZED },
    { "/here", "right", "https://b.example", "anc.v1", 403,
      ANC_WS_ERROR_UNAUTHORIZED },
    { "/here", "right", NULL, "chat", 400, ANC_WS_ERROR_SUBPROTOCOL },
    { "/here", "right", NULL, NULL, 400, ANC_WS_ERROR_HANDSHAKE },
  };
  gchar *spoken[] = { (gchar *) "anc.v1", NULL };
  gchar *origins[] = { (gchar *) "https://a.example", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (visits); i++) {
    const Visit *visit = &visits[i];
    g_autoptr (Pair) pair = pair_new ();
    gchar *offered[] = { (gchar *) visit->subprotocol, NULL };

    g_test_message ("visit %u", i);
    pair->service.token = (gchar *) "right";
    pair->service.origins = origins;
    pair->service.subprotocols = spoken;
    listen (pair);
    g_free (pair->uri);
    pair->request.uri = pair->uri = g_strdup_printf (
        "ws://127.0.0.1:%u%s", anc_ws_server_port (pair->server), visit->path);
    pair->request.token = (gchar *) visit->token;
    pair->request.origin = (gchar *) visit->origin;
    pair->request.subprotocols = offered;
    connect (pair);
    g_assert_cmpuint (pair->client.status, ==, visit->status);
    if (visit->code < 0) {
      g_assert_no_error (pair->client.error);
      g_assert_cmpstr (pair->client.subprotocol, ==, "anc.v1");
      wait_for (pair->peer.connection != NULL);
    } else {
      g_assert_error (pair->client.error, ANC_WS_ERROR, visit->code);
      g_assert_cmpuint (anc_ws_server_refused (pair->server), ==, 1);
    }
  }
}

static void
test_max_clients (void)
{
  g_autoptr (Pair) pair = pair_new ();
  Side second = { .messages = g_ptr_array_new () };

  pair->service.max_clients = 1;
  listen (pair);
  connect (pair);
  wait_for (pair->peer.connection != NULL);
  anc_ws_connect_async (&pair->request, &pair->tls, &pair->limits, NULL,
                        on_connected, &second);
  wait_for (second.done);
  g_assert_error (second.error, ANC_WS_ERROR, ANC_WS_ERROR_BUSY);
  g_assert_cmpuint (second.status, ==, 503);
  side_clear (&second);
}

/* Bytes written by hand at our server, after the upgrade. */
typedef struct {
  const gchar *name;
  const gchar *bytes;
  gsize size;
  guint code;
} Rude;

static gpointer
be_rude (gpointer data)
{
  Pair *pair = ((gpointer *) data)[0];
  const Rude *rude = ((gpointer *) data)[1];
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", (guint16) anc_ws_server_port (pair->server), NULL,
      NULL);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  static const gchar head[]
      = "GET /here HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  GByteArray *got = g_byte_array_new ();
  guint8 buffer[256];
  gssize n;

  g_output_stream_write_all (out, head, strlen (head), NULL, NULL, NULL);
  g_output_stream_write_all (out, rude->bytes, rude->size, NULL, NULL, NULL);
  while ((n = g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_byte_array_append (got, buffer, (guint) n);
  return got;
}

#define RUDE(bytes) bytes, sizeof (bytes) - 1

static void
test_rude_peers (void)
{
  static const Rude rudes[] = {
    { "not masked", RUDE ("\x82\x01x"), 1002 },
    { "reserved bit", RUDE ("\xc2\x80\0\0\0\0"), 1002 },
    { "reserved opcode", RUDE ("\x85\x80\0\0\0\0"), 1002 },
    { "continuation first", RUDE ("\x80\x80\0\0\0\0"), 1002 },
    { "two beginnings",
      RUDE ("\x02\x80\0\0\0\0"
            "\x82\x80\0\0\0\0"),
      1002 },
    { "fragmented ping", RUDE ("\x09\x80\0\0\0\0"), 1002 },
    { "close of one byte", RUDE ("\x88\x81\0\0\0\0\x03"), 1002 },
    { "close 1005", RUDE ("\x88\x82\0\0\0\0\x03\xed"), 1002 },
    { "close not UTF-8", RUDE ("\x88\x83\0\0\0\0\x03\xe8\xff"), 1007 },
    { "text not UTF-8", RUDE ("\x81\x81\0\0\0\0\xff"), 1007 },
    { "too long", RUDE ("\x82\xff\0\0\0\0\0\x20\0\0"), 1009 },
    { "close answered", RUDE ("\x88\x82\0\0\0\0\x0f\xa0"), 4000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rudes); i++) {
    g_autoptr (Pair) pair = pair_new ();
    gpointer args[] = { pair, (gpointer) &rudes[i] };
    g_autoptr (GByteArray) got = NULL;
    const guint8 *close;
    GThread *thread;

    g_test_message ("%s", rudes[i].name);
    listen (pair);
    thread = g_thread_new ("rude", be_rude, args);
    wait_for (pair->peer.closed);
    got = g_thread_join (thread);
    close = (const guint8 *) g_strstr_len ((const gchar *) got->data, got->len,
                                           "\r\n\r\n")
            + 4;
    g_assert_cmpuint (close[0], ==, 0x88);
    g_assert_cmpuint ((guint) close[2] << 8 | close[3], ==, rudes[i].code);
    g_assert_cmpuint (pair->peer.code, ==, rudes[i].code);
    g_assert_cmpint (pair->peer.by_peer, ==, rudes[i].code == 4000);
  }
}

/* Fragments together may be no longer than a message. */
static void
test_fragment_bound (void)
{
  g_autoptr (Pair) pair = pair_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Rude rude = { "fragments", NULL, 0, 1009 };
  gpointer args[] = { pair, &rude };
  guint8 zero[4] = { 0 };
  g_autofree guint8 *block = g_malloc0 (1000);
  g_autoptr (GByteArray) got = NULL;
  GThread *thread;

  pair->limits.max_message = 2500;
  for (guint i = 0; i < 3; i++) {
    guint at = bytes->len;

    anc_ws_frame_append (bytes, i == 0 ? ANC_WS_BINARY : ANC_WS_CONTINUATION,
                         block, 1000, zero);
    bytes->data[at] &= 0x7f;
  }
  rude.bytes = (const gchar *) bytes->data;
  rude.size = bytes->len;
  listen (pair);
  thread = g_thread_new ("rude", be_rude, args);
  wait_for (pair->peer.closed);
  got = g_thread_join (thread);
  g_assert_cmpuint (pair->peer.code, ==, 1009);
  g_assert_cmpuint (pair->peer.messages->len, ==, 0);
}

static void
test_bad_addresses (void)
{
  static const gchar *const bad[]
      = { "",           "example.org",    "http://example.org",
          "ws://",      "ws:///path",     "ws://u:p@example.org/",
          "ws://h/#x",  "ws://h:70000/",  "ws://h/ x",
          "wss://[::1", "ws://h\r\nX: y/" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i]);
    g_assert_false (anc_ws_uri_check (bad[i], &error));
    g_assert_error (error, ANC_WS_ERROR, ANC_WS_ERROR_SETTINGS);
    g_assert_null (strstr (error->message, "u:p"));
  }
  g_assert_true (anc_ws_uri_check ("ws://[::1]:80/a%20b?c=d", NULL));
}

static void
test_unreachable (void)
{
  g_autoptr (Pair) pair = pair_new ();
  g_autofree gchar *uri = NULL;
  guint port;

  listen (pair);
  port = anc_ws_server_port (pair->server);
  g_clear_pointer (&pair->server, anc_ws_server_free);
  uri = g_strdup_printf ("ws://127.0.0.1:%u/", port);
  pair->request.uri = uri;
  connect (pair);
  g_assert_error (pair->client.error, ANC_WS_ERROR, ANC_WS_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (pair->client.error->message, "port"));
}

/* A port at which nobody ever answers. */
static void
test_handshake_timeout (void)
{
  g_autoptr (Pair) pair = pair_new ();
  g_autoptr (GSocketListener) silent = g_socket_listener_new ();
  guint port = g_socket_listener_add_any_inet_port (silent, NULL, NULL);
  g_autofree gchar *uri = g_strdup_printf ("ws://127.0.0.1:%u/", port);

  pair->request.uri = uri;
  pair->request.timeout = 100;
  connect (pair);
  g_assert_error (pair->client.error, ANC_WS_ERROR, ANC_WS_ERROR_TIMEOUT);
}

/* A client that says nothing does not stay. */
static void
test_silent_client (void)
{
  g_autoptr (Pair) pair = pair_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  pair->service.handshake_timeout = 100;
  listen (pair);
  connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", (guint16) anc_ws_server_port (pair->server), NULL,
      NULL);
  wait_for (anc_ws_server_refused (pair->server) == 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/connection/echo", test_echo);
  g_test_add_func ("/connection/close", test_close);
  g_test_add_func ("/connection/close-behind-data", test_close_behind_data);
  g_test_add_func ("/connection/paused", test_paused);
  g_test_add_func ("/connection/pong-watch", test_pong_watch);
  g_test_add_func ("/connection/idle-and-duration", test_idle_and_duration);
  g_test_add_func ("/connection/rude-peers", test_rude_peers);
  g_test_add_func ("/connection/fragment-bound", test_fragment_bound);
  g_test_add_func ("/handshake/refusals", test_refusals);
  g_test_add_func ("/handshake/max-clients", test_max_clients);
  g_test_add_func ("/handshake/bad-addresses", test_bad_addresses);
  g_test_add_func ("/handshake/unreachable", test_unreachable);
  g_test_add_func ("/handshake/timeout", test_handshake_timeout);
  g_test_add_func ("/handshake/silent-client", test_silent_client);
  return g_test_run ();
}
