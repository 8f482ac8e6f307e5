/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A body that the peer takes nothing of: its socket listens, and the kernel
 * alone answers. */
#include "anc-aws-error.h"
#include "anc-aws-transport.h"

#define TIMEOUT_SECONDS 3
#define BODY_SIZE (64 << 20) /* more than the kernel's buffers */

typedef struct {
  GSocketListener *listener;
  guint port;
  AncAwsTransport *transport;
  GBytes *body;
  GError *error;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  AncAwsTransportOptions options = { .timeout_seconds = TIMEOUT_SECONDS,
                                     .max_connections = 2,
                                     .direct = TRUE,
                                     .plain = TRUE };

  self->listener = g_socket_listener_new ();
  self->port = g_socket_listener_add_any_inet_port (self->listener, NULL,
                                                    &self->error);
  g_assert_no_error (self->error);
  self->transport = anc_aws_transport_new (&options, &self->error);
  g_assert_no_error (self->error);
  self->body = g_bytes_new_take (g_malloc0 (BODY_SIZE), BODY_SIZE);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_unref (self->listener);
  anc_aws_transport_unref (self->transport);
  g_bytes_unref (self->body);
  g_clear_error (&self->error);
}

static void
put (Fixture *self, GCancellable *cancellable)
{
  AncAwsExchange exchange = { .method = "PUT",
                              .scheme = "http",
                              .host = "127.0.0.1",
                              .port = self->port,
                              .path = "/",
                              .body = self->body };
  g_auto (AncAwsReply) reply = { 0 };

  g_assert_false (anc_aws_transport_open (self->transport, &exchange, &reply,
                                          cancellable, &self->error));
}

/* The time-out is waited for once, although libsoup has a try of its own at what
 * could not be sent. */
static void
test_timeout (Fixture *self, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();

  put (self, NULL);
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, <,
                   2 * TIMEOUT_SECONDS * G_USEC_PER_SEC);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (200 * 1000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  put (self, cancellable);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/aws/body/timeout", Fixture, NULL, set_up, test_timeout,
              tear_down);
  g_test_add ("/aws/body/cancel", Fixture, NULL, set_up, test_cancel,
              tear_down);
  return g_test_run ();
}
