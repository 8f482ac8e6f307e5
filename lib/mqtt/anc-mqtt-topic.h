/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* MQTT 3.1.1 section 4.7 and 5.0 section 4.7: at least one character, at most
 * 65,535 bytes of UTF-8 without U+0000. */
#define ANC_MQTT_TOPIC_BYTES 65535u

/* AWS IoT Core quotas, "Message broker and protocol limits": 256 bytes and 7
 * slashes, the prefix $aws/rules/RULE/ not counted. */
#define ANC_MQTT_AWS_TOPIC_BYTES 256u
#define ANC_MQTT_AWS_TOPIC_SLASHES 7u

/* Whether messages can be published to `topic`: no wildcards. With `aws` the
 * limits above too. ANC_MQTT_ERROR_TOPIC otherwise. */
gboolean anc_mqtt_topic_check (const gchar *topic, gboolean aws,
                               GError **error);

/* Whether one can subscribe to `filter`: `+` is a whole level, `#` the whole
 * last one; `$share/GROUP/FILTER` (5.0 section 4.8.2) needs a group. */
gboolean anc_mqtt_filter_check (const gchar *filter, gboolean aws,
                                GError **error);

/* Whether a valid filter selects a valid topic name. A wildcard at the start
 * selects no topic that begins with `$` (4.7.2). */
gboolean anc_mqtt_filter_matches (const gchar *filter, const gchar *topic);
