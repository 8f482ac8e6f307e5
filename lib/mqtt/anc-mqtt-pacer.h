/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Two token buckets, one of messages and one of bytes: no window of a second
 * holds more than the given rates. */
typedef struct {
  gdouble messages, bytes; /* tokens */
  gdouble messages_per_s, bytes_per_s;
  gdouble most_messages, most_bytes;
  gint64 last; /* monotonic, us */
} AncMqttPacer;

/* A tenth of the messages and `largest` bytes may go at once, the rest is
 * spread. Rates of 0: no limit. */
void anc_mqtt_pacer_init (AncMqttPacer *self, guint messages_per_s,
                          guint bytes_per_s, gsize largest, gint64 now);

/* Takes a message's tokens and returns 0, or takes nothing and returns the
 * time to wait in microseconds. */
gint64 anc_mqtt_pacer_ask (AncMqttPacer *self, gsize bytes, gint64 now);
