/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-message.h"

#include <string.h>

AncMqttMessage *
anc_mqtt_message_new (const gchar *topic, GBytes *payload, guint qos,
                      gboolean retain)
{
  AncMqttMessage *self = g_new0 (AncMqttMessage, 1);

  self->references = 1;
  self->topic = g_strdup (topic);
  self->payload = g_bytes_ref (payload);
  self->qos = qos;
  self->retain = retain;
  return self;
}

AncMqttMessage *
anc_mqtt_message_ref (AncMqttMessage *self)
{
  g_atomic_int_inc (&self->references);
  return self;
}

void
anc_mqtt_message_unref (AncMqttMessage *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  g_free (self->topic);
  g_bytes_unref (self->payload);
  g_free (self);
}

gsize
anc_mqtt_message_size (const AncMqttMessage *self)
{
  return strlen (self->topic) + g_bytes_get_size (self->payload);
}
