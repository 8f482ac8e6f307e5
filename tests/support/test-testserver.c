/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testserver.h"

#include <string.h>

/* A proxy before nobody: it needs no program that may be missing. */
#define PROXY "proxy --target 127.0.0.1:9"

static GSocketConnection *
dial (TestServer *server, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  return g_socket_client_connect_to_host (
      client, "127.0.0.1", test_server_get_port (server, "PROXY_PORT"), NULL,
      error);
}

static void
test_commands (void)
{
  g_autoptr (TestServer) server = test_server_new (PROXY);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *none = test_server_ask (server, "proxy requests");
  g_autofree gchar *one = NULL;
  gchar reply[13] = "";
  gsize got;

  g_assert_cmpstr (none, ==, "[]");
  test_server_tell (server, "proxy add {\"kind\": \"status\", \"status\": %d}",
                    503);
  connection = dial (server, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)),
      "GET / HTTP/1.1\r\n\r\n", 18, NULL, NULL, &error);
  g_assert_no_error (error);
  g_input_stream_read_all (
      g_io_stream_get_input_stream (G_IO_STREAM (connection)), reply, 12, &got,
      NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (reply, ==, "HTTP/1.1 503");
  one = test_server_ask (server, "proxy requests");
  g_assert_nonnull (strstr (one, "\"faults\": [\"status\"]"));
}

static void
test_end (void)
{
  g_autoptr (TestServer) server = test_server_new (PROXY);
  g_autofree gchar *port = g_strdup (test_server_get (server, "PROXY_PORT"));
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  test_server_free (g_steal_pointer (&server));
  connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", (guint16) g_ascii_strtoull (port, NULL, 10), NULL,
      &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static void
test_mistake (void)
{
  if (g_test_subprocess ()) {
    g_autoptr (TestServer) server = test_server_new (PROXY);

    test_server_tell (server, "restart");
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*no command \"restart\" here*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/testserver/commands", test_commands);
  g_test_add_func ("/support/testserver/end", test_end);
  g_test_add_func ("/support/testserver/mistake", test_mistake);
  return g_test_run ();
}
