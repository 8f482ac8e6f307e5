/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-mqtt-queue.h"
#include "anc-mqtt-store.h"

/* How much of a queue with a file is kept in memory for the sender; reading
 * begins again at half of it. */
#define ANC_MQTT_READY_BYTES (4u * 1024u * 1024u)

typedef struct {
  AncMqttMessage *message;
  guint64 number;
  gsize size;
  guint users;     /* lists that hold it: ready, pending */
  gboolean stored; /* in the file */
  gboolean gone;   /* acknowledged or dropped */
} AncMqttEntry;

/* The messages in order are: `ready`, then `spilled` many that are only in the
 * file or in `pending`. The first part of `ready`, up to `next`, is on its way
 * to the broker. `pending` is what is not in the file yet: its entries may be
 * in `ready` too. */
struct _AncMqttQueue {
  gint references;
  guint64 limit_bytes;
  guint64 limit_messages;
  AncMqttQueuePolicy policy;

  /* Held during the call, so that none comes after it was changed. Never
   * taken with `lock` held. */
  GMutex notify_lock;
  AncMqttQueueNotify notify;
  gpointer notify_data;

  GMutex lock; /* guards all below; nothing else is locked under it */
  GCond changed;
  GQueue ready;
  GList *next; /* in ready; NULL: all of it is on its way */
  gsize ready_bytes;
  guint64 ready_last; /* the highest number that was ever in ready */
  guint64 spilled;
  guint64 last_number;
  AncMqttQueueCounts counts; /* durable: see anc_mqtt_queue_get_counts() */
  gboolean flushing;
  GError *error;

  /* With a file alone */
  GQueue pending;
  gsize pending_bytes;
  GArray *removals; /* numbers to delete from the file */
  guint64 unsafe;   /* of pending: not gone */
  guint64 written;  /* all numbers up to it are in the file or gone */
  guint waiting;    /* threads that wait for the disk */
  gboolean stopping;
  gboolean closed;
  GCond work; /* for the writer */
  GThread *writer;
  AncMqttStore *store; /* the writer's, once it runs */
};

void anc_mqtt_entry_release (AncMqttEntry *entry);

/* Lock held. TRUE: the sender is to be told, with the lock released. */
gboolean anc_mqtt_queue_make_ready (AncMqttQueue *self, AncMqttEntry *entry);
gboolean anc_mqtt_queue_wants_more (AncMqttQueue *self);
void anc_mqtt_queue_trim (AncMqttQueue *self);
void anc_mqtt_queue_tell (AncMqttQueue *self);

/* One read from the file; lock not held. */
gboolean anc_mqtt_queue_load (AncMqttQueue *self, GError **error);

gpointer anc_mqtt_queue_writer (gpointer queue);
