/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancmqttproperties.h"

G_BEGIN_DECLS

/* GstURIHandler of sink and source: the property `uri`, with an answer. */

/* For G_IMPLEMENT_INTERFACE. */
void gst_anc_mqtt_uri_handler_init (gpointer interface, gpointer data);

/* In an instance's init: where its properties are, for as long as it lives. */
void gst_anc_mqtt_uri_handler_attach (GstElement *element,
                                      GstAncMqttProperties *properties);

G_END_DECLS
