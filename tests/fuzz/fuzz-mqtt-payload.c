/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* json-base64 payloads, and gzip: never more than the limit, and what was read
 * is read again after it was written. */
#include "fuzz.h"

#include "anc-mqtt-gzip.h"
#include "anc-mqtt-payload.h"

#define LIMIT 100000u

static void
try_gzip (GBytes *bytes)
{
  g_autoptr (GBytes) plain = anc_mqtt_gunzip (bytes, LIMIT, NULL);

  FUZZ_CHECK (plain == NULL || g_bytes_get_size (plain) <= LIMIT);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_auto (AncMqttPayload) payload = { 0 }, again = { 0 };
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GError) error = NULL;

  try_gzip (bytes);
  FUZZ_CHECK (anc_mqtt_payload_read (bytes, LIMIT, &payload, &error)
              == (error == NULL));
  if (error != NULL)
    return 0;
  FUZZ_CHECK (g_bytes_get_size (payload.data) <= LIMIT);
  text = anc_mqtt_payload_write (&payload, size % 2 == 0);
  FUZZ_CHECK (anc_mqtt_payload_read (text, LIMIT, &again, NULL));
  FUZZ_CHECK (g_bytes_equal (payload.data, again.data));
  FUZZ_CHECK (g_strcmp0 (payload.caps, again.caps) == 0);
  FUZZ_CHECK (payload.pts == again.pts && payload.dts == again.dts);
  return 0;
}
