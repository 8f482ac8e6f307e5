/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* RFC 1952. */
GBytes *anc_mqtt_gzip (GBytes *data);

/* Untrusted input: ANC_MQTT_ERROR_PAYLOAD if it is none, or if more than
 * `limit` bytes come out. */
GBytes *anc_mqtt_gunzip (GBytes *data, gsize limit, GError **error);
