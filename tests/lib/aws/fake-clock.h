/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-clock.h"

/* A clock that stands still but for sleeping, which takes no time. */
typedef struct {
  AncAwsClock clock;
  GMutex lock;
  gint64 now;     /* microseconds since 1970 */
  gdouble random; /* what jitter always is */
  GArray *sleeps; /* of gint64: what was slept */
} FakeClock;

/* 2024-02-29 12:00:00 UTC */
#define FAKE_NOW (G_GINT64_CONSTANT (1709208000) * G_USEC_PER_SEC)

void fake_clock_init (FakeClock *self);
void fake_clock_clear (FakeClock *self);
void fake_clock_advance (FakeClock *self, gint64 seconds);
gint64 fake_clock_slept (FakeClock *self, guint index);
