/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading objects from a server whose answers break off. */
#include "anc-aws-error.h"
#include "anc-s3.h"
#include "fake-clock.h"
#include "peer.h"

#include <string.h>

typedef struct {
  FakeClock clock;
  Peer *peer;
  AncS3 *s3;
  GError *error;
  gchar data[16];
  gsize read;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  static const gchar *const environment[] = { "HOME=/nonexistent", NULL };
  g_autoptr (AncAwsProvider) keys = anc_aws_provider_static ("A", "b", NULL);
  g_autoptr (AncAwsContext) context = NULL;
  AncS3Options options = { 0 };

  fake_clock_init (&self->clock);
  self->peer = peer_new (NULL, FALSE);
  context = anc_aws_context_new (environment, NULL, &self->clock.clock);
  options.aws = (AncAwsClientOptions){ .region = "eu-west-1",
                                       .endpoint = peer_url (self->peer),
                                       .provider = keys,
                                       .timeout_seconds = 1 };
  self->s3 = anc_s3_new (context, &options, &self->error);
  g_assert_no_error (self->error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  anc_s3_unref (self->s3);
  peer_free (self->peer);
  fake_clock_clear (&self->clock);
  g_clear_error (&self->error);
}

/* `size` bytes are promised from `offset` on of an object of 10, `text` comes;
 * then the connection is closed. */
static void
answer (Fixture *self, guint offset, guint size, const gchar *text)
{
  g_autofree gchar *raw = g_strdup_printf (
      "HTTP/1.1 206 Partial Content\r\nContent-Length: %u\r\n"
      "Content-Range: bytes %u-%u/10\r\nETag: \"e\"\r\n\r\n%s",
      size, offset, offset + size - 1, text);

  peer_close_after (self->peer);
  peer_say (self->peer, raw);
}

static gboolean
read_object (Fixture *self, guint64 offset, gsize size)
{
  AncS3Range range = { .offset = offset };

  memset (self->data, 0, sizeof self->data);
  return anc_s3_read (self->s3, "bucket", "key", &range, self->data, size,
                      &self->read, NULL, NULL, &self->error);
}

static void
test_whole (Fixture *self, gconstpointer data)
{
  answer (self, 2, 5, "23456");
  g_assert_true (read_object (self, 2, 5));
  g_assert_cmpstr (self->data, ==, "23456");
  g_assert_cmpstr (peer_header (self->peer, 0, "Range"), ==, "bytes=2-6");
  g_assert_null (peer_header (self->peer, 0, "If-Match"));
  /* Up to the end, which comes before the buffer is full. */
  answer (self, 7, 3, "789");
  g_assert_true (read_object (self, 7, 9));
  g_assert_cmpuint (self->read, ==, 3);
}

/* It goes on where it broke, with the object that it began with. */
static void
test_goes_on (Fixture *self, gconstpointer data)
{
  answer (self, 0, 10, "012");
  answer (self, 3, 7, "34");
  answer (self, 5, 5, "");
  answer (self, 5, 5, "56789");
  g_assert_true (read_object (self, 0, 10));
  g_assert_no_error (self->error);
  g_assert_cmpstr (self->data, ==, "0123456789");
  g_assert_cmpstr (peer_header (self->peer, 1, "Range"), ==, "bytes=3-9");
  g_assert_cmpstr (peer_header (self->peer, 1, "If-Match"), ==, "\"e\"");
  g_assert_cmpstr (peer_header (self->peer, 3, "Range"), ==, "bytes=5-9");
  g_assert_cmpuint (self->clock.sleeps->len, ==, 3);
}

static void
test_gives_up (Fixture *self, gconstpointer data)
{
  answer (self, 0, 10, "012");
  for (guint i = 0; i < 4; i++)
    answer (self, 3, 7, "");
  g_assert_false (read_object (self, 0, 10));
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_CONNECTION);
  g_assert_nonnull (strstr (self->error->message, "s3://bucket/key"));
  /* Three failures in a row; progress begins the count anew, at one. */
  g_assert_cmpuint (peer_count (self->peer), ==, 3);
}

static void
test_changed (Fixture *self, gconstpointer data)
{
  answer (self, 0, 10, "012");
  peer_answer (self->peer, 412, NULL, NULL);
  g_assert_false (read_object (self, 0, 10));
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_PRECONDITION);
  g_assert_cmpuint (peer_count (self->peer), ==, 2);
}

/* A server that knows no ranges must not be taken for one that does. */
static void
test_ignored_range (Fixture *self, gconstpointer data)
{
  AncS3Range to_the_end = { .offset = 5 };
  AncS3ObjectInfo info = { 0 };
  GInputStream *stream = NULL;

  peer_answer (self->peer, 200, "ETag: \"e\"\r\n", "0123456789");
  g_assert_false (anc_s3_get_object (self->s3, "bucket", "key", &to_the_end,
                                     &info, &stream, NULL, &self->error));
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_MALFORMED);
  g_clear_error (&self->error);
  peer_answer (self->peer, 200, "ETag: \"e\"\r\n", "0123456789");
  g_assert_false (read_object (self, 5, 5));
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_MALFORMED);
  g_clear_error (&self->error);
  peer_say (self->peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                        "\r\n1\r\n0\r\n0\r\n\r\n");
  g_assert_false (read_object (self, 0, 5));
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_MALFORMED);
}

static void
test_nothing (Fixture *self, gconstpointer data)
{
  g_assert_true (read_object (self, 0, 0));
  g_assert_cmpuint (self->read, ==, 0);
  g_assert_cmpuint (peer_count (self->peer), ==, 0);
}

/* --- what uploads must not believe --- */

static void
test_unconfirmed_part (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("123456789", 9);
  AncS3Part part = { 0 };

  peer_answer (self->peer, 200, NULL, NULL);
  g_assert_false (anc_s3_upload_part (self->s3, "bucket", "key", "id", 1, body,
                                      ANC_AWS_CHECKSUM_CRC32C, NULL, &part,
                                      NULL, &self->error));
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_MALFORMED);
  g_clear_error (&self->error);
  peer_answer (self->peer, 200,
               "ETag: \"e\"\r\nx-amz-checksum-crc32c: AAAAAA==\r\n", NULL);
  g_assert_false (anc_s3_upload_part (self->s3, "bucket", "key", "id", 1, body,
                                      ANC_AWS_CHECKSUM_CRC32C, NULL, &part,
                                      NULL, &self->error));
  g_assert_error (self->error, ANC_AWS_ERROR, ANC_AWS_ERROR_CHECKSUM);
  g_assert_cmpstr (peer_header (self->peer, 1, "x-amz-checksum-crc32c"), ==,
                   "4waSgw==");
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*test) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "/get/whole", test_whole },
    { "/get/goes-on", test_goes_on },
    { "/get/gives-up", test_gives_up },
    { "/get/changed", test_changed },
    { "/get/ignored-range", test_ignored_range },
    { "/get/nothing", test_nothing },
    { "/put/unconfirmed-part", test_unconfirmed_part },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
