/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-mqtt-settings.h"

#include "gstancmqttqueue.h"

/* Records on their way to the broker: batched, compressed, queued. One thread
 * uses it; _get_stats() and _hurry() may be called from any. */
typedef struct _GstAncSender GstAncSender;

/* The strings and settings belong to the structure. */
typedef struct {
  AncMqttSettings *settings;
  gchar *topic; /* template; NULL: the default */
  guint qos;
  gboolean retain;
  GstAncMqttQueueProperties queue;
  gchar *thing;
  gchar *session;
  guint batch_records; /* records in a payload, 1: a payload is one */
  guint64 batch_bytes; /* before compression; 0: the largest payload */
  gboolean gzip;
  gboolean fatal; /* a connection that is given up is an error */
} GstAncSenderOptions;

void gst_anc_sender_options_clear (GstAncSenderOptions *self);

/* Checks everything that can be known without the network; a queue on disk is
 * opened. */
GstAncSender *gst_anc_sender_new (GstElement *element,
                                  const GstAncSenderOptions *options,
                                  GError **error);

void gst_anc_sender_start (GstAncSender *self);

/* A record, as JSON. Waits for room if the queue's policy is to block. */
void gst_anc_sender_append (GstAncSender *self, const gchar *json);

/* What the batch holds goes on its way. */
void gst_anc_sender_flush (GstAncSender *self);

/* A connection that was given up is begun anew when it is time. */
void gst_anc_sender_revive (GstAncSender *self);

/* Nothing waits for room any more. */
void gst_anc_sender_hurry (GstAncSender *self);

/* Waits until the broker has all, at most `drain`, and says goodbye. */
void gst_anc_sender_close (GstAncSender *self, GstClockTime drain);
void gst_anc_sender_free (GstAncSender *self);

/* Adds connection, queue and counters. */
void gst_anc_sender_get_stats (GstAncSender *self, GstStructure *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstAncSender, gst_anc_sender_free)
