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

#include "gstancwssrc.h"

#include "gstancwsendpoint.h"
#include "gstancwsincomingcaps.h"

#include "anc-ws-error.h"

/* Running time that a buffer may be behind its arrival before time stamps are
 * anchored anew. */
#define LATE_MAX GST_SECOND

/* Threads: settings and the link are guarded by the object lock (see the
 * endpoint); what is marked (stream) belongs to the streaming thread. */
struct _GstAncWsSrc {
  GstPushSrc parent;
  GstAncWsEndpoint endpoint;
  GstCaps *caps;
  GstAncWsReceiving receiving;
  gboolean by_arrival;
  gboolean keep_listening;
  guint latency; /* ms */

  gboolean anchored;       /* (stream) */
  GstClockTimeDiff anchor; /* (stream) ours minus the sender's */
  gboolean discont;        /* (stream) the next buffer is one */
};

typedef enum { TIMESTAMP_SENDER, TIMESTAMP_ARRIVAL } GstAncWsTimestampMode;
#define GST_TYPE_ANC_WS_TIMESTAMP_MODE (gst_anc_ws_timestamp_mode_get_type ())

static GType
gst_anc_ws_timestamp_mode_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[]
      = { { TIMESTAMP_SENDER, "Distances of the sender", "sender" },
          { TIMESTAMP_ARRIVAL, "Time of arrival", "arrival" },
          { 0, NULL, NULL } };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstAncWsTimestampMode", values));
  return type;
}

enum {
  PROP_CAPS = GST_ANC_WS_PROP_OWN,
  PROP_QUEUE_BYTES,
  PROP_TIMESTAMP_MODE,
  PROP_KEEP_LISTENING,
  PROP_LATENCY,
};

static void uri_handler_init (gpointer iface, gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstAncWsSrc, gst_anc_ws_src, GST_TYPE_PUSH_SRC,
                               G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
                                                      uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE (ancwssrc, "ancwssrc", GST_RANK_NONE,
                             GST_TYPE_ANC_WS_SRC)

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
on_opened (const GstAncWsClient *client, gpointer data)
{
  gst_anc_ws_endpoint_opened (&GST_ANC_WS_SRC (data)->endpoint, client);
}

static void
on_closed (const GstAncWsClient *client, gpointer data)
{
  gst_anc_ws_endpoint_closed (&GST_ANC_WS_SRC (data)->endpoint, client);
}

static void
on_failed (const GError *error, guint http_status, guint close_code,
           gpointer data)
{
  gst_anc_ws_endpoint_post_error (&GST_ANC_WS_SRC (data)->endpoint, error,
                                  http_status, close_code);
}

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
  g_autoptr (GstCaps) allowed = dup_caps (data);
  gchar *fault;
  g_autoptr (GstCaps) caps = gst_anc_ws_incoming_caps (hello, allowed, &fault);

  return fault;
}

static const GstAncWsEvents events
    = { on_opened, on_closed, on_accept, on_failed };

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
open_link (GstAncWsSrc *self)
{
  GstAncWsLink *link = gst_anc_ws_endpoint_find_link (&self->endpoint);
  g_autoptr (GError) error = NULL;
  GstAncWsReceiving receiving;
  gboolean ok;

  if (link == NULL)
    return FALSE;
  GST_OBJECT_LOCK (self);
  receiving = self->receiving;
  GST_OBJECT_UNLOCK (self);
  ok = gst_anc_ws_link_open_receiver (link, &receiving, &events, self, &error);
  if (!ok)
    gst_anc_ws_endpoint_post_error (&self->endpoint, error, 0, 0);
  gst_anc_ws_link_unref (link);
  return ok;
}

static void
close_link (GstAncWsSrc *self)
{
  GstAncWsLink *link = gst_anc_ws_endpoint_link (&self->endpoint);

  gst_anc_ws_link_close (link, GST_ANC_WS_RECEIVER);
  gst_anc_ws_link_unref (link);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    gst_anc_ws_endpoint_prepare (&self->endpoint);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_link (self))
    return GST_STATE_CHANGE_FAILURE;
  ret = GST_ELEMENT_CLASS (gst_anc_ws_src_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && ret == GST_STATE_CHANGE_FAILURE))
    close_link (self);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    gst_anc_ws_endpoint_release (&self->endpoint);
  return ret;
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
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (object);

  if (gst_anc_ws_endpoint_set_property (&self->endpoint, id, value))
    return;
  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_CAPS:
    gst_caps_replace (&self->caps, (GstCaps *) gst_value_get_caps (value));
    break;
  case PROP_QUEUE_BYTES:
    self->receiving.max_bytes = g_value_get_uint (value);
    break;
  case PROP_TIMESTAMP_MODE:
    self->by_arrival = g_value_get_enum (value) == TIMESTAMP_ARRIVAL;
    break;
  case PROP_KEEP_LISTENING:
    self->keep_listening = g_value_get_boolean (value);
    break;
  case PROP_LATENCY:
    self->latency = g_value_get_uint (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
  if (id == PROP_LATENCY)
    gst_element_post_message (GST_ELEMENT (self),
                              gst_message_new_latency (GST_OBJECT (self)));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (object);

  if (gst_anc_ws_endpoint_get_property (&self->endpoint, id, value))
    return;
  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_CAPS:
    gst_value_set_caps (value, self->caps);
    break;
  case PROP_QUEUE_BYTES:
    g_value_set_uint (value, self->receiving.max_bytes);
    break;
  case PROP_TIMESTAMP_MODE:
    g_value_set_enum (value,
                      self->by_arrival ? TIMESTAMP_ARRIVAL : TIMESTAMP_SENDER);
    break;
  case PROP_KEEP_LISTENING:
    g_value_set_boolean (value, self->keep_listening);
    break;
  case PROP_LATENCY:
    g_value_set_uint (value, self->latency);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  GstAncWsSrc *self = GST_ANC_WS_SRC (object);

  gst_anc_ws_endpoint_clear (&self->endpoint);
  gst_clear_caps (&self->caps);
  G_OBJECT_CLASS (gst_anc_ws_src_parent_class)->finalize (object);
}

static GstURIType
uri_type (GType type)
{
  return GST_URI_SRC;
}

static gchar *
get_uri (GstURIHandler *handler)
{
  return gst_anc_ws_endpoint_get_uri (&GST_ANC_WS_SRC (handler)->endpoint);
}

static gboolean
set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  return gst_anc_ws_endpoint_set_uri (&GST_ANC_WS_SRC (handler)->endpoint, uri,
                                      error);
}

static void
uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = uri_type;
  handler->get_protocols = gst_anc_ws_protocols;
  handler->get_uri = get_uri;
  handler->set_uri = set_uri;
}

#define READY_RW                                                               \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define PLAYING_RW                                                             \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static void
install_properties (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_CAPS,
      g_param_spec_boxed ("caps", "Caps",
                          "protocol=raw: what the messages are; otherwise "
                          "which streams are taken",
                          GST_TYPE_CAPS, READY_RW));
  g_object_class_install_property (
      klass, PROP_QUEUE_BYTES,
      g_param_spec_uint ("queue-bytes", "Queue bytes",
                         "Bytes that wait for downstream before the publisher "
                         "is held",
                         1024, G_MAXINT, 1 << 20, READY_RW));
  g_object_class_install_property (
      klass, PROP_TIMESTAMP_MODE,
      g_param_spec_enum (
          "timestamp-mode", "Time stamp mode", "Where time stamps come from",
          GST_TYPE_ANC_WS_TIMESTAMP_MODE, TIMESTAMP_SENDER, PLAYING_RW));
  g_object_class_install_property (
      klass, PROP_KEEP_LISTENING,
      g_param_spec_boolean ("keep-listening", "Keep listening",
                            "Server: the end of a publisher's stream is not "
                            "the end of this one",
                            FALSE, PLAYING_RW));
  g_object_class_install_property (
      klass, PROP_LATENCY,
      g_param_spec_uint ("latency", "Latency",
                         "Milliseconds by which the network may vary", 0,
                         G_MAXINT, 50, PLAYING_RW));
}

static void
gst_anc_ws_src_class_init (GstAncWsSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  element_class->change_state = change_state;
  element_class->set_context = set_context;
  base_class->start = start;
  base_class->negotiate = negotiate;
  base_class->unlock = unlock;
  base_class->unlock_stop = unlock_stop;
  base_class->query = query;
  GST_PUSH_SRC_CLASS (klass)->create = create;

  gst_anc_ws_endpoint_class_init (element_class);
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (
      element_class, "WebSocket source", "Source/Network",
      "Receives a stream over WebSocket, as client or server",
      "The gst-plugins-anc contributors");
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_TIMESTAMP_MODE, 0);
}

static void
gst_anc_ws_src_init (GstAncWsSrc *self)
{
  gst_anc_ws_endpoint_init (&self->endpoint, GST_ELEMENT (self),
                            GST_ANC_WS_RECEIVER);
  self->receiving.max_bytes = 1 << 20;
  self->latency = 50;
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}
