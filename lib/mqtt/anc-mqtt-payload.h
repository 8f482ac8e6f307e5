/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The payload format json-base64: one flat JSON object
 *
 *   {"format":"anc-mqtt-1","caps":"audio/x-raw,...","pts":20000000,
 *    "dts":...,"duration":20000000,"offset":...,"flags":["discont"],
 *    "encoding":"gzip","data":"BASE64"}
 *
 * `data` alone must be there; times are nanoseconds; `encoding` says that the
 * bytes were compressed (RFC 1952) before base64 (RFC 4648, with padding).
 * Members that are not known are skipped. */

#define ANC_MQTT_NONE G_MAXUINT64 /* a time or offset that is not known */

typedef struct {
  gchar *caps; /* NULL: not said */
  guint64 pts, dts, duration, offset;
  gboolean discont, gap, delta;
  GBytes *data;
} AncMqttPayload;

void anc_mqtt_payload_clear (AncMqttPayload *self);

/* The JSON text. */
GBytes *anc_mqtt_payload_write (const AncMqttPayload *payload, gboolean gzip);

/* Untrusted input. `limit` bounds the bytes that come out, compressed or not.
 * ANC_MQTT_ERROR_PAYLOAD says what is wrong; *ret_payload is then untouched. */
gboolean anc_mqtt_payload_read (GBytes *text, gsize limit,
                                AncMqttPayload *ret_payload, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncMqttPayload, anc_mqtt_payload_clear)
