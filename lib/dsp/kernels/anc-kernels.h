/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The inner loops of the filters, one set for each instruction set.
 *
 * A sum is taken in an order that depends on the lengths alone, never on an
 * address or on how a stream was cut: pointers may have any alignment that a
 * float may have, and unless said otherwise planes do not overlap. */

/* A sample beyond this (240 dB above full scale) is no more a signal than a
 * NaN is; below it no square and no sum of squares leaves the float range. */
#define ANC_SAMPLE_LIMIT 1.099511627776e12f

/* Rows and columns of a tile of the triangular factor, see update_factor. */
#define ANC_TILE 8

typedef struct {
  const char *name;

  /* sum of a[i] b[i] */
  float (*dot) (const float *a, const float *b, size_t n);

  /* w[i] <- keep w[i] + gain x[i] */
  void (*update) (float *w, const float *x, size_t n, float keep, float gain);

  /* The update of one sample and the filtering of the next in one pass over
   * the weights: w as in update (to the bit), returns sum of w[i] next[i]. */
  float (*update_filter) (float *w, const float *x, const float *next, size_t n,
                          float keep, float gain);

  /* out[i] <- out[i] - sum over j of w[j] x[i + j]; x holds n + taps - 1.
   * The value of each output does not depend on its place in the block.
   * Returns the sum of out[i]^2. */
  float (*fir) (float *out, const float *x, const float *w, size_t taps,
                size_t n);

  /* sum of x[i]^2 */
  float (*energy) (const float *x, size_t n);

  /* Copies; what is not finite or beyond ANC_SAMPLE_LIMIT becomes 0. out may
   * be x. */
  void (*sanitize) (float *out, const float *x, size_t n);

  /* Interleaved stereo to two planes and back; n counts frames. A plane may
   * overlap the frames it is split from if it starts no later than they do;
   * the planes' sums of squares go to energy. */
  void (*split_stereo) (float *left, float *right, const float *frames,
                        size_t n, float energy[2]);
  void (*join_stereo) (float *frames, const float *left, const float *right,
                       size_t n);

  /* One measurement update of the upper triangular factor S of P = S S^T
   * (Carlson's form, see anc-rls.c), in place, then S <- scale S.
   *
   * S is kept in tiles of 8 columns by 8 rows, column by column inside a
   * tile; a block column of tiles has rows 0 up to its diagonal tile. u has
   * 8 x blocks entries, alpha is the measurement variance. On return b is
   * P u with the old P; returns alpha + u^T P u. */
  float (*update_factor) (float *s, float *b, const float *u, size_t blocks,
                          float alpha, float scale);
} AncKernels;

extern const AncKernels anc_kernels_c;
extern const AncKernels anc_kernels_sse;
extern const AncKernels anc_kernels_avx2;
extern const AncKernels anc_kernels_neon;

/* The best set that this processor runs. */
const AncKernels *anc_kernels_best (void);
/* The sets that this processor runs, best first; NULL past the last. */
const AncKernels *anc_kernels_nth (unsigned index);

/* Where element (row, column) of a tiled factor lies, row <= column. */
static inline size_t
anc_tile_index (size_t row, size_t column)
{
  size_t block = column / ANC_TILE;

  return (block * (block + 1) / 2 + row / ANC_TILE) * ANC_TILE * ANC_TILE
         + column % ANC_TILE * ANC_TILE + row % ANC_TILE;
}
