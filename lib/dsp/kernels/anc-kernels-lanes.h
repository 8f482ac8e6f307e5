/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernels that reduce or recur, in vectors of four lanes: the body of the
 * SSE and the NEON set. The including file gives the type Lanes and
 *
 *   load, store, spread (of one float), add, mul, sum (over the lanes),
 *   mul_add (a b + c), mul_sub (c - a b), and for single floats mul_add_one,
 *   mul_sub_one with the same rounding.
 *
 * Sums run in four accumulators, then the rest one by one: their order depends
 * on the length alone. */

#include "anc-kernels.h"

#include <math.h>

#define V 4
#define HALVES (ANC_TILE / V)

static float
dot_lanes (const float *a, const float *b, size_t n)
{
  Lanes acc[4] = { spread (0.0f), spread (0.0f), spread (0.0f), spread (0.0f) };
  size_t i = 0, k;
  float total;

  for (; i + 4 * V <= n; i += 4 * V) {
    for (k = 0; k < 4; k++)
      acc[k] = mul_add (load (a + i + k * V), load (b + i + k * V), acc[k]);
  }
  for (; i + V <= n; i += V)
    acc[0] = mul_add (load (a + i), load (b + i), acc[0]);
  total = sum (add (add (acc[0], acc[1]), add (acc[2], acc[3])));
  for (; i < n; i++)
    total = mul_add_one (a[i], b[i], total);
  return total;
}

static inline Lanes
updated (const float *w, const float *x, Lanes keep, Lanes gain)
{
  return mul_add (gain, load (x), mul (keep, load (w)));
}

static void
update_lanes (float *w, const float *x, size_t n, float keep, float gain)
{
  Lanes k = spread (keep), g = spread (gain);
  size_t i = 0;

  for (; i + V <= n; i += V)
    store (w + i, updated (w + i, x + i, k, g));
  for (; i < n; i++)
    w[i] = mul_add_one (gain, x[i], keep * w[i]);
}

static float
update_filter_lanes (float *w, const float *x, const float *next, size_t n,
                     float keep, float gain)
{
  Lanes kv = spread (keep), gv = spread (gain);
  Lanes acc[4] = { spread (0.0f), spread (0.0f), spread (0.0f), spread (0.0f) };
  size_t i = 0, k;
  float total;

  for (; i + 4 * V <= n; i += 4 * V) {
    for (k = 0; k < 4; k++) {
      float *at = w + i + k * V;
      Lanes fresh = updated (at, x + i + k * V, kv, gv);

      store (at, fresh);
      acc[k] = mul_add (fresh, load (next + i + k * V), acc[k]);
    }
  }
  for (; i + V <= n; i += V) {
    Lanes fresh = updated (w + i, x + i, kv, gv);

    store (w + i, fresh);
    acc[0] = mul_add (fresh, load (next + i), acc[0]);
  }
  total = sum (add (add (acc[0], acc[1]), add (acc[2], acc[3])));
  for (; i < n; i++) {
    w[i] = mul_add_one (gain, x[i], keep * w[i]);
    total = mul_add_one (w[i], next[i], total);
  }
  return total;
}

/* Lanes are outputs: each is a chain of its own over the taps, so its value is
 * the same in a vector and in the scalar rest. */
static float
fir_lanes (float *out, const float *x, const float *w, size_t taps, size_t n)
{
  Lanes squares = spread (0.0f);
  size_t i = 0, j, k;
  float total;

  for (; i + 4 * V <= n; i += 4 * V) {
    Lanes acc[4];

    for (k = 0; k < 4; k++)
      acc[k] = load (out + i + k * V);
    for (j = 0; j < taps; j++) {
      Lanes tap = spread (w[j]);

      for (k = 0; k < 4; k++)
        acc[k] = mul_sub (tap, load (x + i + j + k * V), acc[k]);
    }
    for (k = 0; k < 4; k++) {
      store (out + i + k * V, acc[k]);
      squares = mul_add (acc[k], acc[k], squares);
    }
  }
  total = sum (squares);
  for (; i < n; i++) {
    float acc = out[i];

    for (j = 0; j < taps; j++)
      acc = mul_sub_one (w[j], x[i + j], acc);
    out[i] = acc;
    total = mul_add_one (acc, acc, total);
  }
  return total;
}

static float
energy_lanes (const float *x, size_t n)
{
  return dot_lanes (x, x, n);
}

typedef struct {
  Lanes left, right;
} Planes;

/* The including file gives the split of V frames. */
static inline Planes split_lanes (const float *frames);

static void
split_stereo_lanes (float *left, float *right, const float *frames, size_t n,
                    float energy[2])
{
  Lanes l2 = spread (0.0f), r2 = l2;
  size_t i = 0;

  for (; i + V <= n; i += V) {
    Planes p = split_lanes (frames + 2 * i);

    store (left + i, p.left);
    store (right + i, p.right);
    l2 = mul_add (p.left, p.left, l2);
    r2 = mul_add (p.right, p.right, r2);
  }
  energy[0] = sum (l2);
  energy[1] = sum (r2);
  for (; i < n; i++) {
    float l = frames[2 * i], r = frames[2 * i + 1];

    left[i] = l;
    right[i] = r;
    energy[0] = mul_add_one (l, l, energy[0]);
    energy[1] = mul_add_one (r, r, energy[1]);
  }
}

typedef struct {
  float f[ANC_TILE];
  float keep[ANC_TILE];
  float take[ANC_TILE];
} Columns;

/* f = S^T u for the eight columns of a block of `tiles` tiles. */
static inline void
project (float *f, const float *s, const float *u, size_t tiles)
{
  Lanes acc[ANC_TILE];
  size_t r, c, h;

  for (c = 0; c < ANC_TILE; c++)
    acc[c] = spread (0.0f);
  for (r = 0; r < tiles; r++, s += ANC_TILE * ANC_TILE) {
    for (h = 0; h < HALVES; h++) {
      Lanes x = load (u + r * ANC_TILE + h * V);

      for (c = 0; c < ANC_TILE; c++)
        acc[c] = mul_add (load (s + c * ANC_TILE + h * V), x, acc[c]);
    }
  }
  for (c = 0; c < ANC_TILE; c++)
    f[c] = sum (acc[c]);
}

/* The recursion of alpha over a block; returns its new value. */
static inline float
weigh (Columns *columns, float alpha, float scale)
{
  float root = sqrtf (alpha);
  size_t c;

  for (c = 0; c < ANC_TILE; c++) {
    float f = columns->f[c], next = alpha + f * f, next_root = sqrtf (next);
    float part = scale / (root * next_root);

    columns->keep[c] = part * alpha;
    columns->take[c] = part * f;
    alpha = next;
    root = next_root;
  }
  return alpha;
}

/* Four columns, from `first` on, of a block of `tiles` tiles. */
static inline void
rotate (float *s, float *b, const Columns *columns, size_t first, size_t tiles)
{
  Lanes f[4], keep[4], take[4];
  size_t r, c, h;

  for (c = 0; c < 4; c++) {
    f[c] = spread (columns->f[first + c]);
    keep[c] = spread (columns->keep[first + c]);
    take[c] = spread (columns->take[first + c]);
  }
  s += first * ANC_TILE;
  for (r = 0; r < tiles; r++, s += ANC_TILE * ANC_TILE) {
    for (h = 0; h < HALVES; h++) {
      Lanes total = load (b + r * ANC_TILE + h * V);

      for (c = 0; c < 4; c++) {
        float *at = s + c * ANC_TILE + h * V;
        Lanes old = load (at);

        store (at, mul_sub (take[c], total, mul (keep[c], old)));
        total = mul_add (f[c], old, total);
      }
      store (b + r * ANC_TILE + h * V, total);
    }
  }
}

static float
update_factor_lanes (float *s, float *b, const float *u, size_t blocks,
                     float alpha, float scale)
{
  Columns columns;
  size_t k, i;

  for (k = 0; k < blocks; k++) {
    for (i = 0; i < ANC_TILE; i++)
      b[k * ANC_TILE + i] = 0.0f;
    project (columns.f, s, u, k + 1);
    alpha = weigh (&columns, alpha, scale);
    rotate (s, b, &columns, 0, k + 1);
    rotate (s, b, &columns, 4, k + 1);
    s += (k + 1) * ANC_TILE * ANC_TILE;
  }
  return alpha;
}
