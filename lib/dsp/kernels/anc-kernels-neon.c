/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* NEON with fused multiply-add, which every aarch64 has. */

#include <arm_neon.h>

typedef float32x4_t Lanes;

#define load(p) vld1q_f32 (p)
#define store(p, v) vst1q_f32 (p, v)
#define spread(f) vdupq_n_f32 (f)
#define add(a, b) vaddq_f32 (a, b)
#define mul(a, b) vmulq_f32 (a, b)
#define sum(v) vaddvq_f32 (v)
#define mul_add(a, b, c) vfmaq_f32 (c, a, b)
#define mul_sub(a, b, c) vfmsq_f32 (c, a, b)
#define mul_add_one(a, b, c) fmaf (a, b, c)
#define mul_sub_one(a, b, c) fmaf (-(a), b, c)

#include "anc-kernels-lanes.h"

static void
sanitize_neon (float *out, const float *x, size_t n)
{
  size_t i = 0;

  for (; i + V <= n; i += V) {
    float32x4_t v = vld1q_f32 (x + i);
    uint32x4_t good = vcaleq_f32 (v, vdupq_n_f32 (ANC_SAMPLE_LIMIT));

    vst1q_f32 (out + i, vreinterpretq_f32_u32 (
                            vandq_u32 (vreinterpretq_u32_f32 (v), good)));
  }
  for (; i < n; i++)
    out[i] = fabsf (x[i]) <= ANC_SAMPLE_LIMIT ? x[i] : 0.0f;
}

static inline Planes
split_lanes (const float *frames)
{
  float32x4x2_t pair = vld2q_f32 (frames);

  return (Planes){ pair.val[0], pair.val[1] };
}

static void
join_stereo_neon (float *frames, const float *left, const float *right,
                  size_t n)
{
  size_t i = 0;

  for (; i + V <= n; i += V) {
    float32x4x2_t pair = { { vld1q_f32 (left + i), vld1q_f32 (right + i) } };

    vst2q_f32 (frames + 2 * i, pair);
  }
  for (; i < n; i++) {
    frames[2 * i] = left[i];
    frames[2 * i + 1] = right[i];
  }
}

const AncKernels anc_kernels_neon = {
  .name = "neon",
  .dot = dot_lanes,
  .update = update_lanes,
  .update_filter = update_filter_lanes,
  .fir = fir_lanes,
  .energy = energy_lanes,
  .sanitize = sanitize_neon,
  .split_stereo = split_stereo_lanes,
  .join_stereo = join_stereo_neon,
  .update_factor = update_factor_lanes,
};
