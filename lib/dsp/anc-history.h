/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* The past of the references: for each a line of samples in ascending time, so
 * that the regressor of any sample is a plain array. Samples are written past
 * the end; when the line is full its last `keep` move to the front, which
 * happens at most once every `keep` samples. */
typedef struct {
  float *lines;
  unsigned n_lines;
  size_t keep;   /* samples of the past that stay readable */
  size_t stride; /* floats from a line to the next */
  size_t room;   /* most samples of one append */
  size_t end;    /* index past the newest sample, the same for all lines */
} AncHistory;

int anc_history_init (AncHistory *self, unsigned n_lines, size_t keep,
                      size_t room);
void anc_history_clear (AncHistory *self);
void anc_history_reset (AncHistory *self);

/* Room for n <= room new samples; their place in line i is then
 * anc_history_newest (self, i, n). */
void anc_history_append (AncHistory *self, size_t n);

/* The last n samples of a line. */
static inline float *
anc_history_newest (const AncHistory *self, unsigned line, size_t n)
{
  return self->lines + line * self->stride + self->end - n;
}
