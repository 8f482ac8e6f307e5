/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One walk over the fields of a state serves four purposes: to count, to
 * write, to check and to read. An object has one visit function that names
 * each field once, with the range that a field of untrusted origin must keep;
 * nothing is read before the same bytes have passed a check. */
typedef enum {
  ANC_STATE_COUNT,
  ANC_STATE_WRITE,
  ANC_STATE_CHECK,
  ANC_STATE_READ,
} AncStatePurpose;

typedef struct {
  AncStatePurpose purpose;
  uint8_t *bytes; /* not written to by check and read; NULL to count */
  size_t size;
  size_t position;
  bool failed; /* check: too short, or a field out of range */
} AncState;

/* The bounds hold for check only; a NaN is never within bounds. */
void anc_state_f32 (AncState *self, float *values, size_t n, double low,
                    double high);
void anc_state_f64 (AncState *self, double *value, double low, double high);
void anc_state_u32 (AncState *self, uint32_t *value, uint32_t high);
void anc_state_u64 (AncState *self, uint64_t *value);
void anc_state_bool (AncState *self, bool *value);
/* A value that must be found as it is. */
void anc_state_expect (AncState *self, uint64_t value);
/* 64 bits over all bytes so far, against accidents. */
void anc_state_checksum (AncState *self);
