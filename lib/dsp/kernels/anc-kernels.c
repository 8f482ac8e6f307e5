/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-kernels.h"

typedef struct {
  const AncKernels *kernels;
  int (*runs_here) (void);
} Candidate;

#ifdef ANC_HAVE_AVX2
static int
have_avx2 (void)
{
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}
#endif

static int
always (void)
{
  return 1;
}

/* Best first. SSE2 and NEON belong to x86-64 and aarch64 themselves. */
static const Candidate candidates[] = {
#ifdef ANC_HAVE_AVX2
  { &anc_kernels_avx2, have_avx2 },
#endif
#ifdef ANC_HAVE_SSE
  { &anc_kernels_sse, always },
#endif
#ifdef ANC_HAVE_NEON
  { &anc_kernels_neon, always },
#endif
  { &anc_kernels_c, always },
};

const AncKernels *
anc_kernels_nth (unsigned index)
{
  size_t i;

  for (i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
    if (candidates[i].runs_here () && index-- == 0)
      return candidates[i].kernels;
  }
  return NULL;
}

const AncKernels *
anc_kernels_best (void)
{
  return anc_kernels_nth (0);
}
