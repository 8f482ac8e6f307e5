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

#include "gstancmqttmessages.h"
#include "gstancmqtttopic.h"
#include "gstancmqtturihandler.h"

#include "anc-mqtt-topic.h"

GST_DEBUG_CATEGORY_STATIC (gst_anc_mqtt_sink_debug);
#define GST_CAT_DEFAULT gst_anc_mqtt_sink_debug

/* What is on its way when the element stops gets that long. */
#define GRACE_MS 200u

G_DEFINE_FINAL_TYPE_WITH_CODE (
    GstAncMqttSink, gst_anc_mqtt_sink, GST_TYPE_BASE_SINK,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_anc_mqtt_uri_handler_init))
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
  self->common.running = TRUE;
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
  self->common.running = FALSE;
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

/* Not in GstBaseSink's start(), after whose failure a second error is posted,
 * without a reason. */
static GstStateChangeReturn
gst_anc_mqtt_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstAncMqttSink *self = GST_ANC_MQTT_SINK (element);

  if ((transition == GST_STATE_CHANGE_NULL_TO_READY && !start (self))
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && !gst_anc_mqtt_sink_check_loop (self)))
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
    GST_ELEMENT_WARNING_WITH_DETAILS (
        self, RESOURCE, WRITE,
        ("%" G_GUINT64_FORMAT " messages in memory were not delivered to %s "
         "(%s) and are lost; end the stream with EOS, or set queue-directory "
         "to keep them",
         counts.messages, self->broker, cause),
        (NULL),
        ("mqtt-error", G_TYPE_STRING, "lost", "broker", G_TYPE_STRING,
         self->broker, "messages", G_TYPE_UINT64, counts.messages, NULL));
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

/* The base class posts EOS when this returns. */
static GstFlowReturn
gst_anc_mqtt_sink_wait_event (GstBaseSink *sink, GstEvent *event)
{
  GstFlowReturn flow = GST_BASE_SINK_CLASS (gst_anc_mqtt_sink_parent_class)
                           ->wait_event (sink, event);

  if (flow == GST_FLOW_OK && GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    flow = gst_anc_mqtt_sink_drain (GST_ANC_MQTT_SINK (sink));
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
      "The gst-plugins-anc contributors");
}

static void
gst_anc_mqtt_sink_init (GstAncMqttSink *self)
{
  gst_anc_mqtt_sink_init_properties (self);
  gst_anc_mqtt_uri_handler_attach (GST_ELEMENT (self), &self->common);
  gst_anc_mqtt_outage_init (&self->outage);
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
}
