/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client against a server that fails by script. Clock and jitter are fake:
 * what would be waited for is looked at, not waited for. */
#include "anc-aws-fault.h"
#include "anc-aws-retry.h"
#include "client-fixture.h"

#include <string.h>

#define MS G_TIME_SPAN_MILLISECOND

static void
test_plain (Fixture *self, gconstpointer data)
{
  g_autoptr (AncAwsFields) headers = anc_aws_fields_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("body", 4);
  AncAwsClientStats stats;

  anc_aws_fields_add (headers, "X-Amz-Meta-A", "b");
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &(AncAwsRequest){ .method = "PUT",
                                        .path = "/a//b/../%2f%C3%BC+",
                                        .query = "x=%2F&y",
                                        .headers = headers,
                                        .body = body });
  fixture_succeeds (self, 1);
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
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_fails (self, each->error, each->again ? 3 : 1);
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
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_succeeds (self, 3);
}

static void
test_cut_short (Fixture *self, gconstpointer data)
{
  peer_close_after (self->peer);
  peer_say (self->peer, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort");
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_succeeds (self, 2);
}

static void
test_not_http (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 3; i++) {
    peer_close_after (self->peer);
    peer_say (self->peer, "220 mail.example.com ESMTP\r\n\r\n");
  }
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_fails (self, ANC_AWS_ERROR_MALFORMED, 3);
}

static void
test_timeout (Fixture *self, gconstpointer data)
{
  peer_stall (self->peer);
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_succeeds (self, 2);
}

static void
test_asks_for_time (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 503, "x-amz-retry-after: 1500\r\n", NULL);
  peer_answer (self->peer, 503, "Retry-After: 7\r\n", NULL);
  peer_answer (self->peer, 200, NULL, NULL);
  self->clock.random = 0;
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_succeeds (self, 3);
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
  fixture_replace_client (self, 100, NULL);
  peer_forever (self->peer, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_fails (self, ANC_AWS_ERROR_SERVER, 100);
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_fails (self, ANC_AWS_ERROR_SERVER, 102);
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_fails (self, ANC_AWS_ERROR_SERVER, 103);
  /* Each success gives one back; five make a retry. */
  peer_forever (self->peer, OK_REPLY);
  for (guint i = 0; i < 5; i++)
    fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  peer_forever (self->peer, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_fails (self, ANC_AWS_ERROR_SERVER, 110);
}

static void
test_not_idempotent (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 500, NULL, NULL);
  fixture_send (self,
                &(AncAwsRequest){ .path = "/x",
                                  .flags = ANC_AWS_REQUEST_NOT_IDEMPOTENT });
  fixture_fails (self, ANC_AWS_ERROR_SERVER, 1);
  peer_reset (self->peer);
  fixture_send (self,
                &(AncAwsRequest){ .path = "/x",
                                  .flags = ANC_AWS_REQUEST_NOT_IDEMPOTENT });
  fixture_fails (self, ANC_AWS_ERROR_CONNECTION, 2);
}

static void
test_conflict (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 409, NULL, FAULT ("ConditionalRequestConflict"));
  peer_say (self->peer, OK_REPLY);
  fixture_send (self,
                &(AncAwsRequest){ .path = "/x",
                                  .flags = ANC_AWS_REQUEST_RETRY_CONFLICT });
  fixture_succeeds (self, 2);
}

static void
test_error_in_body (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 200, NULL, "  \n" FAULT ("InternalError"));
  peer_answer (self->peer, 200, NULL, "");
  peer_answer (self->peer, 200, NULL, "  \n<Done/>");
  fixture_send (
      self,
      &(AncAwsRequest){ .path = "/x", .flags = ANC_AWS_REQUEST_ERROR_IN_BODY });
  fixture_succeeds (self, 3);
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
    fixture_send (
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
  fixture_send (
      self, &(AncAwsRequest){ .method = "PUT", .path = "/x", .body = body });
  fixture_succeeds (self, 2);
  g_assert_null (peer_header (self->peer, 0, "Expect"));
  g_assert_cmpstr (peer_header (self->peer, 1, "Expect"), ==, "100-continue");
  g_assert_cmpuint (peer_request (self->peer, 1)->size, ==, size);
}

/* Where bodies keep breaking off, a request without one is asked for the
 * reason. */
static void
test_probe (Fixture *self, gconstpointer data)
{
  gsize size = 8 * 1024 * 1024;
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (size), size);
  AncAwsRequest probe = { .operation = "PutThing",
                          .resource = "s3://bucket/key",
                          .method = "GET",
                          .path = "/probe" };
  AncAwsRequest request
      = { .method = "PUT", .path = "/x", .body = body, .probe = &probe };

  peer_refuse_body (self->peer);
  peer_refuse_body (self->peer);
  /* On a kept connection libsoup would send once more by itself. */
  peer_close_after (self->peer);
  peer_answer (self->peer, 403, NULL, FAULT ("InvalidAccessKeyId"));
  fixture_send (self, &request);
  fixture_fails (self, ANC_AWS_ERROR_DENIED, 3);
  g_assert_cmpstr (peer_request (self->peer, 2)->line, ==,
                   "GET /probe HTTP/1.1");
  /* Another right than the one that is missing says nothing. */
  peer_refuse_body (self->peer);
  peer_refuse_body (self->peer);
  peer_answer (self->peer, 403, NULL, FAULT ("AccessDenied"));
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &request);
  g_assert_no_error (self->error);
  g_assert_cmpuint (self->response->attempts, ==, 3);
}

/* --- the clock --- */

static void
test_skew (Fixture *self, gconstpointer data)
{
  AncAwsClientStats stats;

  peer_answer (self->peer, 403, "Date: Thu, 29 Feb 2024 13:00:00 GMT\r\n",
               FAULT ("RequestTimeTooSkewed"));
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_succeeds (self, 2);
  g_assert_cmpuint (self->clock.sleeps->len, ==, 0);
  g_assert_cmpstr (peer_header (self->peer, 1, "X-Amz-Date"), ==,
                   "20240229T130000Z");
  anc_aws_client_get_stats (self->client, &stats);
  g_assert_cmpint (stats.clock_offset, ==,
                   G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC);
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  g_assert_cmpstr (peer_header (self->peer, 2, "X-Amz-Date"), ==,
                   "20240229T130000Z");
}

static void
test_perhaps_skew (Fixture *self, gconstpointer data)
{
  /* Three minutes are no explanation for a wrong signature; ten are. */
  peer_answer (self->peer, 403, "Date: Thu, 29 Feb 2024 12:03:00 GMT\r\n",
               FAULT ("SignatureDoesNotMatch"));
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_fails (self, ANC_AWS_ERROR_DENIED, 1);
  peer_answer (self->peer, 403, "Date: Thu, 29 Feb 2024 11:50:00 GMT\r\n",
               NULL);
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
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

  fixture_replace_client (self, 3, cache);
  peer_answer (self->peer, 400, NULL, FAULT ("ExpiredToken"));
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &(AncAwsRequest){ .path = "/x" });
  fixture_succeeds (self, 2);
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
  fixture_send (self, &request);
  fixture_succeeds (self, 2);
  g_assert_nonnull (
      strstr (peer_header (self->peer, 1, "Authorization"), "/us-west-2/"));
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &request);
  g_assert_nonnull (
      strstr (peer_header (self->peer, 2, "Authorization"), "/us-west-2/"));
  request.locality = "other";
  peer_answer (self->peer, 400, NULL,
               "<Error><Code>AuthorizationHeaderMalformed</Code><Region>"
               "eu-north-1</Region></Error>");
  peer_say (self->peer, OK_REPLY);
  fixture_send (self, &request);
  g_assert_nonnull (
      strstr (peer_header (self->peer, 3, "Authorization"), "/eu-west-1/"));
  g_assert_nonnull (
      strstr (peer_header (self->peer, 4, "Authorization"), "/eu-north-1/"));
  peer_answer (self->peer, 301, "x-amz-bucket-region: evil.example\r\n", NULL);
  fixture_send (self, &request);
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_ARGUMENT);
}

static void
add (const gchar *name, gconstpointer data,
     void (*test) (Fixture *self, gconstpointer data))
{
  g_autofree gchar *path = g_strconcat ("/client/", name, NULL);

  g_test_add (path, Fixture, data, fixture_set_up, test, fixture_tear_down);
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
  add ("probe", NULL, test_probe);
  add ("skew", NULL, test_skew);
  add ("perhaps-skew", NULL, test_perhaps_skew);
  add ("expired", NULL, test_expired);
  add ("redirect", NULL, test_redirect);
  return g_test_run ();
}
