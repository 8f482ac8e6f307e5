/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-mqtt-connection.h"

/* A real mosquitto, through tests/support/serve.py. */
typedef struct _Broker Broker;

/* Options of serve.py as in a shell. NULL: it cannot be had, and the test was
 * skipped. */
Broker *broker_new (const gchar *options);
const gchar *broker_get (Broker *self, const gchar *key);
guint broker_port (Broker *self, const gchar *key);
void broker_command (Broker *self, const gchar *command);
void broker_free (Broker *self);

/* A connection under test: its state changes and messages as they come. */
typedef struct {
  AncMqttConnection *connection;
  GMutex lock;
  GCond changed;
  AncMqttState state;
  GError *reason;    /* of the last change that had one */
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
void client_wait_messages (Client *self, guint count);
/* Text of message i. */
const gchar *client_text (Client *self, guint i);
void client_free (Client *self);

/* Settings for the broker's port `key`, quick to try again. */
AncMqttSettings *broker_settings (Broker *self, const gchar *key);

AncMqttQueueResult publish (AncMqttQueue *queue, const gchar *topic, guint qos,
                            const gchar *text);
AncMqttQueue *memory_queue (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Broker, broker_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)
