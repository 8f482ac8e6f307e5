/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-error.h"

G_DEFINE_QUARK (anc - mqtt - error - quark, anc_mqtt_error)

gboolean
anc_mqtt_error_is_transient (const GError *error)
{
  return g_error_matches (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_NOT_FOUND)
         || g_error_matches (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_UNREACHABLE)
         || g_error_matches (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_LOST);
}
