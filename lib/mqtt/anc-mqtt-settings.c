/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-settings.h"

#include <string.h>

#include "anc-mqtt-certificates.h"
#include "anc-mqtt-error.h"
#include "anc-mqtt-topic.h"
#include "anc-mqtt-uri.h"
#include "anc-secret.h"

AncMqttSettings *
anc_mqtt_settings_new (void)
{
  AncMqttSettings *self = g_new0 (AncMqttSettings, 1);

  self->version = ANC_MQTT_VERSION_3_1_1;
  self->keep_alive_s = 60;
  self->clean_session = TRUE;
  self->max_in_flight = 100;
  self->verify = TRUE;
  self->attempt_timeout_ms = 10000;
  self->connect_timeout_ms = 30000;
  self->reconnect_first_ms = 1000;
  self->reconnect_longest_ms = 60000;
  self->acknowledge_timeout_ms = 30000;
  return self;
}

/* The strings that are not secret: one list for copy and free. */
#define STRINGS 9
static void
list_strings (AncMqttSettings *self, gchar **ret[STRINGS])
{
  gchar **all[STRINGS]
      = { &self->host,    &self->client_id,        &self->username,
          &self->ca_file, &self->certificate_file, &self->key_file,
          &self->alpn,    &self->will_topic,       NULL };

  memcpy (ret, all, sizeof all);
}

AncMqttSettings *
anc_mqtt_settings_copy (const AncMqttSettings *self)
{
  AncMqttSettings *copy = g_memdup2 (self, sizeof *self);
  gchar **strings[STRINGS];

  list_strings (copy, strings);
  for (guint i = 0; strings[i] != NULL; i++)
    *strings[i] = g_strdup (*strings[i]);
  copy->password = g_strdup (self->password);
  copy->key_password = g_strdup (self->key_password);
  if (copy->will_payload != NULL)
    g_bytes_ref (copy->will_payload);
  return copy;
}

void
anc_mqtt_settings_free (AncMqttSettings *self)
{
  gchar **strings[STRINGS];

  list_strings (self, strings);
  for (guint i = 0; strings[i] != NULL; i++)
    g_free (*strings[i]);
  anc_secret_free (self->password);
  anc_secret_free (self->key_password);
  g_clear_pointer (&self->will_payload, g_bytes_unref);
  g_free (self);
}

gboolean
anc_mqtt_settings_is_aws (const AncMqttSettings *self)
{
  return self->aws == ANC_MQTT_AWS_ON
         || (self->aws == ANC_MQTT_AWS_AUTO
             && anc_mqtt_host_is_aws (self->host));
}

guint64
anc_mqtt_settings_max_payload (const AncMqttSettings *self)
{
  /* Topic and packet id are part of the packet too. */
  guint64 most = ANC_MQTT_PACKET_BYTES - 65535u - 16u;

  if (anc_mqtt_settings_is_aws (self))
    most = ANC_MQTT_AWS_PAYLOAD_BYTES;
  return self->max_payload > 0 ? MIN (self->max_payload, most) : most;
}

static gboolean
fail (GError **error, const gchar *text)
{
  g_set_error_literal (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_SETTINGS, text);
  return FALSE;
}

gboolean
anc_mqtt_settings_check_qos (const AncMqttSettings *self, guint qos,
                             GError **error)
{
  if (qos > 2)
    return fail (error, "the MQTT QoS must be 0, 1 or 2");
  if (qos == 2 && anc_mqtt_settings_is_aws (self))
    return fail (error, "AWS IoT Core has no QoS 2 and never answers it; "
                        "set qos to 1");
  return TRUE;
}

static gboolean
check_client_id (const AncMqttSettings *self, GError **error)
{
  if (self->client_id == NULL && !self->clean_session)
    return fail (error,
                 "an MQTT session that is kept needs a name to come back "
                 "under; set client-id beside clean-session=false");
  if (self->client_id == NULL)
    return TRUE;
  if (!g_utf8_validate (self->client_id, -1, NULL))
    return fail (error, "client-id: not UTF-8");
  if (*self->client_id == '\0')
    return fail (error, "client-id: empty; leave it unset for a random one");
  if (strlen (self->client_id) > 65535)
    return fail (error, "client-id: longer than 65,535 bytes");
  if (anc_mqtt_settings_is_aws (self)
      && strlen (self->client_id) > ANC_MQTT_AWS_CLIENT_ID_BYTES)
    return fail (error,
                 "client-id: longer than the 128 bytes that AWS IoT Core "
                 "allows");
  return TRUE;
}

static gboolean
check_login (const AncMqttSettings *self, GError **error)
{
  if (self->password != NULL && self->username == NULL
      && self->version == ANC_MQTT_VERSION_3_1_1)
    return fail (error, "an MQTT 3.1.1 password needs a username");
  if (self->username != NULL && !g_utf8_validate (self->username, -1, NULL))
    return fail (error, "username: not UTF-8");
  return TRUE;
}

static gboolean
check_will (const AncMqttSettings *self, GError **error)
{
  gboolean aws = anc_mqtt_settings_is_aws (self);

  if (self->will_topic == NULL)
    return TRUE;
  if (self->will_payload != NULL
      && g_bytes_get_size (self->will_payload) > 65535)
    return fail (error, "will-payload: longer than 65,535 bytes");
  return anc_mqtt_topic_check (self->will_topic, aws, error)
         && anc_mqtt_settings_check_qos (self, self->will_qos, error);
}

static gboolean
check_ranges (const AncMqttSettings *self, GError **error)
{
  if (self->host == NULL || *self->host == '\0')
    return fail (error, "there is no MQTT broker; set uri to mqtt://HOST or "
                        "mqtts://HOST");
  if (self->port > G_MAXUINT16)
    return fail (error, "the MQTT port must be between 1 and 65535");
  if (self->version != ANC_MQTT_VERSION_3_1_1
      && self->version != ANC_MQTT_VERSION_5)
    return fail (error, "the MQTT version must be 3.1.1 or 5");
  if (self->max_in_flight == 0 || self->max_in_flight > 65535)
    return fail (error, "max-in-flight: must be between 1 and 65535");
  if (self->keep_alive_s > 65535)
    return fail (error, "keep-alive: must be at most 65535 s");
  if (self->alpn != NULL && (strlen (self->alpn) > 255 || *self->alpn == '\0'))
    return fail (error, "tls-alpn: must be 1 to 255 bytes");
  if (self->reconnect_first_ms == 0
      || self->reconnect_first_ms > self->reconnect_longest_ms)
    return fail (error, "reconnect-min: must be above 0 and not above "
                        "reconnect-max");
  return TRUE;
}

static gboolean
check_tls (const AncMqttSettings *self, GError **error)
{
  if (self->tls)
    return anc_mqtt_certificates_check (self, error);
  if (self->ca_file != NULL || self->certificate_file != NULL
      || self->key_file != NULL)
    return fail (error, "certificates are set but the connection is not "
                        "encrypted; write mqtts:// instead of mqtt://");
  if (anc_mqtt_settings_is_aws (self))
    return fail (error, "AWS IoT Core takes encrypted connections only; write "
                        "mqtts:// instead of mqtt://");
  return TRUE;
}

gboolean
anc_mqtt_settings_check (const AncMqttSettings *self, GError **error)
{
  return check_ranges (self, error) && check_client_id (self, error)
         && check_login (self, error) && check_will (self, error)
         && check_tls (self, error);
}
