/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ANC_CACHE_LINE 64

/* Zeroed floats on a cache line of their own, NULL when there is no memory;
 * n = 0 gives one line. */
static inline float *
anc_memory_floats (size_t n)
{
  size_t size;
  void *memory;

  if (n > SIZE_MAX / sizeof (float) - ANC_CACHE_LINE)
    return NULL;
  size = (n * sizeof (float) / ANC_CACHE_LINE + 1) * ANC_CACHE_LINE;
  memory = aligned_alloc (ANC_CACHE_LINE, size);
  if (memory != NULL)
    memset (memory, 0, size);
  return memory;
}

static inline void
anc_memory_free (void *memory)
{
  free (memory);
}
