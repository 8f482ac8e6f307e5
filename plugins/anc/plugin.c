/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanclms.h"
#include "gstancnlms.h"
#include "gstancrls.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (anclms, plugin)
         && GST_ELEMENT_REGISTER (ancnlms, plugin)
         && GST_ELEMENT_REGISTER (ancrls, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, anc,
                   "Adaptive noise cancellation with a reference signal",
                   plugin_init, PACKAGE_VERSION, "LGPL", PACKAGE_NAME,
                   PACKAGE_ORIGIN)
