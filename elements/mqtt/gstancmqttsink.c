/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-ancmqttsink
 * @title: ancmqttsink
 * @see_also: ancmqttsrc
 *
 * Publishes each buffer as one MQTT message. The streaming thread only puts it
 * into a queue: a thread of the element's own connects, with a random growing
 * wait between tries, publishes in order and takes a message out of the queue
 * when the broker has acknowledged it. EOS is answered when all are.
 *
 * With #GstAncMqttSink:queue-directory the queue is a file: what is in it
 * survives the end of the process, kill -9 and power failures, and is sent at
 * the next start before anything new. A message is in the file a few
 * milliseconds after it came (`durable` in the stats counts them); each element
 * needs a #GstAncMqttSink:client-id or name of its own.
 *
 * Use it for audio, sensor values or text to any MQTT 3.1.1 or 5 broker. For
 * AWS IoT Core (recognised by its host name) the element keeps to its limits:
 * messages up to 128 KiB, 100 and 512 KiB a second, no QoS 2.
 *
 * Limits: a message is at most 256 MB, and brokers often take less; a buffer is
 * never split. QoS 2 is exactly once while the process lives, with
 * clean-session=false; after a crash what was on its way comes twice.
 * Latency: none; buffers are not held to the clock (`sync` is false by
 * default).
 *
 * Messages: `anc-mqtt-connected` and `anc-mqtt-disconnected`, with the reason
 * and the time to the next try; and one warning an outage.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=50 ! audio/x-raw,format=S16LE,rate=16000 ! ancmqttsink uri=mqtt://localhost/site/room/microphone payload-format=json-base64
 * ]| Sound, each message with its caps and time stamps.
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=50 ! opusenc ! ancmqttsink uri=mqtt://localhost topic=site/{element} name=microphone queue-directory=queue queue-limit=1000000 queue-policy=drop-oldest
 * ]| Through a file that outlives the process.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstancmqttsink-private.h"

#include "gstancmqttloop.h"
#include "gstancmqttmessages.h"
#include "gstancmqtttopic.h"

#include "anc-mqtt-error.h"
#include "anc-mqtt-gzip.h"
#include "anc-mqtt-payload.h"
#include "anc-mqtt-topic.h"

GST_DEBUG_CATEGORY_STATIC (gst_anc_mqtt_sink_debug);
#define GST_CAT_DEFAULT gst_anc_mqtt_sink_debug

/* What is on its way when the element stops gets that long. */
#define GRACE_MS 200u

static void gst_anc_mqtt_sink_uri_handler_init (gpointer interface,
                                                gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    GstAncMqttSink, gst_anc_mqtt_sink, GST_TYPE_BASE_SINK,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
                           gst_anc_mqtt_sink_uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE (ancmqttsink, "ancmqttsink", GST_RANK_NONE,
                             GST_TYPE_ANC_MQTT_SINK)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
update_flushing (GstAncMqttSink *self)
{
  if (self->queue != NULL)
    anc_mqtt_queue_set_flushing (self->queue, self->unlocked || self->failed);
}

static void
on_state (const AncMqttStateChange *change, gpointer element)
{
  GstAncMqttSink *self = element;
  g_autofree gchar *waiting = gst_anc_mqtt_queue_describe (self->queue);

  gst_anc_mqtt_outage_report (
      &self->outage, GST_ELEMENT (self), change, self->broker,
      anc_mqtt_connection_get_client_id (self->connection), waiting);
  if (change->state != ANC_MQTT_STATE_FAILED)
    return;
  GST_OBJECT_LOCK (self);
  self->failed = TRUE;
  update_flushing (self);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
open_queue (GstAncMqttSink *self, const AncMqttSettings *settings,
            GError **error)
{
  g_autofree gchar *name = gst_object_get_name (GST_OBJECT (self));
  g_autofree gchar *warning = NULL;

  self->queue = gst_anc_mqtt_queue_open (
      &self->queue_properties, settings->client_id, name, &warning, error);
  if (warning != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, READ, ("%s", warning), (NULL));
  return self->queue != NULL;
}

static gboolean
check_topic (GstAncMqttSink *self, GError **error)
{
  g_autofree gchar *example = NULL;

  if (!gst_anc_mqtt_topic_check_template (self->template, error))
    return FALSE;
  if (self->template != NULL)
    example
        = gst_anc_mqtt_topic_expand (self->template, "element", "client", NULL);
  return anc_mqtt_topic_check (example, self->aws, error);
}

static gboolean
open_all (GstAncMqttSink *self, GError **error)
{
  static const AncMqttCallbacks callbacks = { on_state, NULL };
  g_autoptr (AncMqttSettings) settings = NULL;

  GST_OBJECT_LOCK (self);
  settings = gst_anc_mqtt_properties_resolve (&self->common, error);
  self->template = g_strdup (gst_anc_mqtt_properties_get_topic (&self->common));
  GST_OBJECT_UNLOCK (self);
  if (settings == NULL || !anc_mqtt_settings_check (settings, error)
      || !anc_mqtt_settings_check_qos (settings, self->common.qos, error))
    return FALSE;
  self->aws = anc_mqtt_settings_is_aws (settings);
  self->max_payload = anc_mqtt_settings_max_payload (settings);
  g_free (self->broker);
  self->broker = anc_mqtt_host_and_port (settings->host, settings->port);
  if (!check_topic (self, error) || !open_queue (self, settings, error))
    return FALSE;
  self->connection = anc_mqtt_connection_new (settings, self->queue, &callbacks,
                                              self, error);
  return self->connection != NULL;
}

static void
close_all (GstAncMqttSink *self)
{
  AncMqttConnection *connection;
  AncMqttQueue *queue;

  GST_OBJECT_LOCK (self);
  connection = g_steal_pointer (&self->connection);
  queue = g_steal_pointer (&self->queue);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&connection, anc_mqtt_connection_free);
  g_clear_pointer (&queue, anc_mqtt_queue_unref);
  g_clear_pointer (&self->template, g_free);
  g_clear_pointer (&self->topic, g_free);
  g_clear_pointer (&self->caps, g_free);
  gst_clear_tag_list (&self->tags);
}

static gboolean
start (GstAncMqttSink *self)
{
  g_autoptr (GError) error = NULL;

  self->failed = FALSE;
  gst_anc_mqtt_outage_reset (&self->outage);
  if (!open_all (self, &error)) {
    gst_anc_mqtt_post_error (GST_ELEMENT (self), error,
                             self->broker != NULL ? self->broker : "");
    close_all (self);
    return FALSE;
  }
  anc_mqtt_connection_start (self->connection);
  return TRUE;
}

static gchar *
expand_topic (GstAncMqttSink *self)
{
  g_autofree gchar *name = gst_object_get_name (GST_OBJECT (self));

  return gst_anc_mqtt_topic_expand (
      self->template, name,
      anc_mqtt_connection_get_client_id (self->connection), self->tags);
}

/* Whether what is published to that topic does not come in again. */
static gboolean
may_publish_to (GstAncMqttSink *self, const gchar *topic)
{
  g_autoptr (GError) error = NULL;

  if (gst_anc_mqtt_loop_check (GST_BASE_SINK_PAD (self), self->broker, topic,
                               &error))
    return TRUE;
  gst_anc_mqtt_post_error (GST_ELEMENT (self), error, self->broker);
  return FALSE;
}

static gboolean
check_loop (GstAncMqttSink *self)
{
  g_autofree gchar *topic = expand_topic (self);

  return may_publish_to (self, topic);
}

/* Not in GstBaseSink's start(), after whose failure a second error is posted,
 * without a reason. */
static GstStateChangeReturn
gst_anc_mqtt_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (element);

  if ((transition == GST_STATE_CHANGE_NULL_TO_READY && !start (self))
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !check_loop (self)))
    return GST_STATE_CHANGE_FAILURE;
  return GST_ELEMENT_CLASS (gst_anc_mqtt_sink_parent_class)
      ->change_state (element, transition);
}

/* What is left in memory is lost, and that is said. */
static gboolean
gst_anc_mqtt_sink_stop (GstBaseSink *sink)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (sink);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *cause = NULL;
  AncMqttQueueCounts counts;

  anc_mqtt_connection_close (self->connection, GRACE_MS);
  cause = gst_anc_mqtt_outage_cause (&self->outage);
  anc_mqtt_queue_get_counts (self->queue, &counts);
  if (!anc_mqtt_queue_close (self->queue, &error) && error != NULL)
    gst_anc_mqtt_post_error (GST_ELEMENT (self), error, self->broker);
  else if (counts.messages > 0 && self->queue_properties.directory == NULL)
    GST_ELEMENT_WARNING (
        self, RESOURCE, WRITE,
        ("%" G_GUINT64_FORMAT " messages in memory were not delivered to %s "
         "(%s) and are lost; end the stream with EOS, or set queue-directory "
         "to keep them",
         counts.messages, self->broker, cause),
        (NULL));
  close_all (self);
  return TRUE;
}

static void
set_unlocked (GstBaseSink *sink, gboolean unlocked)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (sink);

  GST_OBJECT_LOCK (self);
  self->unlocked = unlocked;
  update_flushing (self);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_anc_mqtt_sink_unlock (GstBaseSink *sink)
{
  set_unlocked (sink, TRUE);
  return TRUE;
}

static gboolean
gst_anc_mqtt_sink_unlock_stop (GstBaseSink *sink)
{
  set_unlocked (sink, FALSE);
  return TRUE;
}

static gboolean
gst_anc_mqtt_sink_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (sink);

  g_free (self->caps);
  self->caps = gst_caps_to_string (caps);
  return TRUE;
}

static gboolean
has_failed (GstAncMqttSink *self)
{
  gboolean failed;

  GST_OBJECT_LOCK (self);
  failed = self->failed;
  GST_OBJECT_UNLOCK (self);
  return failed;
}

/* After a wait that ended early: preroll, or the reason to give up. */
static GstFlowReturn
after_wait (GstAncMqttSink *self, AncMqttWait wait)
{
  g_autoptr (GError) error = NULL;

  if (has_failed (self)) /* posted by on_state() */
    return GST_FLOW_ERROR;
  if (wait == ANC_MQTT_WAIT_FLUSHING)
    return gst_base_sink_wait_preroll (GST_BASE_SINK (self));
  error = anc_mqtt_queue_get_error (self->queue);
  if (error == NULL)
    return GST_FLOW_FLUSHING;
  gst_anc_mqtt_post_error (GST_ELEMENT (self), error, self->broker);
  return GST_FLOW_ERROR;
}

/* Tags may have changed it. */
static gboolean
update_topic (GstAncMqttSink *self)
{
  if (self->topic != NULL)
    return TRUE;
  self->topic = expand_topic (self);
  return may_publish_to (self, self->topic);
}

static guint64
known (guint64 value)
{
  return GST_CLOCK_TIME_IS_VALID (value) ? value : ANC_MQTT_NONE;
}

static GBytes *
make_payload (GstAncMqttSink *self, GstBuffer *buffer, const GstMapInfo *map)
{
  g_autoptr (GBytes) data
      = g_bytes_new (map->data, map->size); /* the buffer goes back */
  AncMqttPayload payload = {
    .caps = self->caps,
    .pts = known (GST_BUFFER_PTS (buffer)),
    .dts = known (GST_BUFFER_DTS (buffer)),
    .duration = known (GST_BUFFER_DURATION (buffer)),
    .offset = known (GST_BUFFER_OFFSET (buffer)),
    .discont = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT),
    .gap = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP),
    .delta = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT),
    .data = data,
  };

  if (self->format == GST_ANC_MQTT_PAYLOAD_JSON_BASE64)
    return anc_mqtt_payload_write (&payload, self->gzip);
  return self->gzip ? anc_mqtt_gzip (data) : g_steal_pointer (&data);
}

static AncMqttMessage *
make_message (GstAncMqttSink *self, GstBuffer *buffer)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, ("The buffer cannot be read"),
                       (NULL));
    return NULL;
  }
  payload = make_payload (self, buffer, &map);
  gst_buffer_unmap (buffer, &map);
  if (g_bytes_get_size (payload) > self->max_payload) {
    error = g_error_new (ANC_MQTT_ERROR, ANC_MQTT_ERROR_PAYLOAD,
                         "a payload of %" G_GSIZE_FORMAT " bytes is larger "
                         "than the %" G_GUINT64_FORMAT " that %s allows; make "
                         "the buffers smaller",
                         g_bytes_get_size (payload), self->max_payload,
                         self->aws ? "AWS IoT Core" : "max-payload-size");
    gst_anc_mqtt_post_error (GST_ELEMENT (self), error, self->broker);
    return NULL;
  }
  if (!update_topic (self))
    return NULL;
  return anc_mqtt_message_new (self->topic, payload, self->common.qos,
                               self->retain);
}

/* Counted in the stats; but no policy said that this one may be lost. */
static GstFlowReturn
after_drop (GstAncMqttSink *self, const AncMqttMessage *message)
{
  if (self->queue_properties.policy != ANC_MQTT_QUEUE_BLOCK)
    return GST_FLOW_OK;
  GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
                     ("A message of %" G_GSIZE_FORMAT " bytes is larger than "
                      "the whole queue; raise queue-limit",
                      anc_mqtt_message_size (message)),
                     (NULL));
  return GST_FLOW_ERROR;
}

static GstFlowReturn
gst_anc_mqtt_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (sink);
  g_autoptr (AncMqttMessage) message = NULL;
  GstFlowReturn flow = GST_FLOW_OK;
  AncMqttWait wait;

  if (has_failed (self))
    return GST_FLOW_ERROR;
  message = make_message (self, buffer);
  if (message == NULL)
    return GST_FLOW_ERROR;
  while (flow == GST_FLOW_OK) {
    switch (anc_mqtt_queue_append (self->queue, message, NULL)) {
    case ANC_MQTT_QUEUE_FULL:
      wait = anc_mqtt_queue_wait_room (self->queue,
                                       anc_mqtt_message_size (message), -1);
      if (wait != ANC_MQTT_WAIT_DONE)
        flow = after_wait (self, wait);
      break;
    case ANC_MQTT_QUEUE_DROPPED:
      return after_drop (self, message);
    case ANC_MQTT_QUEUE_FAILED:
      return after_wait (self, ANC_MQTT_WAIT_FAILED);
    default:
      return GST_FLOW_OK;
    }
  }
  return flow;
}

/* What could not be delivered in time: kept in a file it is a warning, lost it
 * is an error. */
static GstFlowReturn
drain_timed_out (GstAncMqttSink *self)
{
  g_autofree gchar *cause = gst_anc_mqtt_outage_cause (&self->outage);
  AncMqttQueueCounts counts;

  anc_mqtt_queue_get_counts (self->queue, &counts);
  if (self->queue_properties.directory != NULL) {
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE,
                         ("%" G_GUINT64_FORMAT " messages were not delivered "
                          "to %s within drain-timeout (%s); they stay in %s "
                          "for the next start",
                          counts.messages, self->broker, cause,
                          self->queue_properties.directory),
                         (NULL));
    return GST_FLOW_OK;
  }
  GST_ELEMENT_ERROR (self, RESOURCE, WRITE,
                     ("%" G_GUINT64_FORMAT " messages were not delivered to %s "
                      "within drain-timeout (%s) and are lost; set "
                      "queue-directory to keep them",
                      counts.messages, self->broker, cause),
                     (NULL));
  return GST_FLOW_ERROR;
}

static GstFlowReturn
drain (GstAncMqttSink *self)
{
  GstFlowReturn flow = GST_FLOW_OK;
  gint64 deadline = -1;

  if (GST_CLOCK_TIME_IS_VALID (self->queue_properties.drain_timeout))
    deadline = g_get_monotonic_time ()
               + (gint64) GST_TIME_AS_USECONDS (
                   self->queue_properties.drain_timeout);
  while (flow == GST_FLOW_OK) {
    AncMqttWait wait = anc_mqtt_queue_wait_empty (self->queue, deadline);

    if (wait == ANC_MQTT_WAIT_DONE)
      break;
    if (wait == ANC_MQTT_WAIT_TIMEOUT)
      return drain_timed_out (self);
    flow = after_wait (self, wait);
  }
  return flow;
}

/* The base class posts EOS when this returns. */
static GstFlowReturn
gst_anc_mqtt_sink_wait_event (GstBaseSink *sink, GstEvent *event)
{
  GstFlowReturn flow = GST_BASE_SINK_CLASS (gst_anc_mqtt_sink_parent_class)
                           ->wait_event (sink, event);

  if (flow == GST_FLOW_OK && GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    flow = drain (GST_ANC_MQTT_SINK (sink));
  return flow;
}

static gboolean
gst_anc_mqtt_sink_event (GstBaseSink *sink, GstEvent *event)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (sink);

  if (GST_EVENT_TYPE (event) == GST_EVENT_TAG) {
    GstTagList *tags, *merged;

    gst_event_parse_tag (event, &tags);
    merged = gst_tag_list_merge (self->tags, tags, GST_TAG_MERGE_REPLACE);
    gst_clear_tag_list (&self->tags);
    self->tags = merged;
    g_clear_pointer (&self->topic, g_free);
  }
  return GST_BASE_SINK_CLASS (gst_anc_mqtt_sink_parent_class)
      ->event (sink, event);
}

static void
gst_anc_mqtt_sink_finalize (GObject *object)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (object);

  gst_anc_mqtt_properties_clear (&self->common);
  gst_anc_mqtt_queue_clear (&self->queue_properties);
  gst_anc_mqtt_outage_clear (&self->outage);
  g_free (self->broker);
  G_OBJECT_CLASS (gst_anc_mqtt_sink_parent_class)->finalize (object);
}

static void
gst_anc_mqtt_sink_class_init (GstAncMqttSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_anc_mqtt_sink_debug, "ancmqttsink", 0,
                           "MQTT sink");
  object_class->set_property = gst_anc_mqtt_sink_set_property;
  object_class->get_property = gst_anc_mqtt_sink_get_property;
  object_class->finalize = gst_anc_mqtt_sink_finalize;
  element_class->change_state = gst_anc_mqtt_sink_change_state;
  sink_class->stop = gst_anc_mqtt_sink_stop;
  sink_class->unlock = gst_anc_mqtt_sink_unlock;
  sink_class->unlock_stop = gst_anc_mqtt_sink_unlock_stop;
  sink_class->set_caps = gst_anc_mqtt_sink_set_caps;
  sink_class->event = gst_anc_mqtt_sink_event;
  sink_class->wait_event = gst_anc_mqtt_sink_wait_event;
  sink_class->render = gst_anc_mqtt_sink_render;
  gst_anc_mqtt_sink_install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (
      element_class, "MQTT sink", "Sink/Network",
      "Publishes each buffer to an MQTT broker, through a queue that survives",
      "gst-plugins-anc developers");
}

static void
gst_anc_mqtt_sink_init (GstAncMqttSink *self)
{
  gst_anc_mqtt_properties_init (&self->common);
  gst_anc_mqtt_outage_init (&self->outage);
  self->queue_properties = gst_anc_mqtt_sink_queue;
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
}

static GstURIType
get_type (GType type)
{
  return GST_URI_SINK;
}

static const gchar *const *
get_protocols (GType type)
{
  static const gchar *const protocols[] = { "mqtt", "mqtts", NULL };

  return protocols;
}

static gchar *
get_uri (GstURIHandler *handler)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (handler);
  gchar *uri;

  GST_OBJECT_LOCK (self);
  uri = gst_anc_mqtt_properties_get_uri (&self->common);
  GST_OBJECT_UNLOCK (self);
  return uri;
}

static gboolean
set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (handler);
  gboolean good;

  GST_OBJECT_LOCK (self);
  good = gst_anc_mqtt_properties_handle_uri (
      &self->common, self->connection != NULL, uri, error);
  GST_OBJECT_UNLOCK (self);
  return good;
}

static void
gst_anc_mqtt_sink_uri_handler_init (gpointer interface, gpointer data)
{
  GstURIHandlerInterface *handler = interface;

  handler->get_type = get_type;
  handler->get_protocols = get_protocols;
  handler->get_uri = get_uri;
  handler->set_uri = set_uri;
}
