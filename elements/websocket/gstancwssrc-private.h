/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancwssrc.h"

#include "gstancwsendpoint.h"

/* Threads: settings and the link are guarded by the object lock (see the
 * endpoint); what is marked (stream) belongs to the streaming thread. */
struct _GstAncWsSrc {
  GstPushSrc parent;
  GstAncWsEndpoint endpoint;
  GstCaps *caps;
  gboolean by_arrival;
  gboolean keep_listening;
  guint latency; /* ms */

  gboolean anchored;       /* (stream) */
  GstClockTimeDiff anchor; /* (stream) ours minus the sender's */
  gboolean discont;        /* (stream) the next buffer is one */
};

/* gstancwssrcproperties.c */
void gst_anc_ws_src_init_properties (GstAncWsSrc *self);
void gst_anc_ws_src_install_properties (GObjectClass *klass);
