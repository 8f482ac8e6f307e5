/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-mqtt-settings.h"

/* What a broker's answer means, as a sentence. `code` is a CONNACK return code
 * (3.1.1, table 3.1) or a reason code (5.0, section 2.4). */

GError *anc_mqtt_reason_connect (const AncMqttSettings *settings, gint code);

/* A PUBACK, PUBREC or SUBACK: `what` is "publish to TOPIC" or "subscribe to
 * FILTER". */
GError *anc_mqtt_reason_refused (const AncMqttSettings *settings,
                                 const gchar *what, gint code);

/* A DISCONNECT from the broker, or -1: the connection just ended. */
GError *anc_mqtt_reason_lost (const AncMqttSettings *settings, gint code);
