/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttsink.h"
#include "gstancmqttsrc.h"
#include "gstanctelemetry.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (ancmqttsink, plugin)
         && GST_ELEMENT_REGISTER (ancmqttsrc, plugin)
         && GST_ELEMENT_REGISTER (anctelemetry, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, ancmqtt,
                   "MQTT sink and source with a queue that survives",
                   plugin_init, PACKAGE_VERSION, "LGPL", PACKAGE_NAME,
                   PACKAGE_ORIGIN)
