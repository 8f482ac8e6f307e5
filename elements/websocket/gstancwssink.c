/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-ancwssink
 * @title: ancwssink
 * @see_also: ancwssrc
 *
 * Sends a stream over WebSocket, as a client to a server or, with
 * #GstAncWsSink:mode server, to all clients that connect. Caps, time stamps and
 * buffer flags go with it by the subprotocol `anc.v1`, which web pages and
 * functions behind a gateway speak too; with #GstAncWsSink:protocol raw each
 * buffer is a plain binary message and nothing else is said.
 *
 * All network I/O runs in a thread of its own, behind a bounded queue for each
 * client. What happens when a client does not keep up, or there is no connection
 * yet, is #GstAncWsSink:slow-client-policy: with `drop` (default) its oldest
 * buffers go, `disconnect` parts from it, and with `block` the stream waits, for
 * it or for a first client, and loses nothing. A client that comes later gets
 * the caps first.
 *
 * A client that loses its connection connects again, after random waits that
 * become longer. What the socket had taken by then may be lost; with
 * #GstAncWsSink:acknowledge each message waits for the receiver's
 * acknowledgement, is sent again after a new connection and arrives exactly
 * once. EOS is answered when the receivers have acknowledged the end of the
 * stream.
 *
 * Latency: none; it does not wait for the clock (#GstBaseSink:sync is false), nor
 * hold up the state change of its pipeline (#GstBaseSink:async is false).
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=50 ! ancwssink uri=ws://127.0.0.1:8090/audio
 * ]| To a server.
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=50 ! ancwssink mode=server uri=ws://127.0.0.1:8091/audio slow-client-policy=block
 * ]| To clients; this one waits for a first one.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstancwssink-private.h"

/* How long a stream waits in silence for a first client. */
#define PATIENCE_MS 3000

G_DEFINE_FINAL_TYPE_WITH_CODE (
    GstAncWsSink, gst_anc_ws_sink, GST_TYPE_BASE_SINK,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_anc_ws_uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE (ancwssink, "ancwssink", GST_RANK_NONE,
                             GST_TYPE_ANC_WS_SINK)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static const GstAncWsEvents events
    = { gst_anc_ws_endpoint_opened, gst_anc_ws_endpoint_closed, NULL,
        gst_anc_ws_endpoint_failed };

/* Waits until PLAYING. The base class lets a waiting thread go, and the first
 * buffer through, as soon as the change to PLAYING has begun. That change then
 * waits for the preroll lock, which whoever sends may hold for as long as the
 * network makes it: so nobody goes on before it is complete. With the lock. */
static GstFlowReturn
wait_playing (GstAncWsSink *self)
{
  GstFlowReturn ret = GST_FLOW_OK;

  while (ret == GST_FLOW_OK && !g_atomic_int_get (&self->playing))
    ret = gst_base_sink_wait_preroll (GST_BASE_SINK (self));
  return ret;
}

/* A wait for the network was broken off: by a pause, of which the base class
 * gets to know when it has the preroll lock, or by the end. With the lock. */
static GstFlowReturn
wait_again (GstAncWsSink *self)
{
  GstFlowReturn ret = gst_base_sink_wait_preroll (GST_BASE_SINK (self));

  return ret == GST_FLOW_OK ? wait_playing (self) : ret;
}

/* For which the EOS behind it waits too, so that nobody shall wonder. */
static void
warn_no_client (GstAncWsSink *self, GstAncWsLink *link)
{
  guint port = gst_anc_ws_link_port (link);

  gst_anc_ws_endpoint_report (
      &self->endpoint, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE,
      g_strdup_printf ("slow-client-policy: by block the stream, and with it "
                       "EOS, waits until a client connects to port %u; connect "
                       "one, set slow-client-policy=drop, or stop the pipeline",
                       port),
      "port", G_TYPE_UINT, port, "clients", G_TYPE_UINT, 0u, NULL);
}

/* Waits in a pause, and goes on where it left off. With the lock. */
static GstFlowReturn
send_item (GstAncWsSink *self, GstAncWsItem *item)
{
  GstAncWsLink *link = gst_anc_ws_endpoint_link (&self->endpoint);
  GstFlowReturn ret = link != NULL ? GST_FLOW_OK : GST_FLOW_FLUSHING;
  guint patience = PATIENCE_MS;

  while (ret == GST_FLOW_OK) {
    ret = gst_anc_ws_link_send (link, item, patience);
    if (ret == GST_FLOW_OK || ret == GST_FLOW_ERROR)
      break;
    if (ret == GST_FLOW_CUSTOM_ERROR) {
      warn_no_client (self, link);
      patience = 0;
      ret = GST_FLOW_OK;
    } else {
      ret = wait_again (self);
    }
  }
  g_clear_pointer (&link, gst_anc_ws_link_unref);
  return ret;
}

static GstFlowReturn
send_hello (GstAncWsSink *self, const GstCaps *caps)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstAncWsItem) hello = NULL;

  if (self->outgoing.raw)
    return GST_FLOW_OK;
  hello = gst_anc_ws_outgoing_hello (&self->outgoing, caps, &error);
  if (hello != NULL)
    return send_item (self, hello);
  gst_anc_ws_endpoint_report (
      &self->endpoint, GST_MESSAGE_ERROR, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT,
      g_strdup_printf ("protocol: the caps of this stream do not fit into a "
                       "message of anc.v1, %s; use protocol=raw",
                       error->message),
      "limit", G_TYPE_UINT, ANC_STREAM_CAPS_MAX, NULL);
  return GST_FLOW_ERROR;
}

static gboolean
set_caps (GstBaseSink *base, GstCaps *caps)
{
  return send_hello (GST_ANC_WS_SINK (base), caps) != GST_FLOW_ERROR;
}

static GstFlowReturn
render (GstBaseSink *base, GstBuffer *buffer)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (base);
  GstClockTime time = GST_CLOCK_TIME_NONE;
  GstFlowReturn ret = wait_playing (self);
  gsize offset = 0;

  if (base->segment.format == GST_FORMAT_TIME
      && GST_BUFFER_PTS_IS_VALID (buffer))
    time = gst_segment_to_running_time (&base->segment, GST_FORMAT_TIME,
                                        GST_BUFFER_PTS (buffer));
  if (ret == GST_FLOW_OK && !self->outgoing.greeted)
    ret = send_hello (self, NULL);
  do {
    g_autoptr (GstAncWsItem) item = NULL;

    if (ret != GST_FLOW_OK)
      break;
    item = gst_anc_ws_outgoing_data (&self->outgoing, buffer, time, &offset);
    ret = send_item (self, item);
  } while (offset < gst_buffer_get_size (buffer));
  return ret;
}

static gboolean
unlock (GstBaseSink *base)
{
  gst_anc_ws_endpoint_set_flushing (&GST_ANC_WS_SINK (base)->endpoint, TRUE);
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSink *base)
{
  gst_anc_ws_endpoint_set_flushing (&GST_ANC_WS_SINK (base)->endpoint, FALSE);
  return TRUE;
}

/* FALSE: the end has not been taken, and that is an error. */
static gboolean
settle_timeout (GstAncWsSink *self, GstAncWsLink *link)
{
  guint n = gst_anc_ws_link_give_up (link);
  gboolean fatal;

  GST_OBJECT_LOCK (self);
  fatal = self->endpoint.settings.mode == GST_ANC_WS_MODE_CLIENT
          || self->sending.policy == GST_ANC_WS_SLOW_BLOCK;
  GST_OBJECT_UNLOCK (self);
  gst_anc_ws_endpoint_report (
      &self->endpoint, fatal ? GST_MESSAGE_ERROR : GST_MESSAGE_WARNING,
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      g_strdup_printf (
          "drain-timeout: %u receiver(s) did not acknowledge the end of the "
          "stream within %u ms%s; raise it if they are slow",
          n, self->drain_timeout,
          fatal ? ", and what they have of it is not known"
                : " and were disconnected"),
      "receivers", G_TYPE_UINT, n, "drain-timeout", G_TYPE_UINT,
      self->drain_timeout, NULL);
  return !fatal;
}

static GstFlowReturn
drain (GstAncWsSink *self)
{
  GstAncWsLink *link = gst_anc_ws_endpoint_link (&self->endpoint);
  GstFlowReturn ret = GST_FLOW_OK;

  while (link != NULL
         && (ret = gst_anc_ws_link_drain (link, self->drain_timeout))
                == GST_FLOW_FLUSHING) {
    ret = wait_again (self);
    if (ret != GST_FLOW_OK)
      break;
  }
  if (ret == GST_FLOW_CUSTOM_ERROR)
    ret = settle_timeout (self, link) ? GST_FLOW_OK : GST_FLOW_ERROR;
  g_clear_pointer (&link, gst_anc_ws_link_unref);
  return ret;
}

/* A stream without a buffer has an end too. */
static GstFlowReturn
finish_stream (GstAncWsSink *self)
{
  GstFlowReturn ret = wait_playing (self);
  g_autoptr (GstAncWsItem) end = NULL;

  if (ret == GST_FLOW_OK && !self->outgoing.greeted)
    ret = send_hello (self, NULL);
  if (ret != GST_FLOW_OK)
    return ret;
  end = gst_anc_ws_outgoing_end (&self->outgoing);
  ret = send_item (self, end);
  return ret == GST_FLOW_OK ? drain (self) : ret;
}

/* EOS goes on when the receivers have it. Serialised events come with the
 * preroll lock held, like buffers. */
static gboolean
event (GstBaseSink *base, GstEvent *what)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (base);
  GstFlowReturn ret;

  if (GST_EVENT_TYPE (what) == GST_EVENT_EOS) {
    ret = finish_stream (self);
    if (ret != GST_FLOW_OK) {
      gst_event_unref (what);
      return FALSE;
    }
  }
  return GST_BASE_SINK_CLASS (gst_anc_ws_sink_parent_class)->event (base, what);
}

static gboolean
open_sender (GstAncWsEndpoint *endpoint, GstAncWsLink *link, GError **error)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (endpoint->element);
  gboolean raw = gst_anc_ws_link_is_raw (link);
  GstAncWsSending sending;
  gboolean base64;
  gsize max_message;

  GST_OBJECT_LOCK (self);
  sending = self->sending;
  sending.acks = self->acknowledge && !raw;
  sending.max_bytes = endpoint->settings.queue_bytes;
  base64 = self->base64;
  max_message = endpoint->settings.max_message_size;
  GST_OBJECT_UNLOCK (self);
  gst_anc_ws_outgoing_start (&self->outgoing, raw, base64, sending.acks,
                             max_message);
  return gst_anc_ws_link_open_sender (link, &sending, &events, endpoint, error);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    g_atomic_int_set (&self->playing, FALSE);
  ret = gst_anc_ws_endpoint_change_state (
      &self->endpoint, transition,
      GST_ELEMENT_CLASS (gst_anc_ws_sink_parent_class));
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING
      && ret != GST_STATE_CHANGE_FAILURE) {
    GST_BASE_SINK_PREROLL_LOCK (self);
    g_atomic_int_set (&self->playing, TRUE);
    GST_BASE_SINK_PREROLL_SIGNAL (self);
    GST_BASE_SINK_PREROLL_UNLOCK (self);
  }
  return ret;
}

static void
set_context (GstElement *element, GstContext *context)
{
  gst_anc_ws_endpoint_set_context (&GST_ANC_WS_SINK (element)->endpoint,
                                   context);
  GST_ELEMENT_CLASS (gst_anc_ws_sink_parent_class)
      ->set_context (element, context);
}

static void
finalize (GObject *object)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (object);

  gst_anc_ws_endpoint_clear (&self->endpoint);
  gst_anc_ws_outgoing_clear (&self->outgoing);
  G_OBJECT_CLASS (gst_anc_ws_sink_parent_class)->finalize (object);
}

static void
gst_anc_ws_sink_class_init (GstAncWsSinkClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *base_class = GST_BASE_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  element_class->change_state = change_state;
  element_class->set_context = set_context;
  base_class->set_caps = set_caps;
  base_class->render = render;
  base_class->event = event;
  base_class->unlock = unlock;
  base_class->unlock_stop = unlock_stop;

  gst_anc_ws_sink_install_properties (G_OBJECT_CLASS (klass));
  gst_anc_ws_endpoint_class_init (
      element_class, "WebSocket sink", "Sink/Network",
      "Sends a stream over WebSocket, as client or server");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
}

static void
gst_anc_ws_sink_init (GstAncWsSink *self)
{
  gst_anc_ws_endpoint_init (&self->endpoint, GST_ELEMENT (self),
                            GST_ANC_WS_SENDER, open_sender);
  gst_anc_ws_sink_init_properties (self);
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  /* What is sent may be what a loudspeaker of the same pipeline waits for: the
   * bin must not hold it until that one has prerolled. */
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
}
