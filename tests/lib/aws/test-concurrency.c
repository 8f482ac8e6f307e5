/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One client from many threads, and calls that are given up. */
#include "client-fixture.h"

/* Sooner than any time-out, however busy the machine. */
#define AT_ONCE (30 * G_TIME_SPAN_SECOND)

/* --- cancelling --- */

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gsize size = 32 * 1024 * 1024;
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (size), size);
  AncAwsRequest request = { .operation = "PutThing",
                            .resource = "s3://bucket/key",
                            .method = "PUT",
                            .body = data != NULL ? body : NULL };
  GThread *thread;
  gint64 start;

  fixture_replace_with_patient (self);
  peer_stall (self->peer);
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  start = g_get_monotonic_time ();
  self->response
      = anc_aws_client_send (self->client, &request, cancellable, &self->error);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, AT_ONCE);
  g_thread_join (thread);
}

static void
test_cancel_sleep (void)
{
  const AncAwsClock *clock = anc_aws_clock_system ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  g_assert_false (
      clock->sleep (clock->data, G_TIME_SPAN_MINUTE, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, AT_ONCE);
  g_thread_join (thread);
  g_assert_true (clock->sleep (clock->data, 1000, NULL, NULL));
}

/* --- many threads --- */

#define THREADS 8
#define CALLS 25

static gpointer
call_often (gpointer data)
{
  AncAwsRequest request = { .operation = "GetThing",
                            .resource = "s3://bucket/key",
                            .method = "GET" };

  for (guint i = 0; i < CALLS; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (AncAwsResponse) response
        = anc_aws_client_send (data, &request, NULL, &error);

    g_assert_no_error (error);
  }
  return NULL;
}

static void
test_threads (Fixture *self, gconstpointer data)
{
  GThread *threads[THREADS];
  guint connections = 0;

  peer_forever (self->peer, OK_REPLY);
  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("caller", call_often, self->client);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (peer_count (self->peer), ==, THREADS * CALLS);
  for (guint i = 0; i < THREADS * CALLS; i++)
    connections = MAX (connections, peer_request (self->peer, i)->connection);
  g_test_message ("%u connections", connections);
  g_assert_cmpuint (connections, <=, THREADS);
}

/* --- which connection --- */

static void
test_kept_connections (Fixture *self, gconstpointer data)
{
  static const guint expected[] = { 1, 1, 1, 2, 3, 3 };
  AncAwsRequest request = { .method = "POST" };

  peer_forever (self->peer, OK_REPLY);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    /* A POST that may be repeated goes over a kept one, too. */
    request.flags = i == 3 ? ANC_AWS_REQUEST_NOT_IDEMPOTENT : 0;
    fake_clock_advance (&self->clock, i == 4 ? 16 : 14);
    fixture_send (self, &request);
    g_assert_no_error (self->error);
    g_assert_cmpuint (peer_request (self->peer, i)->connection, ==,
                      expected[i]);
  }
}

/* --- what is left unread --- */

/* A stream that is given up does not wait for the rest of the body. */
static void
test_abandon (Fixture *self, gconstpointer data)
{
  AncAwsRequest request = { .operation = "GetThing",
                            .resource = "s3://bucket/key",
                            .method = "GET" };
  gchar piece[2];
  gint64 start;

  fixture_replace_with_patient (self);
  peer_say (self->peer, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhi");
  peer_say (self->peer, OK_REPLY);
  self->response
      = anc_aws_client_open (self->client, &request, NULL, &self->error);
  g_assert_no_error (self->error);
  g_assert_cmpint (
      g_input_stream_read (self->response->stream, piece, 2, NULL, NULL), ==,
      2);
  start = g_get_monotonic_time ();
  g_clear_pointer (&self->response, anc_aws_response_free);
  g_assert_cmpint (g_get_monotonic_time () - start, <, AT_ONCE);
  fixture_send (self, &request);
  g_assert_no_error (self->error);
  g_assert_cmpuint (peer_request (self->peer, 1)->connection, ==, 2);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    gconstpointer data;
    void (*test) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "/concurrency/cancel", NULL, test_cancel },
    { "/concurrency/cancel-body", "body", test_cancel },
    { "/concurrency/abandon", NULL, test_abandon },
    { "/concurrency/threads", NULL, test_threads },
    { "/concurrency/kept-connections", NULL, test_kept_connections },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, tests[i].data, fixture_set_up,
                tests[i].test, fixture_tear_down);
  g_test_add_func ("/concurrency/cancel-sleep", test_cancel_sleep);
  return g_test_run ();
}
