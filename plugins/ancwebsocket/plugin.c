/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancwssink.h"
#include "gstancwssrc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (ancwssink, plugin)
         && GST_ELEMENT_REGISTER (ancwssrc, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, ancwebsocket,
                   "Streams over WebSocket", plugin_init, PACKAGE_VERSION,
                   "LGPL", PACKAGE_NAME, PACKAGE_ORIGIN)
