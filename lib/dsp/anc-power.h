/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-history.h"
#include "anc-state.h"

#include <stdbool.h>

/* The energy of each reference's regressor and its slow power envelope.
 *
 * The energy is a running sum in double: + newest^2 - leaving^2. So that
 * rounding never adds up, a second sum takes in only what arrives and replaces
 * the first every `length` samples, when it holds exactly the same window.
 *
 * The envelope follows the power smoothed over 20 ms at once upwards and with
 * a time constant of 5 s downwards: a measure of how loud the signal is when
 * it is there, against which a pause can be told. */
typedef struct {
  double window; /* energy of the regressor */
  double fresh;  /* energy of what came since the last refresh */
  double smooth; /* power, mean square, over 20 ms */
  double slow;   /* envelope of it */
} AncPowerLine;

typedef struct {
  AncPowerLine *lines;
  unsigned n_lines;
  uint32_t length;
  uint32_t until_refresh; /* samples, 1..length */
  double attack;
  double release;
} AncPower;

int anc_power_init (AncPower *self, unsigned n_lines, unsigned length,
                    unsigned rate);
void anc_power_reset (AncPower *self);
void anc_power_clear (AncPower *self);
void anc_power_visit (AncPower *self, AncState *state);

/* Starts the sums anew from the history, up to the sample before the last
 * `age`: after samples that did not pass through anc_power_advance. */
void anc_power_restart (AncPower *self, const AncHistory *history, size_t age);

/* One sample on: the one that lies `age` from the end of the history. */
void anc_power_advance (AncPower *self, const AncHistory *history, size_t age);

/* Is the regressor of these lines 40 dB below what the envelope promises? */
bool anc_power_is_pause (const AncPower *self, unsigned first, unsigned n);
double anc_power_window (const AncPower *self, unsigned first, unsigned n);
/* The energy a regressor would have at the envelope's power. */
double anc_power_usual (const AncPower *self, unsigned first, unsigned n);
