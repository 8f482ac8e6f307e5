/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttinbox.h"

void
gst_anc_mqtt_inbox_init (GstAncMqttInbox *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->messages);
}

void
gst_anc_mqtt_inbox_clear (GstAncMqttInbox *self)
{
  g_queue_clear_full (&self->messages, (GDestroyNotify) anc_mqtt_message_unref);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

void
gst_anc_mqtt_inbox_reset (GstAncMqttInbox *self, gsize limit,
                          gboolean drop_newest)
{
  g_mutex_lock (&self->lock);
  g_queue_clear_full (&self->messages, (GDestroyNotify) anc_mqtt_message_unref);
  self->bytes = 0;
  self->limit = limit;
  self->drop_newest = drop_newest;
  self->failed = FALSE;
  self->received = self->dropped = 0;
  g_mutex_unlock (&self->lock);
}

static gboolean
is_over (const GstAncMqttInbox *self, gsize size)
{
  return self->limit > 0 && self->bytes + size > self->limit;
}

gboolean
gst_anc_mqtt_inbox_push (GstAncMqttInbox *self, AncMqttMessage *message)
{
  gsize size = anc_mqtt_message_size (message);
  guint64 dropped;
  gboolean first;

  g_mutex_lock (&self->lock);
  dropped = self->dropped;
  self->received++;
  while (is_over (self, size) && !self->drop_newest
         && !g_queue_is_empty (&self->messages)) {
    AncMqttMessage *oldest = g_queue_pop_head (&self->messages);

    self->bytes -= anc_mqtt_message_size (oldest);
    anc_mqtt_message_unref (oldest);
    self->dropped++;
  }
  if (is_over (self, size)) {
    self->dropped++;
  } else {
    g_queue_push_tail (&self->messages, anc_mqtt_message_ref (message));
    self->bytes += size;
    g_cond_signal (&self->changed);
  }
  first = dropped == 0 && self->dropped > 0;
  g_mutex_unlock (&self->lock);
  return first;
}

GstFlowReturn
gst_anc_mqtt_inbox_pop (GstAncMqttInbox *self, AncMqttMessage **ret_message)
{
  GstFlowReturn flow = GST_FLOW_OK;

  g_mutex_lock (&self->lock);
  while (!self->flushing && !self->failed && g_queue_is_empty (&self->messages))
    g_cond_wait (&self->changed, &self->lock);
  if (self->flushing) {
    flow = GST_FLOW_FLUSHING;
  } else if (g_queue_is_empty (&self->messages)) {
    flow = GST_FLOW_ERROR;
  } else {
    *ret_message = g_queue_pop_head (&self->messages);
    self->bytes -= anc_mqtt_message_size (*ret_message);
  }
  g_mutex_unlock (&self->lock);
  return flow;
}

void
gst_anc_mqtt_inbox_set_flushing (GstAncMqttInbox *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
gst_anc_mqtt_inbox_fail (GstAncMqttInbox *self)
{
  g_mutex_lock (&self->lock);
  self->failed = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}
