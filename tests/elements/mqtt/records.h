/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* A pipeline with an anctelemetry in it, and what it tells. */

GstElement *parse (const gchar *launch);
GstElement *parse_format (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

/* Fails the test if it cannot be reached. */
void set_state (GstElement *element, GstState state);

/* Fails the test at an error, and after half a minute. */
GstMessage *wait_message (GstElement *pipeline, GstMessageType types);
void wait_eos (GstElement *pipeline);

/* The next record, as a copy; the bus is emptied up to it. */
GstStructure *next_record (GstElement *pipeline);
/* Records up to the one with that reason, which is returned. */
GstStructure *record_with_reason (GstElement *pipeline, const gchar *reason);

/* To EOS, then to NULL; what the last record was. */
GstStructure *last_record (GstElement *pipeline);

/* Parts of a record. */
const GstStructure *stream_of (const GstStructure *record);
guint64 counter_of (const GstStructure *record, const gchar *field);
guint array_size (const GstStructure *record, const gchar *field);
const GstStructure *array_item (const GstStructure *record, const gchar *field,
                                guint index);
/* The entry of `elements`, or NULL. */
const GstStructure *element_of (const GstStructure *record, const gchar *name);
gboolean has_change (const GstStructure *record, const gchar *change);

/* Warnings that the bus has now, as one text. */
gchar *take_warnings (GstElement *pipeline);
