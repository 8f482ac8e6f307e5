/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttqueue.h"

#include "gstancmqttenums.h"

#define FLAGS                                                                  \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

void
gst_anc_mqtt_queue_install (GObjectClass *klass, guint first,
                            const GstAncMqttQueueProperties *standard,
                            const gchar *drain_blurb)
{
  g_object_class_install_property (
      klass, first + GST_ANC_MQTT_QUEUE_PROP_DIRECTORY,
      g_param_spec_string ("queue-directory", "Queue directory",
                           "Where the queue's file is, named after client-id "
                           "or else the element (unset: in memory)",
                           NULL, FLAGS));
  g_object_class_install_property (
      klass, first + GST_ANC_MQTT_QUEUE_PROP_LIMIT,
      g_param_spec_uint64 ("queue-limit", "Queue limit",
                           "Bytes of topics and payloads at most (0: no limit)",
                           0, G_MAXUINT64, standard->limit_bytes, FLAGS));
  g_object_class_install_property (
      klass, first + GST_ANC_MQTT_QUEUE_PROP_LIMIT_MESSAGES,
      g_param_spec_uint64 ("queue-limit-messages", "Queue limit in messages",
                           "Messages at most (0: no limit)", 0, G_MAXUINT64,
                           standard->limit_messages, FLAGS));
  g_object_class_install_property (
      klass, first + GST_ANC_MQTT_QUEUE_PROP_POLICY,
      g_param_spec_enum (
          "queue-policy", "Queue policy", "What happens when the queue is full",
          GST_TYPE_ANC_MQTT_QUEUE_POLICY, (gint) standard->policy, FLAGS));
  g_object_class_install_property (
      klass, first + GST_ANC_MQTT_QUEUE_PROP_DRAIN_TIMEOUT,
      g_param_spec_uint64 ("drain-timeout", "Drain timeout", drain_blurb, 0,
                           G_MAXUINT64, standard->drain_timeout, FLAGS));
}

void
gst_anc_mqtt_queue_clear (GstAncMqttQueueProperties *self)
{
  g_clear_pointer (&self->directory, g_free);
}

gboolean
gst_anc_mqtt_queue_set (GstAncMqttQueueProperties *self, guint first, guint id,
                        const GValue *value)
{
  switch (id - first) {
  case GST_ANC_MQTT_QUEUE_PROP_DIRECTORY:
    g_free (self->directory);
    self->directory = g_value_dup_string (value);
    return TRUE;
  case GST_ANC_MQTT_QUEUE_PROP_LIMIT:
    self->limit_bytes = g_value_get_uint64 (value);
    return TRUE;
  case GST_ANC_MQTT_QUEUE_PROP_LIMIT_MESSAGES:
    self->limit_messages = g_value_get_uint64 (value);
    return TRUE;
  case GST_ANC_MQTT_QUEUE_PROP_POLICY:
    self->policy = (AncMqttQueuePolicy) g_value_get_enum (value);
    return TRUE;
  case GST_ANC_MQTT_QUEUE_PROP_DRAIN_TIMEOUT:
    self->drain_timeout = g_value_get_uint64 (value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_anc_mqtt_queue_get (const GstAncMqttQueueProperties *self, guint first,
                        guint id, GValue *value)
{
  switch (id - first) {
  case GST_ANC_MQTT_QUEUE_PROP_DIRECTORY:
    g_value_set_string (value, self->directory);
    return TRUE;
  case GST_ANC_MQTT_QUEUE_PROP_LIMIT:
    g_value_set_uint64 (value, self->limit_bytes);
    return TRUE;
  case GST_ANC_MQTT_QUEUE_PROP_LIMIT_MESSAGES:
    g_value_set_uint64 (value, self->limit_messages);
    return TRUE;
  case GST_ANC_MQTT_QUEUE_PROP_POLICY:
    g_value_set_enum (value, (gint) self->policy);
    return TRUE;
  case GST_ANC_MQTT_QUEUE_PROP_DRAIN_TIMEOUT:
    g_value_set_uint64 (value, self->drain_timeout);
    return TRUE;
  default:
    return FALSE;
  }
}

/* What is unique, without what a file's name cannot hold. */
static gchar *
make_name (const gchar *client_id, const gchar *element)
{
  return g_strcanon (g_strdup (client_id != NULL ? client_id : element),
                     G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.", '_');
}

AncMqttQueue *
gst_anc_mqtt_queue_open (const GstAncMqttQueueProperties *self,
                         const gchar *client_id, const gchar *element,
                         gchar **ret_warning, GError **error)
{
  g_autofree gchar *name = make_name (client_id, element);
  AncMqttQueueOptions options = { .directory = self->directory,
                                  .name = name,
                                  .limit_bytes = self->limit_bytes,
                                  .limit_messages = self->limit_messages,
                                  .policy = self->policy };

  return anc_mqtt_queue_open (&options, ret_warning, error);
}

gchar *
gst_anc_mqtt_queue_describe (AncMqttQueue *queue)
{
  AncMqttQueueCounts counts;

  anc_mqtt_queue_get_counts (queue, &counts);
  if (counts.messages < 2)
    return g_strdup (counts.messages == 0 ? "nothing is queued yet"
                                          : "1 message is queued");
  return g_strdup_printf ("%" G_GUINT64_FORMAT " messages are queued",
                          counts.messages);
}
