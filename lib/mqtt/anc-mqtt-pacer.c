/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-pacer.h"

void
anc_mqtt_pacer_init (AncMqttPacer *self, guint messages_per_s,
                     guint bytes_per_s, gsize largest, gint64 now)
{
  *self = (AncMqttPacer){
    .most_messages = MAX (messages_per_s / 10, 1),
    .most_bytes = (gdouble) MIN (largest, bytes_per_s / 2),
    .last = now,
  };
  if (messages_per_s == 0)
    return;
  /* what may go at once comes on top of the rate */
  self->messages_per_s = messages_per_s - self->most_messages;
  self->bytes_per_s = bytes_per_s - self->most_bytes;
  self->messages = self->most_messages;
  self->bytes = self->most_bytes;
}

static gint64
time_until (gdouble tokens, gdouble wanted, gdouble per_s)
{
  return tokens >= wanted
             ? 0
             : (gint64) ((wanted - tokens) / per_s * G_USEC_PER_SEC) + 1;
}

gint64
anc_mqtt_pacer_ask (AncMqttPacer *self, gsize bytes, gint64 now)
{
  gdouble passed = (gdouble) (now - self->last) / G_USEC_PER_SEC;
  /* a message above the bucket waits until the bucket is full */
  gdouble wanted = MIN ((gdouble) bytes, self->most_bytes);
  gint64 wait;

  if (self->messages_per_s <= 0)
    return 0;
  self->last = now;
  self->messages = MIN (self->messages + passed * self->messages_per_s,
                        self->most_messages);
  self->bytes
      = MIN (self->bytes + passed * self->bytes_per_s, self->most_bytes);
  wait = MAX (time_until (self->messages, 1, self->messages_per_s),
              time_until (self->bytes, wanted, self->bytes_per_s));
  if (wait == 0) {
    self->messages -= 1;
    self->bytes -= (gdouble) bytes;
  }
  return wait;
}
