/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "scene.h"

#include <math.h>
#include <string.h>

#define TAPS 31
#define N 6000

static void
check_recursion (unsigned references, double leakage)
{
  g_autoptr (Scene) scene = scene_new (1, references, N);
  g_autoptr (AncCanceller) canceller = NULL;
  AncFilterTuning tuning = scene_textbook (0.5, 1e-3, 1);
  double w[3][TAPS] = { { 0 } };
  int i, j;
  unsigned c;

  scene_paths (scene, SCENE_GAPS, TAPS, false, 8, 0);
  canceller = scene_canceller ("nlms", scene, TAPS, false);
  tuning.leakage = leakage;
  anc_canceller_tune (canceller, &tuning);
  scene_run (scene, canceller, 0, N, 211, true);
  for (i = 0; i < N; i++) {
    double e = scene->primary[0][i], power = 1e-3;

    for (c = 0; c < references; c++) {
      for (j = 0; j < TAPS && j <= i; j++) {
        double x = scene->reference[c][i - j];

        e -= w[c][j] * x;
        power += x * x;
      }
    }
    g_assert_cmpfloat_with_epsilon (scene->error[0][i], e, 2e-5);
    for (c = 0; c < references; c++) {
      for (j = 0; j < TAPS; j++) {
        double x = j <= i ? scene->reference[c][i - j] : 0.0;

        w[c][j] = (1.0 - leakage) * w[c][j] + 0.5 * e * x / power;
      }
    }
  }
}

static void
test_recursion (void)
{
  check_recursion (1, 0.0);
  check_recursion (1, 1e-3);
  check_recursion (3, 0.0);
}

/* With relative regularisation the level of the input plays no part. */
static void
test_level_does_not_matter (void)
{
  g_autoptr (Scene) loud = scene_new (1, 1, N);
  g_autoptr (Scene) soft = scene_new (1, 1, N);
  g_autoptr (AncCanceller) a = NULL, b = NULL;
  int i;

  scene_paths (loud, SCENE_SPEECH, TAPS, false, 9, 0);
  for (i = 0; i < N; i++) {
    soft->primary[0][i] = loud->primary[0][i] * 0.015625f;
    soft->reference[0][i] = loud->reference[0][i] * 0.015625f;
  }
  a = scene_canceller ("nlms", loud, TAPS, false);
  b = scene_canceller ("nlms", soft, TAPS, false);
  scene_run (loud, a, 0, N, N, true);
  scene_run (soft, b, 0, N, N, true);
  for (i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (loud->error[0][i],
                                    soft->error[0][i] * 64.0f, 1e-5);
}

/* The sum of energies must not keep the rounding of a burst for ever. */
static void
test_burst_is_forgotten (void)
{
  g_autoptr (Scene) scene = scene_new (1, 1, N);
  g_autoptr (AncCanceller) canceller = NULL;
  AncFilterTuning tuning = scene_textbook (0.5, 1e-18, 1);
  int i;

  scene_paths (scene, SCENE_WHITE, TAPS, false, 11, 0);
  for (i = 0; i < N; i++) {
    float scale = i >= 1000 && i < 1500 ? 1e5f : 1e-4f;

    scene->reference[0][i] *= scale;
    scene->primary[0][i] = 0.5f * scene->reference[0][i];
  }
  canceller = scene_canceller ("nlms", scene, TAPS, false);
  anc_canceller_tune (canceller, &tuning);
  scene_run (scene, canceller, 0, N, 480, true);
  for (i = 1600; i < N; i++)
    scene->primary[0][i] = -scene->primary[0][i];
  scene_run (scene, canceller, 1600, N, 480, true);
  g_assert_cmpfloat (scene_gain (scene, N - 1000, N), <, -40.0);
}

static void
test_tuning_out_of_range_is_refused (void)
{
  g_autoptr (Scene) scene = scene_new (1, 1, 1);
  g_autoptr (AncCanceller) canceller
      = scene_canceller ("nlms", scene, 4, false);
  AncFilterTuning good = anc_filter_class_default_tuning (&anc_nlms_class);
  AncFilterTuning bad[5];
  int i;

  for (i = 0; i < 5; i++)
    bad[i] = good;
  bad[0].step_size = -1.0;
  bad[1].step_size = NAN;
  bad[2].leakage = 1.5;
  bad[3].forgetting_factor = 0.0;
  bad[4].regularization = INFINITY;
  for (i = 0; i < 5; i++)
    g_assert_cmpint (anc_canceller_tune (canceller, &bad[i]), ==,
                     ANC_ERROR_ARGUMENT);
  g_assert_cmpint (anc_canceller_tune (canceller, &good), ==, ANC_OK);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nlms/recursion", test_recursion);
  g_test_add_func ("/nlms/level", test_level_does_not_matter);
  g_test_add_func ("/nlms/burst", test_burst_is_forgotten);
  g_test_add_func ("/nlms/tuning", test_tuning_out_of_range_is_refused);
  return g_test_run ();
}
