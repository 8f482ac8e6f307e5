/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttqueue.h"

#include <string.h>

#include "gstancmqttenums.h"
#include "gstancfields.h"

#define Q GstAncMqttQueueProperties
/* In the order of GstAncMqttQueueProperty. */
static const GstAncField fields[] = {
  GST_ANC_TEXT (Q, directory, "queue-directory", "Queue directory",
                "Where the queue's file is, named after client-id or else the "
                "element (unset: in memory)"),
  GST_ANC_LONG (Q, limit_bytes, "queue-limit", "Queue limit",
                "Topics and payloads that wait at most, in bytes (0: no limit)",
                0, G_MAXUINT64, 0),
  GST_ANC_LONG (Q, limit_messages, "queue-limit-messages",
                "Queue limit in messages",
                "Messages that wait at most (0: no limit)", 0, G_MAXUINT64, 0),
  GST_ANC_CHOICE (Q, policy, "queue-policy", "Queue policy",
                  "What happens when the queue is full",
                  gst_anc_mqtt_queue_policy_get_type, 0),
  GST_ANC_LONG (Q, drain_timeout, "drain-timeout", "Drain timeout", NULL, 0,
                G_MAXUINT64, 0),
};
#undef Q

G_STATIC_ASSERT (G_N_ELEMENTS (fields) == GST_ANC_MQTT_QUEUE_N_PROPS);

void
gst_anc_mqtt_queue_install (GObjectClass *klass, guint first,
                            const GstAncMqttQueueProperties *standard,
                            const gchar *drain_blurb)
{
  GstAncField own[G_N_ELEMENTS (fields)];

  memcpy (own, fields, sizeof own);
  own[GST_ANC_MQTT_QUEUE_PROP_LIMIT].standard = standard->limit_bytes;
  own[GST_ANC_MQTT_QUEUE_PROP_LIMIT_MESSAGES].standard
      = standard->limit_messages;
  own[GST_ANC_MQTT_QUEUE_PROP_POLICY].standard = standard->policy;
  own[GST_ANC_MQTT_QUEUE_PROP_DRAIN_TIMEOUT].standard = standard->drain_timeout;
  own[GST_ANC_MQTT_QUEUE_PROP_DRAIN_TIMEOUT].blurb = drain_blurb;
  gst_anc_fields_install (klass, first, own, G_N_ELEMENTS (own),
                          GST_PARAM_MUTABLE_READY);
}

void
gst_anc_mqtt_queue_clear (GstAncMqttQueueProperties *self)
{
  gst_anc_fields_clear (self, fields, G_N_ELEMENTS (fields));
}

gboolean
gst_anc_mqtt_queue_set (GstAncMqttQueueProperties *self, guint first, guint id,
                        const GValue *value)
{
  return gst_anc_fields_set (self, first, fields, G_N_ELEMENTS (fields), id,
                             value);
}

gboolean
gst_anc_mqtt_queue_get (const GstAncMqttQueueProperties *self, guint first,
                        guint id, GValue *value)
{
  return gst_anc_fields_get (self, first, fields, G_N_ELEMENTS (fields), id,
                             value);
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
