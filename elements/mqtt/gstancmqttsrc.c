/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-ancmqttsrc
 * @title: ancmqttsrc
 * @see_also: ancmqttsink
 *
 * Subscribes to an MQTT topic filter and makes each message a buffer. The
 * topic is on the buffer as a custom meta `AncMqttMeta` with the fields
 * `topic`, `qos`, `retain` and `duplicate`.
 *
 * With #GstAncMqttSrc:payload-format raw the caps are those of
 * #GstAncMqttSrc:caps; with json-base64 they come with the message, and so do
 * the sender's time stamps: by default their distances are kept and the first
 * one counts as now. A message that cannot be read is skipped, counted as
 * `invalid` and warned of once.
 *
 * A connection that is lost comes back by itself and the subscription with it;
 * one warning tells of the outage.
 * With clean-session=false and a client-id the broker keeps what is published
 * with QoS 1 or 2 meanwhile.
 *
 * Limits: MQTT has no way to slow a publisher down: when downstream is too slow
 * messages beyond #GstAncMqttSrc:queue-limit are dropped, which is warned of. A
 * QoS 1 message is acknowledged when it has arrived here, not when downstream
 * is done with it. Latency: none of its own; a live source.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ancmqttsrc uri=mqtt://localhost/site/%2B/microphone payload-format=json-base64 num-buffers=20 ! audioconvert ! wavenc ! filesink location=heard.wav
 * ]| What an ancmqttsink with payload-format=json-base64 sends, as a file.
 * |[
 * gst-launch-1.0 ancmqttsrc uri=mqtt://localhost topic=site/# qos=0 num-buffers=20 ! fakesink dump=true
 * ]| Whatever comes, as it comes.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstancmqttsrc-private.h"

#include "gstancmqttloop.h"
#include "gstancmqttmessages.h"
#include "gstancmqtturihandler.h"

GST_DEBUG_CATEGORY_STATIC (gst_anc_mqtt_src_debug);
#define GST_CAT_DEFAULT gst_anc_mqtt_src_debug

#define META_NAME "AncMqttMeta"

G_DEFINE_FINAL_TYPE_WITH_CODE (
    GstAncMqttSrc, gst_anc_mqtt_src, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_anc_mqtt_uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE (ancmqttsrc, "ancmqttsrc", GST_RANK_NONE,
                             GST_TYPE_ANC_MQTT_SRC)

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
on_state (const AncMqttStateChange *change, gpointer element)
{
  GstAncMqttSrc *self = element;

  gst_anc_mqtt_outage_report (
      &self->outage, GST_ELEMENT (self), change, self->broker,
      anc_mqtt_connection_get_client_id (self->connection),
      self->lasting ? "the broker keeps what comes with QoS 1 or 2"
                    : "what is published meanwhile is missed");
  if (change->state == ANC_MQTT_STATE_FAILED)
    gst_anc_mqtt_inbox_fail (&self->inbox);
}

static void
on_message (AncMqttMessage *message, gpointer element)
{
  GstAncMqttSrc *self = element;

  if (gst_anc_mqtt_inbox_push (&self->inbox, message))
    GST_ELEMENT_WARNING (self, RESOURCE, READ,
                         ("Messages come faster than the pipeline takes them "
                          "and are dropped; raise queue-limit or make the "
                          "pipeline faster"),
                         (NULL));
}

static gboolean
open_connection (GstAncMqttSrc *self, GError **error)
{
  static const AncMqttCallbacks callbacks = { on_state, on_message };
  g_autoptr (AncMqttSettings) settings = NULL;
  g_autofree gchar *filter = NULL;
  guint qos;

  GST_OBJECT_LOCK (self);
  settings = gst_anc_mqtt_properties_resolve (&self->common, error);
  filter = g_strdup (gst_anc_mqtt_properties_get_topic (&self->common));
  qos = self->common.qos;
  self->common.running = TRUE;
  GST_OBJECT_UNLOCK (self);
  if (settings == NULL || !anc_mqtt_settings_check (settings, error))
    return FALSE;
  self->lasting = !settings->clean_session;
  self->max_payload = (gsize) anc_mqtt_settings_max_payload (settings);
  g_free (self->broker);
  self->broker = anc_mqtt_host_and_port (settings->host, settings->port);
  self->connection
      = anc_mqtt_connection_new (settings, NULL, &callbacks, self, error);
  return self->connection != NULL
         && anc_mqtt_connection_subscribe (self->connection, filter, qos,
                                           error);
}

static void
close_connection (GstAncMqttSrc *self)
{
  AncMqttConnection *connection;

  GST_OBJECT_LOCK (self);
  connection = g_steal_pointer (&self->connection);
  self->common.running = FALSE;
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&connection, anc_mqtt_connection_free);
}

static gboolean
open_for_pause (GstAncMqttSrc *self)
{
  g_autoptr (GError) error = NULL;

  gst_anc_mqtt_inbox_reset (&self->inbox, (gsize) self->queue_limit,
                            self->queue_policy == ANC_MQTT_QUEUE_DROP_NEWEST);
  self->first_pts = self->last_pts = GST_CLOCK_TIME_NONE;
  self->invalid = 0;
  gst_anc_mqtt_outage_reset (&self->outage);
  if (open_connection (self, &error))
    return TRUE;
  gst_anc_mqtt_post_error (GST_ELEMENT (self), error,
                           self->broker != NULL ? self->broker : "");
  close_connection (self);
  return FALSE;
}

/* Not in GstBaseSrc's start(), after whose failure a second error is posted,
 * without a reason. */
static GstStateChangeReturn
gst_anc_mqtt_src_change_state (GstElement *element, GstStateChange transition)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_for_pause (self))
    return GST_STATE_CHANGE_FAILURE;
  result = GST_ELEMENT_CLASS (gst_anc_mqtt_src_parent_class)
               ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && result == GST_STATE_CHANGE_FAILURE)
    close_connection (self);
  return result;
}

static gboolean
gst_anc_mqtt_src_start (GstBaseSrc *src)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (src);

  gst_base_src_set_do_timestamp (
      src, self->format == GST_ANC_MQTT_PAYLOAD_RAW
               || self->timestamps == GST_ANC_MQTT_TIMESTAMPS_ARRIVAL);
  anc_mqtt_connection_start (self->connection);
  return TRUE;
}

static gboolean
gst_anc_mqtt_src_stop (GstBaseSrc *src)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (src);

  /* the callbacks use the connection until it is closed */
  anc_mqtt_connection_close (self->connection, 0);
  close_connection (self);
  g_clear_pointer (&self->caps_text, g_free);
  gst_clear_caps (&self->message_caps);
  return TRUE;
}

static gboolean
gst_anc_mqtt_src_unlock (GstBaseSrc *src)
{
  gst_anc_mqtt_inbox_set_flushing (&GST_ANC_MQTT_SRC (src)->inbox, TRUE);
  return TRUE;
}

static gboolean
gst_anc_mqtt_src_unlock_stop (GstBaseSrc *src)
{
  gst_anc_mqtt_inbox_set_flushing (&GST_ANC_MQTT_SRC (src)->inbox, FALSE);
  return TRUE;
}

static gboolean
gst_anc_mqtt_src_query (GstBaseSrc *src, GstQuery *query)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (src);

  return gst_anc_mqtt_loop_answer (GST_ELEMENT (self), &self->common, query)
         || GST_BASE_SRC_CLASS (gst_anc_mqtt_src_parent_class)
                ->query (src, query);
}

/* The property's caps; with json-base64 those of the last message. */
static GstCaps *
gst_anc_mqtt_src_get_caps (GstBaseSrc *src, GstCaps *filter)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (src);
  g_autoptr (GstCaps) caps = NULL;

  GST_OBJECT_LOCK (self);
  caps = self->caps != NULL ? gst_caps_ref (self->caps) : gst_caps_new_any ();
  GST_OBJECT_UNLOCK (self);
  return filter != NULL
             ? gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST)
             : g_steal_pointer (&caps);
}

static void
count_invalid (GstAncMqttSrc *self, const AncMqttMessage *message,
               const GError *error)
{
  guint64 invalid;

  GST_OBJECT_LOCK (self);
  invalid = ++self->invalid;
  GST_OBJECT_UNLOCK (self);
  GST_DEBUG_OBJECT (self, "message on %s: %s", message->topic, error->message);
  if (invalid == 1)
    GST_ELEMENT_WARNING (
        self, STREAM, FORMAT,
        ("A message on %s is skipped: %s; %s", message->topic, error->message,
         self->format == GST_ANC_MQTT_PAYLOAD_JSON_BASE64
             ? "expected is a JSON object as ancmqttsink sends it, anything "
               "else needs payload-format=raw"
             : "set gzip=false for what is not compressed"),
        (NULL));
}

static void
add_meta (GstBuffer *buffer, const AncMqttMessage *message)
{
  GstCustomMeta *meta = gst_buffer_add_custom_meta (buffer, META_NAME);

  gst_structure_set (gst_custom_meta_get_structure (meta), "topic",
                     G_TYPE_STRING, message->topic, "qos", G_TYPE_UINT,
                     message->qos, "retain", G_TYPE_BOOLEAN, message->retain,
                     "duplicate", G_TYPE_BOOLEAN, message->duplicate, NULL);
}

static GstFlowReturn
gst_anc_mqtt_src_create (GstPushSrc *src, GstBuffer **ret_buffer)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (src);
  GstBuffer *buffer = NULL;

  while (buffer == NULL) {
    g_autoptr (AncMqttMessage) message = NULL;
    g_autoptr (GError) error = NULL;
    GstFlowReturn flow = gst_anc_mqtt_inbox_pop (&self->inbox, &message);

    if (flow != GST_FLOW_OK)
      return flow;
    buffer = gst_anc_mqtt_src_read (self, message, &error);
    if (buffer == NULL)
      count_invalid (self, message, error);
    else
      add_meta (buffer, message);
  }
  *ret_buffer = buffer;
  return GST_FLOW_OK;
}

static void
gst_anc_mqtt_src_finalize (GObject *object)
{
  GstAncMqttSrc *self = GST_ANC_MQTT_SRC (object);

  gst_anc_mqtt_properties_clear (&self->common);
  gst_anc_mqtt_inbox_clear (&self->inbox);
  gst_anc_mqtt_outage_clear (&self->outage);
  gst_clear_caps (&self->caps);
  g_free (self->broker);
  G_OBJECT_CLASS (gst_anc_mqtt_src_parent_class)->finalize (object);
}

static void
gst_anc_mqtt_src_class_init (GstAncMqttSrcClass *klass)
{
  static const gchar *const tags[] = { NULL };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_anc_mqtt_src_debug, "ancmqttsrc", 0,
                           "MQTT source");
  gst_meta_register_custom (META_NAME, (const gchar **) tags, NULL, NULL, NULL);
  object_class->set_property = gst_anc_mqtt_src_set_property;
  object_class->get_property = gst_anc_mqtt_src_get_property;
  object_class->finalize = gst_anc_mqtt_src_finalize;
  element_class->change_state = gst_anc_mqtt_src_change_state;
  src_class->start = gst_anc_mqtt_src_start;
  src_class->stop = gst_anc_mqtt_src_stop;
  src_class->unlock = gst_anc_mqtt_src_unlock;
  src_class->unlock_stop = gst_anc_mqtt_src_unlock_stop;
  src_class->query = gst_anc_mqtt_src_query;
  src_class->get_caps = gst_anc_mqtt_src_get_caps;
  GST_PUSH_SRC_CLASS (klass)->create = gst_anc_mqtt_src_create;
  gst_anc_mqtt_src_install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (
      element_class, "MQTT source", "Source/Network",
      "Makes a buffer of each message of an MQTT subscription",
      "The gst-plugins-anc contributors");
}

static void
gst_anc_mqtt_src_init (GstAncMqttSrc *self)
{
  gst_anc_mqtt_src_init_properties (self);
  gst_anc_mqtt_uri_handler_attach (GST_ELEMENT (self), &self->common);
  gst_anc_mqtt_inbox_init (&self->inbox);
  gst_anc_mqtt_outage_init (&self->outage);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}
