/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The thread that alone touches the queue's file. */
#include "anc-mqtt-queue-private.h"

/* How long what comes in is collected before it is written: a broker that is
 * near has acknowledged by then, and the disk is spared. */
#define COLLECT_US (20 * G_TIME_SPAN_MILLISECOND)
/* Of one transaction. */
#define BATCH_BYTES (4u * 1024u * 1024u)
#define BATCH_MESSAGES 4096u

typedef struct {
  GPtrArray *entries; /* of AncMqttEntry, one use each */
  GArray *added;      /* of AncMqttStored */
  GArray *removed;
} Batch;

static void
batch_init (Batch *self)
{
  self->entries = g_ptr_array_new ();
  self->added = g_array_new (FALSE, FALSE, sizeof (AncMqttStored));
  g_array_set_clear_func (self->added, (GDestroyNotify) anc_mqtt_stored_clear);
  self->removed = g_array_new (FALSE, FALSE, sizeof (guint64));
}

static void
batch_clear (Batch *self)
{
  g_ptr_array_unref (self->entries);
  g_array_unref (self->added);
  g_array_unref (self->removed);
}

/* Lock held. */
static void
fill (AncMqttQueue *self, Batch *batch)
{
  gsize bytes = 0;
  AncMqttEntry *entry;

  while (bytes < BATCH_BYTES && batch->entries->len < BATCH_MESSAGES
         && (entry = g_queue_pop_head (&self->pending)) != NULL) {
    self->pending_bytes -= entry->size;
    g_ptr_array_add (batch->entries, entry);
    if (!entry->gone) {
      AncMqttStored stored
          = { entry->number, anc_mqtt_message_ref (entry->message) };

      g_array_append_val (batch->added, stored);
      bytes += entry->size;
    }
  }
  g_array_append_vals (batch->removed, self->removals->data,
                       self->removals->len);
  g_array_set_size (self->removals, 0);
}

/* Lock held: what was written counts as safe. */
static void
settle (AncMqttQueue *self, Batch *batch)
{
  for (guint i = 0; i < batch->entries->len; i++) {
    AncMqttEntry *entry = g_ptr_array_index (batch->entries, i);

    self->written = MAX (self->written, entry->number);
    entry->stored = TRUE;
    if (!entry->gone)
      self->unsafe--;
    anc_mqtt_entry_release (entry);
  }
}

/* Of entries that went while they were being written: they are in the file
 * now. Those that went before are not in `added`. Lock held. */
static void
remove_late (AncMqttQueue *self, Batch *batch)
{
  guint a = 0;

  for (guint i = 0; i < batch->entries->len && a < batch->added->len; i++) {
    AncMqttEntry *entry = g_ptr_array_index (batch->entries, i);

    if (g_array_index (batch->added, AncMqttStored, a).number != entry->number)
      continue;
    a++;
    if (entry->gone)
      g_array_append_val (self->removals, entry->number);
  }
}

/* Lock held, and released while the disk works. */
static gboolean
write_batch (AncMqttQueue *self, GError **error)
{
  Batch batch;
  gboolean good = TRUE;

  batch_init (&batch);
  fill (self, &batch);
  if (batch.added->len > 0 || batch.removed->len > 0) {
    g_mutex_unlock (&self->lock);
    good
        = anc_mqtt_store_write (self->store, batch.added, batch.removed, error);
    g_mutex_lock (&self->lock);
  }
  if (good) {
    remove_late (self, &batch);
    settle (self, &batch);
  } else {
    for (guint i = 0; i < batch.entries->len; i++)
      anc_mqtt_entry_release (g_ptr_array_index (batch.entries, i));
  }
  batch_clear (&batch);
  g_cond_broadcast (&self->changed);
  return good;
}

gboolean
anc_mqtt_queue_load (AncMqttQueue *self, GError **error)
{
  g_autoptr (GArray) messages
      = g_array_new (FALSE, FALSE, sizeof (AncMqttStored));
  gboolean good, tell = FALSE;

  g_array_set_clear_func (messages, (GDestroyNotify) anc_mqtt_stored_clear);
  good = anc_mqtt_store_read (self->store, self->ready_last,
                              ANC_MQTT_READY_BYTES / 2, messages, error);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < messages->len; i++) {
    AncMqttStored *stored = &g_array_index (messages, AncMqttStored, i);
    AncMqttEntry *entry = g_new0 (AncMqttEntry, 1);

    entry->message = g_steal_pointer (&stored->message);
    entry->number = stored->number;
    entry->size = anc_mqtt_message_size (entry->message);
    entry->stored = TRUE;
    self->spilled--;
    tell |= anc_mqtt_queue_make_ready (self, entry);
  }
  anc_mqtt_queue_trim (self);
  g_mutex_unlock (&self->lock);
  if (tell)
    anc_mqtt_queue_tell (self);
  return good;
}

static gboolean
has_work (AncMqttQueue *self)
{
  return self->pending.length > 0 || self->removals->len > 0;
}

/* Lock held. Collects for a moment, unless somebody waits for the disk. */
static void
wait_for_work (AncMqttQueue *self)
{
  gint64 until;

  while (!self->stopping && !has_work (self)
         && !anc_mqtt_queue_wants_more (self))
    g_cond_wait (&self->work, &self->lock);
  until = g_get_monotonic_time () + COLLECT_US;
  while (!self->stopping && self->waiting == 0
         && self->pending_bytes < BATCH_BYTES
         && !anc_mqtt_queue_wants_more (self)
         && g_cond_wait_until (&self->work, &self->lock, until))
    continue;
}

/* Lock held, and released while the disk works. */
static gboolean
load_some (AncMqttQueue *self, GError **error)
{
  gboolean good;

  if (!anc_mqtt_queue_wants_more (self))
    return TRUE;
  g_mutex_unlock (&self->lock);
  good = anc_mqtt_queue_load (self, error);
  g_mutex_lock (&self->lock);
  return good;
}

gpointer
anc_mqtt_queue_writer (gpointer queue)
{
  AncMqttQueue *self = queue;
  GError *error = NULL;

  g_mutex_lock (&self->lock);
  while (!self->stopping || has_work (self)) {
    wait_for_work (self);
    if (!write_batch (self, &error)
        || (!self->stopping && !load_some (self, &error)))
      break;
  }
  self->error = error;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if (error != NULL)
    anc_mqtt_queue_tell (self);
  return NULL;
}
