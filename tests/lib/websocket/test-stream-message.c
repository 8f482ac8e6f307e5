/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-stream-message.h"

#include <string.h>

static AncStreamMessage *
parse_text (const gchar *text, GError **error)
{
  g_autoptr (GBytes) frame = g_bytes_new (text, strlen (text));

  return anc_stream_message_parse (frame, TRUE, error);
}

static AncStreamMessage *
reparse (GBytes *frame, gboolean text)
{
  g_autoptr (GError) error = NULL;
  AncStreamMessage *message = anc_stream_message_parse (frame, text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);
  return message;
}

static AncStreamMessage *
sample_data (void)
{
  static const guint8 bytes[] = { 0, 1, 2, 253, 254, 255, 0, 0x22, 0x5c };
  g_autoptr (GBytes) payload = g_bytes_new (bytes, sizeof bytes);
  AncStreamMessage *message
      = anc_stream_message_new_data (ANC_STREAM_SEQ_MAX, payload);

  message->pts = 1234567890123456789;
  message->duration = 20000000;
  message->flags = ANC_STREAM_FLAG_DISCONT | ANC_STREAM_FLAG_MORE;
  return message;
}

static void
assert_same_data (const AncStreamMessage *a, const AncStreamMessage *b)
{
  g_assert_cmpint (b->type, ==, ANC_STREAM_DATA);
  g_assert_cmpuint (a->seq, ==, b->seq);
  g_assert_cmpuint (a->pts, ==, b->pts);
  g_assert_cmpuint (a->duration, ==, b->duration);
  g_assert_cmpuint (a->flags, ==, b->flags);
  g_assert_true (g_bytes_equal (a->payload, b->payload));
}

static void
test_data_both_ways (void)
{
  g_autoptr (AncStreamMessage) data = sample_data ();
  g_autoptr (GBytes) binary = anc_stream_message_to_binary (data);
  g_autoptr (GBytes) text = anc_stream_message_to_text (data, NULL);
  g_autoptr (AncStreamMessage) from_binary = reparse (binary, FALSE);
  g_autoptr (AncStreamMessage) from_text = reparse (text, TRUE);

  assert_same_data (data, from_binary);
  assert_same_data (data, from_text);
}

static void
test_data_without_times (void)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (AncStreamMessage) data = anc_stream_message_new_data (0, nothing);
  g_autoptr (GBytes) binary = anc_stream_message_to_binary (data);
  g_autoptr (GBytes) text = anc_stream_message_to_text (data, NULL);
  g_autoptr (AncStreamMessage) from_binary = reparse (binary, FALSE);
  g_autoptr (AncStreamMessage) from_text = reparse (text, TRUE);

  assert_same_data (data, from_binary);
  assert_same_data (data, from_text);
}

/* The bytes that PROTOCOL.md promises, on any machine. */
static void
test_binary_layout (void)
{
  static const guint8 expected[]
      = { 'A', 'N', 'C',  1,    1,    3,    0,    32, /* */
          0,   0,   0,    0,    1,    2,    3,    4,  /* seq */
          0,   0,   0,    0,    0,    0,    1,    0,  /* pts */
          255, 255, 0xff, 0xff, 0xff, 0xff, 0xff, 255, 'x' };
  g_autoptr (GBytes) payload = g_bytes_new_static ("x", 1);
  g_autoptr (AncStreamMessage) data
      = anc_stream_message_new_data (0x01020304, payload);
  g_autoptr (GBytes) frame = NULL;
  gsize size;

  data->pts = 256;
  data->flags = ANC_STREAM_FLAG_DISCONT | ANC_STREAM_FLAG_GAP;
  frame = anc_stream_message_to_binary (data);
  g_assert_cmpmem (g_bytes_get_data (frame, &size), g_bytes_get_size (frame),
                   expected, sizeof expected);
}

static void
test_hello (void)
{
  g_autoptr (AncStreamMessage) hello
      = anc_stream_message_new (ANC_STREAM_HELLO, 0);
  g_autoptr (AncStreamMessage) back = NULL;
  g_autoptr (GBytes) frame = NULL;

  hello->hello = (AncStreamHello){
    .stream = g_strdup ("one"),
    .caps = g_strdup ("audio/x-raw, title=(string)\"a \\\"b\\\" \xc3\xa4\""),
    .format = g_strdup ("S16LE"),
    .rate = 16000,
    .channels = 2,
    .base64 = TRUE,
    .ack = TRUE,
  };
  frame = anc_stream_message_to_text (hello, NULL);
  back = reparse (frame, TRUE);
  g_assert_cmpint (back->type, ==, ANC_STREAM_HELLO);
  g_assert_cmpstr (back->hello.stream, ==, "one");
  g_assert_cmpstr (back->hello.caps, ==, hello->hello.caps);
  g_assert_cmpstr (back->hello.format, ==, "S16LE");
  g_assert_cmpuint (back->hello.rate, ==, 16000);
  g_assert_cmpuint (back->hello.channels, ==, 2);
  g_assert_true (back->hello.base64);
  g_assert_true (back->hello.ack);
}

static void
test_small_messages (void)
{
  static const AncStreamType types[] = { ANC_STREAM_ACK, ANC_STREAM_END };
  g_autoptr (AncStreamMessage) failure
      = anc_stream_message_new_failure ("busy", "one \"publisher\" only");
  g_autoptr (GBytes) frame = anc_stream_message_to_text (failure, NULL);
  g_autoptr (AncStreamMessage) back = reparse (frame, TRUE);

  g_assert_cmpint (back->type, ==, ANC_STREAM_FAILURE);
  g_assert_cmpstr (back->code, ==, "busy");
  g_assert_cmpstr (back->text, ==, "one \"publisher\" only");
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (AncStreamMessage) small = anc_stream_message_new (types[i], 77);
    g_autoptr (GBytes) text = anc_stream_message_to_text (small, NULL);
    g_autoptr (AncStreamMessage) read = reparse (text, TRUE);

    g_assert_cmpint (read->type, ==, types[i]);
    g_assert_cmpuint (read->seq, ==, 77);
  }
}

/* What a later version may add is passed over. */
static void
test_unknown (void)
{
  guint8 later[ANC_STREAM_BINARY_HEADER + 8 + 1]
      = { 'A', 'N', 'C', 1, 1, 0x80, 0, 40 };
  g_autoptr (GBytes) frame = NULL;
  g_autoptr (AncStreamMessage) other
      = parse_text ("{\"type\":\"sing\",\"x\":[[1]]}", NULL);
  g_autoptr (AncStreamMessage) more
      = parse_text ("{\"type\":\"ack\",\"seq\":1,\"mood\":\"good\"}", NULL);
  g_autoptr (AncStreamMessage) longer = NULL;

  g_assert_cmpint (other->type, ==, ANC_STREAM_OTHER);
  g_assert_cmpuint (more->seq, ==, 1);
  later[40] = 'p';
  frame = g_bytes_new (later, sizeof later);
  longer = reparse (frame, FALSE);
  g_assert_cmpuint (longer->flags, ==, 0);
  g_assert_cmpmem (g_bytes_get_data (longer->payload, NULL),
                   g_bytes_get_size (longer->payload), "p", 1);
}

typedef struct {
  const gchar *text;
  gint code;
} BadText;

static void
test_bad_text (void)
{
  static const BadText bad[] = {
    { "", ANC_STREAM_ERROR_MALFORMED },
    { "hello", ANC_STREAM_ERROR_MALFORMED },
    { "[]", ANC_STREAM_ERROR_MALFORMED },
    { "{}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":7}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"ack\"}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"ack\",\"seq\":-1}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"ack\",\"seq\":1.5}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"ack\",\"seq\":9007199254740992}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"ack\",\"seq\":\"1\"}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"data\",\"seq\":1}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"data\",\"seq\":1,\"data\":\"AAA\"}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"data\",\"seq\":1,\"data\":\"A===\"}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"data\",\"seq\":1,\"data\":\"AA=A\"}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"data\",\"seq\":1,\"data\":\"AA-_\"}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"data\",\"seq\":1,\"data\":\"\",\"more\":1}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"data\",\"seq\":1,\"data\":\"\",\"pts\":-5}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"hello\",\"version\":1}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"hello\",\"version\":2,\"caps\":\"a/b\"}",
      ANC_STREAM_ERROR_VERSION },
    { "{\"type\":\"hello\",\"caps\":\"a/b\"}", ANC_STREAM_ERROR_VERSION },
    { "{\"type\":\"hello\",\"version\":1,\"format\":\"S16LE\"}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"hello\",\"version\":1,\"format\":\"S16LE,x=1\","
      "\"rate\":1,\"channels\":1}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"hello\",\"version\":1,\"format\":\"S16LE\",\"rate\":1,"
      "\"channels\":65}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"hello\",\"version\":1,\"caps\":\"a/b\","
      "\"encoding\":\"morse\"}",
      ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"\xff\"}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"ack\",\"seq\":1,\"x\":[[[[[[[[1]]]]]]]]}",
      ANC_STREAM_ERROR_MALFORMED },
    { "1{\"type\":\"ack\",\"seq\":1}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"ack\",\"seq\":1}{}", ANC_STREAM_ERROR_MALFORMED },
    { "{\"type\":\"ack\",\"seq\":1]", ANC_STREAM_ERROR_MALFORMED },
    { "}{", ANC_STREAM_ERROR_MALFORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i].text);
    g_assert_null (parse_text (bad[i].text, &error));
    g_assert_error (error, ANC_STREAM_ERROR, bad[i].code);
  }
}

static void
test_bad_binary (void)
{
  g_autoptr (AncStreamMessage) data = sample_data ();
  g_autoptr (GBytes) good = anc_stream_message_to_binary (data);
  /* offset, value */
  static const guint8 spoilt[][2] = { { 0, 'a' }, { 3, 0 }, { 3, 2 }, { 7, 31 },
                                      { 7, 255 }, { 6, 1 }, { 8, 1 } };

  for (gsize size = 0; size < ANC_STREAM_BINARY_HEADER; size++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (good, 0, size);

    g_assert_null (anc_stream_message_parse (cut, FALSE, NULL));
  }
  for (guint i = 0; i < G_N_ELEMENTS (spoilt); i++) {
    gsize size;
    guint8 *copy
        = g_memdup2 (g_bytes_get_data (good, &size), g_bytes_get_size (good));
    g_autoptr (GBytes) frame = NULL;
    g_autoptr (GError) error = NULL;

    copy[spoilt[i][0]] = spoilt[i][1];
    frame = g_bytes_new_take (copy, size);
    g_assert_null (anc_stream_message_parse (frame, FALSE, &error));
    g_assert_true (error->domain == ANC_STREAM_ERROR);
  }
}

/* 32 KB of brackets must not cost a stack frame each. */
static void
test_deep (void)
{
  g_autofree gchar *text = g_strnfill (ANC_STREAM_TEXT_MAX, '[');
  g_autoptr (GError) error = NULL;

  g_assert_null (parse_text (text, &error));
  g_assert_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED);
}

static void
test_text_limits (void)
{
  g_autofree gchar *zeros = g_malloc0 (ANC_STREAM_TEXT_MAX);
  g_autoptr (GBytes) most = g_bytes_new (zeros, ANC_STREAM_BASE64_PAYLOAD_MAX);
  g_autoptr (GBytes) over = g_bytes_new (zeros, ANC_STREAM_TEXT_MAX);
  g_autoptr (AncStreamMessage) data = sample_data ();
  g_autoptr (AncStreamMessage) large = anc_stream_message_new_data (1, over);
  g_autoptr (GBytes) frame = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *spaces = g_strnfill (ANC_STREAM_TEXT_MAX + 1, ' ');

  g_bytes_unref (data->payload);
  data->payload = g_bytes_ref (most);
  data->duration = G_MAXINT64;
  data->flags = ANC_STREAM_FLAGS_ALL;
  frame = anc_stream_message_to_text (data, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (frame), <=, ANC_STREAM_TEXT_MAX);
  g_assert_null (anc_stream_message_to_text (large, &error));
  g_assert_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_LIMIT);
  g_clear_error (&error);
  g_assert_null (parse_text (spaces, &error));
  g_assert_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream/data-both-ways", test_data_both_ways);
  g_test_add_func ("/stream/data-without-times", test_data_without_times);
  g_test_add_func ("/stream/binary-layout", test_binary_layout);
  g_test_add_func ("/stream/hello", test_hello);
  g_test_add_func ("/stream/small-messages", test_small_messages);
  g_test_add_func ("/stream/unknown", test_unknown);
  g_test_add_func ("/stream/bad-text", test_bad_text);
  g_test_add_func ("/stream/bad-binary", test_bad_binary);
  g_test_add_func ("/stream/deep", test_deep);
  g_test_add_func ("/stream/text-limits", test_text_limits);
  return g_test_run ();
}
