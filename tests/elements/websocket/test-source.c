/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ancwssrc and ancwssink against peers that do what they should not. */
#include "line.h"

#include "anc-stream-message.h"
#include "anc-ws-client.h"
#include "anc-ws-error.h"
#include "anc-ws-server.h"

#include <string.h>

/* A publisher in the test's own main context. */
typedef struct {
  AncWsConnection *connection;
  GPtrArray *frames; /* GBytes, text ones */
  gboolean connected, closed;
  guint code, status;
  gchar *reason;
  GError *error;
} Publisher;

static void
on_message (AncWsConnection *connection, GBytes *message, gboolean text,
            gpointer data)
{
  g_ptr_array_add (((Publisher *) data)->frames, g_bytes_ref (message));
}

static void
on_closed (AncWsConnection *connection, guint code, gboolean by_peer,
           const gchar *reason, gpointer data)
{
  Publisher *self = data;

  self->closed = TRUE;
  self->code = code;
  g_free (self->reason);
  self->reason = g_strdup (reason);
}

static const AncWsCallbacks callbacks = { on_message, NULL, on_closed };

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Publisher *self = data;

  self->connection
      = anc_ws_connect_finish (result, &self->status, NULL, &self->error);
  if (self->connection != NULL)
    anc_ws_connection_start (self->connection, &callbacks, self);
  self->connected = TRUE;
}

static void
step (void)
{
  g_main_context_iteration (NULL, FALSE);
  g_usleep (500);
}

#define wait_for(condition)                                                    \
  G_STMT_START                                                                 \
  {                                                                            \
    gint64 end_ = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;               \
    while (!(condition)) {                                                     \
      step ();                                                                 \
      g_assert_cmpint (g_get_monotonic_time (), <, end_);                      \
    }                                                                          \
  }                                                                            \
  G_STMT_END

static Publisher *
publish (guint port)
{
  Publisher *self = g_new0 (Publisher, 1);
  g_autofree gchar *uri = g_strdup_printf ("ws://127.0.0.1:%u/", port);
  gchar *subprotocols[] = { (gchar *) ANC_STREAM_SUBPROTOCOL, NULL };
  AncWsRequest request
      = { .uri = uri, .subprotocols = subprotocols, .timeout = 5000 };
  AncWsTls tls = { NULL, NULL };
  AncWsLimits limits = { .max_message = 1 << 24, .close_timeout = 2000 };

  self->frames
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  anc_ws_connect_async (&request, &tls, &limits, NULL, on_connected, self);
  wait_for (self->connected);
  g_assert_no_error (self->error);
  return self;
}

static void
publisher_free (Publisher *self)
{
  if (!self->closed)
    anc_ws_connection_abort (self->connection, 1001, NULL);
  wait_for (self->closed);
  anc_ws_connection_unref (self->connection);
  g_ptr_array_unref (self->frames);
  g_free (self->reason);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Publisher, publisher_free)

static void
say (Publisher *self, const gchar *text)
{
  g_autoptr (GBytes) frame = g_bytes_new (text, strlen (text));

  anc_ws_connection_send (self->connection, frame, TRUE);
}

static void
greet (Publisher *self, const gchar *stream, gboolean ack)
{
  g_autofree gchar *text = g_strdup_printf (
      "{\"type\":\"hello\",\"version\":1,\"stream\":\"%s\",\"format\":"
      "\"S16LE\",\"rate\":8000,\"channels\":1,\"ack\":%s}",
      stream, ack ? "true" : "false");

  say (self, text);
}

static void
send_data (Publisher *self, guint64 seq, guint flags, const gchar *bytes)
{
  g_autoptr (GBytes) payload = g_bytes_new (bytes, strlen (bytes));
  g_autoptr (AncStreamMessage) message
      = anc_stream_message_new_data (seq, payload);
  g_autoptr (GBytes) frame = NULL;

  message->flags = flags;
  message->pts = seq * GST_MSECOND;
  frame = anc_stream_message_to_binary (message);
  anc_ws_connection_send (self->connection, frame, FALSE);
}

static void
send_end (Publisher *self, guint64 seq)
{
  g_autofree gchar *text = g_strdup_printf (
      "{\"type\":\"end\",\"seq\":%" G_GUINT64_FORMAT "}", seq);

  say (self, text);
}

/* The number of the last acknowledgement, -1 for none. */
static gint64
last_ack (Publisher *self)
{
  gint64 seq = -1;

  for (guint i = 0; i < self->frames->len; i++) {
    g_autoptr (AncStreamMessage) message = anc_stream_message_parse (
        g_ptr_array_index (self->frames, i), TRUE, NULL);

    g_assert_nonnull (message);
    if (message->type == ANC_STREAM_ACK)
      seq = (gint64) message->seq;
  }
  return seq;
}

static Line *
receiver (const gchar *more, guint *ret_port)
{
  Line *line = line_new ("ancwssrc name=ws mode=server uri=ws://127.0.0.1:0/ "
                         "%s ! fakesink name=out",
                         more);

  *ret_port = line_listen (line);
  return line;
}

static void
assert_text (Line *line, const gchar *expected)
{
  g_mutex_lock (&line->lock);
  g_assert_cmpmem (line->bytes->data, line->bytes->len, expected,
                   strlen (expected));
  g_mutex_unlock (&line->lock);
}

/* A page's hello, without caps. */
static void
test_page (void)
{
  guint port;
  g_autoptr (Line) line = receiver ("", &port);
  g_autoptr (Publisher) page = publish (port);
  g_autoptr (GstCaps) caps = gst_caps_from_string (
      "audio/x-raw,format=S16LE,layout=interleaved,rate=8000,channels=1");

  greet (page, "s", FALSE);
  say (page, "{\"type\":\"data\",\"seq\":7,\"data\":\"YWJj\"}");
  say (page, "{\"type\":\"weather\",\"is\":\"fine\"}");
  send_data (page, 8, 0, "def");
  send_end (page, 9);
  wait_for (last_ack (page) == 9);
  line_wait_eos (line);
  assert_text (line, "abcdef");
  g_assert_true (gst_caps_is_equal (line->caps, caps));
}

static void
test_second_publisher (void)
{
  guint port;
  g_autoptr (Line) line = receiver ("", &port);
  g_autoptr (Publisher) first = publish (port), second = publish (port);

  wait_for (second->closed);
  g_assert_cmpuint (second->code, ==, ANC_WS_CLOSE_TRY_LATER);
  greet (first, "s", FALSE);
  send_data (first, 0, 0, "x");
  wait_for (line_n_buffers (line) == 1);
  anc_ws_connection_close (first->connection, 1000, NULL);
  wait_for (first->closed);
  line_wait_eos (line);
}

/* It breaks off, and another comes in its place. */
static void
test_abrupt_publisher (void)
{
  guint port;
  g_autoptr (Line) line = receiver ("", &port);
  g_autoptr (Publisher) first = publish (port), second = NULL;

  greet (first, "s", FALSE);
  send_data (first, 0, 0, "abc");
  wait_for (line_n_buffers (line) == 1);
  anc_ws_connection_abort (first->connection, 1006, NULL);
  wait_for (first->closed);
  gst_message_unref (line_wait_message (line, "anc-websocket-disconnected"));
  second = publish (port);
  greet (second, "t", FALSE);
  send_data (second, 0, 0, "def");
  send_end (second, 1);
  wait_for (last_ack (second) == 1);
  line_wait_eos (line);
  assert_text (line, "abcdef");
}

static void
test_gaps_and_duplicates (void)
{
  guint port;
  g_autoptr (Line) line = receiver ("", &port);
  g_autoptr (Publisher) first = publish (port), second = NULL;

  greet (first, "s", FALSE);
  send_data (first, 5, 0, "a");
  send_data (first, 6, 0, "b");
  send_data (first, 6, 0, "X");
  send_data (first, 9, 0, "c");
  wait_for (line_n_buffers (line) == 3);
  g_assert_cmpuint (line_stat (line, "lost-messages"), ==, 2);
  g_assert_cmpuint (line_stat (line, "duplicate-messages"), ==, 1);
  g_assert_true (g_array_index (line->buffers, LineBuffer, 2).flags
                 & GST_BUFFER_FLAG_DISCONT);
  anc_ws_connection_abort (first->connection, 1006, NULL);
  wait_for (first->closed);
  gst_message_unref (line_wait_message (line, "anc-websocket-disconnected"));
  /* the same stream on a new connection: what has come is not taken again */
  second = publish (port);
  greet (second, "s", TRUE);
  send_data (second, 8, 0, "X");
  send_data (second, 9, 0, "X");
  send_data (second, 10, 0, "d");
  send_end (second, 11);
  wait_for (last_ack (second) == 11);
  line_wait_eos (line);
  assert_text (line, "abcd");
  g_assert_cmpuint (line_stat (line, "duplicate-messages"), ==, 3);
}

static void
test_fragments (void)
{
  const guint more = ANC_STREAM_FLAG_MORE, on = ANC_STREAM_FLAG_CONTINUED;
  guint port;
  g_autoptr (Line) line = receiver ("", &port);
  g_autoptr (Publisher) page = publish (port);

  greet (page, "s", FALSE);
  send_data (page, 0, more, "a");
  send_data (page, 1, more | on, "b");
  send_data (page, 2, on, "c");
  /* the middle is missing: none of it */
  send_data (page, 3, more, "X");
  send_data (page, 5, on, "X");
  /* an end without a beginning */
  send_data (page, 6, on, "X");
  /* a beginning without an end */
  send_data (page, 7, more, "X");
  send_data (page, 8, 0, "d");
  send_end (page, 9);
  wait_for (last_ack (page) == 9);
  line_wait_eos (line);
  assert_text (line, "abcd");
  g_assert_cmpuint (line_n_buffers (line), ==, 2);
}

/* Fragments may not add up to more than a buffer. */
static void
test_fragments_bound (void)
{
  guint port;
  g_autoptr (Line) line = receiver ("max-message-size=4000", &port);
  g_autoptr (Publisher) page = publish (port);
  g_autofree gchar *block = g_strnfill (1000, 'x');

  greet (page, "s", FALSE);
  for (guint i = 0; i < 6 && !page->closed; i++)
    send_data (page, i, i == 0 ? 16 : 48, block);
  wait_for (page->closed);
  g_assert_cmpuint (page->code, ==, ANC_WS_CLOSE_TOO_BIG);
}

/* An acknowledgement means that it was taken downstream. */
static void
test_acknowledgement (void)
{
  guint port;
  g_autoptr (Line) line = line_new (
      "ancwssrc name=ws mode=server uri=ws://127.0.0.1:0/ ! identity "
      "sleep-time=100000 ! fakesink name=out");
  g_autoptr (Publisher) page = NULL;

  port = line_listen (line);
  page = publish (port);
  greet (page, "s", TRUE);
  send_data (page, 0, 0, "a");
  wait_for (last_ack (page) == 0);
  g_assert_cmpuint (line_n_buffers (line), ==, 1);
}

typedef struct {
  const gchar *text;
  guint code;
} BadTalk;

#define HELLO                                                                  \
  "{\"type\":\"hello\",\"version\":1,\"format\":\"S16LE\",\"rate\":8000,"      \
  "\"channels\":1}"

/* Each is told what is wrong, is closed, and harms nobody else. */
static void
test_bad_talk (void)
{
  static const BadTalk talks[] = {
    { "hello?", ANC_WS_CLOSE_BAD_DATA },
    { "{}", ANC_WS_CLOSE_BAD_DATA },
    { "{\"type\":\"hello\",\"version\":9,\"caps\":\"a/b\"}",
      ANC_WS_CLOSE_PROTOCOL },
    { "{\"type\":\"data\",\"seq\":0,\"data\":\"\"}", ANC_WS_CLOSE_PROTOCOL },
    { "{\"type\":\"end\",\"seq\":0}", ANC_WS_CLOSE_PROTOCOL },
    { "{\"type\":\"hello\",\"version\":1,\"caps\":\"nonsense{\"}",
      ANC_WS_CLOSE_UNSUPPORTED },
    { "{\"type\":\"hello\",\"version\":1,\"caps\":\"ANY\"}",
      ANC_WS_CLOSE_UNSUPPORTED },
    { "{\"type\":\"hello\",\"version\":1,\"caps\":\"audio/x-raw,rate=[1,2]\"}",
      ANC_WS_CLOSE_UNSUPPORTED },
    { "{\"type\":\"hello\",\"version\":1,\"caps\":\"video/x-raw\"}",
      ANC_WS_CLOSE_UNSUPPORTED },
    { "{\"type\":\"hello\",\"version\":1,\"format\":\"S16LE\",\"rate\":0,"
      "\"channels\":1}",
      ANC_WS_CLOSE_BAD_DATA },
  };
  guint port;
  g_autoptr (Line) line
      = receiver ("caps=audio/x-raw keep-listening=true", &port);

  for (guint i = 0; i < G_N_ELEMENTS (talks); i++) {
    g_autoptr (Publisher) rude = publish (port);
    g_autoptr (AncStreamMessage) told = NULL;

    g_test_message ("%s", talks[i].text);
    say (rude, talks[i].text);
    wait_for (rude->closed);
    g_assert_cmpuint (rude->code, ==, talks[i].code);
    g_assert_cmpuint (rude->frames->len, ==, 1);
    told = anc_stream_message_parse (g_ptr_array_index (rude->frames, 0), TRUE,
                                     NULL);
    g_assert_cmpint (told->type, ==, ANC_STREAM_FAILURE);
    g_assert_cmpstr (told->text, ==, rude->reason);
    gst_message_unref (line_wait_message (line, "anc-websocket-disconnected"));
  }
  {
    g_autoptr (Publisher) good = publish (port);

    say (good, HELLO);
    send_data (good, 0, 0, "fine");
    wait_for (line_n_buffers (line) == 1);
    assert_text (line, "fine");
  }
}

/* GStreamer's parser of caps recurses: it is asked about few levels only. */
static void
test_deep_caps (void)
{
  static const gchar *const deep[] = { "<<<<<<<1>>>>>>>", "{{{{{{{" };
  guint port;
  g_autoptr (Line) line = receiver ("", &port);
  g_autofree gchar *longest = g_strnfill (16000, '<');

  for (guint i = 0; i < 3; i++) {
    g_autoptr (Publisher) rude = publish (port);
    g_autofree gchar *text = g_strdup_printf (
        "{\"type\":\"hello\",\"version\":1,\"caps\":\"a/b,x=%s\"}",
        i < 2 ? deep[i] : longest);

    say (rude, text);
    wait_for (rude->closed);
    g_assert_cmpuint (rude->code, ==, ANC_WS_CLOSE_UNSUPPORTED);
    gst_message_unref (line_wait_message (line, "anc-websocket-disconnected"));
  }
  {
    g_autoptr (Publisher) good = publish (port);

    say (good, "{\"type\":\"hello\",\"version\":1,"
               "\"caps\":\"a/b,x=<<<1>>>\"}");
    send_data (good, 0, 0, "fine");
    wait_for (line_n_buffers (line) == 1);
  }
}

/* A stream sent to a sink has nowhere to go. */
static void
test_data_to_a_sink (void)
{
  g_autoptr (Line) line
      = line_new ("audiotestsrc is-live=true ! ancwssink name=ws mode=server "
                  "uri=ws://127.0.0.1:0/");
  g_autoptr (Publisher) rude = publish (line_listen (line));

  say (rude, HELLO);
  wait_for (rude->closed);
  g_assert_cmpuint (rude->code, ==, ANC_WS_CLOSE_UNSUPPORTED);
}

/* What a receiver says is wrong is what the sink's user reads. */
static void
test_sink_is_refused (void)
{
  guint port;
  g_autoptr (Line) line = receiver ("caps=video/x-raw", &port);
  g_autoptr (Line) send = line_new (
      "audiotestsrc is-live=true ! ancwssink uri=ws://127.0.0.1:%u/", port);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  line_play (send);
  message = line_wait_error (send);
  gst_message_parse_error (message, &error, NULL);
  g_assert_nonnull (
      strstr (error->message, "streams of this format are not taken here"));
}

static void
test_latency (void)
{
  guint port;
  g_autoptr (Line) line = receiver ("latency=70", &port);
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean live;
  GstClockTime min, max;

  g_assert_true (gst_element_query (line->ws, query));
  gst_query_parse_latency (query, &live, &min, &max);
  g_assert_true (live);
  g_assert_cmpuint (min, ==, 70 * GST_MSECOND);
  g_assert_cmpuint (max, ==, GST_CLOCK_TIME_NONE);
}

static void
test_late_times (void)
{
  guint port;
  g_autoptr (Line) line = receiver ("", &port);
  g_autoptr (Publisher) page = publish (port);
  const LineBuffer *buffers;

  greet (page, "s", FALSE);
  send_data (page, 0, 0, "a");
  send_data (page, 20, 0, "b");
  wait_for (line_n_buffers (line) == 2);
  for (guint i = 0; i < 2400; i++)
    step ();
  send_data (page, 21, 0, "c");
  wait_for (line_n_buffers (line) == 3);
  buffers = (const LineBuffer *) line->buffers->data;
  g_assert_cmpuint (buffers[1].pts - buffers[0].pts, ==, 20 * GST_MSECOND);
  /* more than a second late: anchored anew */
  g_assert_cmpuint (buffers[2].pts - buffers[1].pts, >, GST_SECOND);
  g_assert_true (buffers[2].flags & GST_BUFFER_FLAG_DISCONT);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source/page", test_page);
  g_test_add_func ("/source/second-publisher", test_second_publisher);
  g_test_add_func ("/source/abrupt-publisher", test_abrupt_publisher);
  g_test_add_func ("/source/gaps-and-duplicates", test_gaps_and_duplicates);
  g_test_add_func ("/source/fragments", test_fragments);
  g_test_add_func ("/source/fragments-bound", test_fragments_bound);
  g_test_add_func ("/source/acknowledgement", test_acknowledgement);
  g_test_add_func ("/source/bad-talk", test_bad_talk);
  g_test_add_func ("/source/deep-caps", test_deep_caps);
  g_test_add_func ("/source/data-to-a-sink", test_data_to_a_sink);
  g_test_add_func ("/source/sink-is-refused", test_sink_is_refused);
  g_test_add_func ("/source/latency", test_latency);
  g_test_add_func ("/source/late-times", test_late_times);
  return g_test_run ();
}
