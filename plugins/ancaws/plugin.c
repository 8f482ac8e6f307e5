/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancs3sink.h"
#include "gstancs3src.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (ancs3sink, plugin)
         && GST_ELEMENT_REGISTER (ancs3src, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, ancaws,
                   "Audio to and from Amazon S3", plugin_init, PACKAGE_VERSION,
                   "LGPL", PACKAGE_NAME, PACKAGE_ORIGIN)
