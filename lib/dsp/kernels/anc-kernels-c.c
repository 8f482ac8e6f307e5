/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The reference: what every other set has to compute, written to be read. */

#include "anc-kernels.h"

#include <math.h>

static float
dot_c (const float *a, const float *b, size_t n)
{
  float sum = 0.0f;
  size_t i;

  for (i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static void
update_c (float *w, const float *x, size_t n, float keep, float gain)
{
  size_t i;

  for (i = 0; i < n; i++)
    w[i] = keep * w[i] + gain * x[i];
}

static float
update_filter_c (float *w, const float *x, const float *next, size_t n,
                 float keep, float gain)
{
  float sum = 0.0f;
  size_t i;

  for (i = 0; i < n; i++) {
    w[i] = keep * w[i] + gain * x[i];
    sum += w[i] * next[i];
  }
  return sum;
}

static float
energy_c (const float *x, size_t n)
{
  return dot_c (x, x, n);
}

static float
fir_c (float *out, const float *x, const float *w, size_t taps, size_t n)
{
  size_t i, j;

  for (i = 0; i < n; i++) {
    float sum = out[i];

    for (j = 0; j < taps; j++)
      sum -= w[j] * x[i + j];
    out[i] = sum;
  }
  return energy_c (out, n);
}

static void
sanitize_c (float *out, const float *x, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    out[i] = fabsf (x[i]) <= ANC_SAMPLE_LIMIT ? x[i] : 0.0f;
}

static void
split_stereo_c (float *left, float *right, const float *frames, size_t n,
                float energy[2])
{
  size_t i;

  for (i = 0; i < n; i++) {
    left[i] = frames[2 * i];
    right[i] = frames[2 * i + 1];
  }
  energy[0] = energy_c (left, n);
  energy[1] = energy_c (right, n);
}

static void
join_stereo_c (float *frames, const float *left, const float *right, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++) {
    frames[2 * i] = left[i];
    frames[2 * i + 1] = right[i];
  }
}

static float
update_factor_c (float *s, float *b, const float *u, size_t blocks, float alpha,
                 float scale)
{
  size_t i, j, n = blocks * ANC_TILE;

  for (i = 0; i < n; i++)
    b[i] = 0.0f;
  for (j = 0; j < n; j++) {
    float f = 0.0f, next, keep, take;

    for (i = 0; i <= j; i++)
      f += s[anc_tile_index (i, j)] * u[i];
    next = alpha + f * f;
    keep = scale * sqrtf (alpha / next);
    take = scale * f / sqrtf (alpha * next);
    for (i = 0; i <= j; i++) {
      float *element = &s[anc_tile_index (i, j)];
      float old = *element;

      *element = keep * old - take * b[i];
      b[i] += f * old;
    }
    alpha = next;
  }
  return alpha;
}

const AncKernels anc_kernels_c = {
  .name = "c",
  .dot = dot_c,
  .update = update_c,
  .update_filter = update_filter_c,
  .fir = fir_c,
  .energy = energy_c,
  .sanitize = sanitize_c,
  .split_stereo = split_stereo_c,
  .join_stereo = join_stereo_c,
  .update_factor = update_factor_c,
};
