/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A try to connect: from the name's address to the last subscription, or to the
 * cause of its failure. */
#include "anc-mqtt-connection-private.h"

#include "anc-mqtt-certificates.h"
#include "anc-mqtt-error.h"
#include "anc-mqtt-reason.h"
#include "anc-mqtt-uri.h"

/* Looking for the cause of a failure must not take longer than the failure. */
#define DIAGNOSE_MS 3000u
/* Paho's own time-out for a connect comes first. */
#define MARGIN_US (2 * G_TIME_SPAN_SECOND)

static void
on_event (const AncMqttLinkEvent *event, gpointer connection)
{
  AncMqttConnection *self = connection;

  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->events, g_memdup2 (event, sizeof *event));
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
on_message (AncMqttMessage *message, gpointer connection)
{
  AncMqttConnection *self = connection;

  g_mutex_lock (&self->lock);
  self->stats.received++;
  self->stats.bytes_in += g_bytes_get_size (message->payload);
  g_mutex_unlock (&self->lock);
  if (self->callbacks.message != NULL)
    self->callbacks.message (message, self->user_data);
}

/* Paho looks names up with its one mutex held: a slow name server would stop
 * all connections of the process. What is not known never gets there. */
static gboolean
is_known (AncMqttConnection *self, GError **error)
{
  const gchar *host = self->settings->host;
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autoptr (GError) cause = NULL;
  GList *addresses;

  if (g_hostname_is_ip_address (host))
    return TRUE;
  addresses
      = g_resolver_lookup_by_name (resolver, host, self->cancellable, &cause);
  if (addresses != NULL) {
    g_resolver_free_addresses (addresses);
    return TRUE;
  }
  g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_NOT_FOUND,
               "the MQTT broker's host %s is not known (%s); check uri and "
               "the name server",
               host, cause->message);
  return FALSE;
}

/* With QoS 2 in a session that lives on, packet ids of an earlier process that
 * the broker remembers would swallow messages of ours: the session is begun
 * anew once. A subscriber's session holds messages and is kept. */
static gboolean
must_wipe (AncMqttConnection *self)
{
  return !self->wiped && !self->settings->clean_session && self->queue != NULL
         && self->subscriptions->len == 0
         && !anc_mqtt_settings_is_aws (self->settings);
}

void
anc_mqtt_connection_begin_attempt (AncMqttConnection *self)
{
  static const AncMqttLinkCallbacks callbacks = { on_event, on_message };
  const AncMqttSettings *settings = self->settings;
  GError *reason = NULL;

  anc_mqtt_connection_enter (self, ANC_MQTT_STATE_CONNECTING);
  if (!is_known (self, &reason)) {
    anc_mqtt_connection_fail_attempt (self, reason);
    return;
  }
  self->attempt_until
      = g_get_monotonic_time () + MARGIN_US
        + (gint64) settings->attempt_timeout_ms * G_TIME_SPAN_MILLISECOND;
  self->link_acknowledged = 0;
  self->link = anc_mqtt_link_new (settings, self->client_id,
                                  settings->clean_session || must_wipe (self),
                                  self->session, &callbacks, self);
  if (self->link == NULL)
    anc_mqtt_connection_fail_attempt (
        self, g_error_new (ANC_MQTT_ERROR, ANC_MQTT_ERROR_PROTOCOL,
                           "Paho MQTT does not take the settings for %s",
                           settings->host));
}

/* What the broker did not say itself. */
static GError *
find_cause (AncMqttConnection *self)
{
  const AncMqttSettings *settings = self->settings;
  g_autofree gchar *where
      = anc_mqtt_host_and_port (settings->host, settings->port);
  g_autofree gchar *text = anc_mqtt_link_tls_text (self->link);
  GError *error = NULL;

  /* the handshake of a broker that takes one connection at a time */
  anc_mqtt_connection_drop_link (self);
  if (!anc_mqtt_diagnose (settings,
                          MIN (settings->attempt_timeout_ms, DIAGNOSE_MS),
                          self->cancellable, &error))
    return error;
  if (settings->tls && text != NULL)
    return g_error_new (ANC_MQTT_ERROR, ANC_MQTT_ERROR_TLS,
                        "TLS with the MQTT broker %s failed: %s", where, text);
  return g_error_new (
      ANC_MQTT_ERROR, ANC_MQTT_ERROR_UNREACHABLE,
      "%s does not answer as an MQTT broker; check the port%s", where,
      settings->tls ? "" : " (brokers that encrypt want mqtts://)");
}

void
anc_mqtt_connection_on_failed (AncMqttConnection *self, gint code)
{
  anc_mqtt_connection_fail_attempt (
      self, code > 0 ? anc_mqtt_reason_connect (self->settings, code)
                     : find_cause (self));
}

static void
become_connected (AncMqttConnection *self)
{
  self->ever_connected = TRUE;
  self->connected_at = self->progress_at = g_get_monotonic_time ();
  anc_mqtt_connection_enter (self, ANC_MQTT_STATE_CONNECTED);
}

static void
subscribe_all (AncMqttConnection *self)
{
  self->unanswered = self->subscriptions->len;
  anc_mqtt_connection_enter (self, ANC_MQTT_STATE_SUBSCRIBING);
  for (guint i = 0; i < self->subscriptions->len; i++) {
    AncMqttSubscription *each
        = &g_array_index (self->subscriptions, AncMqttSubscription, i);

    if (!anc_mqtt_link_subscribe (self->link, each->filter, each->qos, i)) {
      anc_mqtt_connection_lose (self,
                                anc_mqtt_reason_lost (self->settings, -1));
      return;
    }
  }
}

void
anc_mqtt_connection_on_connected (AncMqttConnection *self,
                                  const AncMqttLinkEvent *event)
{
  const AncMqttSettings *settings = self->settings;

  if (must_wipe (self)) {
    self->wiped = TRUE;
    if (settings->version == ANC_MQTT_VERSION_3_1_1) {
      /* 3.1.1 ends a clean session with its connection */
      anc_mqtt_connection_drop_link (self);
      anc_mqtt_connection_begin_attempt (self);
      return;
    }
  }
  self->session_present = event->session_present;
  self->maximum_packet = event->maximum_packet;
  self->window = settings->max_in_flight;
  if (event->receive_maximum > 0)
    self->window = MIN (self->window, event->receive_maximum);
  if (anc_mqtt_settings_is_aws (settings))
    self->window = MIN (self->window, ANC_MQTT_AWS_IN_FLIGHT);
  /* With a session Paho has gone on with them, and may be done already. */
  if (!event->session_present)
    anc_mqtt_connection_check_adopted (self);
  if (self->subscriptions->len > 0
      && !(event->session_present && self->subscribed))
    subscribe_all (self);
  else
    become_connected (self);
}

void
anc_mqtt_connection_on_subscribed (AncMqttConnection *self)
{
  if (self->state != ANC_MQTT_STATE_SUBSCRIBING || --self->unanswered > 0)
    return;
  self->subscribed = TRUE;
  become_connected (self);
}

void
anc_mqtt_connection_on_subscribe_refused (AncMqttConnection *self, guint index,
                                          gint code)
{
  AncMqttSubscription *each
      = &g_array_index (self->subscriptions, AncMqttSubscription, index);
  g_autofree gchar *what = g_strdup_printf ("subscribe to %s", each->filter);
  g_autoptr (GError) reason = NULL;

  if (code <= 0) {
    anc_mqtt_connection_lose (self, anc_mqtt_reason_lost (self->settings, -1));
    return;
  }
  reason = anc_mqtt_reason_refused (self->settings, what, code);
  anc_mqtt_connection_fail_for_good (self, reason);
}
