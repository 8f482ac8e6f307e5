/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* AVX2 and FMA. Sums run in four accumulators of eight lanes over the whole
 * vectors and end with the rest one by one, so that their order depends on the
 * length alone. Loads are unaligned: on these processors that costs nothing
 * unless a cache line is crossed. */

#include "anc-kernels.h"

#include <immintrin.h>
#include <math.h>

#define V 8

static inline float
sum_lanes (__m256 v)
{
  __m128 s
      = _mm_add_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));

  s = _mm_add_ps (s, _mm_movehl_ps (s, s));
  s = _mm_add_ss (s, _mm_shuffle_ps (s, s, 1));
  return _mm_cvtss_f32 (s);
}

static inline float
sum_four (const __m256 *a)
{
  return sum_lanes (
      _mm256_add_ps (_mm256_add_ps (a[0], a[1]), _mm256_add_ps (a[2], a[3])));
}

static float
dot_avx2 (const float *a, const float *b, size_t n)
{
  __m256 acc[4] = { _mm256_setzero_ps (), _mm256_setzero_ps (),
                    _mm256_setzero_ps (), _mm256_setzero_ps () };
  size_t i = 0, k;
  float sum;

  for (; i + 4 * V <= n; i += 4 * V) {
    for (k = 0; k < 4; k++)
      acc[k] = _mm256_fmadd_ps (_mm256_loadu_ps (a + i + k * V),
                                _mm256_loadu_ps (b + i + k * V), acc[k]);
  }
  for (; i + V <= n; i += V)
    acc[0] = _mm256_fmadd_ps (_mm256_loadu_ps (a + i), _mm256_loadu_ps (b + i),
                              acc[0]);
  sum = sum_four (acc);
  for (; i < n; i++)
    sum = fmaf (a[i], b[i], sum);
  return sum;
}

static inline __m256
updated (const float *w, const float *x, __m256 keep, __m256 gain)
{
  return _mm256_fmadd_ps (gain, _mm256_loadu_ps (x),
                          _mm256_mul_ps (keep, _mm256_loadu_ps (w)));
}

static void
update_avx2 (float *w, const float *x, size_t n, float keep, float gain)
{
  __m256 k = _mm256_set1_ps (keep), g = _mm256_set1_ps (gain);
  size_t i = 0;

  for (; i + V <= n; i += V)
    _mm256_storeu_ps (w + i, updated (w + i, x + i, k, g));
  for (; i < n; i++)
    w[i] = fmaf (gain, x[i], keep * w[i]);
}

static float
update_filter_avx2 (float *w, const float *x, const float *next, size_t n,
                    float keep, float gain)
{
  __m256 kv = _mm256_set1_ps (keep), gv = _mm256_set1_ps (gain);
  __m256 acc[4] = { _mm256_setzero_ps (), _mm256_setzero_ps (),
                    _mm256_setzero_ps (), _mm256_setzero_ps () };
  size_t i = 0, k;
  float sum;

  for (; i + 4 * V <= n; i += 4 * V) {
    for (k = 0; k < 4; k++) {
      float *at = w + i + k * V;
      __m256 fresh = updated (at, x + i + k * V, kv, gv);

      _mm256_storeu_ps (at, fresh);
      acc[k]
          = _mm256_fmadd_ps (fresh, _mm256_loadu_ps (next + i + k * V), acc[k]);
    }
  }
  for (; i + V <= n; i += V) {
    __m256 fresh = updated (w + i, x + i, kv, gv);

    _mm256_storeu_ps (w + i, fresh);
    acc[0] = _mm256_fmadd_ps (fresh, _mm256_loadu_ps (next + i), acc[0]);
  }
  sum = sum_four (acc);
  for (; i < n; i++) {
    w[i] = fmaf (gain, x[i], keep * w[i]);
    sum = fmaf (w[i], next[i], sum);
  }
  return sum;
}

/* Lanes are outputs: each is a chain of its own over the taps, so its value is
 * the same in a vector and in the scalar rest. */
static float
fir_avx2 (float *out, const float *x, const float *w, size_t taps, size_t n)
{
  __m256 squares[4] = { _mm256_setzero_ps (), _mm256_setzero_ps (),
                        _mm256_setzero_ps (), _mm256_setzero_ps () };
  const float *tap, *last = w + taps;
  size_t i = 0, j, k;
  float sum;

  for (; i < n - n % (8 * V); i += 8 * V) {
    const float *at = x + i;
    __m256 acc[8];

    for (k = 0; k < 8; k++)
      acc[k] = _mm256_loadu_ps (out + i + k * V);
    for (tap = w; tap < last; tap++, at++) {
      __m256 gain = _mm256_broadcast_ss (tap);

      for (k = 0; k < 8; k++)
        acc[k] = _mm256_fnmadd_ps (gain, _mm256_loadu_ps (at + k * V), acc[k]);
    }
    for (k = 0; k < 8; k++)
      squares[k % 4] = _mm256_fmadd_ps (acc[k], acc[k], squares[k % 4]);
    for (k = 0; k < 8; k++)
      _mm256_storeu_ps (out + i + k * V, acc[k]);
  }
  for (; i < n - n % V; i += V) {
    const float *at = x + i;
    __m256 acc = _mm256_loadu_ps (out + i);

    for (tap = w; tap < last; tap++, at++)
      acc = _mm256_fnmadd_ps (_mm256_broadcast_ss (tap), _mm256_loadu_ps (at),
                              acc);
    _mm256_storeu_ps (out + i, acc);
    squares[0] = _mm256_fmadd_ps (acc, acc, squares[0]);
  }
  sum = sum_four (squares);
  for (; i < n; i++) {
    float acc = out[i];

    for (j = 0; j < taps; j++)
      acc = fmaf (-w[j], x[i + j], acc);
    out[i] = acc;
    sum = fmaf (acc, acc, sum);
  }
  return sum;
}

static float
energy_avx2 (const float *x, size_t n)
{
  return dot_avx2 (x, x, n);
}

static void
sanitize_avx2 (float *out, const float *x, size_t n)
{
  __m256 limit = _mm256_set1_ps (ANC_SAMPLE_LIMIT);
  __m256 sign = _mm256_set1_ps (-0.0f);
  size_t i = 0;

  for (; i + V <= n; i += V) {
    __m256 v = _mm256_loadu_ps (x + i);
    __m256 good = _mm256_cmp_ps (_mm256_andnot_ps (sign, v), limit, _CMP_LE_OQ);

    _mm256_storeu_ps (out + i, _mm256_and_ps (v, good));
  }
  for (; i < n; i++)
    out[i] = fabsf (x[i]) <= ANC_SAMPLE_LIMIT ? x[i] : 0.0f;
}

static inline __m256
in_order (__m256 v)
{
  return _mm256_castpd_ps (
      _mm256_permute4x64_pd (_mm256_castps_pd (v), _MM_SHUFFLE (3, 1, 2, 0)));
}

/* V frames; adds the planes' squares to l2 and r2. */
static inline void
split_vector (float *left, float *right, const float *frames, __m256 *l2,
              __m256 *r2)
{
  __m256 a = _mm256_loadu_ps (frames), b = _mm256_loadu_ps (frames + V);
  __m256 l = in_order (_mm256_shuffle_ps (a, b, 0x88));
  __m256 r = in_order (_mm256_shuffle_ps (a, b, 0xdd));

  _mm256_storeu_ps (left, l);
  _mm256_storeu_ps (right, r);
  *l2 = _mm256_fmadd_ps (l, l, *l2);
  *r2 = _mm256_fmadd_ps (r, r, *r2);
}

static void
split_stereo_avx2 (float *left, float *right, const float *frames, size_t n,
                   float energy[2])
{
  __m256 l2[4] = { _mm256_setzero_ps (), _mm256_setzero_ps (),
                   _mm256_setzero_ps (), _mm256_setzero_ps () };
  __m256 r2[4] = { l2[0], l2[0], l2[0], l2[0] };
  size_t i = 0, k;

  for (; i + 4 * V <= n; i += 4 * V) {
    for (k = 0; k < 4; k++)
      split_vector (left + i + k * V, right + i + k * V,
                    frames + 2 * (i + k * V), &l2[k], &r2[k]);
  }
  for (; i + V <= n; i += V)
    split_vector (left + i, right + i, frames + 2 * i, &l2[0], &r2[0]);
  energy[0] = sum_four (l2);
  energy[1] = sum_four (r2);
  for (; i < n; i++) {
    float l = frames[2 * i], r = frames[2 * i + 1];

    left[i] = l;
    right[i] = r;
    energy[0] = fmaf (l, l, energy[0]);
    energy[1] = fmaf (r, r, energy[1]);
  }
}

static void
join_stereo_avx2 (float *frames, const float *left, const float *right,
                  size_t n)
{
  size_t i = 0;

  for (; i + V <= n; i += V) {
    __m256 l = in_order (_mm256_loadu_ps (left + i));
    __m256 r = in_order (_mm256_loadu_ps (right + i));

    _mm256_storeu_ps (frames + 2 * i, _mm256_unpacklo_ps (l, r));
    _mm256_storeu_ps (frames + 2 * i + V, _mm256_unpackhi_ps (l, r));
  }
  for (; i < n; i++) {
    frames[2 * i] = left[i];
    frames[2 * i + 1] = right[i];
  }
}

/* Lane c of the result is the sum of the lanes of a[c]. */
static inline __m256
sum_eight (const __m256 *a)
{
  __m256 lo = _mm256_hadd_ps (_mm256_hadd_ps (a[0], a[1]),
                              _mm256_hadd_ps (a[2], a[3]));
  __m256 hi = _mm256_hadd_ps (_mm256_hadd_ps (a[4], a[5]),
                              _mm256_hadd_ps (a[6], a[7]));

  return _mm256_add_ps (_mm256_permute2f128_ps (lo, hi, 0x20),
                        _mm256_permute2f128_ps (lo, hi, 0x31));
}

/* What one column of a block needs: see the equation in anc-rls.c. */
typedef struct {
  float f[V];
  float keep[V];
  float take[V];
} Columns;

/* f = S^T u for the eight columns of a block of `tiles` tiles. */
static inline __m256
project (const float *s, const float *u, size_t tiles)
{
  __m256 acc[V];
  size_t r, c;

  for (c = 0; c < V; c++)
    acc[c] = _mm256_setzero_ps ();
  for (r = 0; r < tiles; r++, s += V * V) {
    __m256 x = _mm256_loadu_ps (u + r * V);

    for (c = 0; c < V; c++)
      acc[c] = _mm256_fmadd_ps (_mm256_loadu_ps (s + c * V), x, acc[c]);
  }
  return sum_eight (acc);
}

/* Lane c of the result is the sum of lanes 0 to c. */
static inline __m256
running_sum (__m256 v)
{
  __m256 low;

  v = _mm256_add_ps (
      v, _mm256_castsi256_ps (_mm256_slli_si256 (_mm256_castps_si256 (v), 4)));
  v = _mm256_add_ps (
      v, _mm256_castsi256_ps (_mm256_slli_si256 (_mm256_castps_si256 (v), 8)));
  low = _mm256_permute2f128_ps (v, v, 0x08);
  return _mm256_add_ps (v, _mm256_permute_ps (low, 0xff));
}

/* The recursion of alpha over a block; returns its new value. */
static inline float
weigh (Columns *columns, __m256 f, float alpha, float scale)
{
  __m256 first = _mm256_set1_ps (alpha);
  __m256 sums = _mm256_add_ps (first, running_sum (_mm256_mul_ps (f, f)));
  __m256i shift = _mm256_setr_epi32 (0, 0, 1, 2, 3, 4, 5, 6);
  __m256 before
      = _mm256_blend_ps (_mm256_permutevar8x32_ps (sums, shift), first, 1);
  __m256 root = _mm256_sqrt_ps (sums), root_before = _mm256_sqrt_ps (before);
  __m256 part = _mm256_div_ps (_mm256_set1_ps (scale),
                               _mm256_mul_ps (root, root_before));

  _mm256_storeu_ps (columns->f, f);
  _mm256_storeu_ps (columns->keep, _mm256_mul_ps (part, before));
  _mm256_storeu_ps (columns->take, _mm256_mul_ps (part, f));
  return _mm256_cvtss_f32 (
      _mm256_permutevar8x32_ps (sums, _mm256_set1_epi32 (7)));
}

/* Four columns, from `first` on, of a block of `tiles` tiles. */
static inline void
rotate (float *s, float *b, const Columns *columns, size_t first, size_t tiles)
{
  __m256 f[4], keep[4], take[4];
  size_t r, c;

  for (c = 0; c < 4; c++) {
    f[c] = _mm256_broadcast_ss (&columns->f[first + c]);
    keep[c] = _mm256_broadcast_ss (&columns->keep[first + c]);
    take[c] = _mm256_broadcast_ss (&columns->take[first + c]);
  }
  s += first * V;
  for (r = 0; r < tiles; r++, s += V * V) {
    __m256 sum = _mm256_loadu_ps (b + r * V);

    for (c = 0; c < 4; c++) {
      __m256 old = _mm256_loadu_ps (s + c * V);

      _mm256_storeu_ps (
          s + c * V,
          _mm256_fnmadd_ps (take[c], sum, _mm256_mul_ps (keep[c], old)));
      sum = _mm256_fmadd_ps (f[c], old, sum);
    }
    _mm256_storeu_ps (b + r * V, sum);
  }
}

/* The columns of a block are read twice, for their projection and for their
 * rotation; the second time they are in the first-level cache. The projection
 * of the next block stands before the rotation of this one, so that the roots
 * and quotients of the one are hidden behind the other. */
static float
update_factor_avx2 (float *s, float *b, const float *u, size_t blocks,
                    float alpha, float scale)
{
  Columns columns;
  __m256 f = project (s, u, 1);
  size_t k;

  for (k = 0; k < blocks; k++) {
    float *block = s, *next = s + (k + 1) * V * V;

    _mm256_storeu_ps (b + k * V, _mm256_setzero_ps ());
    alpha = weigh (&columns, f, alpha, scale);
    if (k + 1 < blocks)
      f = project (next, u, k + 2);
    rotate (block, b, &columns, 0, k + 1);
    rotate (block, b, &columns, 4, k + 1);
    s = next;
  }
  return alpha;
}

const AncKernels anc_kernels_avx2 = {
  .name = "avx2",
  .dot = dot_avx2,
  .update = update_avx2,
  .update_filter = update_filter_avx2,
  .fir = fir_avx2,
  .energy = energy_avx2,
  .sanitize = sanitize_avx2,
  .split_stereo = split_stereo_avx2,
  .join_stereo = join_stereo_avx2,
  .update_factor = update_factor_avx2,
};
