/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One NLMS run over fixed noise, as a native program that prints the figures
 * and as a WebAssembly module that returns them: see test-wasm.sh. */

#include "anc-canceller.h"

#include <stdint.h>
#include <stdio.h>

#define N 20000
#define TAPS 64

#ifdef __wasm__
#define EXPORT(name) __attribute__ ((export_name (name)))
#else
#define EXPORT(name)
#endif

int run (void);
float sample (int i);

static float x[N], d[N], e[N];

static void
fill (void)
{
  uint32_t seed = 7;
  int i;

  for (i = 0; i < N; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = (float) (int32_t) seed / 4294967296.0f;
    d[i] = i >= 5 ? 0.7f * x[i - 2] - 0.3f * x[i - 5] : 0.0f;
  }
}

/* Runs the filter; 0 when it cannot be made. */
EXPORT ("run") int run (void)
{
  AncFilterLayout layout = { .rate = 16000,
                             .n_primaries = 1,
                             .n_references = 1,
                             .filter_length = TAPS,
                             .initial_variance = 1.0 };
  const float *primary = d, *reference = x;
  float *error = e;
  AncCanceller *canceller;

  fill ();
  if (anc_canceller_new (&anc_nlms_class, &layout, &canceller) != ANC_OK)
    return 0;
  anc_canceller_process (canceller, &primary, &reference, &error, N, true);
  anc_canceller_free (canceller);
  return 1;
}

EXPORT ("sample") float sample (int i)
{
  return e[i];
}

#ifndef __wasm__
int
main (void)
{
  int i;

  if (!run ())
    return 1;
  for (i = 0; i < N; i += 37)
    printf ("%.9g\n", (double) sample (i));
  return 0;
}
#endif
