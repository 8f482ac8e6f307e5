/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttoutage.h"

#include "gstancmqttmessages.h"

GST_DEBUG_CATEGORY_STATIC (gst_anc_mqtt_debug);
#define GST_CAT_DEFAULT gst_anc_mqtt_debug

void
gst_anc_mqtt_outage_init (GstAncMqttOutage *self)
{
  GST_DEBUG_CATEGORY_INIT (gst_anc_mqtt_debug, "ancmqtt", 0,
                           "Connections of the MQTT elements");
  *self = (GstAncMqttOutage){ 0 };
  g_mutex_init (&self->lock);
}

void
gst_anc_mqtt_outage_clear (GstAncMqttOutage *self)
{
  g_clear_pointer (&self->reason, g_free);
  g_mutex_clear (&self->lock);
}

void
gst_anc_mqtt_outage_reset (GstAncMqttOutage *self)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->reason, g_free);
  self->told = self->connected = FALSE;
  g_mutex_unlock (&self->lock);
}

/* Notes what happened; TRUE: the first news of an outage. */
static gboolean
note (GstAncMqttOutage *self, const AncMqttStateChange *change)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  self->connected = change->state == ANC_MQTT_STATE_CONNECTED;
  if (self->connected) {
    g_clear_pointer (&self->reason, g_free);
    self->told = FALSE;
  }
  if (change->reason != NULL) {
    g_free (self->reason);
    self->reason = g_strdup (change->reason->message);
  }
  first = change->reason != NULL && !self->told;
  self->told |= first;
  g_mutex_unlock (&self->lock);
  return first;
}

static void
warn (GstElement *element, const GError *reason, const gchar *broker,
      const gchar *meanwhile)
{
  g_autoptr (GError) error = g_error_copy (reason);
  g_autofree gchar *name = gst_object_get_name (GST_OBJECT (element));

  g_prefix_error (
      &error, "%s waits for the MQTT broker %s and keeps trying; %s: ", name,
      broker, meanwhile);
  gst_anc_mqtt_post_warning (element, error, broker);
}

void
gst_anc_mqtt_outage_report (GstAncMqttOutage *self, GstElement *element,
                            const AncMqttStateChange *change,
                            const gchar *broker, const gchar *client_id,
                            const gchar *meanwhile)
{
  gboolean first = note (self, change);

  GST_INFO_OBJECT (element, "%s%s%s", anc_mqtt_state_name (change->state),
                   change->reason != NULL ? ": " : "",
                   change->reason != NULL ? change->reason->message : "");
  gst_anc_mqtt_post_state (element, change, broker, client_id);
  if (first && change->state != ANC_MQTT_STATE_FAILED)
    warn (element, change->reason, broker, meanwhile);
}

gchar *
gst_anc_mqtt_outage_cause (GstAncMqttOutage *self)
{
  gchar *cause;

  g_mutex_lock (&self->lock);
  cause = g_strdup (self->reason != NULL ? self->reason
                    : self->connected    ? "it had not acknowledged them yet"
                                         : "no connection had come about yet");
  g_mutex_unlock (&self->lock);
  return cause;
}
