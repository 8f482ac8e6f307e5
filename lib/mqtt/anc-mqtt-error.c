/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-error.h"

GQuark
anc_mqtt_error_quark (void)
{
  return g_quark_from_static_string ("anc-mqtt-error-quark");
}

gboolean
anc_mqtt_error_is_transient (const GError *error)
{
  return g_error_matches (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_NOT_FOUND)
         || g_error_matches (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_UNREACHABLE)
         || g_error_matches (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_LOST);
}
