/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "anc-mqtt-settings.h"

/* Paho says of all TLS failures that they are one: the causes are found here,
 * with GnuTLS, before and after. */

/* Whether the files can be read, are PEM, belong together and are valid now. */
gboolean anc_mqtt_certificates_check (const AncMqttSettings *settings,
                                      GError **error);

/* After a connection failed: goes the same way as far as the handshake and
 * says where it ends. TRUE: it was not TCP or TLS. Takes up to `timeout_ms`. */
gboolean anc_mqtt_diagnose (const AncMqttSettings *settings, guint timeout_ms,
                            GCancellable *cancellable, GError **error);
