/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* The name of a record's structure and of its message. */
#define GST_ANC_TELEMETRY_MESSAGE "anc-telemetry"
/* What `format` says; plugins/ancmqtt/telemetry.schema.json has the rest. */
#define GST_ANC_TELEMETRY_FORMAT "anc-telemetry-1"

typedef enum {
  GST_ANC_REASON_INTERVAL,
  GST_ANC_REASON_CHANGE,
  GST_ANC_REASON_EOS,
  GST_ANC_REASON_STOP,
} GstAncReason;

/* The head of a record; meter and watch add to it. */
GstStructure *gst_anc_telemetry_record_new (const gchar *thing,
                                            const gchar *session,
                                            guint64 sequence,
                                            const gchar *element);

/* Why it was made, and which GstAncChange there were. */
void gst_anc_telemetry_record_set_reason (GstStructure *record,
                                          GstAncReason reason, guint changes);

/* Now, in UTC, with microseconds: 2024-02-29T12:00:00.000000Z (ISO 8601). */
gchar *gst_anc_telemetry_time_now (void);

/* Adds a structure to an array, which takes it. */
void gst_anc_telemetry_append (GValue *array, GstStructure *structure);
