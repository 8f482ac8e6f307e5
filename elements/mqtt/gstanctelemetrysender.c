/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanctelemetrysender.h"

#include <string.h>

#include "anc-mqtt-connection.h"
#include "anc-mqtt-error.h"
#include "anc-mqtt-gzip.h"
#include "anc-mqtt-topic.h"
#include "anc-mqtt-uri.h"

#include "gstancmqttmessages.h"
#include "gstancmqttoutage.h"
#include "gstancmqtttopic.h"

#define DEFAULT_TOPIC "anc/{thing}/telemetry"
/* How often one that waits for room looks whether it should stop. */
#define LOOK_US (100 * G_TIME_SPAN_MILLISECOND)

struct _GstAncSender {
  GstElement *element; /* outlives us */
  AncMqttSettings *settings;
  AncMqttQueue *queue;
  gchar *topic, *broker;
  guint qos;
  gboolean retain, gzip, fatal, as_array, durable;
  guint batch_records;
  guint64 batch_bytes, max_payload;

  /* of the thread that appends */
  GString *batch; /* records, commas between them */
  guint batched;
  gboolean told_size, told_queue;

  gint hurry; /* atomic */
  GstAncMqttOutage outage;

  GMutex lock;
  /* with the lock */
  AncMqttConnection *connection;
  gint64 failed_at; /* 0: it has not */
  guint64 payloads, records_dropped;
};

void
gst_anc_sender_options_clear (GstAncSenderOptions *self)
{
  g_clear_pointer (&self->settings, anc_mqtt_settings_free);
  gst_anc_mqtt_queue_clear (&self->queue);
  g_clear_pointer (&self->topic, g_free);
  g_clear_pointer (&self->thing, g_free);
  g_clear_pointer (&self->session, g_free);
}

static void
warn (GstAncSender *self, const GError *reason, const gchar *prefix)
{
  g_autoptr (GError) error = g_error_copy (reason);

  g_prefix_error (&error, "%s", prefix);
  gst_anc_mqtt_post_warning (self->element, error, self->broker);
}

/* What the library gives up is begun anew here, unless that is an error. */
static void
on_state (const AncMqttStateChange *change, gpointer sender)
{
  GstAncSender *self = sender;
  g_autofree gchar *waiting = gst_anc_mqtt_queue_describe (self->queue);
  AncMqttStateChange told = *change;

  if (change->state == ANC_MQTT_STATE_FAILED) {
    g_mutex_lock (&self->lock);
    self->failed_at = g_get_monotonic_time ();
    g_mutex_unlock (&self->lock);
    if (!self->fatal) {
      told.state = ANC_MQTT_STATE_WAITING;
      told.retry_ms = self->settings->reconnect_longest_ms;
    }
  }
  gst_anc_mqtt_outage_report (&self->outage, self->element, &told, self->broker,
                              self->settings->client_id, waiting);
}

static gboolean
new_connection (GstAncSender *self, GError **error)
{
  static const AncMqttCallbacks callbacks = { .state = on_state };
  AncMqttConnection *connection = anc_mqtt_connection_new (
      self->settings, self->queue, &callbacks, self, error);

  if (connection == NULL)
    return FALSE;
  /* a random one stays the same after it was given up */
  if (self->settings->client_id == NULL)
    self->settings->client_id
        = g_strdup (anc_mqtt_connection_get_client_id (connection));
  g_mutex_lock (&self->lock);
  self->connection = connection;
  self->failed_at = 0;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
open_queue (GstAncSender *self, const GstAncMqttQueueProperties *properties,
            GError **error)
{
  g_autofree gchar *warning = NULL;

  self->durable = properties->directory != NULL;
  self->queue = gst_anc_mqtt_queue_open (properties, self->settings->client_id,
                                         GST_OBJECT_NAME (self->element),
                                         &warning, error);
  if (warning != NULL)
    GST_ELEMENT_WARNING (self->element, RESOURCE, READ, ("%s", warning),
                         (NULL));
  return self->queue != NULL;
}

static void
put (GString *topic, const gchar *placeholder, const gchar *value)
{
  g_autofree gchar *level = g_strdup (value);

  /* a value is never more than one level */
  g_string_replace (topic, placeholder, g_strdelimit (level, "/+#{}", '_'), 0);
}

/* The placeholders that telemetry has beside those of all MQTT elements. */
static gchar *
replace_own (const GstAncSenderOptions *options)
{
  GString *topic
      = g_string_new (options->topic != NULL ? options->topic : DEFAULT_TOPIC);

  put (topic, "{thing}", options->thing);
  put (topic, "{session}", options->session);
  return g_string_free (topic, FALSE);
}

static gboolean
make_topic (GstAncSender *self, const GstAncSenderOptions *options,
            GError **error)
{
  g_autofree gchar *topic = replace_own (options);

  if (!gst_anc_mqtt_topic_check_template (topic, error)) {
    g_prefix_error (error, "{thing} and {session} are filled in, but ");
    return FALSE;
  }
  self->topic = gst_anc_mqtt_topic_expand (
      topic, GST_OBJECT_NAME (self->element), self->settings->client_id, NULL);
  return anc_mqtt_topic_check (
      self->topic, anc_mqtt_settings_is_aws (self->settings), error);
}

static void
copy_options (GstAncSender *self, const GstAncSenderOptions *options)
{
  self->settings = anc_mqtt_settings_copy (options->settings);
  self->broker
      = anc_mqtt_host_and_port (self->settings->host, self->settings->port);
  self->qos = options->qos;
  self->retain = options->retain;
  self->gzip = options->gzip;
  self->fatal = options->fatal;
  self->as_array = options->batch_records > 1;
  self->batch_records = options->batch_records;
  self->max_payload = anc_mqtt_settings_max_payload (self->settings);
  self->batch_bytes = options->batch_bytes > 0
                          ? MIN (options->batch_bytes, self->max_payload)
                          : self->max_payload;
}

GstAncSender *
gst_anc_sender_new (GstElement *element, const GstAncSenderOptions *options,
                    GError **error)
{
  g_autoptr (GstAncSender) self = g_new0 (GstAncSender, 1);

  self->element = element;
  g_mutex_init (&self->lock);
  gst_anc_mqtt_outage_init (&self->outage);
  self->batch = g_string_new (NULL);
  copy_options (self, options);
  /* the topic last: it may name the client id that the connection made up */
  if (!anc_mqtt_settings_check_qos (self->settings, self->qos, error)
      || !open_queue (self, &options->queue, error)
      || !new_connection (self, error) || !make_topic (self, options, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
gst_anc_sender_start (GstAncSender *self)
{
  anc_mqtt_connection_start (self->connection);
}

void
gst_anc_sender_free (GstAncSender *self)
{
  g_clear_pointer (&self->connection, anc_mqtt_connection_free);
  g_clear_pointer (&self->queue, anc_mqtt_queue_unref);
  g_clear_pointer (&self->settings, anc_mqtt_settings_free);
  g_string_free (self->batch, TRUE);
  gst_anc_mqtt_outage_clear (&self->outage);
  g_mutex_clear (&self->lock);
  g_free (self->topic);
  g_free (self->broker);
  g_free (self);
}

static void
count_dropped (GstAncSender *self, guint records)
{
  g_mutex_lock (&self->lock);
  self->records_dropped += records;
  g_mutex_unlock (&self->lock);
}

static void
enqueue (GstAncSender *self, GBytes *payload, guint records)
{
  g_autoptr (AncMqttMessage) message
      = anc_mqtt_message_new (self->topic, payload, self->qos, self->retain);
  AncMqttQueueResult result;

  while ((result = anc_mqtt_queue_append (self->queue, message, NULL))
             == ANC_MQTT_QUEUE_FULL
         && !g_atomic_int_get (&self->hurry))
    anc_mqtt_queue_wait_room (self->queue, anc_mqtt_message_size (message),
                              g_get_monotonic_time () + LOOK_US);
  g_mutex_lock (&self->lock);
  if (result == ANC_MQTT_QUEUE_APPENDED)
    self->payloads++;
  else
    self->records_dropped += records;
  g_mutex_unlock (&self->lock);
  if (result == ANC_MQTT_QUEUE_FAILED && !self->told_queue) {
    g_autoptr (GError) error = anc_mqtt_queue_get_error (self->queue);

    self->told_queue = TRUE;
    warn (self, error, "telemetry is lost: ");
  }
}

static void
complain_about_size (GstAncSender *self, gsize size)
{
  if (self->told_size)
    return;
  self->told_size = TRUE;
  GST_ELEMENT_WARNING (
      self->element, RESOURCE, WRITE,
      ("A telemetry record of %" G_GSIZE_FORMAT " bytes is larger than the "
       "largest payload of %" G_GUINT64_FORMAT "; name fewer elements or set "
       "gzip",
       size, self->max_payload),
      (NULL));
}

void
gst_anc_sender_flush (GstAncSender *self)
{
  g_autoptr (GBytes) payload = NULL;
  guint records = self->batched;

  if (records == 0)
    return;
  if (self->as_array) {
    g_string_prepend_c (self->batch, '[');
    g_string_append_c (self->batch, ']');
  }
  payload = g_bytes_new (self->batch->str, self->batch->len);
  g_string_truncate (self->batch, 0);
  self->batched = 0;
  if (self->gzip) {
    GBytes *packed = anc_mqtt_gzip (payload);

    g_bytes_unref (payload);
    payload = packed;
  }
  if (g_bytes_get_size (payload) > self->max_payload) {
    complain_about_size (self, g_bytes_get_size (payload));
    count_dropped (self, records);
    return;
  }
  enqueue (self, payload, records);
}

void
gst_anc_sender_append (GstAncSender *self, const gchar *json)
{
  /* a comma and two brackets */
  if (self->batched > 0
      && self->batch->len + strlen (json) + 3 > self->batch_bytes)
    gst_anc_sender_flush (self);
  if (self->batched > 0)
    g_string_append_c (self->batch, ',');
  g_string_append (self->batch, json);
  self->batched++;
  if (self->batched >= self->batch_records)
    gst_anc_sender_flush (self);
}

/* Takes the connection that was given up, if it is time for another. */
static gboolean
take_failed (GstAncSender *self, AncMqttConnection **ret_failed)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait
      = (gint64) self->settings->reconnect_longest_ms * G_TIME_SPAN_MILLISECOND;
  gboolean due;

  *ret_failed = NULL;
  g_mutex_lock (&self->lock);
  due = self->failed_at > 0 && !self->fatal && now >= self->failed_at + wait;
  if (due) {
    *ret_failed = g_steal_pointer (&self->connection);
    self->failed_at = now;
  }
  g_mutex_unlock (&self->lock);
  return due;
}

void
gst_anc_sender_revive (GstAncSender *self)
{
  AncMqttConnection *failed;
  g_autoptr (GError) error = NULL;

  if (!take_failed (self, &failed))
    return;
  g_clear_pointer (&failed, anc_mqtt_connection_free);
  /* a certificate may have expired in the meantime */
  if (new_connection (self, &error))
    anc_mqtt_connection_start (self->connection);
  else
    warn (self, error, "telemetry cannot be sent: ");
}

void
gst_anc_sender_hurry (GstAncSender *self)
{
  g_atomic_int_set (&self->hurry, TRUE);
}

/* Why is in it: the warning of the outage may not have come yet. */
static void
tell_what_is_lost (GstAncSender *self)
{
  g_autofree gchar *cause = gst_anc_mqtt_outage_cause (&self->outage);
  AncMqttQueueCounts counts;

  anc_mqtt_queue_get_counts (self->queue, &counts);
  if (counts.messages > 0 && !self->durable)
    GST_ELEMENT_WARNING_WITH_DETAILS (
        self->element, RESOURCE, WRITE,
        ("%" G_GUINT64_FORMAT " telemetry messages did not reach the MQTT "
         "broker %s (%s) and are lost; set queue-directory to keep them, or a "
         "longer drain-timeout",
         counts.messages, self->broker, cause),
        (NULL),
        ("mqtt-error", G_TYPE_STRING, "lost", "broker", G_TYPE_STRING,
         self->broker, "messages", G_TYPE_UINT64, counts.messages, NULL));
}

void
gst_anc_sender_close (GstAncSender *self, GstClockTime drain)
{
  gint64 deadline
      = GST_CLOCK_TIME_IS_VALID (drain)
            ? g_get_monotonic_time () + (gint64) GST_TIME_AS_USECONDS (drain)
            : -1;
  gboolean hopeless;

  g_mutex_lock (&self->lock);
  hopeless = self->failed_at > 0;
  g_mutex_unlock (&self->lock);
  if (!hopeless && drain > 0)
    anc_mqtt_queue_wait_empty (self->queue, deadline);
  if (self->connection != NULL)
    anc_mqtt_connection_close (self->connection, 0);
  tell_what_is_lost (self);
}

void
gst_anc_sender_get_stats (GstAncSender *self, GstStructure *stats)
{
  AncMqttStats connection = { .state = ANC_MQTT_STATE_FAILED };
  AncMqttQueueCounts queue;

  anc_mqtt_queue_get_counts (self->queue, &queue);
  g_mutex_lock (&self->lock);
  if (self->connection != NULL)
    anc_mqtt_connection_get_stats (self->connection, &connection);
  gst_structure_set (
      stats, "state", G_TYPE_STRING, anc_mqtt_state_name (connection.state),
      "connects", G_TYPE_UINT64, connection.connects, "failures", G_TYPE_UINT64,
      connection.failures, "payloads", G_TYPE_UINT64, self->payloads,
      "acknowledged", G_TYPE_UINT64, queue.acknowledged, "queued-messages",
      G_TYPE_UINT64, queue.messages, "queued-bytes", G_TYPE_UINT64, queue.bytes,
      "dropped", G_TYPE_UINT64, queue.dropped, "dropped-records", G_TYPE_UINT64,
      self->records_dropped, NULL);
  g_mutex_unlock (&self->lock);
}
