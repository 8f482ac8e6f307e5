/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstanclevels.h"

/* What a record may be about beside the passing of time. */
typedef enum {
  GST_ANC_CHANGE_CAPS = 1 << 0,
  GST_ANC_CHANGE_DISCONT = 1 << 1,
  GST_ANC_CHANGE_GAP = 1 << 2,
  GST_ANC_CHANGE_LATE = 1 << 3,
  GST_ANC_CHANGE_REFUSED = 1 << 4,
  GST_ANC_CHANGE_EOS = 1 << 5,
  GST_ANC_CHANGE_MESSAGE = 1 << 6,
  GST_ANC_CHANGE_ELEMENTS = 1 << 7,
} GstAncChange;

/* Counts what passes. The streaming threads add, under a lock that nobody holds
 * for longer than it takes to copy the figures; a worker takes the figures. */
typedef struct _GstAncMeter GstAncMeter;

GstAncMeter *gst_anc_meter_new (void);
void gst_anc_meter_free (GstAncMeter *self);

/* From zero, when nothing passes any more. */
void gst_anc_meter_reset (GstAncMeter *self);

/* The first interval begins. In pull mode buffers have passed before. */
void gst_anc_meter_begin (GstAncMeter *self);

void gst_anc_meter_set_levels (GstAncMeter *self, gboolean levels);

/* Each returns the GstAncChange that it was. */
guint gst_anc_meter_buffer (GstAncMeter *self, GstBuffer *buffer);
guint gst_anc_meter_flow (GstAncMeter *self, GstFlowReturn flow, guint buffers);
guint gst_anc_meter_event (GstAncMeter *self, GstEvent *event);

/* Whether anything has passed since the figures were taken. */
gboolean gst_anc_meter_has_news (GstAncMeter *self);

/* Adds to a record `interval-ns`, `stream` and `levels`: counters since the
 * start, rates, levels and the largest jitter since the last time. */
void gst_anc_meter_take (GstAncMeter *self, GstStructure *record,
                         guint64 qos_dropped);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstAncMeter, gst_anc_meter_free)
