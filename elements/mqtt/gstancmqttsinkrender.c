/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The streaming thread: buffers become messages in the queue, and EOS waits for
 * them to be delivered. */
#include "config.h"

#include "gstancmqttsink-private.h"

#include "gstancmqttloop.h"
#include "gstancmqttmessages.h"
#include "gstancmqtttopic.h"

#include "anc-mqtt-error.h"
#include "anc-mqtt-gzip.h"
#include "anc-mqtt-payload.h"

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

gboolean
gst_anc_mqtt_sink_check_loop (GstAncMqttSink *self)
{
  g_autofree gchar *topic = expand_topic (self);

  return may_publish_to (self, topic);
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

GstFlowReturn
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
    GST_ELEMENT_WARNING_WITH_DETAILS (
        self, RESOURCE, WRITE,
        ("%" G_GUINT64_FORMAT " messages were not delivered "
         "to %s within drain-timeout (%s); they stay in %s "
         "for the next start",
         counts.messages, self->broker, cause,
         self->queue_properties.directory),
        (NULL),
        ("mqtt-error", G_TYPE_STRING, "lost", "broker", G_TYPE_STRING,
         self->broker, "messages", G_TYPE_UINT64, counts.messages, NULL));
    return GST_FLOW_OK;
  }
  GST_ELEMENT_ERROR_WITH_DETAILS (
      self, RESOURCE, WRITE,
      ("%" G_GUINT64_FORMAT " messages were not delivered to %s "
       "within drain-timeout (%s) and are lost; set "
       "queue-directory to keep them",
       counts.messages, self->broker, cause),
      (NULL),
      ("mqtt-error", G_TYPE_STRING, "lost", "broker", G_TYPE_STRING,
       self->broker, "messages", G_TYPE_UINT64, counts.messages, NULL));
  return GST_FLOW_ERROR;
}

GstFlowReturn
gst_anc_mqtt_sink_drain (GstAncMqttSink *self)
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
