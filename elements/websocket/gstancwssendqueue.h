/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What waits to be sent to one peer: bounded, ordered. No lock of its own; a
 * link guards it with its lock. */

typedef enum {
  GST_ANC_WS_ITEM_HELLO,
  GST_ANC_WS_ITEM_DATA,
  GST_ANC_WS_ITEM_END,
  GST_ANC_WS_ITEM_CLOSE, /* raw: the end is a close; without bytes */
} GstAncWsItemKind;

/* One frame; the same one waits for many peers. Immutable. */
typedef struct {
  gatomicrefcount refs;
  GstAncWsItemKind kind;
  GBytes *bytes;
  gboolean text;
  gboolean continued; /* not the first message of its buffer */
  guint64 seq;
} GstAncWsItem;

/* Takes `bytes`. */
GstAncWsItem *gst_anc_ws_item_new (GstAncWsItemKind kind, GBytes *bytes,
                                   gboolean text);
GstAncWsItem *gst_anc_ws_item_ref (GstAncWsItem *self);
void gst_anc_ws_item_unref (GstAncWsItem *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstAncWsItem, gst_anc_ws_item_unref)

typedef struct {
  guint max_bytes;
  guint max_messages;
  gboolean acks; /* data wait for their acknowledgement, one at a time */

  GQueue items;
  gsize bytes;
  GstAncWsItem *hello;    /* the last one sent */
  GstAncWsItem *inflight; /* sent and to be acknowledged */
  gint64 inflight_since;
  gboolean slow;    /* did not keep up and is to be disconnected */
  gboolean drained; /* the end has been acknowledged */
  gboolean late;    /* came after the end: not waited for */

  guint64 sent_messages;
  guint64 sent_bytes;
  guint64 dropped; /* messages */
} GstAncWsSendQueue;

GstAncWsSendQueue *gst_anc_ws_send_queue_new (guint max_bytes,
                                              guint max_messages,
                                              gboolean acks);
void gst_anc_ws_send_queue_free (GstAncWsSendQueue *self);

/* Whether there is room. An empty queue takes anything. */
gboolean gst_anc_ws_send_queue_has_room (const GstAncWsSendQueue *self,
                                         const GstAncWsItem *item);

/* Drops the oldest buffer; hellos and the end stay. FALSE: there is none. */
gboolean gst_anc_ws_send_queue_drop (GstAncWsSendQueue *self);

/* Takes a reference. A hello replaces one that nothing follows. */
void gst_anc_ws_send_queue_push (GstAncWsSendQueue *self, GstAncWsItem *item);

/* What is to be sent now, or NULL: nothing, or an acknowledgement must come
 * first. The caller owns it. */
GstAncWsItem *gst_anc_ws_send_queue_pop (GstAncWsSendQueue *self);

/* TRUE: that was awaited, and there may be something to send. */
gboolean gst_anc_ws_send_queue_acknowledge (GstAncWsSendQueue *self,
                                            guint64 seq);

/* The connection is gone, the next one will have to hear it again: the hello,
 * and what has not been acknowledged. */
void gst_anc_ws_send_queue_rewind (GstAncWsSendQueue *self);
