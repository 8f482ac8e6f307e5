/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-connection-private.h"

#include <string.h>

#include "anc-mqtt-error.h"
#include "anc-mqtt-topic.h"
#include "anc-mqtt-uri.h"

const gchar *
anc_mqtt_state_name (AncMqttState state)
{
  static const gchar *const names[]
      = { "idle",    "connecting", "subscribing", "connected",
          "waiting", "closed",     "failed" };

  return names[state];
}

/* MQTT 3.1.1, 3.1.3.1: 23 characters, digits and letters, every broker takes;
 * the dash is taken by all that are around. */
static gchar *
random_client_id (void)
{
  return g_strdup_printf ("anc-%08x%08x", g_random_int (), g_random_int ());
}

gboolean
anc_mqtt_connection_pop_event (AncMqttConnection *self,
                               AncMqttLinkEvent *ret_event)
{
  g_autofree AncMqttLinkEvent *event = g_queue_pop_head (&self->events);

  if (event != NULL)
    *ret_event = *event;
  return event != NULL;
}

static void
subscription_clear (AncMqttSubscription *self)
{
  g_free (self->filter);
}

static void
on_queue (gpointer connection)
{
  AncMqttConnection *self = connection;

  g_mutex_lock (&self->lock);
  self->woken = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
apply_defaults (AncMqttConnection *self)
{
  AncMqttSettings *settings = self->settings;

  if (settings->port == 0)
    settings->port = settings->tls ? ANC_MQTTS_PORT : ANC_MQTT_PORT;
  if (settings->alpn == NULL && settings->tls && settings->port == 443
      && anc_mqtt_settings_is_aws (settings))
    settings->alpn = g_strdup (ANC_MQTT_AWS_ALPN);
  self->client_id = settings->client_id != NULL ? g_strdup (settings->client_id)
                                                : random_client_id ();
  self->backoff.first_ms = settings->reconnect_first_ms;
  self->backoff.longest_ms = settings->reconnect_longest_ms;
  if (anc_mqtt_settings_is_aws (settings))
    anc_mqtt_pacer_init (
        &self->pacer, ANC_MQTT_AWS_PUBLISHES_PER_S, ANC_MQTT_AWS_BYTES_PER_S,
        ANC_MQTT_AWS_PAYLOAD_BYTES + 1024, g_get_monotonic_time ());
}

AncMqttConnection *
anc_mqtt_connection_new (const AncMqttSettings *settings, AncMqttQueue *queue,
                         const AncMqttCallbacks *callbacks, gpointer user_data,
                         GError **error)
{
  AncMqttConnection *self;

  if (!anc_mqtt_settings_check (settings, error))
    return NULL;
  self = g_new0 (AncMqttConnection, 1);
  self->settings = anc_mqtt_settings_copy (settings);
  self->queue = queue != NULL ? anc_mqtt_queue_ref (queue) : NULL;
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->session = anc_mqtt_session_new ();
  self->subscriptions
      = g_array_new (FALSE, FALSE, sizeof (AncMqttSubscription));
  g_array_set_clear_func (self->subscriptions,
                          (GDestroyNotify) subscription_clear);
  g_queue_init (&self->events);
  self->adopted = g_array_new (FALSE, FALSE, sizeof (AncMqttAdopted));
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  apply_defaults (self);
  return self;
}

gboolean
anc_mqtt_connection_subscribe (AncMqttConnection *self, const gchar *filter,
                               guint qos, GError **error)
{
  AncMqttSubscription subscription = { .qos = qos };

  if (!anc_mqtt_filter_check (filter, anc_mqtt_settings_is_aws (self->settings),
                              error)
      || !anc_mqtt_settings_check_qos (self->settings, qos, error))
    return FALSE;
  if (self->subscriptions->len == self->settings->max_in_flight) {
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_SETTINGS,
                 "more than max-in-flight (%u) subscriptions",
                 self->settings->max_in_flight);
    return FALSE;
  }
  subscription.filter = g_strdup (filter);
  g_array_append_val (self->subscriptions, subscription);
  return TRUE;
}

void
anc_mqtt_connection_start (AncMqttConnection *self)
{
  if (self->queue != NULL)
    anc_mqtt_queue_set_notify (self->queue, on_queue, self);
  self->thread = g_thread_new ("anc-mqtt", anc_mqtt_connection_run, self);
}

void
anc_mqtt_connection_close (AncMqttConnection *self, guint grace_ms)
{
  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  self->grace_ms = grace_ms;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->thread, g_thread_join);
  if (self->queue != NULL)
    anc_mqtt_queue_set_notify (self->queue, NULL, NULL);
}

void
anc_mqtt_connection_free (AncMqttConnection *self)
{
  anc_mqtt_connection_close (self, 0);
  g_clear_pointer (&self->queue, anc_mqtt_queue_unref);
  anc_mqtt_session_free (self->session);
  anc_mqtt_settings_free (self->settings);
  g_array_unref (self->subscriptions);
  g_queue_clear_full (&self->events, g_free);
  g_array_unref (self->adopted);
  g_object_unref (self->cancellable);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self->client_id);
  g_free (self);
}

void
anc_mqtt_connection_get_stats (AncMqttConnection *self, AncMqttStats *ret_stats)
{
  g_mutex_lock (&self->lock);
  *ret_stats = self->stats;
  g_mutex_unlock (&self->lock);
}

const gchar *
anc_mqtt_connection_get_client_id (AncMqttConnection *self)
{
  return self->client_id;
}
