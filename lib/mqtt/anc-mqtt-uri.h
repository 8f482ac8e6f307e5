/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define ANC_MQTT_PORT 1883u  /* IANA: mqtt */
#define ANC_MQTTS_PORT 8883u /* IANA: secure-mqtt */

/* mqtt[s]://[user[:password]@]host[:port][/topic]
 *
 * User, password and topic are percent-encoded (RFC 3986), so a `#` in a topic
 * filter is written %23; everything after the first slash is the topic, a
 * leading slash of a topic is a second one. IPv6 addresses stand in brackets
 * in the text and without them in `host`. */
typedef struct {
  gboolean tls;
  gchar *host;
  guint port;      /* never 0: the scheme's default fills it in */
  gchar *user;     /* NULL: none */
  gchar *password; /* secret; NULL: none */
  gchar *topic;    /* NULL: none */
} AncMqttUri;

/* ANC_MQTT_ERROR_SETTINGS says what is wrong with the text. */
AncMqttUri *anc_mqtt_uri_parse (const gchar *text, GError **error);

/* The text again, without the password. */
gchar *anc_mqtt_uri_to_string (const AncMqttUri *self);

void anc_mqtt_uri_free (AncMqttUri *self);

/* "host:port", IPv6 in brackets: for Paho and for messages. */
gchar *anc_mqtt_host_and_port (const gchar *host, guint port);

/* Whether a host is an AWS IoT Core endpoint (...iot.REGION.amazonaws.com, also
 * the partitions in China). Custom domains are not recognised. */
gboolean anc_mqtt_host_is_aws (const gchar *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncMqttUri, anc_mqtt_uri_free)
