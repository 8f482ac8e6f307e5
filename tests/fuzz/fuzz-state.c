/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* States of a canceller. The first two bytes pick a canceller and how to go
 * about it; the rest is a state as it came, or patches to a good one whose
 * checksum is then made right, so that the fields themselves are reached.
 * What is refused changes nothing; what is accepted is what is saved again,
 * and what comes out afterwards is finite. */
#include "fuzz.h"

#include "anc-canceller.h"
#include "anc-state.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define FRAMES 260 /* at 1 kHz, 2.6 windows of the guard */
#define PATCH 6u   /* two bytes where, four bytes what */
#define MAX_PLANES 3

enum {
  FLAG_RAW = 1,
  FLAG_TEXTBOOK = 2, /* no guard */
  FLAG_FROZEN = 4,
};

typedef struct {
  const char *name;
  unsigned primaries;
  unsigned references;
  unsigned taps;
  bool paired;
  AncSignMode sign_mode;
  /* made on first use, and kept */
  AncCanceller *canceller;
  uint8_t *good; /* a state in the middle of a stream */
  uint8_t *bytes;
  size_t size;
} Case;

static Case cases[] = {
  { "null", 1, 1, 4, false, ANC_SIGN_NONE, NULL, NULL, NULL, 0 },
  { "lms", 1, 1, 5, false, ANC_SIGN_NONE, NULL, NULL, NULL, 0 },
  { "lms", 2, 2, 3, true, ANC_SIGN_SIGN, NULL, NULL, NULL, 0 },
  { "nlms", 1, 1, 1, false, ANC_SIGN_NONE, NULL, NULL, NULL, 0 },
  { "nlms", 2, 3, 9, false, ANC_SIGN_NONE, NULL, NULL, NULL, 0 },
  { "rls", 1, 1, 3, false, ANC_SIGN_NONE, NULL, NULL, NULL, 0 },
  { "rls", 2, 2, 2, true, ANC_SIGN_NONE, NULL, NULL, NULL, 0 },
  { "rls", 1, 2, 5, false, ANC_SIGN_NONE, NULL, NULL, NULL, 0 },
};

static float primary[MAX_PLANES][FRAMES];
static float reference[MAX_PLANES][FRAMES];

static void
make_sound (void)
{
  uint32_t seed = 1;
  unsigned i, j;

  for (i = 0; i < MAX_PLANES; i++) {
    for (j = 0; j < FRAMES; j++) {
      seed = seed * 1664525u + 1013904223u;
      reference[i][j] = (float) (int32_t) seed / 8589934592.0f;
      primary[i][j]
          = 0.5f * reference[i][j] + (j > 0 ? reference[i][j - 1] : 0);
    }
  }
}

static void
run (const Case *c, bool adapt)
{
  float out[MAX_PLANES][FRAMES];
  const float *primaries[MAX_PLANES], *references[MAX_PLANES];
  float *outputs[MAX_PLANES];
  unsigned i, j;

  for (i = 0; i < MAX_PLANES; i++) {
    primaries[i] = primary[i];
    references[i] = reference[i];
    outputs[i] = out[i];
  }
  anc_canceller_process (c->canceller, primaries, references, outputs, FRAMES,
                         adapt);
  for (i = 0; i < c->primaries; i++) {
    for (j = 0; j < FRAMES; j++)
      FUZZ_CHECK (isfinite (out[i][j]));
  }
}

static void
tune (const Case *c, bool guard)
{
  AncFilterTuning tuning
      = anc_filter_class_default_tuning (anc_filter_class_find (c->name));

  tuning.guard = guard;
  tuning.sign_mode = c->sign_mode;
  FUZZ_CHECK (anc_canceller_tune (c->canceller, &tuning) == ANC_OK);
}

static void
make (Case *c)
{
  const AncFilterLayout layout = { .rate = 1000,
                                   .n_primaries = c->primaries,
                                   .n_references = c->references,
                                   .paired = c->paired,
                                   .filter_length = c->taps,
                                   .initial_variance = 1.0 };

  make_sound ();
  FUZZ_CHECK (anc_canceller_new (anc_filter_class_find (c->name), &layout,
                                 &c->canceller)
              == ANC_OK);
  tune (c, true);
  run (c, true);
  c->size = anc_canceller_state_size (c->canceller);
  c->good = malloc (c->size);
  c->bytes = malloc (c->size);
  anc_canceller_save_state (c->canceller, c->good);
}

/* Past the fixed words at the front (magic, name, layout), which stand for
 * themselves; and the checksum at the end is ours. */
static void
patch (Case *c, const uint8_t *data, size_t size)
{
  AncState state = { ANC_STATE_WRITE, c->bytes, c->size, c->size - 8, false };
  size_t front = 8 * (strlen (c->name) + 7);

  memcpy (c->bytes, c->good, c->size);
  for (; size >= PATCH; data += PATCH, size -= PATCH) {
    size_t at = (data[0] | (size_t) data[1] << 8) % (c->size - 11 - front);

    memcpy (c->bytes + front + at, data + 2, 4);
  }
  anc_state_checksum (&state);
}

static void
check (const Case *c, const uint8_t *bytes, size_t size, unsigned flags)
{
  uint8_t *before = malloc (c->size), *after = malloc (c->size);
  bool loaded;

  anc_canceller_save_state (c->canceller, before);
  loaded = anc_canceller_load_state (c->canceller, bytes, size) == ANC_OK;
  anc_canceller_save_state (c->canceller, after);
  FUZZ_CHECK (memcmp (after, loaded ? bytes : before, c->size) == 0);
  free (after);
  free (before);
  if (loaded) {
    run (c, (flags & FLAG_FROZEN) == 0);
    anc_canceller_take_levels (c->canceller);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Case *c;

  if (size < 2)
    return 0;
  c = &cases[data[0] % (sizeof cases / sizeof cases[0])];
  if (c->canceller == NULL)
    make (c);
  FUZZ_CHECK (anc_canceller_load_state (c->canceller, c->good, c->size)
              == ANC_OK);
  tune (c, (data[1] & FLAG_TEXTBOOK) == 0);
  if (data[1] & FLAG_RAW) {
    check (c, data + 2, size - 2, data[1]);
  } else {
    patch (c, data + 2, size - 2);
    check (c, c->bytes, c->size, data[1]);
  }
  return 0;
}
