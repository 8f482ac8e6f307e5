/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What goes in comes out: client -> server -> client, in every mode. */
#include "line.h"

#include <string.h>

#define CAPS "audio/x-raw,format=S16LE,rate=16000,channels=2"

static void
assert_same_bytes (Line *sent, Line *received)
{
  g_assert_cmpmem (sent->bytes->data, sent->bytes->len, received->bytes->data,
                   received->bytes->len);
}

static void
assert_same_buffers (Line *sent, Line *received)
{
  g_assert_cmpuint (sent->buffers->len, ==, received->buffers->len);
  for (guint i = 0; i < sent->buffers->len; i++)
    g_assert_cmpuint (g_array_index (sent->buffers, LineBuffer, i).size, ==,
                      g_array_index (received->buffers, LineBuffer, i).size);
}

/* client -> server -> client: `sender` says how each sink sends, `more` is for
 * all elements. */
static void
round_trip (const gchar *source, const gchar *sender, const gchar *more,
            gboolean same_buffers)
{
  g_autoptr (Line) relay
      = line_new ("ancwssrc name=ws mode=server uri=ws://127.0.0.1:0/up %s "
                  "! ancwssink name=down mode=server uri=ws://127.0.0.1:0/down "
                  "slow-client-policy=block %s %s",
                  more, sender, more);
  g_autoptr (GstElement) down
      = gst_bin_get_by_name (GST_BIN (relay->pipeline), "down");
  guint up_port = line_listen (relay), down_port;
  g_autoptr (Line) send = NULL, receive = NULL;

  g_object_get (down, "port", &down_port, NULL);
  receive = line_new ("ancwssrc uri=ws://127.0.0.1:%u/down %s ! fakesink "
                      "name=out",
                      down_port, more);
  line_play (receive);
  send = line_new ("%s ! identity name=in ! ancwssink "
                   "uri=ws://127.0.0.1:%u/up slow-client-policy=block %s %s",
                   source, up_port, sender, more);
  line_play (send);
  line_wait_eos (send);
  line_wait_eos (relay);
  line_wait_eos (receive);
  assert_same_bytes (send, receive);
  if (same_buffers)
    assert_same_buffers (send, receive);
  g_object_get (down, "port", &down_port, NULL);
  g_assert_cmpuint (line_stat (relay, "lost-messages"), ==, 0);
}

#define NOISE(buffers, samples)                                                \
  "audiotestsrc wave=white-noise num-buffers=" buffers                         \
  " samplesperbuffer=" samples " ! " CAPS

static void
test_binary (void)
{
  round_trip (NOISE ("300", "331"), "", "", TRUE);
}

static void
test_binary_large (void)
{
  round_trip (NOISE ("20", "100003"), "queue-bytes=100000", "", TRUE);
}

/* One buffer in several messages, since the limit is small. */
static void
test_binary_split (void)
{
  round_trip (NOISE ("10", "1000"), "",
              "max-message-size=4096 reconnect-attempts=0", TRUE);
}

static void
test_base64 (void)
{
  round_trip (NOISE ("100", "331"), "encoding=base64", "", TRUE);
}

static void
test_base64_large (void)
{
  round_trip (NOISE ("20", "50021"), "encoding=base64", "", TRUE);
}

static void
test_acknowledged (void)
{
  round_trip (NOISE ("200", "331"), "acknowledge=true", "", TRUE);
}

static void
test_acknowledged_base64 (void)
{
  round_trip (NOISE ("30", "20011"), "acknowledge=true encoding=base64", "",
              TRUE);
}

static void
test_raw (void)
{
  round_trip (NOISE ("200", "331"), "", "protocol=raw", TRUE);
}

static void
test_raw_subprotocol (void)
{
  round_trip (NOISE ("20", "331"), "", "protocol=raw subprotocols=a,b", TRUE);
}

/* A stream of no kind, and one without a buffer. */
static void
test_bytes_and_nothing (void)
{
  round_trip ("fakesrc num-buffers=50 filltype=pattern-span sizetype=random "
              "sizemax=9000 format=time",
              "", "", TRUE);
  round_trip ("fakesrc num-buffers=3 sizetype=empty format=time", "", "",
              FALSE);
  round_trip ("audiotestsrc num-buffers=0", "", "", TRUE);
}

/* A receiver that listens, and a sender to it that does not play yet. */
typedef struct {
  Line *receive, *send;
} Way;

static Way *
way_new (const gchar *source, const gchar *receiver, const gchar *sender)
{
  Way *self = g_new (Way, 1);

  self->receive = line_new ("ancwssrc name=ws mode=server "
                            "uri=ws://127.0.0.1:0/ %s ! fakesink name=out",
                            receiver);
  self->send = line_new ("%s ! identity name=in ! ancwssink name=ws "
                         "uri=ws://127.0.0.1:%u/ slow-client-policy=block %s",
                         source, line_listen (self->receive), sender);
  return self;
}

static void
way_free (Way *self)
{
  line_free (self->send);
  line_free (self->receive);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Way, way_free)

/* To the end of both; all has come. */
static void
way_finish (Way *self)
{
  line_wait_eos (self->send);
  line_wait_eos (self->receive);
  assert_same_bytes (self->send, self->receive);
}

static void
test_caps_and_times (void)
{
  g_autoptr (Way) way = way_new (NOISE ("20", "320"), "", "");
  g_autoptr (GstCaps) caps = gst_caps_from_string (CAPS ",layout=interleaved");
  const LineBuffer *in, *out;

  line_play (way->send);
  way_finish (way);
  g_assert_true (gst_caps_is_equal (way->receive->caps, caps));
  in = (const LineBuffer *) way->send->buffers->data;
  out = (const LineBuffer *) way->receive->buffers->data;
  for (guint i = 0; i < 20; i++) {
    g_assert_cmpuint (in[i].duration, ==, out[i].duration);
    g_assert_cmpuint (in[i].pts - in[0].pts, ==, out[i].pts - out[0].pts);
  }
}

/* Another format in mid-stream comes through at its place. */
static void
test_caps_change (void)
{
  g_autoptr (Way) way
      = way_new ("audiotestsrc num-buffers=5 ! audio/x-raw,rate=8000 ! c. "
                 "audiotestsrc num-buffers=5 ! audio/x-raw,rate=44100 ! c. "
                 "concat name=c",
                 "", "");
  gint rate;

  line_play (way->send);
  way_finish (way);
  gst_structure_get_int (gst_caps_get_structure (way->receive->caps, 0), "rate",
                         &rate);
  g_assert_cmpint (rate, ==, 44100);
}

/* A reader that is slow holds the sender through TCP; nothing grows. */
static void
test_slow_reader (void)
{
  g_autoptr (Way) way
      = way_new (NOISE ("300", "1000"),
                 "queue-bytes=20000 ! identity sleep-time=2000", "");
  guint64 most = 0;

  line_play (way->send);
  for (guint i = 0; i < 20; i++) {
    g_usleep (10000);
    most = MAX (most, line_stat (way->receive, "receive-queue-bytes"));
  }
  way_finish (way);
  g_assert_cmpuint (most, >, 10000);
  g_assert_cmpuint (most, <=, 20000 + 2 * 4256);
}

/* The stream goes on where a pause has held it. */
static void
test_pause (void)
{
  g_autoptr (Way) way = way_new (NOISE ("400", "1000"), "", "queue-bytes=9000");

  line_play (way->send);
  for (guint i = 0; i < 20; i++) {
    gst_element_set_state (way->receive->pipeline, GST_STATE_PAUSED);
    gst_element_set_state (way->send->pipeline, GST_STATE_PAUSED);
    g_usleep (2000);
    gst_element_set_state (way->send->pipeline, GST_STATE_PLAYING);
    g_usleep (2000);
    gst_element_set_state (way->receive->pipeline, GST_STATE_PLAYING);
  }
  way_finish (way);
}

/* A receiver that is paused takes no end. The sender that waits for it is paused
 * and resumed meanwhile, and must not wait for the network in that: whoever does
 * both from one thread would wait for himself. */
static void
test_pause_in_drain (void)
{
  g_autoptr (Way) way = way_new (NOISE ("5", "100"), "", "");

  gst_element_set_state (way->receive->pipeline, GST_STATE_PAUSED);
  line_play (way->send);
  line_wait_stat (way->send, "sent-messages", 7);
  for (guint i = 0; i < 300; i++) {
    gint64 began = g_get_monotonic_time ();

    gst_element_set_state (way->send->pipeline, GST_STATE_PAUSED);
    gst_element_set_state (way->send->pipeline, GST_STATE_PLAYING);
    g_assert_cmpint (g_get_monotonic_time () - began, <, 10 * G_USEC_PER_SEC);
  }
  line_play (way->receive);
  way_finish (way);
}

/* Not in silence, and for no longer than until one comes. */
static void
test_no_client (void)
{
  g_autoptr (Line) server = line_new (
      NOISE ("20", "100") " ! identity name=in ! ancwssink name=ws mode=server "
                          "uri=ws://127.0.0.1:0/ slow-client-policy=block");
  guint port = line_listen (server);
  g_autoptr (GstMessage) warning = line_wait_warning (server);
  g_autoptr (GstBus) bus = gst_element_get_bus (server->pipeline);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *place = g_strdup_printf ("to port %u;", port);
  const GstStructure *details;
  g_autoptr (Line) client = NULL;

  gst_message_parse_warning (warning, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, "EOS, waits until a client"));
  g_assert_nonnull (strstr (error->message, place));
  gst_message_parse_warning_details (warning, &details);
  g_assert_true (gst_structure_has_field (details, "port"));
  /* It is said once. */
  g_assert_null (gst_bus_timed_pop_filtered (
      bus, 4 * GST_SECOND, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
  client
      = line_new ("ancwssrc uri=ws://127.0.0.1:%u/ ! fakesink name=out", port);
  line_play (client);
  line_wait_eos (server);
  line_wait_eos (client);
  assert_same_bytes (server, client);
}

/* A server that sends what it gets down the same connection. */
#define ECHO                                                                   \
  "ancwssrc name=ws mode=server uri=ws://127.0.0.1:0/ connection=c ! "         \
  "ancwssink connection=c slow-client-policy=block"

static void
assert_echo (Line *device, Line *cloud)
{
  line_wait_eos (device);
  line_wait_eos (cloud);
  g_assert_cmpmem (device->bytes->data, device->bytes->len, device->back->data,
                   device->back->len);
}

/* Sink and source on one connection, on both sides: audio up, the cleaned one
 * (here: itself) down. */
static void
test_shared (void)
{
  g_autoptr (Line) cloud = line_new (ECHO);
  guint port = line_listen (cloud);
  g_autoptr (Line) device = line_new (
      NOISE ("200", "331") " ! identity name=in ! ancwssink connection=x "
                           "uri=ws://127.0.0.1:%u/ slow-client-policy=block "
                           "ancwssrc name=ws connection=x ! fakesink "
                           "name=back",
      port);

  line_play (device);
  assert_echo (device, cloud);
  g_assert_cmpuint (line_stat (device, "connections"), ==, 1);
  g_assert_cmpuint (line_stat (cloud, "connections"), ==, 1);
}

/* The sink joins a connection that its source has opened a while ago. */
static void
test_shared_late_sink (void)
{
  g_autoptr (Line) cloud = line_new (ECHO);
  guint port = line_listen (cloud);
  g_autoptr (Line) device = line_new (
      "( name=up " NOISE ("200", "331") " ! identity name=in ! "
                                        "ancwssink connection=x "
                                        "drain-timeout=10000 ) "
                                        "ancwssrc name=ws connection=x "
                                        "uri=ws://127.0.0.1:%u/ ! "
                                        "fakesink name=back",
      port);
  g_autoptr (GstElement) up
      = gst_bin_get_by_name (GST_BIN (device->pipeline), "up");

  gst_element_set_locked_state (up, TRUE);
  line_play (device);
  line_wait_stat (device, "connections", 1);
  gst_element_set_locked_state (up, FALSE);
  g_assert_true (gst_element_sync_state_with_parent (up));
  assert_echo (device, cloud);
}

static void
test_shared_without_maker (void)
{
  g_autoptr (Line) line
      = line_new ("audiotestsrc ! ancwssink name=ws connection=nobody");
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (gst_element_set_state (line->pipeline, GST_STATE_PLAYING),
                   ==, GST_STATE_CHANGE_FAILURE);
  message = line_wait_error (line);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (error->message, "\"nobody\""));
}

static void
test_restart (void)
{
  g_autoptr (Way) way
      = way_new (NOISE ("50", "331"), "keep-listening=true", "");

  for (guint i = 0; i < 5; i++) {
    line_play (way->send);
    line_wait_eos (way->send);
    gst_element_set_state (way->send->pipeline,
                           i % 2 ? GST_STATE_NULL : GST_STATE_READY);
  }
  line_wait_bytes (way->receive, way->send->bytes->len);
  assert_same_bytes (way->send, way->receive);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/roundtrip/binary", test_binary);
  g_test_add_func ("/roundtrip/binary-large", test_binary_large);
  g_test_add_func ("/roundtrip/binary-split", test_binary_split);
  g_test_add_func ("/roundtrip/base64", test_base64);
  g_test_add_func ("/roundtrip/base64-large", test_base64_large);
  g_test_add_func ("/roundtrip/acknowledged", test_acknowledged);
  g_test_add_func ("/roundtrip/acknowledged-base64", test_acknowledged_base64);
  g_test_add_func ("/roundtrip/raw", test_raw);
  g_test_add_func ("/roundtrip/raw-subprotocol", test_raw_subprotocol);
  g_test_add_func ("/roundtrip/bytes-and-nothing", test_bytes_and_nothing);
  g_test_add_func ("/roundtrip/caps-and-times", test_caps_and_times);
  g_test_add_func ("/roundtrip/caps-change", test_caps_change);
  g_test_add_func ("/roundtrip/slow-reader", test_slow_reader);
  g_test_add_func ("/roundtrip/pause", test_pause);
  g_test_add_func ("/roundtrip/pause-in-drain", test_pause_in_drain);
  g_test_add_func ("/roundtrip/no-client", test_no_client);
  g_test_add_func ("/roundtrip/shared", test_shared);
  g_test_add_func ("/roundtrip/shared-late-sink", test_shared_late_sink);
  g_test_add_func ("/roundtrip/shared-without-maker",
                   test_shared_without_maker);
  g_test_add_func ("/roundtrip/restart", test_restart);
  return g_test_run ();
}
