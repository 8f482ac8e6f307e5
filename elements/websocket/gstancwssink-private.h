/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancwssink.h"

#include "gstancwsendpoint.h"
#include "gstancwsoutgoing.h"

/* Threads: settings and the link are guarded by the object lock (see the
 * endpoint); `outgoing` and what follows belong to the streaming thread, which
 * holds the preroll lock while it waits, as render () always does. Lock order:
 * stream lock, preroll lock, the link's. */
struct _GstAncWsSink {
  GstBaseSink parent;
  GstAncWsEndpoint endpoint;
  gboolean base64;
  gboolean acknowledge;
  GstAncWsSending sending;
  guint drain_timeout;
  GstAncWsOutgoing outgoing;
  gint playing; /* atomic; set with the preroll lock */
};

/* gstancwssinkproperties.c */
void gst_anc_ws_sink_init_properties (GstAncWsSink *self);
void gst_anc_ws_sink_install_properties (GObjectClass *klass);
