/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "scene.h"

#include <math.h>
#include <string.h>

#define TAPS 19
#define N 3000
#define LAMBDA 0.995

/* The recursion of the textbook with a full P in double. */
static void
test_recursion (void)
{
  g_autoptr (Scene) scene = scene_new (1, 1, N);
  g_autoptr (AncCanceller) canceller = NULL;
  AncFilterTuning tuning = scene_textbook (1, 0, LAMBDA);
  double p[TAPS][TAPS] = { { 0 } }, w[TAPS] = { 0 }, h[TAPS], x[TAPS];
  int i, j, k;

  scene_paths (scene, SCENE_COLOURED, TAPS, false, 10, 0);
  canceller = scene_canceller ("rls", scene, TAPS, false);
  anc_canceller_tune (canceller, &tuning);
  scene_run (scene, canceller, 0, N, 101, true);
  for (j = 0; j < TAPS; j++)
    p[j][j] = 1.0;
  for (i = 0; i < N; i++) {
    double e = scene->primary[0][i], alpha = LAMBDA;

    for (j = 0; j < TAPS; j++) {
      x[j] = j <= i ? scene->reference[0][i - j] : 0.0;
      e -= w[j] * x[j];
    }
    for (j = 0; j < TAPS; j++) {
      h[j] = 0.0;
      for (k = 0; k < TAPS; k++)
        h[j] += p[j][k] * (k <= i ? scene->reference[0][i - k] : 0.0);
      alpha += h[j] * x[j];
    }
    g_assert_cmpfloat_with_epsilon (scene->error[0][i], e, 1e-4);
    for (j = 0; j < TAPS; j++) {
      w[j] += e * h[j] / alpha;
      for (k = 0; k < TAPS; k++)
        p[j][k] = (p[j][k] - h[j] * h[k] / alpha) / LAMBDA;
    }
  }
}

static void
assert_finite (const Scene *scene, AncCanceller *canceller)
{
  g_autofree float *weights
      = g_new (float, anc_canceller_weights_count (canceller));
  size_t i;

  for (i = 0; i < scene->n; i++)
    g_assert_true (isfinite (scene->error[0][i]));
  anc_canceller_get_weights (canceller, weights);
  for (i = 0; i < anc_canceller_weights_count (canceller); i++)
    g_assert_true (isfinite (weights[i]));
}

/* The same stretch again and again; the last round must cancel as the second
 * did, to a tenth of a dB or so. */
static void
check_soak (SceneKind kind, unsigned taps, bool guard, unsigned seconds,
            double floor_db)
{
  g_autoptr (Scene) scene = scene_new (1, 1, 16000 * 6);
  g_autoptr (AncCanceller) canceller = NULL;
  AncFilterTuning tuning = anc_filter_class_default_tuning (&anc_rls_class);
  unsigned i;

  scene_paths (scene, kind, taps / 2, false, 11, 0);
  canceller = scene_canceller ("rls", scene, taps, false);
  tuning.forgetting_factor = 0.999;
  tuning.guard = guard;
  if (!guard)
    tuning.regularization_mode = ANC_REGULARIZATION_ABSOLUTE;
  anc_canceller_tune (canceller, &tuning);
  for (i = 0; i < MAX (seconds / 6, 2); i++) {
    scene_run (scene, canceller, 0, scene->n, 4096, true);
    assert_finite (scene, canceller);
  }
  g_test_message ("kind %d, guard %d: %.1f dB", kind, guard,
                  scene_gain (scene, 16000, scene->n));
  g_assert_cmpfloat (scene_gain (scene, 16000, scene->n), <, floor_db);
}

static unsigned
soak_seconds (void)
{
  return g_getenv ("ANC_TEST_LONG") != NULL ? 600 : 12;
}

static void
test_soak (gconstpointer guard)
{
  static const struct {
    SceneKind kind;
    double floor_db;
  } table[] = {
    { SCENE_WHITE, -40.0 },    { SCENE_COLOURED, -40.0 },
    { SCENE_RESONANT, -40.0 }, { SCENE_GAPS, -30.0 },
    { SCENE_SPEECH, -25.0 },   { SCENE_TONES, -30.0 },
  };
  size_t i;

  for (i = 0; i < G_N_ELEMENTS (table); i++)
    check_soak (table[i].kind, 64, guard != NULL, soak_seconds (),
                table[i].floor_db);
}

/* Digital silence: P must not run away, and the weights must still be there
 * when the sound comes back. */
static void
test_silence (void)
{
  int guard;

  for (guard = 0; guard < 2; guard++) {
    g_autoptr (Scene) scene = scene_new (1, 1, 16000 * 12);
    g_autoptr (AncCanceller) canceller = NULL;
    AncFilterTuning tuning = scene_textbook (1, 0, 0.99);

    scene_paths (scene, SCENE_WHITE, 16, false, 12, 0);
    memset (scene->reference[0] + 16000, 0, 16000 * 10 * sizeof (float));
    memset (scene->primary[0] + 16000, 0, 16000 * 10 * sizeof (float));
    canceller = scene_canceller ("rls", scene, 32, false);
    tuning.guard = guard;
    anc_canceller_tune (canceller, &tuning);
    scene_run (scene, canceller, 0, scene->n, 1000, true);
    assert_finite (scene, canceller);
    g_assert_cmpfloat (scene_gain (scene, 16000 * 11 + 100, scene->n), <, -30);
  }
}

/* A memory far shorter than the filter has no use, but must do no harm. */
static void
test_tiny_forgetting_factor (void)
{
  static const double lambdas[] = { 0.9, 0.5, 0.01, 1e-6, 1.0 };
  size_t i;

  for (i = 0; i < G_N_ELEMENTS (lambdas); i++) {
    g_autoptr (Scene) scene = scene_new (1, 1, 30000);
    g_autoptr (AncCanceller) canceller = NULL;
    AncFilterTuning tuning = scene_textbook (1, 0, lambdas[i]);

    scene_paths (scene, SCENE_SPEECH, 16, false, 13, 0);
    canceller = scene_canceller ("rls", scene, 40, false);
    anc_canceller_tune (canceller, &tuning);
    scene_run (scene, canceller, 0, scene->n, 512, true);
    assert_finite (scene, canceller);
  }
}

/* Real speech, looped; with its pauses made digital silence in odd rounds. */
static void
test_speech (void)
{
  size_t n, m, i;
  g_autofree float *x = scene_read ("pyaec/x.wav", 0, &n);
  g_autofree float *d = x != NULL ? scene_read ("pyaec/d.wav", 0, &m) : NULL;
  unsigned rounds = g_getenv ("ANC_TEST_LONG") != NULL ? 83 : 2, round;
  int guard;

  if (x == NULL || scene_skips_long ())
    return;
  for (guard = 0; guard < 2; guard++) {
    g_autoptr (Scene) scene = scene_new (1, 1, MIN (n, m));
    g_autoptr (AncCanceller) canceller = NULL;
    AncFilterTuning tuning = scene_textbook (1, 0, 0.999);

    canceller = scene_canceller ("rls", scene, 256, false);
    tuning.guard = guard;
    anc_canceller_tune (canceller, &tuning);
    for (round = 0; round < rounds; round++) {
      for (i = 0; i < scene->n; i++) {
        bool mute = round % 2 == 1 && i % 8000 < 4000;

        scene->reference[0][i] = mute ? 0.0f : x[i];
        scene->primary[0][i] = mute ? 0.0f : d[i];
      }
      scene_run (scene, canceller, 0, scene->n, 4096, true);
      assert_finite (scene, canceller);
      g_test_message ("guard %d, round %u: %.1f dB", guard, round,
                      scene_gain (scene, 8000, 51000));
      g_assert_cmpfloat (scene_gain (scene, 8000, 51000), <, -15.0);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rls/recursion", test_recursion);
  g_test_add_func ("/rls/silence", test_silence);
  g_test_add_func ("/rls/forgetting", test_tiny_forgetting_factor);
  g_test_add_data_func ("/rls/soak/guard-off", NULL, test_soak);
  g_test_add_data_func ("/rls/soak/guard-on", "", test_soak);
  g_test_add_func ("/rls/speech", test_speech);
  return g_test_run ();
}
