/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstancmqttproperties.h"

G_BEGIN_DECLS

/* A pipeline that publishes what it subscribes to would hear itself, ever
 * faster. The sink asks upstream, and each MQTT source there answers. */

/* FALSE: a source before `sinkpad` gets at `broker` (host:port) what is
 * published to `topic`. */
gboolean gst_anc_mqtt_loop_check (GstPad *sinkpad, const gchar *broker,
                                  const gchar *topic, GError **error);

/* TRUE: it is that question, and yes. The properties are guarded by the
 * element's object lock, which is taken. */
gboolean gst_anc_mqtt_loop_answer (GstElement *source,
                                   const GstAncMqttProperties *properties,
                                   GstQuery *query);

G_END_DECLS
