/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection's worker: one thread, one state, events in, one deadline. */
#include "anc-mqtt-connection-private.h"

#include "anc-mqtt-error.h"
#include "anc-mqtt-reason.h"
#include "anc-mqtt-uri.h"

/* A connection that held for that long was good: the waits begin anew. As the
 * AWS device SDKs do. */
#define GOOD_US (30 * G_TIME_SPAN_SECOND)
#define GOODBYE_US G_TIME_SPAN_SECOND
/* After that many barren connections in a row a message is suspected. */
#define BARREN 3u

static void
set_state (AncMqttConnection *self, const AncMqttStateChange *change)
{
  self->state = change->state;
  g_mutex_lock (&self->lock);
  self->stats.state = change->state;
  self->stats.connects += change->state == ANC_MQTT_STATE_CONNECTED;
  self->stats.failures += change->reason != NULL;
  g_mutex_unlock (&self->lock);
  if (self->callbacks.state != NULL)
    self->callbacks.state (change, self->user_data);
}

void
anc_mqtt_connection_enter (AncMqttConnection *self, AncMqttState state)
{
  AncMqttStateChange change
      = { .state = state, .session_present = self->session_present };

  set_state (self, &change);
}

static gboolean
is_closing (AncMqttConnection *self)
{
  gboolean closing;

  g_mutex_lock (&self->lock);
  closing = self->closing;
  g_mutex_unlock (&self->lock);
  return closing;
}

void
anc_mqtt_connection_fail_for_good (AncMqttConnection *self,
                                   const GError *reason)
{
  AncMqttStateChange change
      = { .state = ANC_MQTT_STATE_FAILED, .reason = reason };

  anc_mqtt_connection_drop_link (self);
  set_state (self, &change);
}

/* The time after which no more is tried, or 0. */
static gint64
limit (AncMqttConnection *self, guint *ret_ms)
{
  *ret_ms = self->ever_connected ? self->settings->reconnect_timeout_ms
                                 : self->settings->connect_timeout_ms;
  return *ret_ms > 0
             ? self->outage_since + (gint64) *ret_ms * G_TIME_SPAN_MILLISECOND
             : 0;
}

static void
wait_or_fail (AncMqttConnection *self, GError *reason, gboolean was_connected)
{
  AncMqttStateChange change = { .state = ANC_MQTT_STATE_WAITING,
                                .reason = reason,
                                .was_connected = was_connected };
  gint64 now = g_get_monotonic_time ();
  guint limit_ms;
  gint64 until = limit (self, &limit_ms);

  if (!self->ever_connected && !anc_mqtt_error_is_transient (reason)) {
    anc_mqtt_connection_fail_for_good (self, reason);
    return;
  }
  if (until > 0 && now >= until) {
    g_prefix_error (&reason, "no connection within %u.%u s: ", limit_ms / 1000,
                    limit_ms % 1000 / 100);
    anc_mqtt_connection_fail_for_good (self, reason);
    return;
  }
  change.retry_ms = anc_backoff_next (&self->backoff);
  self->retry_at = now + (gint64) change.retry_ms * G_TIME_SPAN_MILLISECOND;
  if (until > 0 && self->retry_at > until) {
    self->retry_at = until;
    change.retry_ms = (guint) ((until - now) / G_TIME_SPAN_MILLISECOND);
  }
  set_state (self, &change);
}

/* Takes the reason. */
void
anc_mqtt_connection_fail_attempt (AncMqttConnection *self, GError *reason)
{
  g_autoptr (GError) owned = reason;

  anc_mqtt_connection_drop_link (self);
  if (!is_closing (self))
    wait_or_fail (self, owned, FALSE);
}

/* Takes the reason. */
void
anc_mqtt_connection_lose (AncMqttConnection *self, GError *reason)
{
  g_autoptr (GError) owned = reason;
  gint64 now = g_get_monotonic_time ();

  if (self->link_acknowledged > 0 || now - self->connected_at > GOOD_US) {
    anc_backoff_reset (&self->backoff);
    self->barren = 0;
  } else if (anc_mqtt_connection_on_their_way (self) > 0) {
    self->barren++;
  }
  if (self->barren >= BARREN)
    g_prefix_error (&owned, "the broker may not allow what is published, or "
                            "its size; check its access rules: ");
  anc_mqtt_connection_drop_link (self);
  self->outage_since = now;
  if (!is_closing (self))
    wait_or_fail (self, owned, TRUE);
}

static void
on_publish_refused (AncMqttConnection *self, guint index, gint code)
{
  guint count;
  AncMqttSlot *slot = &anc_mqtt_link_slots (self->link, &count)[index];
  g_autofree gchar *what
      = g_strdup_printf ("publish to %s", slot->message->topic);
  g_autoptr (GError) reason = NULL;

  if (code <= 0) {
    anc_mqtt_connection_lose (self, anc_mqtt_reason_lost (self->settings, -1));
    return;
  }
  reason = anc_mqtt_reason_refused (self->settings, what, code);
  if (anc_mqtt_error_is_transient (reason))
    anc_mqtt_connection_lose (self, g_steal_pointer (&reason));
  else
    anc_mqtt_connection_fail_for_good (self, reason);
}

static void
handle (AncMqttConnection *self, const AncMqttLinkEvent *event)
{
  switch (event->type) {
  case ANC_MQTT_LINK_CONNECTED:
    anc_mqtt_connection_on_connected (self, event);
    break;
  case ANC_MQTT_LINK_FAILED:
    anc_mqtt_connection_on_failed (self, event->code);
    break;
  case ANC_MQTT_LINK_LOST:
    anc_mqtt_connection_lose (
        self, anc_mqtt_reason_lost (self->settings, event->code));
    break;
  case ANC_MQTT_LINK_SUBSCRIBED:
    anc_mqtt_connection_on_subscribed (self);
    break;
  case ANC_MQTT_LINK_SUBSCRIBE_REFUSED:
    anc_mqtt_connection_on_subscribe_refused (self, event->slot, event->code);
    break;
  case ANC_MQTT_LINK_PUBLISHED:
    anc_mqtt_connection_published (self, event->slot);
    break;
  case ANC_MQTT_LINK_PUBLISH_REFUSED:
    on_publish_refused (self, event->slot, event->code);
    break;
  case ANC_MQTT_LINK_COMPLETED:
    anc_mqtt_connection_completed (self, event->code);
    break;
  case ANC_MQTT_LINK_DISCONNECTED:
    break;
  }
}

static gint64
silence_ends (AncMqttConnection *self)
{
  return self->progress_at
         + (gint64) self->settings->acknowledge_timeout_ms
               * G_TIME_SPAN_MILLISECOND;
}

static gint64
next_deadline (AncMqttConnection *self)
{
  gint64 deadline = G_MAXINT64;

  switch (self->state) {
  case ANC_MQTT_STATE_CONNECTING:
  case ANC_MQTT_STATE_SUBSCRIBING:
    return self->attempt_until;
  case ANC_MQTT_STATE_WAITING:
    return self->retry_at;
  case ANC_MQTT_STATE_CONNECTED:
    if (self->paced_until > 0)
      deadline = self->paced_until;
    if (anc_mqtt_connection_on_their_way (self) > 0
        && self->settings->acknowledge_timeout_ms > 0)
      deadline = MIN (deadline, silence_ends (self));
    return deadline;
  default:
    return deadline;
  }
}

static GError *
silent_for (AncMqttConnection *self, guint ms, const gchar *what)
{
  g_autofree gchar *where
      = anc_mqtt_host_and_port (self->settings->host, self->settings->port);

  return g_error_new (ANC_MQTT_ERROR, ANC_MQTT_ERROR_UNREACHABLE,
                      "the MQTT broker %s %s for %u.%u s", where, what,
                      ms / 1000, ms % 1000 / 100);
}

static void
handle_time (AncMqttConnection *self)
{
  const AncMqttSettings *settings = self->settings;

  if (g_get_monotonic_time () < next_deadline (self))
    return;
  switch (self->state) {
  case ANC_MQTT_STATE_WAITING:
    anc_mqtt_connection_begin_attempt (self);
    break;
  case ANC_MQTT_STATE_CONNECTING:
  case ANC_MQTT_STATE_SUBSCRIBING:
    anc_mqtt_connection_fail_attempt (
        self,
        silent_for (self, settings->attempt_timeout_ms, "has not answered"));
    break;
  case ANC_MQTT_STATE_CONNECTED:
    if (anc_mqtt_connection_on_their_way (self) > 0
        && g_get_monotonic_time () >= silence_ends (self))
      anc_mqtt_connection_lose (
          self, silent_for (self, settings->acknowledge_timeout_ms,
                            "has acknowledged nothing"));
    break;
  default:
    break;
  }
}

/* Waits for an event until the deadline, or until there is another reason to
 * look round: FALSE. */
static gboolean
next_event (AncMqttConnection *self, gint64 deadline, gboolean until_closing,
            AncMqttLinkEvent *ret_event)
{
  gboolean found;

  g_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->events) && !self->woken
         && !(until_closing && self->closing)) {
    if (deadline == G_MAXINT64)
      g_cond_wait (&self->changed, &self->lock);
    else if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      break;
  }
  self->woken = FALSE;
  found = anc_mqtt_connection_pop_event (self, ret_event);
  g_mutex_unlock (&self->lock);
  return found;
}

static void
pump (AncMqttConnection *self)
{
  GError *reason = NULL;

  if (self->state != ANC_MQTT_STATE_CONNECTED
      || anc_mqtt_connection_pump (self, &reason))
    return;
  if (anc_mqtt_error_is_transient (reason)) {
    anc_mqtt_connection_lose (self, reason);
  } else {
    anc_mqtt_connection_fail_for_good (self, reason);
    g_error_free (reason);
  }
}

static void
say_goodbye (AncMqttConnection *self)
{
  gint64 until = g_get_monotonic_time ()
                 + (gint64) self->grace_ms * G_TIME_SPAN_MILLISECOND;
  gboolean said = FALSE, done = FALSE;

  while (!done && self->state == ANC_MQTT_STATE_CONNECTED) {
    AncMqttLinkEvent event;

    if (!said
        && (anc_mqtt_connection_on_their_way (self) == 0
            || g_get_monotonic_time () >= until)) {
      said = TRUE;
      until = g_get_monotonic_time () + GOODBYE_US;
      if (!anc_mqtt_link_disconnect (self->link))
        return;
    }
    if (next_event (self, until, FALSE, &event)) {
      done = event.type == ANC_MQTT_LINK_DISCONNECTED
             || event.type == ANC_MQTT_LINK_LOST;
      if (event.type == ANC_MQTT_LINK_PUBLISHED
          || event.type == ANC_MQTT_LINK_COMPLETED)
        handle (self, &event);
    }
    done |= said && g_get_monotonic_time () >= until;
  }
}

gpointer
anc_mqtt_connection_run (gpointer connection)
{
  AncMqttConnection *self = connection;

  self->outage_since = g_get_monotonic_time ();
  anc_mqtt_connection_begin_attempt (self);
  while (!is_closing (self) && self->state != ANC_MQTT_STATE_FAILED) {
    AncMqttLinkEvent event;

    if (next_event (self, next_deadline (self), TRUE, &event))
      handle (self, &event);
    handle_time (self);
    pump (self);
  }
  say_goodbye (self);
  anc_mqtt_connection_drop_link (self);
  if (self->state != ANC_MQTT_STATE_FAILED)
    anc_mqtt_connection_enter (self, ANC_MQTT_STATE_CLOSED);
  return NULL;
}
