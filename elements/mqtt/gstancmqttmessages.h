/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-mqtt-connection.h"

G_BEGIN_DECLS

/* The one place where a GError becomes an element's error: `reason` in the
 * right domain, with details (the kind of failure and the broker). */
void gst_anc_mqtt_post_error (GstElement *element, const GError *reason,
                              const gchar *broker);
void gst_anc_mqtt_post_warning (GstElement *element, const GError *reason,
                                const gchar *broker);

/* anc-mqtt-connected (broker, client-id, session-present) and
 * anc-mqtt-disconnected (broker, reason, was-connected, retry-in in ns); of a
 * FAILED state the error too. */
void gst_anc_mqtt_post_state (GstElement *element,
                              const AncMqttStateChange *change,
                              const gchar *broker, const gchar *client_id);

G_END_DECLS
