/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancs3sink.h"

#include "anc-s3-key.h"
#include "gstancs3connection.h"
#include "gstancs3sinksettings.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_anc_s3_sink_debug);
#define GST_CAT_DEFAULT gst_anc_s3_sink_debug

struct _GstAncS3Sink {
  GstBaseSink parent;

  /* under the object's lock */
  GstAncS3Connection connection;
  GstAncS3SinkSettings settings;
  gboolean rotate;         /* asked for by the signal */
  AncS3Uploader *uploader; /* PAUSED and above */
  AncS3 *s3;               /* READY and above */
  gint64 last_progress;    /* monotonic time of the last progress message */

  /* of the streaming thread, and of state changes while it rests */
  AncS3Key *pattern;
  gchar *bucket;      /* as it was at the start */
  gboolean broken;    /* an object could not be begun: said, and no more */
  gboolean open;      /* an object is being written */
  guint objects;      /* begun since the start */
  gchar *key;         /* of the last one */
  guint64 base;       /* byte of the stream that is its first */
  guint64 next;       /* byte of the stream that comes next */
  GstClockTime first; /* running times that it spans */
  GstClockTime last;
  gchar *content_type; /* after the caps; NULL: not known */
  GPtrArray *header;   /* of GstBuffer: each object begins with them */
  const gchar *whole;  /* what it is that cannot be cut; NULL: it can */
  gboolean said_whole;
  GstTagList *tags; /* of the stream; may be NULL */
};

/* --- gstancs3sink.c --- */

/* All of it, however often a pause comes between. */
GstFlowReturn gst_anc_s3_sink_write (GstAncS3Sink *self, GstMemory *memory);

void gst_anc_s3_sink_post_error (GstAncS3Sink *self, const GError *error,
                                 GstResourceError fallback);

/* --- gstancs3states.c --- */

GstStateChangeReturn gst_anc_s3_sink_change_state (GstElement *element,
                                                   GstStateChange change);

/* --- gstancs3objects.c: when an object begins and ends --- */

/* GST_FLOW_ERROR: an error was posted. */
GstFlowReturn gst_anc_s3_sink_begin (GstAncS3Sink *self);
gboolean gst_anc_s3_sink_finish (GstAncS3Sink *self);
/* Whether `buffer` belongs into a new object. */
gboolean gst_anc_s3_sink_is_due (GstAncS3Sink *self, GstBuffer *buffer);
void gst_anc_s3_sink_note_time (GstAncS3Sink *self, GstBuffer *buffer);
void gst_anc_s3_sink_note_caps (GstAncS3Sink *self, GstCaps *caps);
void gst_anc_s3_sink_forget_stream (GstAncS3Sink *self);

/* --- gstancs3queries.c --- */

/* FALSE: it is for the base class. */
gboolean gst_anc_s3_sink_answer (GstAncS3Sink *self, GstQuery *query);

/* --- gstancs3messages.c: what the uploader says, to the bus --- */

extern const AncS3UploaderEvents gst_anc_s3_sink_events;
GstStructure *gst_anc_s3_sink_stats (GstAncS3Sink *self);

G_END_DECLS
