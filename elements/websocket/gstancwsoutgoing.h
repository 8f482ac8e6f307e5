/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancwssendqueue.h"

#include <gst/gst.h>

/* Makes messages of a stream of buffers. Belongs to the streaming thread. */
typedef struct {
  gboolean raw;
  gboolean base64;
  gboolean ack;
  gsize max_payload; /* bytes of a buffer in one message */
  gchar *stream;     /* names this run of sequence numbers */
  guint64 seq;       /* of the next message */
  gboolean greeted;  /* a hello has gone out */
} GstAncWsOutgoing;

/* A new run. `max_message`: of the connection. */
void gst_anc_ws_outgoing_start (GstAncWsOutgoing *self, gboolean raw,
                                gboolean base64, gboolean ack,
                                gsize max_message);
void gst_anc_ws_outgoing_clear (GstAncWsOutgoing *self);

/* The hello for these caps; NULL: bytes of no known kind. NULL with
 * ANC_STREAM_ERROR if it would be too long. Not for raw streams. */
GstAncWsItem *gst_anc_ws_outgoing_hello (GstAncWsOutgoing *self,
                                         const GstCaps *caps, GError **error);

/* Bytes from `offset` on of a buffer whose running time is `time`, and moves
 * `offset` on; the buffer is through when it has reached its size. */
GstAncWsItem *gst_anc_ws_outgoing_data (GstAncWsOutgoing *self,
                                        GstBuffer *buffer, GstClockTime time,
                                        gsize *offset);
GstAncWsItem *gst_anc_ws_outgoing_end (GstAncWsOutgoing *self);
