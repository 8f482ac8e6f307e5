/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client against a server that fails by script. Clock and jitter are fake:
 * what would be waited for is looked at, not waited for. */
#include "anc-aws-client.h"
#include "anc-aws-error.h"
#include "anc-aws-fault.h"
#include "anc-aws-retry.h"
#include "fake-clock.h"
#include "peer.h"

#include <string.h>

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define MS G_TIME_SPAN_MILLISECOND
#define OK_REPLY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

typedef struct {
  FakeClock clock;
  Peer *peer;
  AncAwsContext *context;
  AncAwsClient *client;
  GError *error;
  AncAwsResponse *response;
} Fixture;

static AncAwsClient *
make_client (Fixture *self, const gchar *service, guint attempts,
             AncAwsProvider *provider)
{
  g_autoptr (AncAwsProvider) keys
      = anc_aws_provider_static ("AKIDEXAMPLE", SECRET, "token/secret");
  AncAwsClientOptions options = {
    .service = service,
    .region = "eu-west-1",
    .endpoint = peer_url (self->peer),
    .provider = provider != NULL ? provider : keys,
    .max_attempts = attempts,
    .timeout_seconds = 1,
  };
  g_autoptr (GError) error = NULL;
  AncAwsClient *client = anc_aws_client_new (self->context, &options, &error);

  g_assert_no_error (error);
  return client;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  static const gchar *const environment[] = { "HOME=/nonexistent", NULL };

  fake_clock_init (&self->clock);
  self->peer = peer_new (NULL, FALSE);
  self->context = anc_aws_context_new (environment, NULL, &self->clock.clock);
  self->client = make_client (self, "s3", 3, NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  anc_aws_client_unref (self->client);
  anc_aws_context_unref (self->context);
  peer_free (self->peer);
  fake_clock_clear (&self->clock);
  g_clear_error (&self->error);
  g_clear_pointer (&self->response, anc_aws_response_free);
}

static void
send_request (Fixture *self, const AncAwsRequest *request)
{
  AncAwsRequest whole = *request;

  whole.operation = "PutThing";
  whole.resource = "s3://bucket/key";
  if (whole.method == NULL)
    whole.method = "GET";
  g_clear_error (&self->error);
  g_clear_pointer (&self->response, anc_aws_response_free);
  self->response
      = anc_aws_client_send (self->client, &whole, NULL, &self->error);
  if (self->error != NULL)
    g_test_message ("%s", self->error->message);
}

static void
assert_success (Fixture *self, guint requests)
{
  g_assert_no_error (self->error);
  g_assert_nonnull (self->response);
  g_assert_cmpuint (peer_count (self->peer), ==, requests);
  g_assert_cmpuint (self->response->attempts, ==, requests);
}

/* No error may show a secret. */
static void
assert_failure (Fixture *self, AncAwsError code, guint requests)
{
  g_assert_null (self->response);
  g_assert_error (self->error, ANC_AWS_ERROR, (gint) code);
  g_assert_cmpuint (peer_count (self->peer), ==, requests);
  g_assert_nonnull (strstr (self->error->message, "s3://bucket/key"));
  g_assert_null (strstr (self->error->message, SECRET));
  g_assert_null (strstr (self->error->message, "token/secret"));
  g_assert_null (strstr (self->error->message, "Signature="));
}

static void
test_plain (Fixture *self, gconstpointer data)
{
  g_autoptr (AncAwsFields) headers = anc_aws_fields_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("body", 4);
  AncAwsClientStats stats;

  anc_aws_fields_add (headers, "X-Amz-Meta-A", "b");
  peer_say (self->peer, OK_REPLY);
  send_request (self, &(AncAwsRequest){ .method = "PUT",
                                        .path = "/a//b/../%2f%C3%BC+",
                                        .query = "x=%2F&y",
                                        .headers = headers,
                                        .body = body });
  assert_success (self, 1);
  g_assert_cmpstr (peer_request (self->peer, 0)->line, ==,
                   "PUT /a//b/../%2f%C3%BC+?x=%2F&y HTTP/1.1");
  g_assert_cmpstr (peer_request (self->peer, 0)->body, ==, "body");
  g_assert_cmpstr (peer_header (self->peer, 0, "Host"), ==,
                   peer_url (self->peer) + strlen ("http://"));
  g_assert_cmpstr (peer_header (self->peer, 0, "X-Amz-Date"), ==,
                   "20240229T120000Z");
  g_assert_nonnull (strstr (
      peer_header (self->peer, 0, "Authorization"),
      "/20240229/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-"
      "sha256;x-amz-date;x-amz-meta-a;x-amz-security-token"));
  g_assert_null (peer_header (self->peer, 0, "Accept-Encoding"));
  g_assert_null (peer_header (self->peer, 0, "Expect"));
  anc_aws_client_get_stats (self->client, &stats);
  g_assert_cmpuint (stats.requests, ==, 1);
  g_assert_cmpuint (stats.bytes_sent, ==, 4);
  g_assert_cmpuint (stats.bytes_received, ==, 2);
}

/* --- what is tried again --- */

#define FAULT(code)                                                            \
  "<Error><Code>" code "</Code><Message>Why.</Message></Error>"

typedef struct {
  const gchar *name;
  guint status;
  const gchar *body;
  AncAwsError error;
  gboolean again;
} Case;

static const Case cases[] = {
  { "500", 500, NULL, ANC_AWS_ERROR_SERVER, TRUE },
  { "502", 502, "<html>", ANC_AWS_ERROR_SERVER, TRUE },
  { "503", 503, NULL, ANC_AWS_ERROR_SERVER, TRUE },
  { "504", 504, NULL, ANC_AWS_ERROR_SERVER, TRUE },
  { "501", 501, NULL, ANC_AWS_ERROR_NOT_SUPPORTED, FALSE },
  { "429", 429, NULL, ANC_AWS_ERROR_THROTTLED, TRUE },
  { "slow-down", 503, FAULT ("SlowDown"), ANC_AWS_ERROR_THROTTLED, TRUE },
  { "throttling", 400, "{\"__type\":\"a.b#ThrottlingException\"}",
    ANC_AWS_ERROR_THROTTLED, TRUE },
  { "request-timeout", 400, FAULT ("RequestTimeout"), ANC_AWS_ERROR_TIMEOUT,
    TRUE },
  { "internal", 500, FAULT ("InternalError"), ANC_AWS_ERROR_SERVER, TRUE },
  { "bad-request", 400, FAULT ("InvalidRequest"), ANC_AWS_ERROR_ARGUMENT,
    FALSE },
  { "denied", 403, FAULT ("AccessDenied"), ANC_AWS_ERROR_DENIED, FALSE },
  { "wrong-key", 403, FAULT ("InvalidAccessKeyId"), ANC_AWS_ERROR_DENIED,
    FALSE },
  { "wrong-secret", 403, FAULT ("SignatureDoesNotMatch"), ANC_AWS_ERROR_DENIED,
    FALSE },
  { "expired", 400, FAULT ("ExpiredToken"), ANC_AWS_ERROR_EXPIRED, FALSE },
  { "no-bucket", 404, FAULT ("NoSuchBucket"), ANC_AWS_ERROR_NOT_FOUND, FALSE },
  { "404", 404, NULL, ANC_AWS_ERROR_NOT_FOUND, FALSE },
  { "409", 409, FAULT ("OperationAborted"), ANC_AWS_ERROR_CONFLICT, FALSE },
  { "412", 412, FAULT ("PreconditionFailed"), ANC_AWS_ERROR_PRECONDITION,
    FALSE },
  { "416", 416, FAULT ("InvalidRange"), ANC_AWS_ERROR_RANGE, FALSE },
  { "digest", 400, FAULT ("BadDigest"), ANC_AWS_ERROR_CHECKSUM, FALSE },
};

static void
test_status (Fixture *self, gconstpointer data)
{
  const Case *each = data;
  const gchar *ids = "x-amz-request-id: R1\r\nx-amz-id-2: H2\r\n";
  const AncAwsErrorDetails *details;

  for (guint i = 0; i < 3; i++)
    peer_answer (self->peer, each->status, ids, each->body);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_failure (self, each->error, each->again ? 3 : 1);
  details = anc_aws_error_get_details (self->error);
  g_assert_cmpuint (details->http_status, ==, each->status);
  g_assert_cmpstr (details->request_id, ==, "R1");
  g_assert_cmpstr (details->extended_request_id, ==, "H2");
  g_assert_cmpuint (details->attempts, ==, each->again ? 3 : 1);
  /* Full jitter below 1 s, then 2 s; here it is always half. */
  g_assert_cmpuint (self->clock.sleeps->len, ==, each->again ? 2 : 0);
  if (each->again) {
    g_assert_cmpint (fake_clock_slept (&self->clock, 0), ==, 500 * MS);
    g_assert_cmpint (fake_clock_slept (&self->clock, 1), ==, 1000 * MS);
  }
}

static void
test_recovers (Fixture *self, gconstpointer data)
{
  peer_reset (self->peer);
  peer_answer (self->peer, 500, NULL, NULL);
  peer_say (self->peer, OK_REPLY);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_success (self, 3);
}

static void
test_cut_short (Fixture *self, gconstpointer data)
{
  peer_close_after (self->peer);
  peer_say (self->peer, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort");
  peer_say (self->peer, OK_REPLY);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_success (self, 2);
}

static void
test_not_http (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 3; i++) {
    peer_close_after (self->peer);
    peer_say (self->peer, "220 mail.example.com ESMTP\r\n\r\n");
  }
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_failure (self, ANC_AWS_ERROR_MALFORMED, 3);
}

static void
test_timeout (Fixture *self, gconstpointer data)
{
  peer_stall (self->peer);
  peer_say (self->peer, OK_REPLY);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_success (self, 2);
}

static void
test_asks_for_time (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 503, "x-amz-retry-after: 1500\r\n", NULL);
  peer_answer (self->peer, 503, "Retry-After: 7\r\n", NULL);
  peer_answer (self->peer, 200, NULL, NULL);
  self->clock.random = 0;
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_success (self, 3);
  g_assert_cmpint (fake_clock_slept (&self->clock, 0), ==, 1500 * MS);
  g_assert_cmpint (fake_clock_slept (&self->clock, 1), ==, 7000 * MS);
}

/* Of what a server may ask for there is a limit. */
static void
test_delay (Fixture *self, gconstpointer data)
{
  const AncAwsClock *clock = &self->clock.clock;
  static const struct {
    guint attempt;
    const gchar *name, *value;
    gint64 ms;
  } table[] = {
    { 1, NULL, NULL, 500 },
    { 2, NULL, NULL, 1000 },
    { 5, NULL, NULL, 8000 },
    { 6, NULL, NULL, 10000 },
    { 60, NULL, NULL, 10000 },
    { 1, "X-Amz-Retry-After", "100", 500 },
    { 1, "x-amz-retry-after", "60000", 5500 },
    { 1, "x-amz-retry-after", "-1", 500 },
    { 1, "Retry-After", "3", 3000 },
    { 1, "Retry-After", "3000", 20000 },
    { 1, "Retry-After", "Thu, 29 Feb 2024 12:00:04 GMT", 4000 },
    { 1, "Retry-After", "Thu, 29 Feb 2024 11:00:00 GMT", 500 },
    { 1, "Retry-After", "soon", 500 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (AncAwsFields) headers = anc_aws_fields_new ();

    if (table[i].name != NULL)
      anc_aws_fields_add (headers, table[i].name, table[i].value);
    g_assert_cmpint (anc_aws_retry_delay (table[i].attempt, headers, clock), ==,
                     table[i].ms * MS);
  }
}

/* 500 tokens are 100 retries for all calls of a client together. */
static void
test_bucket (Fixture *self, gconstpointer data)
{
  anc_aws_client_unref (self->client);
  self->client = make_client (self, "s3", 100, NULL);
  peer_forever (self->peer, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_failure (self, ANC_AWS_ERROR_SERVER, 100);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_failure (self, ANC_AWS_ERROR_SERVER, 102);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_failure (self, ANC_AWS_ERROR_SERVER, 103);
  /* Each success gives one back; five make a retry. */
  peer_forever (self->peer, OK_REPLY);
  for (guint i = 0; i < 5; i++)
    send_request (self, &(AncAwsRequest){ .path = "/x" });
  peer_forever (self->peer, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_failure (self, ANC_AWS_ERROR_SERVER, 110);
}

static void
test_not_idempotent (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 500, NULL, NULL);
  send_request (self,
                &(AncAwsRequest){ .path = "/x",
                                  .flags = ANC_AWS_REQUEST_NOT_IDEMPOTENT });
  assert_failure (self, ANC_AWS_ERROR_SERVER, 1);
  peer_reset (self->peer);
  send_request (self,
                &(AncAwsRequest){ .path = "/x",
                                  .flags = ANC_AWS_REQUEST_NOT_IDEMPOTENT });
  assert_failure (self, ANC_AWS_ERROR_CONNECTION, 2);
}

static void
test_conflict (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 409, NULL, FAULT ("ConditionalRequestConflict"));
  peer_say (self->peer, OK_REPLY);
  send_request (self,
                &(AncAwsRequest){ .path = "/x",
                                  .flags = ANC_AWS_REQUEST_RETRY_CONFLICT });
  assert_success (self, 2);
}

static void
test_error_in_body (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 200, NULL, "  \n" FAULT ("InternalError"));
  peer_answer (self->peer, 200, NULL, "");
  peer_answer (self->peer, 200, NULL, "  \n<Done/>");
  send_request (
      self,
      &(AncAwsRequest){ .path = "/x", .flags = ANC_AWS_REQUEST_ERROR_IN_BODY });
  assert_success (self, 3);
}

/* --- bodies --- */

static void
test_kept_connection_was_closed (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("body", 4);

  peer_close_after (self->peer);
  peer_say (self->peer, OK_REPLY);
  peer_close_after (self->peer);
  peer_say (self->peer, OK_REPLY);
  for (guint i = 0; i < 2; i++) {
    send_request (
        self, &(AncAwsRequest){ .method = "PUT", .path = "/x", .body = body });
    g_assert_no_error (self->error);
    g_assert_cmpstr (peer_request (self->peer, i)->body, ==, "body");
  }
  g_assert_cmpuint (peer_count (self->peer), ==, 2);
}

/* A body that broke off is offered before it is sent again, so that a refusal
 * is heard. */
static void
test_expects (Fixture *self, gconstpointer data)
{
  gsize size = 8 * 1024 * 1024;
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (size), size);

  peer_refuse_body (self->peer);
  peer_say (self->peer, OK_REPLY);
  send_request (
      self, &(AncAwsRequest){ .method = "PUT", .path = "/x", .body = body });
  assert_success (self, 2);
  g_assert_null (peer_header (self->peer, 0, "Expect"));
  g_assert_cmpstr (peer_header (self->peer, 1, "Expect"), ==, "100-continue");
  g_assert_cmpuint (peer_request (self->peer, 1)->size, ==, size);
}

/* --- the clock --- */

static void
test_skew (Fixture *self, gconstpointer data)
{
  AncAwsClientStats stats;

  peer_answer (self->peer, 403, "Date: Thu, 29 Feb 2024 13:00:00 GMT\r\n",
               FAULT ("RequestTimeTooSkewed"));
  peer_say (self->peer, OK_REPLY);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_success (self, 2);
  g_assert_cmpuint (self->clock.sleeps->len, ==, 0);
  g_assert_cmpstr (peer_header (self->peer, 1, "X-Amz-Date"), ==,
                   "20240229T130000Z");
  anc_aws_client_get_stats (self->client, &stats);
  g_assert_cmpint (stats.clock_offset, ==,
                   G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC);
  peer_say (self->peer, OK_REPLY);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  g_assert_cmpstr (peer_header (self->peer, 2, "X-Amz-Date"), ==,
                   "20240229T130000Z");
}

static void
test_perhaps_skew (Fixture *self, gconstpointer data)
{
  /* Three minutes are no explanation for a wrong signature; ten are. */
  peer_answer (self->peer, 403, "Date: Thu, 29 Feb 2024 12:03:00 GMT\r\n",
               FAULT ("SignatureDoesNotMatch"));
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_failure (self, ANC_AWS_ERROR_DENIED, 1);
  peer_answer (self->peer, 403, "Date: Thu, 29 Feb 2024 11:50:00 GMT\r\n",
               NULL);
  peer_say (self->peer, OK_REPLY);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  g_assert_no_error (self->error);
  g_assert_cmpstr (peer_header (self->peer, 2, "X-Amz-Date"), ==,
                   "20240229T115000Z");
}

/* --- credentials --- */

static AncAwsCredentials *
fetch_numbered (gpointer data, GCancellable *cancellable, GError **error)
{
  guint *number = data;
  g_autofree gchar *id = g_strdup_printf ("AKID%u", ++*number);

  return anc_aws_credentials_new (id, "secret", id, 0);
}

static void
test_expired (Fixture *self, gconstpointer data)
{
  static const AncAwsProviderClass klass
      = { .name = "a test", .fetch = fetch_numbered };
  guint number = 0;
  g_autoptr (AncAwsProvider) source = anc_aws_provider_new (&klass, &number);
  g_autoptr (AncAwsProvider) cache
      = anc_aws_provider_cached (source, &self->clock.clock);

  anc_aws_client_unref (self->client);
  self->client = make_client (self, "s3", 3, cache);
  peer_answer (self->peer, 400, NULL, FAULT ("ExpiredToken"));
  peer_say (self->peer, OK_REPLY);
  send_request (self, &(AncAwsRequest){ .path = "/x" });
  assert_success (self, 2);
  g_assert_nonnull (
      strstr (peer_header (self->peer, 0, "Authorization"), "=AKID1/"));
  g_assert_nonnull (
      strstr (peer_header (self->peer, 1, "Authorization"), "=AKID2/"));
}

/* --- regions --- */

static void
test_redirect (Fixture *self, gconstpointer data)
{
  AncAwsRequest request = { .path = "/bucket/x", .locality = "bucket" };

  peer_answer (self->peer, 301, "x-amz-bucket-region: us-west-2\r\n", NULL);
  peer_say (self->peer, OK_REPLY);
  send_request (self, &request);
  assert_success (self, 2);
  g_assert_nonnull (
      strstr (peer_header (self->peer, 1, "Authorization"), "/us-west-2/"));
  peer_say (self->peer, OK_REPLY);
  send_request (self, &request);
  g_assert_nonnull (
      strstr (peer_header (self->peer, 2, "Authorization"), "/us-west-2/"));
  request.locality = "other";
  peer_answer (self->peer, 400, NULL,
               "<Error><Code>AuthorizationHeaderMalformed</Code><Region>"
               "eu-north-1</Region></Error>");
  peer_say (self->peer, OK_REPLY);
  send_request (self, &request);
  g_assert_nonnull (
      strstr (peer_header (self->peer, 3, "Authorization"), "/eu-west-1/"));
  g_assert_nonnull (
      strstr (peer_header (self->peer, 4, "Authorization"), "/eu-north-1/"));
  peer_answer (self->peer, 301, "x-amz-bucket-region: evil.example\r\n", NULL);
  send_request (self, &request);
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_ARGUMENT);
}

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
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 start = g_get_monotonic_time ();

  peer_stall (self->peer);
  self->response
      = anc_aws_client_send (self->client, &request, cancellable, &self->error);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 900 * MS);
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
  g_assert_cmpint (g_get_monotonic_time () - start, <, 30 * G_TIME_SPAN_SECOND);
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

static void
add (const gchar *name, gconstpointer data,
     void (*test) (Fixture *self, gconstpointer data))
{
  g_autofree gchar *path = g_strconcat ("/client/", name, NULL);

  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("plain", NULL, test_plain);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *name = g_strconcat ("status/", cases[i].name, NULL);

    add (name, &cases[i], test_status);
  }
  add ("recovers", NULL, test_recovers);
  add ("cut-short", NULL, test_cut_short);
  add ("not-http", NULL, test_not_http);
  add ("timeout", NULL, test_timeout);
  add ("asks-for-time", NULL, test_asks_for_time);
  add ("delay", NULL, test_delay);
  add ("bucket", NULL, test_bucket);
  add ("not-idempotent", NULL, test_not_idempotent);
  add ("conflict", NULL, test_conflict);
  add ("error-in-body", NULL, test_error_in_body);
  add ("kept-connection-was-closed", NULL, test_kept_connection_was_closed);
  add ("expects", NULL, test_expects);
  add ("skew", NULL, test_skew);
  add ("perhaps-skew", NULL, test_perhaps_skew);
  add ("expired", NULL, test_expired);
  add ("redirect", NULL, test_redirect);
  add ("cancel", NULL, test_cancel);
  add ("cancel-body", "body", test_cancel);
  g_test_add_func ("/client/cancel-sleep", test_cancel_sleep);
  add ("threads", NULL, test_threads);
  return g_test_run ();
}
