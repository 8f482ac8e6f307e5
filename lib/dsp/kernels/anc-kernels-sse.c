/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SSE2, which every x86-64 has. What is element-wise is an ORC program: see
 * anc-elements.orc. */

#include <xmmintrin.h>

typedef __m128 Lanes;

#define load(p) _mm_loadu_ps (p)
#define store(p, v) _mm_storeu_ps (p, v)
#define spread(f) _mm_set1_ps (f)
#define add(a, b) _mm_add_ps (a, b)
#define mul(a, b) _mm_mul_ps (a, b)
#define mul_add(a, b, c) _mm_add_ps (c, _mm_mul_ps (a, b))
#define mul_sub(a, b, c) _mm_sub_ps (c, _mm_mul_ps (a, b))
#define mul_add_one(a, b, c) ((c) + (a) * (b))
#define mul_sub_one(a, b, c) ((c) - (a) * (b))

static inline float
sum (__m128 v)
{
  v = _mm_add_ps (v, _mm_movehl_ps (v, v));
  return _mm_cvtss_f32 (_mm_add_ss (v, _mm_shuffle_ps (v, v, 1)));
}

#include "anc-kernels-lanes.h"

#include "anc-elements.h"

static void
sanitize_sse (float *out, const float *x, size_t n)
{
  anc_orc_sanitize (out, x, ANC_SAMPLE_LIMIT, (int) n);
}

static inline Planes
split_lanes (const float *frames)
{
  __m128 a = _mm_loadu_ps (frames), b = _mm_loadu_ps (frames + V);

  return (Planes){ _mm_shuffle_ps (a, b, 0x88), _mm_shuffle_ps (a, b, 0xdd) };
}

static void
join_stereo_sse (float *frames, const float *left, const float *right, size_t n)
{
  size_t i = 0;

  for (; i + V <= n; i += V) {
    __m128 l = _mm_loadu_ps (left + i), r = _mm_loadu_ps (right + i);

    _mm_storeu_ps (frames + 2 * i, _mm_unpacklo_ps (l, r));
    _mm_storeu_ps (frames + 2 * i + V, _mm_unpackhi_ps (l, r));
  }
  for (; i < n; i++) {
    frames[2 * i] = left[i];
    frames[2 * i + 1] = right[i];
  }
}

const AncKernels anc_kernels_sse = {
  .name = "sse",
  .dot = dot_lanes,
  .update = update_lanes,
  .update_filter = update_filter_lanes,
  .fir = fir_lanes,
  .energy = energy_lanes,
  .sanitize = sanitize_sse,
  .split_stereo = split_stereo_lanes,
  .join_stereo = join_stereo_sse,
  .update_factor = update_factor_lanes,
};
