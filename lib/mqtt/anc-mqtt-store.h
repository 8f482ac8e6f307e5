/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-mqtt-message.h"

/* A queue's file: an SQLite database in WAL mode that this process alone has
 * open, committed with synchronous=FULL. Used by one thread at a time. */
typedef struct _AncMqttStore AncMqttStore;

typedef struct {
  guint64 number;
  AncMqttMessage *message; /* one reference */
} AncMqttStored;

void anc_mqtt_stored_clear (AncMqttStored *self);

typedef struct {
  guint64 messages;
  guint64 bytes;
  guint64 last; /* the highest number there ever was */
} AncMqttStoreContents;

/* A damaged file is set aside; *ret_warning says so. */
AncMqttStore *anc_mqtt_store_open (const gchar *directory, const gchar *name,
                                   AncMqttStoreContents *ret_contents,
                                   gchar **ret_warning, GError **error);

/* One transaction: all of it is on the disk when this returns TRUE. */
gboolean anc_mqtt_store_write (AncMqttStore *self, const GArray *added,
                               const GArray *removed, GError **error);

/* Appends to `ret_messages` (of AncMqttStored) those with numbers above
 * `after`, until `bytes` are passed. */
gboolean anc_mqtt_store_read (AncMqttStore *self, guint64 after, gsize bytes,
                              GArray *ret_messages, GError **error);

void anc_mqtt_store_close (AncMqttStore *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncMqttStore, anc_mqtt_store_close)
