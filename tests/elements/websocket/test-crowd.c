/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One server, many clients, some of which do not read. */
#include "crowd.h"
#include "line.h"

/* 10 ms each of 4 channels at 48 kHz, so that stalled ones fill up. */
#define SOURCE                                                                 \
  "audiotestsrc is-live=%s num-buffers=%u samplesperbuffer=480 ! "             \
  "audio/x-raw,format=F32LE,rate=48000,channels=4 ! identity name=in"

static Line *
serve (const gchar *live, guint buffers, const gchar *more)
{
  return line_new (SOURCE " ! ancwssink name=ws mode=server "
                          "uri=ws://127.0.0.1:0/ %s",
                   live, buffers, more);
}

static guint
to_paused (Line *line)
{
  guint port;

  gst_element_set_state (line->pipeline, GST_STATE_PAUSED);
  g_object_get (line->ws, "port", &port, NULL);
  return port;
}

/* A client knows that it is connected before the sink knows it, and misses what
 * is rendered in between. */
static void
play_to (Line *line, guint clients)
{
  line_wait_stat (line, "connections", clients);
  line_play (line);
}

static void
assert_all_came (Crowd *crowd, guint from, guint to, guint buffers)
{
  for (guint i = from; i < to; i++) {
    CrowdMember member = crowd_member (crowd, i);

    g_assert_true (member.greeted);
    g_assert_true (member.ended);
    g_assert_cmpuint (member.messages, ==, buffers);
    g_assert_cmpuint (member.missing, ==, 0);
  }
}

/* Milliseconds that the good ones of a large crowd, all in this process, have for
 * the end; the stalled ones use it up. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DRAIN_TIMEOUT "10000"
#else
#define DRAIN_TIMEOUT "500"
#endif

/* 10 ms each. Those that stall fill the kernel in a second or two, and then
 * their queue. */
static void
test_stalled (guint n, guint stalled)
{
  const guint buffers = 400;
  g_autoptr (Line) line = line_new (
      "audiotestsrc is-live=true num-buffers=%u samplesperbuffer=480 ! "
      "audio/x-raw,format=S16LE,rate=48000,channels=1 ! ancwssink name=ws "
      "mode=server uri=ws://127.0.0.1:0/ queue-bytes=150000 ping-interval=0 "
      "drain-timeout=" DRAIN_TIMEOUT,
      buffers);
  guint port = to_paused (line);
  g_autoptr (GPtrArray) deaf = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (Crowd) crowd = NULL;

  for (guint i = 0; i < stalled; i++)
    g_ptr_array_add (deaf, crowd_deaf (port));
  crowd = crowd_new (port, n - stalled, 0, FALSE);
  play_to (line, n);
  line_wait_eos (line);
  crowd_wait_ended (crowd);
  assert_all_came (crowd, 0, n - stalled, buffers);
  g_assert_cmpuint (line_stat (line, "connections"), ==, n);
  g_assert_cmpuint (line_stat (line, "dropped-messages"), >, stalled * 10);
}

static void
test_stalled_few (void)
{
  test_stalled (10, 3);
}

/* TSan is too slow for as many at the speed of the sound. */
static void
test_stalled_many (void)
{
#ifdef __SANITIZE_THREAD__
  test_stalled (40, 4);
#else
  test_stalled (200, 20);
#endif
}

/* Its oldest buffers go; what comes is in order, and the end comes. */
static void
test_drop (void)
{
  g_autoptr (Line) line
      = serve ("false", 4000, "queue-bytes=100000 slow-client-policy=drop");
  guint port = to_paused (line);
  g_autoptr (Crowd) crowd = crowd_new (port, 1, 1, FALSE);
  CrowdMember member;

  play_to (line, 1);
  line_wait_buffers (line, 4000);
  crowd_wake (crowd);
  line_wait_eos (line);
  crowd_wait_ended (crowd);
  while (!(member = crowd_member (crowd, 0)).ended)
    g_usleep (1000);
  g_assert_cmpuint (member.messages, <, 4000);
  g_assert_cmpuint (member.first_seq + member.messages + member.missing, ==,
                    4000);
  g_assert_cmpuint (line_stat (line, "dropped-messages"), ==,
                    member.first_seq + member.missing);
}

static void
test_disconnect (void)
{
  g_autoptr (Line) line = serve (
      "false", 4000, "queue-bytes=100000 slow-client-policy=disconnect");
  guint port = to_paused (line);
  g_autoptr (Crowd) crowd = crowd_new (port, 1, 1, FALSE);
  g_autoptr (GstMessage) message = NULL;
  const GstStructure *structure;
  guint code;

  play_to (line, 1);
  message = line_wait_message (line, "anc-websocket-disconnected");
  structure = gst_message_get_structure (message);
  gst_structure_get_uint (structure, "close-code", &code);
  g_assert_cmpuint (code, ==, 1008);
  /* Why, and what to change. */
  g_assert_true (
      g_str_has_prefix (gst_structure_get_string (structure, "reason"),
                        "slow-client-policy: its queue was full"));
  g_assert_nonnull (strstr (gst_structure_get_string (structure, "reason"),
                            "raise queue-bytes or queue-messages"));
  line_wait_eos (line);
  g_assert_cmpuint (line_stat (line, "slow-clients"), ==, 1);
  crowd_wake (crowd);
  crowd_wait_closed (crowd);
}

/* The stream waits for the slow one, and nothing is lost for anyone. */
static void
test_block (void)
{
  g_autoptr (Line) line
      = serve ("false", 3000, "queue-bytes=100000 slow-client-policy=block");
  guint port = to_paused (line);
  g_autoptr (Crowd) crowd = crowd_new (port, 3, 1, FALSE);
  guint before;

  play_to (line, 3);
  do {
    before = line_n_buffers (line);
    g_usleep (200000);
  } while (line_n_buffers (line) != before);
  g_assert_cmpuint (before, <, 3000);
  crowd_wake (crowd);
  line_wait_eos (line);
  assert_all_came (crowd, 0, 3, 3000);
}

/* Blocked for good, the element can still be stopped, and goes on after a
 * pause. */
static void
test_block_stop (void)
{
  g_autoptr (Line) line
      = serve ("false", 3000, "queue-bytes=100000 slow-client-policy=block");
  guint port = to_paused (line);
  g_autoptr (Crowd) crowd = crowd_new (port, 1, 1, FALSE);

  play_to (line, 1);
  line_wait_buffers (line, 10);
  g_usleep (100000);
  gst_element_set_state (line->pipeline, GST_STATE_PAUSED);
  gst_element_set_state (line->pipeline, GST_STATE_PLAYING);
  g_usleep (100000);
  gst_element_set_state (line->pipeline, GST_STATE_READY);
  crowd_wake (crowd);
  crowd_wait_closed (crowd);
}

/* A stalled client at the end holds it up for drain-timeout at most. */
static void
test_drain_timeout (void)
{
  g_autoptr (Line) line
      = serve ("false", 400, "slow-client-policy=drop drain-timeout=300");
  guint port = to_paused (line);
  g_autoptr (Crowd) crowd = crowd_new (port, 2, 1, FALSE);
  g_autoptr (GstBus) bus = gst_element_get_bus (line->pipeline);
  g_autoptr (GstMessage) warning = NULL;
  gint64 begin = g_get_monotonic_time ();

  play_to (line, 2);
  warning = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND,
                                        GST_MESSAGE_WARNING | GST_MESSAGE_EOS);
  g_assert_cmpint (GST_MESSAGE_TYPE (warning), ==, GST_MESSAGE_WARNING);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 300000);
  line_wait_eos (line);
  crowd_wake (crowd);
}

static void
test_late (void)
{
  g_autoptr (Line) line = serve ("true", 200, "");
  guint port = line_listen (line);
  g_autoptr (Crowd) crowd = NULL;
  CrowdMember member;

  line_wait_buffers (line, 50);
  crowd = crowd_new (port, 1, 0, FALSE);
  line_wait_eos (line);
  crowd_wait_ended (crowd);
  member = crowd_member (crowd, 0);
  g_assert_true (member.greeted);
  g_assert_cmpuint (member.missing, ==, 0);
  g_assert_cmpuint (member.messages, >, 10);
  g_assert_cmpuint (member.messages, <, 155);
}

typedef struct {
  guint added, removed, code;
} Seen;

static void
on_added (GstElement *element, guint id, const gchar *address, gpointer data)
{
  ((Seen *) data)->added += id == 1 && g_str_has_prefix (address, "127.0.0.1:");
}

static void
on_removed (GstElement *element, guint id, const gchar *address, guint code,
            const gchar *reason, gpointer data)
{
  ((Seen *) data)->removed += id == 1;
  ((Seen *) data)->code = code;
}

static void
test_signals (void)
{
  g_autoptr (Line) line = serve ("true", G_MAXINT, "");
  Seen seen = { 0 };
  guint port;
  Crowd *crowd;
  g_autoptr (GstMessage) connected = NULL, disconnected = NULL;

  g_signal_connect (line->ws, "client-added", G_CALLBACK (on_added), &seen);
  g_signal_connect (line->ws, "client-removed", G_CALLBACK (on_removed), &seen);
  port = line_listen (line);
  crowd = crowd_new (port, 1, 0, FALSE);
  connected = line_wait_message (line, "anc-websocket-connected");
  g_assert_cmpuint (seen.added, ==, 1);
  crowd_free (crowd);
  disconnected = line_wait_message (line, "anc-websocket-disconnected");
  g_assert_cmpuint (seen.removed, ==, 1);
  g_assert_cmpuint (seen.code, ==, 1006);
}

/* A connection by TCP is no client, nor does it take one's place. */
static void
test_mere_connections (void)
{
  g_autoptr (Line) line = serve ("true", G_MAXINT, "max-clients=1");
  g_autoptr (GPtrArray) mere = g_ptr_array_new_with_free_func (g_object_unref);
  Seen seen = { 0 };
  guint port;
  Crowd *crowd;
  g_autoptr (GstMessage) connected = NULL;

  g_signal_connect (line->ws, "client-added", G_CALLBACK (on_added), &seen);
  port = line_listen (line);
  for (guint i = 0; i < 10; i++)
    g_ptr_array_add (mere, crowd_say (port, i % 2 ? "GET / HTTP/1.1\r\n" : ""));
  crowd = crowd_new (port, 1, 0, FALSE);
  connected = line_wait_message (line, "anc-websocket-connected");
  /* They have been here before it: it is the first one all the same. */
  g_assert_cmpuint (seen.added, ==, 1);
  line_wait_stat (line, "connections", 1);
  g_assert_cmpuint (line_stat (line, "connections"), ==, 1);
  g_assert_cmpuint (line_stat (line, "refused"), ==, 0);
  crowd_free (crowd);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crowd/stalled-few", test_stalled_few);
  g_test_add_func ("/crowd/stalled-many", test_stalled_many);
  g_test_add_func ("/crowd/drop", test_drop);
  g_test_add_func ("/crowd/disconnect", test_disconnect);
  g_test_add_func ("/crowd/block", test_block);
  g_test_add_func ("/crowd/block-stop", test_block_stop);
  g_test_add_func ("/crowd/drain-timeout", test_drain_timeout);
  g_test_add_func ("/crowd/late", test_late);
  g_test_add_func ("/crowd/signals", test_signals);
  g_test_add_func ("/crowd/mere-connections", test_mere_connections);
  return g_test_run ();
}
