/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

#include "client.h"

/* A live stream with an anctelemetry to the broker's port, and what a
 * subscriber sees of it. */
#define LIVE                                                                   \
  "audiotestsrc name=source is-live=true samplesperbuffer=441 ! anctelemetry " \
  "name=telemetry thing-name=mic reconnect-min=20000000 "                      \
  "reconnect-max=100000000 uri=mqtt://127.0.0.1:%u "

/* All that is published, also what comes while it is not connected. */
Client *subscribe (TestServer *broker);

/* A broker, and one that hears all. */
typedef struct {
  TestServer *broker;
  guint port;
  Client *client;
} Scene;

/* NULL: there is no such server here, and the test is skipped. */
Scene *scene_new (const gchar *server);
void scene_free (Scene *self);
AncMqttMessage *message_of (Client *client, guint i);
guint messages (Client *client);

JsonNode *parse_payload (GBytes *payload);
/* The objects of all payloads so far, whether alone or in arrays. */
GPtrArray *records_of (Client *client);
/* The same, when there is one with that reason. */
GPtrArray *wait_reason (Client *client, const gchar *reason);

const gchar *text_of (JsonObject *record, const gchar *member);
gint64 sequence_of (JsonObject *record);
/* Fails the test unless they are numbered without a gap; duplicates only as QoS
 * 1 allows. Returns the last number. */
gint64 assert_consecutive (GPtrArray *records, gint64 first);

void end_stream (GstElement *pipeline);
/* A counter of the stats of the element `telemetry`. */
guint64 stat_of (GstElement *pipeline, const gchar *field);
void wait_stat (GstElement *pipeline, const gchar *field, guint64 least);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)
