/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every kernel set that runs here against the C reference, at odd sizes and
 * misaligned pointers. Needs libc only, so that it can be cross-built and run
 * under an emulator; speaks TAP. */

#include "kernels/anc-kernels.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE 1100
#define PADDING 64

static const size_t sizes[]
    = { 0,  1,  2,  3,  5,  7,  8,   9,   15,  16,  17,
        31, 32, 33, 63, 64, 65, 127, 128, 129, 480, 1023 };
#define N_SIZES (sizeof sizes / sizeof sizes[0])

typedef struct {
  float a[2 * MAX_SIZE + PADDING];
  float b[2 * MAX_SIZE + PADDING];
  float c[2 * MAX_SIZE + PADDING];
} Buffers;

static Buffers ours, theirs;
static uint32_t seed;
static bool good;

static float
noise (void)
{
  seed = seed * 1664525u + 1013904223u;
  return (float) (int32_t) seed / 2147483648.0f;
}

static void
fill (void)
{
  size_t i;

  for (i = 0; i < 2 * MAX_SIZE + PADDING; i++) {
    ours.a[i] = noise ();
    ours.b[i] = noise ();
    ours.c[i] = noise ();
  }
  memcpy (&theirs, &ours, sizeof ours);
}

static void
expect_near (const char *what, size_t n, double x, double y, double tolerance)
{
  if (fabs (x - y) <= tolerance)
    return;
  printf ("# %s, size %zu: %g, reference %g\n", what, n, x, y);
  good = false;
}

/* All of the arrays, so that a write past an end is seen too. */
static void
expect_same (const char *what, size_t n, double tolerance)
{
  const float *x = (const float *) &ours, *y = (const float *) &theirs;
  size_t i;

  for (i = 0; i < sizeof ours / sizeof *x; i++)
    expect_near (what, n, x[i], y[i], tolerance);
}

static void
check_sums (const AncKernels *k, size_t n, size_t shift)
{
  const AncKernels *c = &anc_kernels_c;
  double tolerance = 1e-6 * (double) (n + 1);
  float x, y, before[MAX_SIZE];

  fill ();
  expect_near ("dot", n, k->dot (ours.a + shift, ours.b + 1, n),
               c->dot (ours.a + shift, ours.b + 1, n), tolerance);
  expect_near ("energy", n, k->energy (ours.a + shift, n),
               c->energy (ours.a + shift, n), tolerance);
  x = k->update_filter (ours.a + shift, ours.b, ours.b + 1, n, 0.9f, 0.3f);
  y = c->update_filter (theirs.a + shift, theirs.b, theirs.b + 1, n, 0.9f,
                        0.3f);
  expect_near ("update_filter", n, x, y, tolerance);
  expect_same ("update_filter", n, 1e-6);

  /* The plain update must round as the fused one does. */
  memcpy (ours.a + shift, theirs.c, n * sizeof (float));
  k->update_filter (ours.a + shift, ours.b, ours.b + 1, n, 0.9f, 0.3f);
  memcpy (before, theirs.c, n * sizeof (float));
  k->update (before, ours.b, n, 0.9f, 0.3f);
  if (memcmp (before, ours.a + shift, n * sizeof (float)) != 0) {
    printf ("# update and update_filter differ, size %zu\n", n);
    good = false;
  }
}

static void
check_fir (const AncKernels *k, size_t n, size_t taps, size_t shift)
{
  float one, x, y;

  fill ();
  x = k->fir (ours.a + shift, ours.b + shift, ours.c, taps, n);
  y = anc_kernels_c.fir (theirs.a + shift, theirs.b + shift, theirs.c, taps, n);
  expect_same ("fir", n, 2e-6 * (double) (taps + 1));
  expect_near ("energy of fir", n, x, y,
               1e-6 * (double) ((n + 1) * (taps + 1)));
  if (n == 0)
    return;
  /* The last output alone must have the bits it has in the block. */
  fill ();
  one = ours.a[shift + n - 1];
  k->fir (&one, ours.b + shift + n - 1, ours.c, taps, 1);
  k->fir (ours.a + shift, ours.b + shift, ours.c, taps, n);
  if (memcmp (&one, &ours.a[shift + n - 1], sizeof one) != 0) {
    printf ("# fir depends on the place, size %zu taps %zu\n", n, taps);
    good = false;
  }
}

static void
check_maps (const AncKernels *k, size_t n, size_t shift)
{
  const AncKernels *c = &anc_kernels_c;
  static const float odd[]
      = { NAN, INFINITY, -INFINITY, 1.2e12f, 1e12f, -0.0f, -3e38f };
  size_t i;

  fill ();
  for (i = 0; i < n; i += 3)
    ours.b[shift + i] = theirs.b[shift + i] = odd[i / 3 % 7];
  k->sanitize (ours.a + shift, ours.b + shift, n);
  c->sanitize (theirs.a + shift, theirs.b + shift, n);
  if (memcmp (ours.a, theirs.a, sizeof ours.a) != 0) {
    printf ("# sanitize, size %zu\n", n);
    good = false;
  }
  k->sanitize (ours.b + shift, ours.b + shift, n);
  if (memcmp (ours.b + shift, theirs.a + shift, n * sizeof (float)) != 0) {
    printf ("# sanitize in place, size %zu\n", n);
    good = false;
  }
  fill ();
  k->join_stereo (ours.a + shift, ours.b + 1, ours.c + shift, n);
  c->join_stereo (theirs.a + shift, theirs.b + 1, theirs.c + shift, n);
  expect_same ("join_stereo", n, 0.0);
}

/* Apart, and each plane where its frames were. */
static void
check_split (const AncKernels *k, size_t n, size_t shift)
{
  double tolerance = 1e-6 * (double) (n + 1);
  float x[2], y[2];
  int in_place, i;

  for (in_place = 0; in_place < 3; in_place++) {
    float *left = in_place == 1 ? ours.c + shift : ours.a + shift;
    float *right = in_place == 2 ? ours.c + shift : ours.b + 1;

    fill ();
    k->split_stereo (left, right, ours.c + shift, n, x);
    anc_kernels_c.split_stereo (theirs.a + shift, theirs.b + 1,
                                theirs.c + shift, n, y);
    for (i = 0; i < 2; i++)
      expect_near ("energy of split_stereo", n, x[i], y[i], tolerance);
    if (in_place == 0)
      expect_same ("split_stereo", n, 0.0);
    else if (memcmp (left, theirs.a + shift, n * sizeof (float)) != 0
             || memcmp (right, theirs.b + 1, n * sizeof (float)) != 0) {
      printf ("# split_stereo in place, size %zu\n", n);
      good = false;
    }
  }
}

static void
check_factor (const AncKernels *k, size_t blocks)
{
  size_t size = blocks * (blocks + 1) / 2 * 64 + 1, n = blocks * 8, i, round;
  float *s = calloc (size, sizeof *s), *t = calloc (size, sizeof *t);

  /* One float off any alignment. */
  for (i = 0; i < n; i++)
    s[1 + anc_tile_index (i, i)] = t[1 + anc_tile_index (i, i)] = 1.0f;
  for (round = 0; round < 30; round++) {
    float x, y;

    fill ();
    x = k->update_factor (s + 1, ours.a + 1, ours.b + 3, blocks, 0.99f, 1.005f);
    y = anc_kernels_c.update_factor (t + 1, theirs.a + 1, theirs.b + 3, blocks,
                                     0.99f, 1.005f);
    expect_near ("alpha", n, x, y, 1e-4 * y);
    expect_same ("gain", n, 1e-4 * y);
  }
  for (i = 0; i < size; i++)
    expect_near ("factor", n, s[i], t[i], 2e-4);
  free (s);
  free (t);
}

static void
check_set (const AncKernels *k)
{
  static const size_t taps[] = { 1, 2, 3, 8, 17 };
  size_t i, j, shift;

  for (i = 0; i < N_SIZES; i++) {
    for (shift = 0; shift < 4; shift++) {
      check_sums (k, sizes[i], shift);
      check_maps (k, sizes[i], shift);
      check_split (k, sizes[i], shift);
      for (j = 0; j < sizeof taps / sizeof taps[0]; j++)
        check_fir (k, sizes[i], taps[j], shift);
    }
  }
  for (i = 1; i <= 9; i++)
    check_factor (k, i);
}

int
main (void)
{
  const AncKernels *k;
  unsigned i;
  int failed = 0;

  for (i = 0; (k = anc_kernels_nth (i)) != NULL; i++) {
    good = true;
    seed = 1;
    check_set (k);
    printf ("%s %u - %s\n", good ? "ok" : "not ok", i + 1, k->name);
    failed |= !good;
  }
  printf ("1..%u\n", i);
  return failed;
}
