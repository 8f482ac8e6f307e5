/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstancwssendqueue.h"

GstAncWsItem *
gst_anc_ws_item_new (GstAncWsItemKind kind, GBytes *bytes, gboolean text)
{
  GstAncWsItem *self = g_new0 (GstAncWsItem, 1);

  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->bytes = bytes;
  self->text = text;
  return self;
}

GstAncWsItem *
gst_anc_ws_item_ref (GstAncWsItem *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
gst_anc_ws_item_unref (GstAncWsItem *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static gsize
size_of (const GstAncWsItem *item)
{
  return item->bytes != NULL ? g_bytes_get_size (item->bytes) : 0;
}

GstAncWsSendQueue *
gst_anc_ws_send_queue_new (guint max_bytes, guint max_messages, gboolean acks)
{
  GstAncWsSendQueue *self = g_new0 (GstAncWsSendQueue, 1);

  self->max_bytes = max_bytes;
  self->max_messages = max_messages;
  self->acks = acks;
  g_queue_init (&self->items);
  return self;
}

void
gst_anc_ws_send_queue_free (GstAncWsSendQueue *self)
{
  g_queue_clear_full (&self->items, (GDestroyNotify) gst_anc_ws_item_unref);
  g_clear_pointer (&self->hello, gst_anc_ws_item_unref);
  g_clear_pointer (&self->inflight, gst_anc_ws_item_unref);
  g_free (self);
}

gboolean
gst_anc_ws_send_queue_has_room (const GstAncWsSendQueue *self,
                                const GstAncWsItem *item)
{
  return self->items.length == 0
         || (self->bytes + size_of (item) <= self->max_bytes
             && self->items.length < self->max_messages);
}

static GList *
first_data (GstAncWsSendQueue *self)
{
  GList *at = self->items.head;

  while (at != NULL
         && ((GstAncWsItem *) at->data)->kind != GST_ANC_WS_ITEM_DATA)
    at = at->next;
  return at;
}

static void
unlink_item (GstAncWsSendQueue *self, GList *at)
{
  GstAncWsItem *item = at->data;

  self->bytes -= size_of (item);
  g_queue_delete_link (&self->items, at);
  gst_anc_ws_item_unref (item);
}

/* Of two hellos with nothing between, the first means nothing. */
static void
join_hellos (GstAncWsSendQueue *self)
{
  GList *first = self->items.head;

  while (first != NULL && first->next != NULL
         && ((GstAncWsItem *) first->data)->kind == GST_ANC_WS_ITEM_HELLO
         && ((GstAncWsItem *) first->next->data)->kind
                == GST_ANC_WS_ITEM_HELLO) {
    GList *next = first->next;

    unlink_item (self, first);
    first = next;
  }
}

gboolean
gst_anc_ws_send_queue_drop (GstAncWsSendQueue *self)
{
  GList *at = first_data (self);

  if (at == NULL)
    return FALSE;
  do {
    GList *next = at->next;

    unlink_item (self, at);
    self->dropped++;
    at = next;
  } while (at != NULL && ((GstAncWsItem *) at->data)->continued);
  join_hellos (self);
  return TRUE;
}

void
gst_anc_ws_send_queue_push (GstAncWsSendQueue *self, GstAncWsItem *item)
{
  GList *tail = self->items.tail;

  if (item->kind == GST_ANC_WS_ITEM_HELLO && tail != NULL
      && ((GstAncWsItem *) tail->data)->kind == GST_ANC_WS_ITEM_HELLO)
    unlink_item (self, tail);
  if (item->kind == GST_ANC_WS_ITEM_HELLO || item->kind == GST_ANC_WS_ITEM_DATA)
    self->drained = FALSE;
  self->bytes += size_of (item);
  g_queue_push_tail (&self->items, gst_anc_ws_item_ref (item));
}

GstAncWsItem *
gst_anc_ws_send_queue_pop (GstAncWsSendQueue *self)
{
  GstAncWsItem *item;

  if (self->inflight != NULL || self->items.length == 0)
    return NULL;
  item = g_queue_pop_head (&self->items);
  self->bytes -= size_of (item);
  self->sent_messages++;
  self->sent_bytes += size_of (item);
  if (item->kind == GST_ANC_WS_ITEM_HELLO) {
    g_clear_pointer (&self->hello, gst_anc_ws_item_unref);
    self->hello = gst_anc_ws_item_ref (item);
  } else if (self->acks || item->kind != GST_ANC_WS_ITEM_DATA) {
    self->inflight = gst_anc_ws_item_ref (item);
    self->inflight_since = g_get_monotonic_time ();
  }
  return item;
}

gboolean
gst_anc_ws_send_queue_acknowledge (GstAncWsSendQueue *self, guint64 seq)
{
  if (self->inflight == NULL || seq < self->inflight->seq)
    return FALSE;
  if (self->inflight->kind == GST_ANC_WS_ITEM_END)
    self->drained = TRUE;
  g_clear_pointer (&self->inflight, gst_anc_ws_item_unref);
  return TRUE;
}

static void
put_back (GstAncWsSendQueue *self, GstAncWsItem **item)
{
  if (*item == NULL)
    return;
  self->bytes += size_of (*item);
  g_queue_push_head (&self->items, g_steal_pointer (item));
}

void
gst_anc_ws_send_queue_rewind (GstAncWsSendQueue *self)
{
  put_back (self, &self->inflight);
  put_back (self, &self->hello);
  join_hellos (self);
  self->slow = FALSE;
}
