/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-state.h"

#include <string.h>

static bool
writes (const AncState *self)
{
  return self->purpose == ANC_STATE_WRITE;
}

static bool
parses (const AncState *self)
{
  return self->purpose == ANC_STATE_CHECK || self->purpose == ANC_STATE_READ;
}

/* The place of the next n bytes, NULL when there is nothing to do there. */
static uint8_t *
take (AncState *self, size_t n)
{
  uint8_t *place;

  if (self->purpose != ANC_STATE_COUNT && n > self->size - self->position) {
    self->failed = true;
    return NULL;
  }
  place = self->bytes != NULL ? self->bytes + self->position : NULL;
  self->position += n;
  return place;
}

static void
put (uint8_t *place, uint64_t value, unsigned n)
{
  unsigned i;

  for (i = 0; i < n; i++)
    place[i] = (uint8_t) (value >> (8 * i));
}

static uint64_t
get (const uint8_t *place, unsigned n)
{
  uint64_t value = 0;
  unsigned i;

  for (i = 0; i < n; i++)
    value |= (uint64_t) place[i] << (8 * i);
  return value;
}

/* Returns true when *value is fresh from the bytes. */
static bool
pass (AncState *self, uint64_t *value, unsigned n)
{
  uint8_t *place = take (self, n);

  if (place == NULL || self->failed)
    return false;
  if (writes (self))
    put (place, *value, n);
  else
    *value = get (place, n);
  return parses (self);
}

void
anc_state_f32 (AncState *self, float *values, size_t n, double low, double high)
{
  size_t i;

  for (i = 0; i < n; i++) {
    uint32_t bits;
    uint64_t word;
    float value;

    memcpy (&bits, &values[i], sizeof bits);
    word = bits;
    if (!pass (self, &word, 4))
      continue;
    bits = (uint32_t) word;
    memcpy (&value, &bits, sizeof value);
    if (self->purpose == ANC_STATE_READ)
      values[i] = value;
    else if (!(value >= low && value <= high))
      self->failed = true;
  }
}

void
anc_state_f64 (AncState *self, double *value, double low, double high)
{
  uint64_t word;
  double parsed;

  memcpy (&word, value, sizeof word);
  if (!pass (self, &word, 8))
    return;
  memcpy (&parsed, &word, sizeof parsed);
  if (self->purpose == ANC_STATE_READ)
    *value = parsed;
  else if (!(parsed >= low && parsed <= high))
    self->failed = true;
}

void
anc_state_u32 (AncState *self, uint32_t *value, uint32_t high)
{
  uint64_t word = *value;

  if (!pass (self, &word, 4))
    return;
  if (self->purpose == ANC_STATE_READ)
    *value = (uint32_t) word;
  else if (word > high)
    self->failed = true;
}

void
anc_state_u64 (AncState *self, uint64_t *value)
{
  uint64_t word = *value;

  if (pass (self, &word, 8) && self->purpose == ANC_STATE_READ)
    *value = word;
}

void
anc_state_bool (AncState *self, bool *value)
{
  uint32_t word = *value;

  anc_state_u32 (self, &word, 1);
  if (self->purpose == ANC_STATE_READ)
    *value = word != 0;
}

void
anc_state_expect (AncState *self, uint64_t value)
{
  uint64_t word = value;

  if (pass (self, &word, 8) && word != value)
    self->failed = true;
}

/* FNV-1a, 64 bits. */
void
anc_state_checksum (AncState *self)
{
  uint64_t hash = 0xcbf29ce484222325u;
  size_t i;

  if (self->bytes != NULL && !self->failed) {
    for (i = 0; i < self->position; i++)
      hash = (hash ^ self->bytes[i]) * 0x100000001b3u;
  }
  anc_state_expect (self, hash);
}
