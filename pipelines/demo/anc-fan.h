/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A fan of seven blades whose speed wanders: `n` samples with RMS 1. */
gfloat *anc_fan_noise (guint rate, gsize n, guint32 seed);
/* White noise of the given RMS, added: what a microphone makes by itself. */
void anc_fan_add_hiss (gfloat *samples, gsize n, gdouble rms, GRand *random);
