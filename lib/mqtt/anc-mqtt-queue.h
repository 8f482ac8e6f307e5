/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-mqtt-message.h"

/* An ordered, bounded queue of messages on their way to a broker. All functions
 * may be called from any thread; none waits for a disk or the network, but the
 * anc_mqtt_queue_wait_ ones, _open and _close.
 *
 * In memory: what is not acknowledged when the process ends is lost.
 *
 * With a directory: one SQLite file that only this queue may have open. A
 * message that was appended is in memory first; a thread of the queue's own
 * writes everything that came in the meantime in one transaction (WAL,
 * synchronous=FULL), so a message is *durable*, that is on the disk and safe
 * from kill -9 and from power failure, one or two fsyncs after it was appended:
 * milliseconds. anc_mqtt_queue_wait_durable() waits for it. What the broker
 * acknowledges before it is written never reaches the disk. Acknowledged
 * messages are deleted in the same way; a crash in between sends them again. */
typedef struct _AncMqttQueue AncMqttQueue;

typedef enum {
  ANC_MQTT_QUEUE_DROP_OLDEST, /* of those that are not on their way */
  ANC_MQTT_QUEUE_DROP_NEWEST, /* the one to be appended */
  ANC_MQTT_QUEUE_BLOCK,       /* anc_mqtt_queue_append() says FULL */
} AncMqttQueuePolicy;

typedef struct {
  const gchar *directory; /* NULL: in memory; made if it is missing */
  const gchar *name; /* of the file in it, without .sqlite; unique per sender */
  guint64 limit_bytes;    /* topics and payloads; 0: none */
  guint64 limit_messages; /* 0: none */
  AncMqttQueuePolicy policy;
} AncMqttQueueOptions;

typedef enum {
  ANC_MQTT_QUEUE_APPENDED,
  ANC_MQTT_QUEUE_DROPPED, /* drop-newest, or larger than the whole queue */
  ANC_MQTT_QUEUE_FULL,    /* block: nothing happened, wait for room */
  ANC_MQTT_QUEUE_FAILED,  /* the disk; see anc_mqtt_queue_get_error() */
} AncMqttQueueResult;

typedef enum {
  ANC_MQTT_WAIT_DONE,
  ANC_MQTT_WAIT_TIMEOUT,
  ANC_MQTT_WAIT_FLUSHING, /* anc_mqtt_queue_set_flushing() */
  ANC_MQTT_WAIT_FAILED,   /* the disk */
} AncMqttWait;

typedef struct {
  guint64 messages;     /* held now, those on their way included */
  guint64 bytes;        /* of these */
  guint64 recovered;    /* found in the file when it was opened */
  guint64 appended;     /* since then ... */
  guint64 durable;      /* ... and safe: written, acknowledged or dropped */
  guint64 acknowledged; /* by the broker */
  guint64 dropped;      /* by the policy */
} AncMqttQueueCounts;

/* A file that is damaged is renamed to NAME.sqlite.damaged-TIME, a new one is
 * begun and *ret_warning set to a sentence about it, which the caller frees and
 * should show. ANC_MQTT_ERROR_BUSY if another queue has the file open,
 * ANC_MQTT_ERROR_STORAGE if it cannot be written. */
AncMqttQueue *anc_mqtt_queue_open (const AncMqttQueueOptions *options,
                                   gchar **ret_warning, GError **error);
AncMqttQueue *anc_mqtt_queue_ref (AncMqttQueue *self);
void anc_mqtt_queue_unref (AncMqttQueue *self);

/* Writes what is not written yet and closes the file. Called by the last
 * unref too; called before, it says whether all is on the disk. */
gboolean anc_mqtt_queue_close (AncMqttQueue *self, GError **error);

/* Takes no ownership. *ret_number, if wanted, is the message's number: they
 * grow by one, after a restart from the highest that the file ever held. */
AncMqttQueueResult anc_mqtt_queue_append (AncMqttQueue *self,
                                          AncMqttMessage *message,
                                          guint64 *ret_number);

/* `deadline` is a monotonic time in microseconds, or -1 for none. */
/* Room for `size` bytes, see anc_mqtt_message_size(). */
AncMqttWait anc_mqtt_queue_wait_room (AncMqttQueue *self, gsize size,
                                      gint64 deadline);
AncMqttWait anc_mqtt_queue_wait_empty (AncMqttQueue *self, gint64 deadline);
AncMqttWait anc_mqtt_queue_wait_durable (AncMqttQueue *self, guint64 number,
                                         gint64 deadline);

/* TRUE ends all waits until FALSE. */
void anc_mqtt_queue_set_flushing (AncMqttQueue *self, gboolean flushing);

void anc_mqtt_queue_get_counts (AncMqttQueue *self, AncMqttQueueCounts *ret);

/* What made it fail, or NULL. */
GError *anc_mqtt_queue_get_error (AncMqttQueue *self);

/* The sender's side: AncMqttConnection's. */

/* Called from any thread when there is something to take; it must not change
 * the notification. None comes after it was changed. */
typedef void (*AncMqttQueueNotify) (gpointer user_data);
void anc_mqtt_queue_set_notify (AncMqttQueue *self, AncMqttQueueNotify notify,
                                gpointer user_data);

/* The next message and its number, or NULL. It stays in the queue. */
AncMqttMessage *anc_mqtt_queue_take (AncMqttQueue *self, guint64 *ret_number);

/* The broker has it: it leaves the queue. */
void anc_mqtt_queue_acknowledge (AncMqttQueue *self, guint64 number);

/* The connection is gone: whatever was taken and not acknowledged is next
 * again, in its order. */
void anc_mqtt_queue_rewind (AncMqttQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncMqttQueue, anc_mqtt_queue_unref)
