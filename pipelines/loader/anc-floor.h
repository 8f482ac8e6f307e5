/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The level of the pauses: mean power of the quietest tenth of all frames of
 * 20 ms, as in `anc report`, without keeping the frames. */
#pragma once

#include <glib.h>

#define ANC_FLOOR_BINS 2000

typedef struct {
  guint64 bins[ANC_FLOOR_BINS]; /* frames by level, 0.1 dB each */
  guint64 frames;
  gdouble power;        /* of the frame that is being filled */
  guint filled, wanted; /* samples of it */
} AncFloor;

void anc_floor_set_rate (AncFloor *self, guint rate, guint channels);
void anc_floor_add (AncFloor *self, gfloat sample);
/* FALSE if it was too short to have pauses. */
gboolean anc_floor_get_db (const AncFloor *self, gdouble *ret);
