/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-queue-private.h"

void
anc_mqtt_entry_release (AncMqttEntry *entry)
{
  if (--entry->users > 0)
    return;
  anc_mqtt_message_unref (entry->message);
  g_free (entry);
}

static gboolean
open_store (AncMqttQueue *self, const AncMqttQueueOptions *options,
            gchar **ret_warning, GError **error)
{
  AncMqttStoreContents contents = { 0 };

  self->store = anc_mqtt_store_open (options->directory, options->name,
                                     &contents, ret_warning, error);
  if (self->store == NULL)
    return FALSE;
  self->counts.recovered = contents.messages;
  self->counts.messages = contents.messages;
  self->counts.bytes = contents.bytes;
  self->spilled = contents.messages;
  self->last_number = contents.last;
  self->written = contents.last;
  if (!anc_mqtt_queue_load (self, error))
    return FALSE;
  self->writer = g_thread_new ("anc-mqtt-queue", anc_mqtt_queue_writer, self);
  return TRUE;
}

AncMqttQueue *
anc_mqtt_queue_open (const AncMqttQueueOptions *options, gchar **ret_warning,
                     GError **error)
{
  g_autoptr (AncMqttQueue) self = g_new0 (AncMqttQueue, 1);

  self->references = 1;
  self->limit_bytes = options->limit_bytes;
  self->limit_messages = options->limit_messages;
  self->policy = options->policy;
  g_mutex_init (&self->lock);
  g_mutex_init (&self->notify_lock);
  g_cond_init (&self->changed);
  g_cond_init (&self->work);
  g_queue_init (&self->ready);
  g_queue_init (&self->pending);
  self->removals = g_array_new (FALSE, FALSE, sizeof (guint64));
  if (options->directory != NULL
      && !open_store (self, options, ret_warning, error))
    return NULL;
  return g_steal_pointer (&self);
}

AncMqttQueue *
anc_mqtt_queue_ref (AncMqttQueue *self)
{
  g_atomic_int_inc (&self->references);
  return self;
}

gboolean
anc_mqtt_queue_close (AncMqttQueue *self, GError **error)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_broadcast (&self->work);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->writer, g_thread_join);
  g_clear_pointer (&self->store, anc_mqtt_store_close);
  if (self->error != NULL && error != NULL)
    *error = g_error_copy (self->error);
  return self->error == NULL;
}

void
anc_mqtt_queue_unref (AncMqttQueue *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  anc_mqtt_queue_close (self, NULL);
  g_queue_clear_full (&self->ready, (GDestroyNotify) anc_mqtt_entry_release);
  g_queue_clear_full (&self->pending, (GDestroyNotify) anc_mqtt_entry_release);
  g_array_unref (self->removals);
  g_clear_error (&self->error);
  g_cond_clear (&self->work);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->notify_lock);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
anc_mqtt_queue_tell (AncMqttQueue *self)
{
  g_mutex_lock (&self->notify_lock);
  if (self->notify != NULL)
    self->notify (self->notify_data);
  g_mutex_unlock (&self->notify_lock);
}

gboolean
anc_mqtt_queue_make_ready (AncMqttQueue *self, AncMqttEntry *entry)
{
  gboolean tell = self->next == NULL;

  entry->users++;
  g_queue_push_tail (&self->ready, entry);
  self->ready_bytes += entry->size;
  self->ready_last = entry->number;
  if (tell)
    self->next = self->ready.tail;
  return tell;
}

gboolean
anc_mqtt_queue_wants_more (AncMqttQueue *self)
{
  /* What is still pending comes with the next transaction. */
  return self->spilled > 0 && self->ready_bytes < ANC_MQTT_READY_BYTES / 2
         && self->written > self->ready_last;
}

/* It is out of `ready`: forget it, and have it deleted from the file. */
static void
let_go (AncMqttQueue *self, AncMqttEntry *entry)
{
  self->ready_bytes -= entry->size;
  self->counts.messages--;
  self->counts.bytes -= entry->size;
  entry->gone = TRUE;
  if (entry->stored)
    g_array_append_val (self->removals, entry->number);
  else if (entry->users > 1)
    self->unsafe--;
  anc_mqtt_entry_release (entry);
  g_cond_broadcast (&self->changed);
  if (self->store != NULL)
    g_cond_signal (&self->work);
}

static gboolean
drop_oldest (AncMqttQueue *self)
{
  GList *link = self->next;
  AncMqttEntry *entry;

  if (link == NULL)
    return FALSE;
  entry = link->data;
  self->next = link->next;
  g_queue_delete_link (&self->ready, link);
  self->counts.dropped++;
  let_go (self, entry);
  return TRUE;
}

static gboolean
is_over (AncMqttQueue *self, gsize bytes, guint messages)
{
  return (self->limit_bytes > 0
          && self->counts.bytes + bytes > self->limit_bytes)
         || (self->limit_messages > 0
             && self->counts.messages + messages > self->limit_messages);
}

void
anc_mqtt_queue_trim (AncMqttQueue *self)
{
  if (self->policy != ANC_MQTT_QUEUE_DROP_OLDEST)
    return;
  while (is_over (self, 0, 0) && drop_oldest (self))
    continue;
}

/* Whether a message of this size may be appended. */
static AncMqttQueueResult
find_room (AncMqttQueue *self, gsize size)
{
  if (self->limit_bytes > 0 && size > self->limit_bytes)
    return ANC_MQTT_QUEUE_DROPPED;
  while (is_over (self, size, 1)) {
    if (self->policy == ANC_MQTT_QUEUE_BLOCK)
      return ANC_MQTT_QUEUE_FULL;
    if (self->policy == ANC_MQTT_QUEUE_DROP_NEWEST)
      return ANC_MQTT_QUEUE_DROPPED;
    if (!drop_oldest (self))
      /* The oldest are in the file: the writer drops them when it has read
       * them. If there are none, everything is on its way. */
      return self->spilled > 0 ? ANC_MQTT_QUEUE_APPENDED
                               : ANC_MQTT_QUEUE_DROPPED;
  }
  return ANC_MQTT_QUEUE_APPENDED;
}

/* Lock held. */
static gboolean
add_entry (AncMqttQueue *self, AncMqttMessage *message, gsize size)
{
  AncMqttEntry *entry = g_new0 (AncMqttEntry, 1);

  entry->message = anc_mqtt_message_ref (message);
  entry->number = ++self->last_number;
  entry->size = size;
  self->counts.appended++;
  self->counts.messages++;
  self->counts.bytes += size;
  if (self->store != NULL) {
    entry->users++;
    g_queue_push_tail (&self->pending, entry);
    self->pending_bytes += size;
    self->unsafe++;
    g_cond_signal (&self->work);
    if (self->spilled > 0 || self->ready_bytes + size > ANC_MQTT_READY_BYTES) {
      self->spilled++;
      return FALSE;
    }
  }
  return anc_mqtt_queue_make_ready (self, entry);
}

AncMqttQueueResult
anc_mqtt_queue_append (AncMqttQueue *self, AncMqttMessage *message,
                       guint64 *ret_number)
{
  gsize size = anc_mqtt_message_size (message);
  AncMqttQueueResult result;
  gboolean tell = FALSE;

  g_mutex_lock (&self->lock);
  result = self->error != NULL || self->stopping ? ANC_MQTT_QUEUE_FAILED
                                                 : find_room (self, size);
  if (result == ANC_MQTT_QUEUE_APPENDED) {
    tell = add_entry (self, message, size);
    if (ret_number != NULL)
      *ret_number = self->last_number;
  } else if (result == ANC_MQTT_QUEUE_DROPPED) {
    self->counts.dropped++;
  }
  g_mutex_unlock (&self->lock);
  if (tell)
    anc_mqtt_queue_tell (self);
  return result;
}

typedef gboolean (*Condition) (AncMqttQueue *self, guint64 number);

static gboolean
has_room (AncMqttQueue *self, guint64 size)
{
  return !is_over (self, (gsize) size, 1);
}

static gboolean
is_empty (AncMqttQueue *self, guint64 unused)
{
  return self->counts.messages == 0;
}

static gboolean
is_safe (AncMqttQueue *self, guint64 number)
{
  const AncMqttEntry *first = g_queue_peek_head (&self->ready);

  if (self->store != NULL && number <= self->written)
    return TRUE;
  return self->counts.messages == 0
         || (first != NULL && number < first->number);
}

static AncMqttWait
wait_for (AncMqttQueue *self, Condition condition, guint64 number,
          gint64 deadline)
{
  AncMqttWait result = ANC_MQTT_WAIT_DONE;

  g_mutex_lock (&self->lock);
  while (!condition (self, number)) {
    if (self->error != NULL || self->stopping)
      result = ANC_MQTT_WAIT_FAILED;
    else if (self->flushing)
      result = ANC_MQTT_WAIT_FLUSHING;
    else if (deadline < 0)
      g_cond_wait (&self->changed, &self->lock);
    else if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      result = ANC_MQTT_WAIT_TIMEOUT;
    if (result != ANC_MQTT_WAIT_DONE)
      break;
  }
  g_mutex_unlock (&self->lock);
  return result;
}

AncMqttWait
anc_mqtt_queue_wait_room (AncMqttQueue *self, gsize size, gint64 deadline)
{
  return wait_for (self, has_room, size, deadline);
}

AncMqttWait
anc_mqtt_queue_wait_empty (AncMqttQueue *self, gint64 deadline)
{
  return wait_for (self, is_empty, 0, deadline);
}

static void
hurry (AncMqttQueue *self, gint more)
{
  g_mutex_lock (&self->lock);
  self->waiting += (guint) more;
  g_cond_signal (&self->work);
  g_mutex_unlock (&self->lock);
}

AncMqttWait
anc_mqtt_queue_wait_durable (AncMqttQueue *self, guint64 number,
                             gint64 deadline)
{
  AncMqttWait result;

  hurry (self, 1);
  result = wait_for (self, is_safe, number, deadline);
  hurry (self, -1);
  return result;
}

void
anc_mqtt_queue_set_flushing (AncMqttQueue *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
anc_mqtt_queue_get_counts (AncMqttQueue *self, AncMqttQueueCounts *ret)
{
  g_mutex_lock (&self->lock);
  *ret = self->counts;
  ret->durable = self->counts.appended
                 - (self->store != NULL ? self->unsafe : self->counts.messages);
  g_mutex_unlock (&self->lock);
}

GError *
anc_mqtt_queue_get_error (AncMqttQueue *self)
{
  GError *error;

  g_mutex_lock (&self->lock);
  error = self->error != NULL ? g_error_copy (self->error) : NULL;
  g_mutex_unlock (&self->lock);
  return error;
}

void
anc_mqtt_queue_set_notify (AncMqttQueue *self, AncMqttQueueNotify notify,
                           gpointer user_data)
{
  g_mutex_lock (&self->notify_lock);
  self->notify = notify;
  self->notify_data = user_data;
  g_mutex_unlock (&self->notify_lock);
}

AncMqttMessage *
anc_mqtt_queue_take (AncMqttQueue *self, guint64 *ret_number)
{
  AncMqttMessage *message = NULL;

  g_mutex_lock (&self->lock);
  if (self->next != NULL) {
    AncMqttEntry *entry = self->next->data;

    message = anc_mqtt_message_ref (entry->message);
    *ret_number = entry->number;
    self->next = self->next->next;
  }
  g_mutex_unlock (&self->lock);
  return message;
}

void
anc_mqtt_queue_acknowledge (AncMqttQueue *self, guint64 number)
{
  g_mutex_lock (&self->lock);
  for (GList *l = self->ready.head; l != self->next; l = l->next) {
    AncMqttEntry *entry = l->data;

    if (entry->number != number)
      continue;
    g_queue_delete_link (&self->ready, l);
    self->counts.acknowledged++;
    let_go (self, entry);
    break;
  }
  g_mutex_unlock (&self->lock);
}

void
anc_mqtt_queue_rewind (AncMqttQueue *self)
{
  g_mutex_lock (&self->lock);
  self->next = self->ready.head;
  g_mutex_unlock (&self->lock);
}
