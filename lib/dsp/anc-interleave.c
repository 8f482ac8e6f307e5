/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-interleave.h"

#include "kernels/anc-kernels.h"

#include <string.h>

void
anc_deinterleave (float *const *planes, const float *frames, unsigned channels,
                  size_t n)
{
  float energy[2];
  unsigned c;
  size_t i;

  if (channels == 2 && planes[0] != NULL && planes[1] != NULL) {
    anc_kernels_best ()->split_stereo (planes[0], planes[1], frames, n, energy);
    return;
  }
  for (c = 0; c < channels; c++) {
    float *plane = planes[c];

    if (plane == NULL)
      continue;
    if (channels == 1)
      memcpy (plane, frames, n * sizeof (float));
    else
      for (i = 0; i < n; i++)
        plane[i] = frames[i * channels + c];
  }
}

void
anc_interleave (float *frames, const float *const *planes, unsigned channels,
                size_t n)
{
  unsigned c;
  size_t i;

  if (channels == 2 && planes[0] != NULL && planes[1] != NULL) {
    anc_kernels_best ()->join_stereo (frames, planes[0], planes[1], n);
    return;
  }
  for (c = 0; c < channels; c++) {
    const float *plane = planes[c];

    if (plane == NULL)
      continue;
    if (channels == 1)
      memcpy (frames, plane, n * sizeof (float));
    else
      for (i = 0; i < n; i++)
        frames[i * channels + c] = plane[i];
  }
}
