/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define ANC_MQTT_ERROR (anc_mqtt_error_quark ())

/* Every message is one sentence for the user: it names the thing and, where
 * there is one, the remedy; it never holds a secret. */
typedef enum {
  ANC_MQTT_ERROR_SETTINGS,       /* a setting or a URI is wrong */
  ANC_MQTT_ERROR_TOPIC,          /* a topic name or filter is wrong */
  ANC_MQTT_ERROR_PAYLOAD,        /* a payload is too large or malformed */
  ANC_MQTT_ERROR_NOT_FOUND,      /* unknown host, missing file */
  ANC_MQTT_ERROR_UNREACHABLE,    /* refused, no route, no answer in time */
  ANC_MQTT_ERROR_TLS,            /* certificates, host name, handshake */
  ANC_MQTT_ERROR_NOT_AUTHORIZED, /* the broker does not let us */
  ANC_MQTT_ERROR_PROTOCOL,       /* version, client id, refused packets */
  ANC_MQTT_ERROR_LOST,           /* a connection that was up has ended */
  ANC_MQTT_ERROR_STORAGE,        /* the queue's file */
  ANC_MQTT_ERROR_BUSY,           /* the queue's file has another user */
} AncMqttError;

GQuark anc_mqtt_error_quark (void);

/* Whether trying again without a change of settings can help. */
gboolean anc_mqtt_error_is_transient (const GError *error);
