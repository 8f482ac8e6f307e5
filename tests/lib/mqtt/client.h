/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-mqtt-connection.h"
#include "testserver.h"

/* A connection under test: its state changes and messages as they come. */
typedef struct {
  AncMqttConnection *connection;
  GMutex lock;
  GCond changed;
  AncMqttState state;
  GError *reason;    /* of the last change that had one */
  GError *loss;      /* of the last that ended a connection */
  guint disconnects; /* WAITING after CONNECTED */
  guint connects;
  guint waits;
  GPtrArray *messages;
} Client;

Client *client_new (const AncMqttSettings *settings, AncMqttQueue *queue,
                    GError **error);
void client_start (Client *self);
/* Fails the test after half a minute. */
void client_wait_state (Client *self, AncMqttState state);
void client_wait_failed (Client *self);
/* A connection lost. WAITING itself may be over again before one looks. */
void client_wait_lost (Client *self);
void client_wait_messages (Client *self, guint count);
guint client_disconnects (Client *self);
/* Text of message i. */
const gchar *client_text (Client *self, guint i);
void client_free (Client *self);

/* Settings for a port of mosquitto's, PORT or TLS_PORT or PROXY_PORT, quick to
 * try again. */
AncMqttSettings *broker_settings (TestServer *broker, const gchar *key);

/* Runs `count` cases of `size` bytes at once, each on a thread of its own: what
 * they do is mostly to wait. */
void side_by_side (void (*run) (gconstpointer each), gconstpointer cases,
                   guint count, gsize size);

AncMqttQueueResult publish (AncMqttQueue *queue, const gchar *topic, guint qos,
                            const gchar *text);
AncMqttQueue *memory_queue (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)
