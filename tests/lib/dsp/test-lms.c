/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "scene.h"

#include <math.h>
#include <string.h>

#define TAPS 24
#define N 4000

static double
sign (double x)
{
  return (x > 0) - (x < 0);
}

/* The recursion of the textbook, in double. */
static void
check_recursion (AncSignMode mode, double step, double leakage)
{
  g_autoptr (Scene) scene = scene_new (1, 1, N);
  g_autoptr (AncCanceller) canceller = NULL;
  AncFilterTuning tuning = scene_textbook (step, 0, 1);
  double w[TAPS] = { 0 };
  int i, j;

  scene_paths (scene, SCENE_COLOURED, TAPS, false, 5, 0);
  canceller = scene_canceller ("lms", scene, TAPS, false);
  tuning.sign_mode = mode;
  tuning.leakage = leakage;
  g_assert_cmpint (anc_canceller_tune (canceller, &tuning), ==, ANC_OK);
  scene_run (scene, canceller, 0, N, 173, true);
  for (i = 0; i < N; i++) {
    double e = scene->primary[0][i], f;

    for (j = 0; j < TAPS && j <= i; j++)
      e -= w[j] * scene->reference[0][i - j];
    f = mode == ANC_SIGN_ERROR || mode == ANC_SIGN_SIGN ? sign (e) : e;
    g_assert_cmpfloat_with_epsilon (scene->error[0][i], e, 2e-5);
    for (j = 0; j < TAPS; j++) {
      double x = j <= i ? scene->reference[0][i - j] : 0.0;

      if (mode == ANC_SIGN_DATA || mode == ANC_SIGN_SIGN)
        x = sign (x);
      w[j] = (1.0 - leakage) * w[j] + step * f * x;
    }
  }
  g_assert_cmpfloat (scene_gain (scene, N / 2, N), <, -3.0);
}

static void
test_plain (void)
{
  check_recursion (ANC_SIGN_NONE, 0.1, 0.0);
}

static void
test_leaky (void)
{
  check_recursion (ANC_SIGN_NONE, 0.1, 1e-3);
}

/* A sign that differs where an error is within rounding of 0 would throw the
 * comparison off; the seeds give none in this many samples. */
static void
test_signs (void)
{
  check_recursion (ANC_SIGN_DATA, 0.02, 0.0);
  check_recursion (ANC_SIGN_ERROR, 0.005, 0.0);
  check_recursion (ANC_SIGN_SIGN, 0.001, 0.0);
}

static void
test_sign_mode_changes_while_running (void)
{
  g_autoptr (Scene) scene = scene_new (1, 2, N);
  g_autoptr (AncCanceller) canceller = NULL;
  AncFilterTuning tuning = anc_filter_class_default_tuning (&anc_lms_class);
  int mode;

  scene_paths (scene, SCENE_WHITE, TAPS, false, 6, 0);
  canceller = scene_canceller ("lms", scene, TAPS, false);
  for (mode = 0; mode < 8; mode++) {
    tuning.sign_mode = (AncSignMode) (mode % 4);
    tuning.step_size = 0.005;
    g_assert_cmpint (anc_canceller_tune (canceller, &tuning), ==, ANC_OK);
    scene_run (scene, canceller, mode * 500, mode * 500 + 500, 97, true);
  }
  g_assert_cmpfloat (scene_gain (scene, N - 500, N), <, -6.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lms/plain", test_plain);
  g_test_add_func ("/lms/leaky", test_leaky);
  g_test_add_func ("/lms/signs", test_signs);
  g_test_add_func ("/lms/sign-mode-changes",
                   test_sign_mode_changes_while_running);
  return g_test_run ();
}
