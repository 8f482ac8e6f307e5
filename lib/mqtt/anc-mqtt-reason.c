/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-reason.h"

#include <MQTTReasonCodes.h>

#include "anc-mqtt-error.h"
#include "anc-mqtt-uri.h"

typedef struct {
  gint code;
  AncMqttError kind;
  const gchar *text;
} Meaning;

/* 3.1.1, table 3.1; 7 is AWS's own for "not authorised". */
static const Meaning connack_3[] = {
  { 1, ANC_MQTT_ERROR_PROTOCOL,
    "does not speak MQTT 3.1.1; set protocol-version to 5" },
  { 2, ANC_MQTT_ERROR_PROTOCOL, "refuses the client-id; set another one" },
  { 3, ANC_MQTT_ERROR_UNREACHABLE, "is not available at the moment" },
  { 4, ANC_MQTT_ERROR_NOT_AUTHORIZED,
    "refuses the username or password; check both" },
  { 5, ANC_MQTT_ERROR_NOT_AUTHORIZED,
    "does not let this client in; check username, password and its access "
    "rules" },
  { 7, ANC_MQTT_ERROR_NOT_AUTHORIZED,
    "does not let this client in; check the policy of its certificate" },
};

static const Meaning reasons_5[] = {
  { MQTTREASONCODE_MALFORMED_PACKET, ANC_MQTT_ERROR_PROTOCOL,
    "found a malformed packet" },
  { MQTTREASONCODE_PROTOCOL_ERROR, ANC_MQTT_ERROR_PROTOCOL,
    "found a protocol error" },
  { MQTTREASONCODE_UNSUPPORTED_PROTOCOL_VERSION, ANC_MQTT_ERROR_PROTOCOL,
    "does not speak MQTT 5; set protocol-version to 3.1.1" },
  { MQTTREASONCODE_CLIENT_IDENTIFIER_NOT_VALID, ANC_MQTT_ERROR_PROTOCOL,
    "refuses the client-id; set another one" },
  { MQTTREASONCODE_BAD_USER_NAME_OR_PASSWORD, ANC_MQTT_ERROR_NOT_AUTHORIZED,
    "refuses the username or password; check both" },
  { MQTTREASONCODE_NOT_AUTHORIZED, ANC_MQTT_ERROR_NOT_AUTHORIZED,
    "does not allow it; check username, password and its access rules" },
  { MQTTREASONCODE_SERVER_UNAVAILABLE, ANC_MQTT_ERROR_UNREACHABLE,
    "is not available at the moment" },
  { MQTTREASONCODE_SERVER_BUSY, ANC_MQTT_ERROR_UNREACHABLE, "is busy" },
  { MQTTREASONCODE_BANNED, ANC_MQTT_ERROR_NOT_AUTHORIZED,
    "has banned this client" },
  { MQTTREASONCODE_SERVER_SHUTTING_DOWN, ANC_MQTT_ERROR_LOST,
    "is shutting down" },
  { MQTTREASONCODE_KEEP_ALIVE_TIMEOUT, ANC_MQTT_ERROR_LOST,
    "heard nothing for longer than keep-alive" },
  { MQTTREASONCODE_SESSION_TAKEN_OVER, ANC_MQTT_ERROR_LOST,
    "serves another client with the same client-id now; give each its own" },
  { MQTTREASONCODE_TOPIC_FILTER_INVALID, ANC_MQTT_ERROR_TOPIC,
    "does not accept the topic filter" },
  { MQTTREASONCODE_TOPIC_NAME_INVALID, ANC_MQTT_ERROR_TOPIC,
    "does not accept the topic" },
  { MQTTREASONCODE_PACKET_TOO_LARGE, ANC_MQTT_ERROR_PAYLOAD,
    "takes no packets of this size; set max-payload-size" },
  { MQTTREASONCODE_MESSAGE_RATE_TOO_HIGH, ANC_MQTT_ERROR_LOST,
    "says that messages come too fast" },
  { MQTTREASONCODE_QUOTA_EXCEEDED, ANC_MQTT_ERROR_LOST,
    "says that a quota is used up" },
  { MQTTREASONCODE_ADMINISTRATIVE_ACTION, ANC_MQTT_ERROR_LOST,
    "was told by its administrator to end the connection" },
  { MQTTREASONCODE_PAYLOAD_FORMAT_INVALID, ANC_MQTT_ERROR_PAYLOAD,
    "does not accept the format of the payload" },
  { MQTTREASONCODE_RETAIN_NOT_SUPPORTED, ANC_MQTT_ERROR_PROTOCOL,
    "keeps no retained messages; set retain=false" },
  { MQTTREASONCODE_QOS_NOT_SUPPORTED, ANC_MQTT_ERROR_PROTOCOL,
    "does not offer this QoS; set a lower qos" },
  { MQTTREASONCODE_SHARED_SUBSCRIPTIONS_NOT_SUPPORTED, ANC_MQTT_ERROR_TOPIC,
    "offers no shared subscriptions" },
  { MQTTREASONCODE_WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED, ANC_MQTT_ERROR_TOPIC,
    "offers no subscriptions with wildcards" },
};

static const Meaning *
find (const Meaning *table, guint count, gint code)
{
  for (guint i = 0; i < count; i++) {
    if (table[i].code == code)
      return &table[i];
  }
  return NULL;
}

GError *
anc_mqtt_reason_connect (const AncMqttSettings *settings, gint code)
{
  g_autofree gchar *where
      = anc_mqtt_host_and_port (settings->host, settings->port);
  const Meaning *meaning
      = code < MQTTREASONCODE_UNSPECIFIED_ERROR
            ? find (connack_3, G_N_ELEMENTS (connack_3), code)
            : find (reasons_5, G_N_ELEMENTS (reasons_5), code);

  if (meaning != NULL)
    return g_error_new (ANC_MQTT_ERROR, (gint) meaning->kind,
                        "the MQTT broker %s %s", where, meaning->text);
  return g_error_new (ANC_MQTT_ERROR, ANC_MQTT_ERROR_UNREACHABLE,
                      "the MQTT broker %s refuses the connection (code %d)",
                      where, code);
}

GError *
anc_mqtt_reason_refused (const AncMqttSettings *settings, const gchar *what,
                         gint code)
{
  g_autofree gchar *where
      = anc_mqtt_host_and_port (settings->host, settings->port);
  const Meaning *meaning = find (reasons_5, G_N_ELEMENTS (reasons_5), code);

  if (meaning != NULL)
    return g_error_new (ANC_MQTT_ERROR, (gint) meaning->kind,
                        "%s: the MQTT broker %s %s", what, where,
                        meaning->text);
  /* 3.1.1 has one code for all causes. */
  return g_error_new (ANC_MQTT_ERROR, ANC_MQTT_ERROR_NOT_AUTHORIZED,
                      "%s: the MQTT broker %s refuses it (code %d); check its "
                      "access rules",
                      what, where, code);
}

GError *
anc_mqtt_reason_lost (const AncMqttSettings *settings, gint code)
{
  g_autofree gchar *where
      = anc_mqtt_host_and_port (settings->host, settings->port);
  const Meaning *meaning = find (reasons_5, G_N_ELEMENTS (reasons_5), code);

  if (meaning != NULL)
    return g_error_new (ANC_MQTT_ERROR, ANC_MQTT_ERROR_LOST,
                        "the MQTT broker %s %s", where, meaning->text);
  return g_error_new (ANC_MQTT_ERROR, ANC_MQTT_ERROR_LOST,
                      "the MQTT broker %s ended the connection", where);
}
