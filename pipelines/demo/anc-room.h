/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef struct {
  gdouble x, y, z; /* metres, from a lower corner of the room */
} AncPoint;

/* Six walls that absorb the same part of the sound's energy, 0 < x < 1. */
typedef struct {
  AncPoint size;
  gdouble absorption;
} AncRoom;

/* Time in which the sound decays by 60 dB, after Eyring (1930). */
gdouble anc_room_decay_seconds (const AncRoom *room);

/* What a microphone hears of a click at the source: 1.0 arrives from 1 m. */
gfloat *anc_room_response (const AncRoom *room, AncPoint source,
                           AncPoint microphone, guint rate, gsize *ret_taps);
