/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Between interleaved frames and planes. A plane that is NULL is skipped. */
void anc_deinterleave (float *const *planes, const float *frames,
                       unsigned channels, size_t n);
void anc_interleave (float *frames, const float *const *planes,
                     unsigned channels, size_t n);
