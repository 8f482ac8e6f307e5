/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RFC 6455 section 5: frames, and section 4: heads. */
#include "anc-ws-error.h"
#include "anc-ws-frame.h"
#include "anc-ws-head.h"

#include <string.h>

static const guint8 mask[] = { 0x37, 0xfa, 0x21, 0x3d };

/* The examples of section 5.7. */
static void
test_published (void)
{
  static const guint8 unmasked[] = { 0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f };
  static const guint8 masked[]
      = { 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58 };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  AncWsFrame frame;

  anc_ws_frame_append (out, ANC_WS_TEXT, "Hello", 5, NULL);
  g_assert_cmpmem (out->data, out->len, unmasked, sizeof unmasked);
  g_byte_array_set_size (out, 0);
  anc_ws_frame_append (out, ANC_WS_TEXT, "Hello", 5, mask);
  g_assert_cmpmem (out->data, out->len, masked, sizeof masked);
  g_assert_cmpint (anc_ws_frame_read (out->data, out->len, TRUE, 5, &frame), ==,
                   ANC_WS_FRAME_OK);
  g_assert_cmpmem (frame.payload, frame.size, "Hello", 5);
}

/* Every size at which the header changes, and every cut of its frame. */
static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes) * 2; i++) {
    gsize size = sizes[i / 2];
    gboolean from_client = i % 2;
    g_autofree guint8 *payload = g_malloc (size + 1);
    g_autoptr (GByteArray) out = g_byte_array_new ();
    AncWsFrame frame;

    for (gsize k = 0; k < size; k++)
      payload[k] = (guint8) (k * 7);
    anc_ws_frame_append (out, ANC_WS_BINARY, payload, size,
                         from_client ? mask : NULL);
    for (guint cut = 0; cut < MIN (out->len, 20); cut++)
      g_assert_cmpint (
          anc_ws_frame_read (out->data, cut, from_client, 70000, &frame), ==,
          ANC_WS_FRAME_MORE);
    g_assert_cmpint (
        anc_ws_frame_read (out->data, out->len - 1, from_client, 70000, &frame),
        ==, ANC_WS_FRAME_MORE);
    g_assert_cmpint (
        anc_ws_frame_read (out->data, out->len, from_client, size, &frame), ==,
        ANC_WS_FRAME_OK);
    g_assert_cmpuint (frame.consumed, ==, out->len);
    g_assert_cmpmem (frame.payload, frame.size, payload, size);
  }
}

typedef struct {
  guint8 head[12];
  gboolean from_client;
  AncWsFrameResult result;
} BadFrame;

static void
test_bad_frames (void)
{
  static const BadFrame bad[] = {
    { { 0xc1, 0x00 }, FALSE, ANC_WS_FRAME_BAD }, /* reserved bit */
    { { 0x91, 0x00 }, FALSE, ANC_WS_FRAME_BAD },
    { { 0x83, 0x00 }, FALSE, ANC_WS_FRAME_BAD }, /* reserved opcode */
    { { 0x8b, 0x00 }, FALSE, ANC_WS_FRAME_BAD },
    { { 0x09, 0x00 }, FALSE, ANC_WS_FRAME_BAD },         /* fragmented ping */
    { { 0x89, 0x7e, 0, 126 }, FALSE, ANC_WS_FRAME_BAD }, /* long ping */
    { { 0x82, 0x00 }, TRUE, ANC_WS_FRAME_BAD },          /* not masked */
    { { 0x82, 0x80 }, FALSE, ANC_WS_FRAME_BAD },         /* masked */
    { { 0x82, 0x7e, 0, 125 }, FALSE, ANC_WS_FRAME_BAD }, /* length too long */
    { { 0x82, 0x7f, 0, 0, 0, 0, 0, 0, 255, 255 }, FALSE, ANC_WS_FRAME_BAD },
    { { 0x82, 0x7f, 128, 0, 0, 0, 0, 1, 0, 0 }, FALSE, ANC_WS_FRAME_BAD },
    { { 0x82, 0x7e, 4, 1 }, FALSE, ANC_WS_FRAME_TOO_BIG },
    { { 0x82, 0x7f, 127, 255, 255, 255, 255, 255, 255, 255 },
      FALSE,
      ANC_WS_FRAME_TOO_BIG },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    guint8 head[sizeof bad[i].head];
    AncWsFrame frame;

    memcpy (head, bad[i].head, sizeof head);
    g_assert_cmpint (
        anc_ws_frame_read (head, sizeof head, bad[i].from_client, 1024, &frame),
        ==, bad[i].result);
  }
}

static void
test_text (void)
{
  g_assert_true (anc_ws_text_is_valid ((const guint8 *) "a\0b\0", 4));
  g_assert_true (anc_ws_text_is_valid ((const guint8 *) "\xe2\x82\xac", 3));
  g_assert_false (anc_ws_text_is_valid ((const guint8 *) "a\0\xe2\x82", 4));
  g_assert_false (anc_ws_text_is_valid ((const guint8 *) "\xed\xa0\x80", 3));
  g_assert_false (anc_ws_text_is_valid ((const guint8 *) "\xc0\x80", 2));
}

/* Section 1.3. */
static void
test_accept_key (void)
{
  g_autofree gchar *key = anc_ws_accept_key ("dGhlIHNhbXBsZSBub25jZQ==");

  g_assert_cmpstr (key, ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static AncWsHead *
parse (const gchar *text, GError **error)
{
  return anc_ws_head_parse (text, strlen (text), error);
}

static void
test_head (void)
{
  g_autoptr (AncWsHead) head
      = parse ("GET /a?b HTTP/1.1\r\nHost:  x:1 \r\n"
               "CONNECTION: keep-alive, upgrade\r\n"
               "Sec-WebSocket-Protocol: a\r\nsec-websocket-protocol: b , c\r\n"
               "\r\n",
               NULL);
  g_auto (GStrv) list = anc_ws_head_list (head, "Sec-WebSocket-Protocol");

  g_assert_cmpstr (anc_ws_head_word (head, 1), ==, "/a?b");
  g_assert_cmpstr (anc_ws_head_word (head, 3), ==, "");
  g_assert_cmpstr (anc_ws_head_get (head, "host"), ==, "x:1");
  g_assert_true (anc_ws_head_has (head, "Connection", "Upgrade"));
  g_assert_false (anc_ws_head_has (head, "Connection", "up"));
  g_assert_cmpuint (g_strv_length (list), ==, 3);
  g_assert_cmpstr (list[2], ==, "c");
  g_assert_null (anc_ws_head_get (head, "Cookie"));
}

static void
test_bad_heads (void)
{
  static const gchar *const bad[] = {
    "",
    "\r\n",
    "GET / HTTP/1.1\r\n",
    "GET / HTTP/1.1\r\nno colon\r\n\r\n",
    "GET / HTTP/1.1\r\nna me: x\r\n\r\n",
    "GET / HTTP/1.1\r\n: x\r\n\r\n",
    "GET / HTTP/1.1\r\n folded: x\r\n\r\n",
    "GET / HTTP/1.1\r\nx: a\nb: c\r\n\r\n",
    "GET /\x01 HTTP/1.1\r\n\r\n",
  };
  g_autoptr (GString) many = g_string_new ("GET / HTTP/1.1\r\n");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i]);
    g_assert_null (parse (bad[i], &error));
    g_assert_error (error, ANC_WS_ERROR, ANC_WS_ERROR_HANDSHAKE);
  }
  for (guint i = 0; i <= ANC_WS_HEAD_FIELDS; i++)
    g_string_append_printf (many, "f%u: x\r\n", i);
  g_string_append (many, "\r\n");
  g_assert_null (parse (many->str, NULL));
}

static void
test_errors (void)
{
  g_autoptr (GError) busy = anc_ws_error_from_close (1013, "one\nonly\x7f");
  g_autoptr (GError) policy = anc_ws_error_from_close (1008, NULL);
  g_autoptr (GError) denied = anc_ws_error_from_status (401, "example.org");

  g_assert_null (anc_ws_error_from_close (1000, "bye"));
  g_assert_null (anc_ws_error_from_close (1005, NULL));
  g_assert_error (busy, ANC_WS_ERROR, ANC_WS_ERROR_BUSY);
  g_assert_true (anc_ws_error_is_transient (busy));
  g_assert_nonnull (strstr (busy->message, "one?only?"));
  g_assert_error (policy, ANC_WS_ERROR, ANC_WS_ERROR_UNAUTHORIZED);
  g_assert_false (anc_ws_error_is_transient (policy));
  g_assert_error (denied, ANC_WS_ERROR, ANC_WS_ERROR_UNAUTHORIZED);
  for (guint code = 0; code < 6000; code++) {
    gboolean valid = (code >= 1000 && code <= 1003)
                     || (code >= 1007 && code <= 1014)
                     || (code >= 3000 && code < 5000);

    g_assert_cmpint (anc_ws_close_code_is_valid (code), ==, valid);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/published", test_published);
  g_test_add_func ("/frame/sizes", test_sizes);
  g_test_add_func ("/frame/bad", test_bad_frames);
  g_test_add_func ("/frame/text", test_text);
  g_test_add_func ("/head/accept-key", test_accept_key);
  g_test_add_func ("/head/fields", test_head);
  g_test_add_func ("/head/bad", test_bad_heads);
  g_test_add_func ("/head/errors", test_errors);
  return g_test_run ();
}
