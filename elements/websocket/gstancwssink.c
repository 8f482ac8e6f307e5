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

#include "gstancwssink.h"

#include "gstancwsendpoint.h"
#include "gstancwsoutgoing.h"

#include "anc-ws-error.h"

/* How long a stream waits in silence for a first client. */
#define PATIENCE_MS 3000

/* Threads: settings and the link are guarded by the object lock (see the
 * endpoint); `outgoing` and what follows belong to the streaming thread, which
 * holds the preroll lock while it waits, as render () always does. Lock order:
 * stream lock, preroll lock, the link's. */
struct _GstAncWsSink {
  GstBaseSink parent;
  GstAncWsEndpoint endpoint;
  gboolean base64;
  gboolean acknowledge;
  GstAncWsSending sending;
  guint drain_timeout;
  GstAncWsOutgoing outgoing;
  gint playing; /* atomic; set with the preroll lock */
};

typedef enum { ENCODING_BINARY, ENCODING_BASE64 } GstAncWsEncoding;
#define GST_TYPE_ANC_WS_ENCODING (gst_anc_ws_encoding_get_type ())
#define GST_TYPE_ANC_WS_SLOW_POLICY (gst_anc_ws_slow_policy_get_type ())

static GType
gst_anc_ws_encoding_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[]
      = { { ENCODING_BINARY, "Binary frames", "binary" },
          { ENCODING_BASE64, "Text frames of at most 32 KB", "base64" },
          { 0, NULL, NULL } };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
                       g_enum_register_static ("GstAncWsEncoding", values));
  return type;
}

static GType
gst_anc_ws_slow_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[]
      = { { GST_ANC_WS_SLOW_BLOCK, "The stream waits", "block" },
          { GST_ANC_WS_SLOW_DROP, "Its oldest buffers are dropped", "drop" },
          { GST_ANC_WS_SLOW_DISCONNECT, "It is disconnected", "disconnect" },
          { 0, NULL, NULL } };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
                       g_enum_register_static ("GstAncWsSlowPolicy", values));
  return type;
}

enum {
  PROP_ENCODING = GST_ANC_WS_PROP_OWN,
  PROP_ACKNOWLEDGE,
  PROP_SLOW_CLIENT_POLICY,
  PROP_QUEUE_BYTES,
  PROP_QUEUE_MESSAGES,
  PROP_ACK_TIMEOUT,
  PROP_DRAIN_TIMEOUT,
};

static void uri_handler_init (gpointer iface, gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstAncWsSink, gst_anc_ws_sink,
                               GST_TYPE_BASE_SINK,
                               G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
                                                      uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE (ancwssink, "ancwssink", GST_RANK_NONE,
                             GST_TYPE_ANC_WS_SINK)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
on_opened (const GstAncWsClient *client, gpointer data)
{
  gst_anc_ws_endpoint_opened (&GST_ANC_WS_SINK (data)->endpoint, client);
}

static void
on_closed (const GstAncWsClient *client, gpointer data)
{
  gst_anc_ws_endpoint_closed (&GST_ANC_WS_SINK (data)->endpoint, client);
}

static void
on_failed (const GError *error, guint http_status, guint close_code,
           gpointer data)
{
  gst_anc_ws_endpoint_post_error (&GST_ANC_WS_SINK (data)->endpoint, error,
                                  http_status, close_code);
}

static const GstAncWsEvents events = { on_opened, on_closed, NULL, on_failed };

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
open_link (GstAncWsSink *self)
{
  GstAncWsLink *link = gst_anc_ws_endpoint_find_link (&self->endpoint);
  g_autoptr (GError) error = NULL;
  GstAncWsSending sending;
  gboolean base64, raw, ok;
  gsize max_message;

  if (link == NULL)
    return FALSE;
  GST_OBJECT_LOCK (self);
  sending = self->sending;
  raw = gst_anc_ws_link_is_raw (link);
  sending.acks = self->acknowledge && !raw;
  base64 = self->base64;
  max_message = self->endpoint.settings.max_message_size;
  GST_OBJECT_UNLOCK (self);
  gst_anc_ws_outgoing_start (&self->outgoing, raw, base64, sending.acks,
                             max_message);
  ok = gst_anc_ws_link_open_sender (link, &sending, &events, self, &error);
  if (!ok)
    gst_anc_ws_endpoint_post_error (&self->endpoint, error, 0, 0);
  gst_anc_ws_link_unref (link);
  return ok;
}

static void
close_link (GstAncWsSink *self)
{
  GstAncWsLink *link = gst_anc_ws_endpoint_link (&self->endpoint);

  gst_anc_ws_link_close (link, GST_ANC_WS_SENDER);
  gst_anc_ws_link_unref (link);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    gst_anc_ws_endpoint_prepare (&self->endpoint);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_link (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    g_atomic_int_set (&self->playing, FALSE);
  ret = GST_ELEMENT_CLASS (gst_anc_ws_sink_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING
      && ret != GST_STATE_CHANGE_FAILURE) {
    GST_BASE_SINK_PREROLL_LOCK (self);
    g_atomic_int_set (&self->playing, TRUE);
    GST_BASE_SINK_PREROLL_SIGNAL (self);
    GST_BASE_SINK_PREROLL_UNLOCK (self);
  }
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
  gst_anc_ws_endpoint_set_context (&GST_ANC_WS_SINK (element)->endpoint,
                                   context);
  GST_ELEMENT_CLASS (gst_anc_ws_sink_parent_class)
      ->set_context (element, context);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (object);

  if (gst_anc_ws_endpoint_set_property (&self->endpoint, id, value))
    return;
  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_ENCODING:
    self->base64 = g_value_get_enum (value) == ENCODING_BASE64;
    break;
  case PROP_ACKNOWLEDGE:
    self->acknowledge = g_value_get_boolean (value);
    break;
  case PROP_SLOW_CLIENT_POLICY:
    self->sending.policy = g_value_get_enum (value);
    break;
  case PROP_QUEUE_BYTES:
    self->sending.max_bytes = g_value_get_uint (value);
    break;
  case PROP_QUEUE_MESSAGES:
    self->sending.max_messages = g_value_get_uint (value);
    break;
  case PROP_ACK_TIMEOUT:
    self->sending.ack_timeout = g_value_get_uint (value);
    break;
  case PROP_DRAIN_TIMEOUT:
    self->drain_timeout = g_value_get_uint (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (object);

  if (gst_anc_ws_endpoint_get_property (&self->endpoint, id, value))
    return;
  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_ENCODING:
    g_value_set_enum (value, self->base64 ? ENCODING_BASE64 : ENCODING_BINARY);
    break;
  case PROP_ACKNOWLEDGE:
    g_value_set_boolean (value, self->acknowledge);
    break;
  case PROP_SLOW_CLIENT_POLICY:
    g_value_set_enum (value, self->sending.policy);
    break;
  case PROP_QUEUE_BYTES:
    g_value_set_uint (value, self->sending.max_bytes);
    break;
  case PROP_QUEUE_MESSAGES:
    g_value_set_uint (value, self->sending.max_messages);
    break;
  case PROP_ACK_TIMEOUT:
    g_value_set_uint (value, self->sending.ack_timeout);
    break;
  case PROP_DRAIN_TIMEOUT:
    g_value_set_uint (value, self->drain_timeout);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  GstAncWsSink *self = GST_ANC_WS_SINK (object);

  gst_anc_ws_endpoint_clear (&self->endpoint);
  gst_anc_ws_outgoing_clear (&self->outgoing);
  G_OBJECT_CLASS (gst_anc_ws_sink_parent_class)->finalize (object);
}

static GstURIType
uri_type (GType type)
{
  return GST_URI_SINK;
}

static gchar *
get_uri (GstURIHandler *handler)
{
  return gst_anc_ws_endpoint_get_uri (&GST_ANC_WS_SINK (handler)->endpoint);
}

static gboolean
set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  return gst_anc_ws_endpoint_set_uri (&GST_ANC_WS_SINK (handler)->endpoint, uri,
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

static void
install_number (GObjectClass *klass, guint id, const gchar *name,
                const gchar *nick, const gchar *blurb, guint min,
                guint standard)
{
  g_object_class_install_property (
      klass, id,
      g_param_spec_uint (name, nick, blurb, min, G_MAXINT, standard, READY_RW));
}

static void
install_properties (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_ENCODING,
      g_param_spec_enum (
          "encoding", "Encoding",
          "Frames to send data in; base64 for gateways that take "
          "no binary",
          GST_TYPE_ANC_WS_ENCODING, ENCODING_BINARY, READY_RW));
  g_object_class_install_property (
      klass, PROP_ACKNOWLEDGE,
      g_param_spec_boolean ("acknowledge", "Acknowledge",
                            "Each message waits for its acknowledgement and is "
                            "sent again after a new connection",
                            FALSE, READY_RW));
  g_object_class_install_property (
      klass, PROP_SLOW_CLIENT_POLICY,
      g_param_spec_enum ("slow-client-policy", "Slow client policy",
                         "What happens when the queue of a client is full",
                         GST_TYPE_ANC_WS_SLOW_POLICY, GST_ANC_WS_SLOW_DROP,
                         READY_RW));
  install_number (klass, PROP_QUEUE_BYTES, "queue-bytes", "Queue bytes",
                  "Bytes that wait for a client", 1024, 1 << 20);
  install_number (klass, PROP_QUEUE_MESSAGES, "queue-messages",
                  "Queue messages", "Messages that wait for a client", 1, 1000);
  install_number (klass, PROP_ACK_TIMEOUT, "ack-timeout",
                  "Acknowledgement timeout",
                  "Milliseconds until a message without acknowledgement breaks "
                  "the connection off, 0: never",
                  0, 10000);
  install_number (
      klass, PROP_DRAIN_TIMEOUT, "drain-timeout", "Drain timeout",
      "Milliseconds for the receivers to acknowledge the end, 0: no "
      "limit",
      0, 30000);
}

static void
gst_anc_ws_sink_class_init (GstAncWsSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *base_class = GST_BASE_SINK_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  element_class->change_state = change_state;
  element_class->set_context = set_context;
  base_class->set_caps = set_caps;
  base_class->render = render;
  base_class->event = event;
  base_class->unlock = unlock;
  base_class->unlock_stop = unlock_stop;

  gst_anc_ws_endpoint_class_init (element_class);
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (
      element_class, "WebSocket sink", "Sink/Network",
      "Sends a stream over WebSocket, as client or server",
      "The gst-plugins-anc contributors");
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_ENCODING, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_SLOW_POLICY, 0);
}

static void
gst_anc_ws_sink_init (GstAncWsSink *self)
{
  gst_anc_ws_endpoint_init (&self->endpoint, GST_ELEMENT (self),
                            GST_ANC_WS_SENDER);
  self->sending
      = (GstAncWsSending){ GST_ANC_WS_SLOW_DROP, 1 << 20, 1000, FALSE, 10000 };
  self->drain_timeout = 30000;
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  /* What is sent may be what a loudspeaker of the same pipeline waits for: the
   * bin must not hold it until that one has prerolled. */
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
}
