/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-interleave.h"

#include <glib.h>
#include <string.h>

#define MAX_CHANNELS 9
#define MAX_FRAMES 131

static float frames[MAX_CHANNELS * MAX_FRAMES];
static float planes[MAX_CHANNELS][MAX_FRAMES];

static void
check (unsigned channels, gsize n, unsigned skipped)
{
  float *to[MAX_CHANNELS];
  float back[MAX_CHANNELS * MAX_FRAMES];
  gsize i;

  memset (planes, 0xff, sizeof planes);
  for (i = 0; i < channels; i++)
    to[i] = i == skipped ? NULL : planes[i];
  anc_deinterleave (to, frames, channels, n);
  for (i = 0; i < channels * n; i++) {
    if (to[i % channels] != NULL)
      g_assert_cmpfloat (planes[i % channels][i / channels], ==, frames[i]);
  }
  memset (back, 0, sizeof back);
  anc_interleave (back, (const float *const *) to, channels, n);
  for (i = 0; i < channels * n; i++)
    g_assert_cmpfloat (back[i], ==, to[i % channels] ? frames[i] : 0.0f);
}

static void
test_all (void)
{
  static const gsize sizes[] = { 0, 1, 2, 7, 8, 9, 17, 64, 131 };
  unsigned channels, skipped;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (frames); i++)
    frames[i] = (float) i - 100.0f;
  for (channels = 1; channels <= MAX_CHANNELS; channels++) {
    for (skipped = 0; skipped <= channels; skipped++) {
      for (i = 0; i < G_N_ELEMENTS (sizes); i++)
        check (channels, sizes[i], skipped);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interleave/all", test_all);
  return g_test_run ();
}
