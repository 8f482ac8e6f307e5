/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstanctelemetrymeter.h"
#include "gstanctelemetrysender.h"

/* Makes the records, on a thread of its own: when the interval is over, when
 * something has changed, at EOS and at the stop.
 *
 * Lock order: the watch's lock, the reporter's, the sender's, the library's.
 * None is held while another element's code runs or a message is posted. */
typedef struct _GstAncReporter GstAncReporter;

/* What may change while it runs. */
typedef struct {
  GstClockTime interval; /* 0: none */
  gboolean on_change;
  gboolean post_messages;
} GstAncPace;

/* `element` outlives it, and so does `meter`. */
GstAncReporter *gst_anc_reporter_new (GstElement *element, GstAncMeter *meter);
void gst_anc_reporter_free (GstAncReporter *self);

void gst_anc_reporter_set_pace (GstAncReporter *self, const GstAncPace *pace);

/* With settings of NULL nothing is sent: records are messages only. */
gboolean gst_anc_reporter_start (GstAncReporter *self, const gchar *elements,
                                 const GstAncSenderOptions *options,
                                 GError **error);

/* Makes the last record, and waits at most `drain` for the broker. */
void gst_anc_reporter_stop (GstAncReporter *self, GstClockTime drain);

/* Warns of elements that are named and not there; between start and stop. */
void gst_anc_reporter_check (GstAncReporter *self);

/* GstAncChange flags, from any thread; takes no time. */
void gst_anc_reporter_note (GstAncReporter *self, guint changes);

GstStructure *gst_anc_reporter_get_stats (GstAncReporter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstAncReporter, gst_anc_reporter_free)
