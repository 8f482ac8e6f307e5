/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "anc-mqtt-error.h"
#include "anc-mqtt-gzip.h"
#include "anc-mqtt-payload.h"

static void
test_round_trip (void)
{
  for (guint size = 0; size < 300; size += size < 8 ? 1 : 37) {
    g_autofree guint8 *bytes = g_malloc0 (size + 1);
    AncMqttPayload payload = { .caps = (gchar *) "audio/x-raw, \"q\"=\\\n",
                               .pts = size,
                               .dts = ANC_MQTT_NONE,
                               .duration = G_MAXINT64,
                               .offset = 0,
                               .gap = TRUE,
                               .delta = TRUE };

    for (guint i = 0; i < size; i++)
      bytes[i] = (guint8) (i * 7);
    payload.data = g_bytes_new (bytes, size);
    for (guint gzip = 0; gzip < 2; gzip++) {
      g_autoptr (GBytes) text = anc_mqtt_payload_write (&payload, gzip);
      g_auto (AncMqttPayload) back = { 0 };
      g_autoptr (GError) error = NULL;

      anc_mqtt_payload_read (text, size, &back, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (back.caps, ==, payload.caps);
      g_assert_cmpuint (back.pts, ==, payload.pts);
      g_assert_cmpuint (back.dts, ==, payload.dts);
      g_assert_cmpuint (back.duration, ==, payload.duration);
      g_assert_cmpuint (back.offset, ==, 0);
      g_assert_true (back.gap && back.delta && !back.discont);
      g_assert_true (g_bytes_equal (back.data, payload.data));
    }
    g_bytes_unref (payload.data);
  }
}

static void
refuse (const gchar *text, gsize limit, const gchar *words)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_auto (AncMqttPayload) payload = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (anc_mqtt_payload_read (bytes, limit, &payload, &error));
  g_assert_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_PAYLOAD);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_null (payload.data);
  g_assert_null (payload.caps);
}

static void
test_refused (void)
{
  g_autofree gchar *deep = g_strnfill (100000, '[');
  g_autofree gchar *hidden = g_strconcat ("{\"x\":\"\\\"\",\"y\":", deep, NULL);

  refuse ("", 100, "not one JSON object");
  refuse ("\xff", 100, "UTF-8");
  refuse ("[]", 100, "not one JSON object");
  refuse (deep, 100, "nested");
  refuse (hidden, 100, "nested");
  refuse ("{}", 100, "no data");
  refuse ("{\"data\":7}", 100, "data is no text");
  refuse ("{\"data\":\"A\"}", 100, "base64");
  refuse ("{\"data\":\"AAA\"}", 100, "base64");
  refuse ("{\"data\":\"A===\"}", 100, "base64");
  refuse ("{\"data\":\"AA\\nA\"}", 100, "base64");
  refuse ("{\"data\":\"AAAAAAAA\"}", 3, "max-payload-size");
  refuse ("{\"data\":\"AAAA\",\"pts\":-1}", 100, "pts");
  refuse ("{\"data\":\"AAAA\",\"pts\":1.5}", 100, "pts");
  refuse ("{\"data\":\"AAAA\",\"dts\":\"1\"}", 100, "dts");
  refuse ("{\"data\":\"AAAA\",\"flags\":1}", 100, "flags");
  refuse ("{\"data\":\"AAAA\",\"caps\":1}", 100, "caps");
  refuse ("{\"data\":\"AAAA\",\"format\":\"x\"}", 100, "format");
  refuse ("{\"data\":\"AAAA\",\"encoding\":\"x\"}", 100, "encoding");
  refuse ("{\"data\":\"AAAA\",\"encoding\":\"gzip\"}", 100, "gzip");
}

/* A small message that unpacks to a large one. */
static void
test_bomb (void)
{
  g_autofree gchar *zeros = g_malloc0 (10 << 20);
  g_autoptr (GBytes) large = g_bytes_new_static (zeros, 10 << 20);
  g_autoptr (GBytes) small = anc_mqtt_gzip (large);
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_bytes_get_size (small), <, 20000);
  g_assert_null (anc_mqtt_gunzip (small, (10 << 20) - 1, &error));
  g_assert_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_PAYLOAD);
  g_assert_nonnull (strstr (error->message, "max-payload-size"));
  plain = anc_mqtt_gunzip (small, 10 << 20, NULL);
  g_assert_true (g_bytes_equal (plain, large));
}

static void
test_cut_gzip (void)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("some bytes", 10);
  g_autoptr (GBytes) whole = anc_mqtt_gzip (data);

  for (gsize i = 0; i < g_bytes_get_size (whole); i++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (whole, 0, i);
    g_autoptr (GError) error = NULL;

    g_assert_null (anc_mqtt_gunzip (cut, 100, &error));
    g_assert_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_PAYLOAD);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/payload/round-trip", test_round_trip);
  g_test_add_func ("/payload/refused", test_refused);
  g_test_add_func ("/payload/bomb", test_bomb);
  g_test_add_func ("/payload/cut-gzip", test_cut_gzip);
  return g_test_run ();
}
