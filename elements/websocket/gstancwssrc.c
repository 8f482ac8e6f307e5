/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-ancwssrc
 * @title: ancwssrc
 * @see_also: ancwssink
 *
 * Receives a stream over WebSocket, as a client from a server or, with
 * #GstAncWsSrc:mode server, from a publisher that connects: an #ancwssink, a web
 * page, a function behind a gateway. Caps come with the stream by the subprotocol
 * `anc.v1`; with #GstAncWsSrc:protocol raw each message is a buffer, and
 * #GstAncWsSrc:caps says of what.
 *
 * A server takes one publisher; others are closed with 1013, try again later. A
 * publisher that breaks off may come back, and one that has ended its stream is
 * the end of this one, unless #GstAncWsSrc:keep-listening. A client that loses
 * its connection connects again, after random waits that become longer. Where
 * messages are missing, the next buffer is a discont and
 * `lost-messages` in #GstAncWsSrc:stats counts them.
 *
 * When downstream is slower than the publisher, the receive queue fills up to
 * #GstAncWsSrc:queue-bytes and then the publisher is not read any more: nothing
 * is lost and memory is bounded.
 *
 * Buffers keep the distances of the sender's time stamps, the first one at the
 * time of its arrival; those that come more than a second late begin anew. With
 * #GstAncWsSrc:timestamp-mode arrival each has the time of its arrival.
 *
 * Latency: #GstAncWsSrc:latency, what the network may vary by (50 ms).
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ancwssrc uri=ws://127.0.0.1:8091/audio ! audioconvert ! fakesink
 * ]| From a server.
 * |[
 * gst-launch-1.0 ancwssrc mode=server uri=ws://127.0.0.1:8090/audio ! audioconvert ! wavenc ! filesink location=received.wav
 * ]| From one publisher, to a file.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstancwssrc-private.h"

#include "gstancwsincomingcaps.h"

/* Running time that a buffer may be behind its arrival before time stamps are
 * anchored anew. */
#define LATE_MAX GST_SECOND

G_DEFINE_FINAL_TYPE_WITH_CODE (
    GstAncWsSrc, gst_anc_ws_src, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_anc_ws_uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE (ancwssrc, "ancwssrc", GST_RANK_NONE,
                             GST_TYPE_ANC_WS_SRC)

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstCaps *
dup_caps (GstAncWsSrc *self)
{
  GstCaps *caps;

  GST_OBJECT_LOCK (self);
  caps = self->caps != NULL ? gst_caps_ref (self->caps) : NULL;
  GST_OBJECT_UNLOCK (self);
  return caps;
}

static gchar *
on_accept (const AncStreamHello *hello, gpointer data)
{
  GstAncWsEndpoint *endpoint = data;
  g_autoptr (GstCaps) allowed = dup_caps (GST_ANC_WS_SRC (endpoint->element));
  gchar *fault;
  g_autoptr (GstCaps) caps = gst_anc_ws_incoming_caps (hello, allowed, &fault);

  return fault;
}

static const GstAncWsEvents events
    = { gst_anc_ws_endpoint_opened, gst_anc_ws_endpoint_closed, on_accept,
        gst_anc_ws_endpoint_failed };

static GstFlowReturn
apply_caps (GstAncWsSrc *self, GstCaps *caps)
{
  if (gst_base_src_set_caps (GST_BASE_SRC (self), caps))
    return GST_FLOW_OK;
  gst_anc_ws_endpoint_report (
      &self->endpoint, GST_MESSAGE_ERROR, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT,
      g_strdup ("caps: what follows the source does not take the stream that "
                "was received; put a converter between, or set caps"),
      "caps", GST_TYPE_CAPS, caps, NULL);
  return GST_FLOW_NOT_NEGOTIATED;
}

static GstFlowReturn
begin_stream (GstAncWsSrc *self, const AncStreamHello *hello)
{
  g_autofree gchar *fault = NULL;
  g_autoptr (GstCaps) caps = gst_anc_ws_incoming_caps (hello, NULL, &fault);

  self->anchored = FALSE;
  return caps != NULL ? apply_caps (self, caps) : GST_FLOW_NOT_NEGOTIATED;
}

/* The running time at a moment of the monotonic clock; NONE without a clock. */
static GstClockTime
running_time_at (GstAncWsSrc *self, gint64 moment)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));
  GstClockTime ago
      = (GstClockTime) MAX (g_get_monotonic_time () - moment, 0) * GST_USECOND;

  if (!GST_CLOCK_TIME_IS_VALID (now))
    return now;
  return now > ago ? now - ago : 0;
}

/* Ours for the sender's `pts`. */
static GstClockTime
translate (GstAncWsSrc *self, GstClockTime pts, GstClockTime arrival)
{
  if (!GST_CLOCK_TIME_IS_VALID (arrival))
    return pts;
  if (!self->anchored
      || (GstClockTimeDiff) pts + self->anchor + (GstClockTimeDiff) LATE_MAX
             < (GstClockTimeDiff) arrival) {
    self->discont |= self->anchored;
    self->anchor = GST_CLOCK_DIFF (pts, arrival);
    self->anchored = TRUE;
  }
  return (GstClockTime) MAX ((GstClockTimeDiff) pts + self->anchor, 0);
}

static void
stamp (GstAncWsSrc *self, GstBuffer *buffer, const GstAncWsReceived *received)
{
  const AncStreamMessage *message = received->message;
  GstClockTime arrival = running_time_at (self, received->arrived);
  gboolean by_arrival;

  GST_OBJECT_LOCK (self);
  by_arrival = self->by_arrival;
  GST_OBJECT_UNLOCK (self);
  if (by_arrival || message->pts == ANC_STREAM_NO_TIME)
    GST_BUFFER_PTS (buffer)
        = by_arrival || gst_anc_ws_link_is_raw (self->endpoint.link)
              ? arrival
              : GST_CLOCK_TIME_NONE;
  else
    GST_BUFFER_PTS (buffer) = translate (self, message->pts, arrival);
  GST_BUFFER_DURATION (buffer) = message->duration;
}

typedef struct {
  guint theirs;
  GstBufferFlags ours;
} FlagPair;

static const FlagPair flag_pairs[] = {
  { ANC_STREAM_FLAG_DISCONT, GST_BUFFER_FLAG_DISCONT },
  { ANC_STREAM_FLAG_GAP, GST_BUFFER_FLAG_GAP },
  { ANC_STREAM_FLAG_HEADER, GST_BUFFER_FLAG_HEADER },
  { ANC_STREAM_FLAG_DELTA, GST_BUFFER_FLAG_DELTA_UNIT },
};

static GstBuffer *
make_buffer (GstAncWsSrc *self, const GstAncWsReceived *received)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (received->message->payload);

  stamp (self, buffer, received);
  for (guint i = 0; i < G_N_ELEMENTS (flag_pairs); i++) {
    if (received->message->flags & flag_pairs[i].theirs)
      GST_BUFFER_FLAG_SET (buffer, flag_pairs[i].ours);
  }
  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;
  return buffer;
}

static GstFlowReturn
end_stream (GstAncWsSrc *self)
{
  gboolean keep;

  GST_OBJECT_LOCK (self);
  keep = self->keep_listening
         && self->endpoint.settings.mode == GST_ANC_WS_MODE_SERVER;
  GST_OBJECT_UNLOCK (self);
  self->discont = TRUE;
  return keep ? GST_FLOW_OK : GST_FLOW_EOS;
}

static GstFlowReturn
create (GstPushSrc *push, GstBuffer **ret_buffer)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (push);
  GstFlowReturn ret = GST_FLOW_OK;

  *ret_buffer = NULL;
  while (ret == GST_FLOW_OK && *ret_buffer == NULL) {
    g_autoptr (GstAncWsReceived) received = NULL;

    ret = gst_anc_ws_link_receive (self->endpoint.link, &received);
    if (ret != GST_FLOW_OK)
      break;
    if (received->message == NULL || received->message->type == ANC_STREAM_END)
      ret = end_stream (self);
    else if (received->message->type == ANC_STREAM_HELLO)
      ret = begin_stream (self, &received->message->hello);
    else
      *ret_buffer = make_buffer (self, received);
  }
  return ret;
}

/* Caps come with the stream; only a raw one has some of its own. */
static gboolean
negotiate (GstBaseSrc *base)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (base);
  g_autoptr (GstCaps) caps = dup_caps (self);

  if (caps == NULL || !gst_anc_ws_link_is_raw (self->endpoint.link)
      || !gst_caps_is_fixed (caps))
    return TRUE;
  return apply_caps (self, caps) == GST_FLOW_OK;
}

static gboolean
start (GstBaseSrc *base)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (base);

  self->anchored = self->discont = FALSE;
  return TRUE;
}

static gboolean
unlock (GstBaseSrc *base)
{
  gst_anc_ws_endpoint_set_flushing (&GST_ANC_WS_SRC (base)->endpoint, TRUE);
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSrc *base)
{
  gst_anc_ws_endpoint_set_flushing (&GST_ANC_WS_SRC (base)->endpoint, FALSE);
  return TRUE;
}

static gboolean
query (GstBaseSrc *base, GstQuery *what)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (base);
  GstClockTime latency;

  if (GST_QUERY_TYPE (what) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS (gst_anc_ws_src_parent_class)->query (base, what);
  GST_OBJECT_LOCK (self);
  latency = self->latency * GST_MSECOND;
  GST_OBJECT_UNLOCK (self);
  gst_query_set_latency (what, TRUE, latency, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
open_receiver (GstAncWsEndpoint *endpoint, GstAncWsLink *link, GError **error)
{
  GstAncWsReceiving receiving;

  GST_OBJECT_LOCK (endpoint->element);
  receiving.max_bytes = endpoint->settings.queue_bytes;
  GST_OBJECT_UNLOCK (endpoint->element);
  return gst_anc_ws_link_open_receiver (link, &receiving, &events, endpoint,
                                        error);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  return gst_anc_ws_endpoint_change_state (
      &GST_ANC_WS_SRC (element)->endpoint, transition,
      GST_ELEMENT_CLASS (gst_anc_ws_src_parent_class));
}

static void
set_context (GstElement *element, GstContext *context)
{
  gst_anc_ws_endpoint_set_context (&GST_ANC_WS_SRC (element)->endpoint,
                                   context);
  GST_ELEMENT_CLASS (gst_anc_ws_src_parent_class)
      ->set_context (element, context);
}

static void
finalize (GObject *object)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (object);

  gst_anc_ws_endpoint_clear (&self->endpoint);
  gst_clear_caps (&self->caps);
  G_OBJECT_CLASS (gst_anc_ws_src_parent_class)->finalize (object);
}

static void
gst_anc_ws_src_class_init (GstAncWsSrcClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  element_class->change_state = change_state;
  element_class->set_context = set_context;
  base_class->start = start;
  base_class->negotiate = negotiate;
  base_class->unlock = unlock;
  base_class->unlock_stop = unlock_stop;
  base_class->query = query;
  GST_PUSH_SRC_CLASS (klass)->create = create;

  gst_anc_ws_src_install_properties (G_OBJECT_CLASS (klass));
  gst_anc_ws_endpoint_class_init (
      element_class, "WebSocket source", "Source/Network",
      "Receives a stream over WebSocket, as client or server");
  gst_element_class_add_static_pad_template (element_class, &src_template);
}

static void
gst_anc_ws_src_init (GstAncWsSrc *self)
{
  gst_anc_ws_endpoint_init (&self->endpoint, GST_ELEMENT (self),
                            GST_ANC_WS_RECEIVER, open_receiver);
  gst_anc_ws_src_init_properties (self);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}
