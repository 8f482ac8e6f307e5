/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages between the queue and the link. */
#include "anc-mqtt-connection-private.h"

#include <string.h>

#include "anc-mqtt-error.h"

/* MQTT 3.1.1 brokers do not say how many QoS 2 messages they take at once;
 * mosquitto takes 20 and ends the connection at the next. */
#define QOS_2_IN_FLIGHT 20u

/* Of a PUBLISH beside topic and payload: header, lengths, packet id,
 * properties. */
#define PACKET_OVERHEAD 16u

static AncMqttAdopted *
find_adopted (AncMqttConnection *self, guint64 number)
{
  for (guint i = 0; i < self->adopted->len; i++) {
    AncMqttAdopted *each = &g_array_index (self->adopted, AncMqttAdopted, i);

    if (each->number == number)
      return each;
  }
  return NULL;
}

static void
forget_adopted (AncMqttConnection *self, AncMqttAdopted *adopted)
{
  g_array_remove_index (
      self->adopted,
      (guint) (adopted - (AncMqttAdopted *) self->adopted->data));
}

static void
count_acknowledged (AncMqttConnection *self, guint64 number)
{
  self->link_acknowledged++;
  self->progress_at = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  self->stats.acknowledged++;
  self->stats.in_flight = anc_mqtt_connection_on_their_way (self);
  g_mutex_unlock (&self->lock);
  /* last: who waits for an empty queue finds it counted */
  anc_mqtt_queue_acknowledge (self->queue, number);
}

guint
anc_mqtt_connection_on_their_way (AncMqttConnection *self)
{
  return (self->link != NULL ? anc_mqtt_link_in_flight (self->link) : 0)
         + self->adopted->len;
}

void
anc_mqtt_connection_published (AncMqttConnection *self, guint slot)
{
  guint count;
  guint64 number = anc_mqtt_link_slots (self->link, &count)[slot].number;

  anc_mqtt_link_release (self->link, slot);
  count_acknowledged (self, number);
}

void
anc_mqtt_connection_completed (AncMqttConnection *self, gint packet_id)
{
  for (guint i = 0; i < self->adopted->len; i++) {
    AncMqttAdopted *each = &g_array_index (self->adopted, AncMqttAdopted, i);

    if (each->packet_id != packet_id || each->done)
      continue;
    each->done = TRUE;
    if (each->taken) {
      guint64 number = each->number;

      forget_adopted (self, each);
      count_acknowledged (self, number);
    }
    return;
  }
}

void
anc_mqtt_connection_check_adopted (AncMqttConnection *self)
{
  for (guint i = self->adopted->len; i > 0; i--) {
    AncMqttAdopted *each
        = &g_array_index (self->adopted, AncMqttAdopted, i - 1);

    each->taken = FALSE;
    if (!each->done
        && !anc_mqtt_session_has_sent (self->session, each->packet_id))
      forget_adopted (self, each);
  }
}

/* What the broker has acknowledged must not be sent again, whatever ended the
 * link. */
static void
settle (AncMqttConnection *self)
{
  AncMqttLinkEvent event;
  gboolean found;

  do {
    g_mutex_lock (&self->lock);
    found = anc_mqtt_connection_pop_event (self, &event);
    g_mutex_unlock (&self->lock);
    if (found && event.type == ANC_MQTT_LINK_PUBLISHED)
      anc_mqtt_connection_published (self, event.slot);
    else if (found && event.type == ANC_MQTT_LINK_COMPLETED)
      anc_mqtt_connection_completed (self, event.code);
  } while (found);
}

/* Paho goes on with the QoS 2 messages that it has left in the session. */
static void
adopt (AncMqttConnection *self)
{
  guint count;
  AncMqttSlot *slots = anc_mqtt_link_slots (self->link, &count);

  for (guint i = 0; i < count; i++) {
    AncMqttAdopted adopted
        = { .packet_id = slots[i].packet_id, .number = slots[i].number };

    if (slots[i].message != NULL && slots[i].message->qos == 2)
      g_array_append_val (self->adopted, adopted);
  }
}

void
anc_mqtt_connection_drop_link (AncMqttConnection *self)
{
  if (self->link != NULL) {
    anc_mqtt_link_close (self->link);
    settle (self);
    adopt (self);
    g_clear_pointer (&self->link, anc_mqtt_link_free);
  }
  anc_mqtt_connection_check_adopted (self);
  g_clear_pointer (&self->held, anc_mqtt_message_unref);
  if (self->queue != NULL)
    anc_mqtt_queue_rewind (self->queue);
  g_mutex_lock (&self->lock);
  self->stats.in_flight = 0;
  g_mutex_unlock (&self->lock);
}

/* The next message to send: in `held`, or FALSE. */
static gboolean
hold_next (AncMqttConnection *self)
{
  AncMqttAdopted *adopted;

  while (self->held == NULL) {
    self->held = anc_mqtt_queue_take (self->queue, &self->held_number);
    if (self->held == NULL)
      return FALSE;
    adopted = find_adopted (self, self->held_number);
    if (adopted == NULL)
      return TRUE;
    g_clear_pointer (&self->held, anc_mqtt_message_unref);
    adopted->taken = TRUE;
    if (adopted->done) {
      forget_adopted (self, adopted);
      count_acknowledged (self, self->held_number);
    }
  }
  return TRUE;
}

static gboolean
fits (AncMqttConnection *self, GError **ret_reason)
{
  gsize size = anc_mqtt_message_size (self->held);

  if (self->maximum_packet == 0
      || size + PACKET_OVERHEAD <= self->maximum_packet)
    return TRUE;
  g_set_error (ret_reason, ANC_MQTT_ERROR, ANC_MQTT_ERROR_PAYLOAD,
               "a message of %" G_GSIZE_FORMAT " bytes to %s is larger than "
               "the %u bytes that the MQTT broker takes; set max-payload-size "
               "or raise the broker's limit",
               size, self->held->topic, self->maximum_packet);
  return FALSE;
}

static gboolean
send_held (AncMqttConnection *self, GError **ret_reason)
{
  g_autoptr (AncMqttMessage) message = g_steal_pointer (&self->held);
  gboolean again = self->held_number <= self->highest_sent;
  gint code;

  if (anc_mqtt_link_in_flight (self->link) == 0)
    self->progress_at = g_get_monotonic_time ();
  code = anc_mqtt_link_publish (self->link, message, self->held_number);
  if (code != 0) {
    g_set_error (ret_reason, ANC_MQTT_ERROR, ANC_MQTT_ERROR_LOST,
                 "the connection to the MQTT broker %s broke (Paho's code %d)",
                 self->settings->host, code);
    return FALSE;
  }
  self->highest_sent = MAX (self->highest_sent, self->held_number);
  g_mutex_lock (&self->lock);
  self->stats.published++;
  self->stats.republished += again;
  self->stats.bytes_out += g_bytes_get_size (message->payload);
  self->stats.in_flight = anc_mqtt_connection_on_their_way (self);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static guint
window_of (AncMqttConnection *self)
{
  gboolean unknown = self->settings->version == ANC_MQTT_VERSION_3_1_1;

  return unknown && self->held->qos == 2 ? MIN (self->window, QOS_2_IN_FLIGHT)
                                         : self->window;
}

gboolean
anc_mqtt_connection_pump (AncMqttConnection *self, GError **ret_reason)
{
  self->paced_until = 0;
  if (self->queue == NULL)
    return TRUE;
  while (hold_next (self)
         && anc_mqtt_connection_on_their_way (self) < window_of (self)) {
    gint64 now = g_get_monotonic_time ();
    gint64 wait;

    if (!fits (self, ret_reason))
      return FALSE;
    wait = anc_mqtt_pacer_ask (&self->pacer, anc_mqtt_message_size (self->held),
                               now);
    if (wait > 0) {
      self->paced_until = now + wait;
      return TRUE;
    }
    if (!send_held (self, ret_reason))
      return FALSE;
  }
  return TRUE;
}
