/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The guard's promises: over 20 ms frames never more than five running above
 * both the primary + 6 dB and -80 dBFS, whatever comes in and for any place of
 * the first frame; no loss on silence; little on what cannot be cancelled. */

#include "scene.h"

#include <math.h>
#include <string.h>

#define RATE 16000
#define FRAME 320

static const char *const names[] = { "lms", "nlms", "rls" };

static float
clean (float x)
{
  return fabsf (x) <= ANC_SAMPLE_LIMIT ? x : 0.0f;
}

static bool
frame_is_bad (const Scene *scene, unsigned channel, size_t from)
{
  double primary = 0.0, output = 0.0;
  size_t i;

  for (i = from; i < from + FRAME; i++) {
    double d = clean (scene->primary[channel][i]);

    primary += d * d;
    output += (double) scene->error[channel][i] * scene->error[channel][i];
  }
  return output > 3.9811 * primary && output > 1e-8 * FRAME;
}

static void
assert_guarded (const Scene *scene, const char *what)
{
  size_t start, i;
  unsigned c;

  for (c = 0; c < scene->n_primaries; c++) {
    for (i = 0; i < scene->n; i++)
      g_assert_true (isfinite (scene->error[c][i]));
    for (start = 0; start < FRAME; start += 37) {
      unsigned running = 0, worst = 0;

      for (i = start; i + FRAME <= scene->n; i += FRAME) {
        running = frame_is_bad (scene, c, i) ? running + 1 : 0;
        worst = MAX (worst, running);
      }
      if (worst > 5)
        g_error ("%s: %u bad frames running, first frame at %zu", what, worst,
                 start);
    }
  }
}

/* What may happen to a scene between its 2nd and its 6th second. */
typedef enum {
  NOTHING,
  PRIMARY_SILENT,
  REFERENCE_SILENT,
  REFERENCE_FULL_SCALE_TONE,
  PRIMARY_LOW_FLOOR,
  CLIPPING,
  NOT_NUMBERS,
  HUGE_NUMBERS,
  PATH_INVERTED,
  CLICKS,
  N_TROUBLES,
} Trouble;

static void
make_trouble (Scene *scene, Trouble trouble)
{
  static const float odd[] = { NAN, INFINITY, -INFINITY, 3e38f };
  float *d = scene->primary[0], *x = scene->reference[0];
  size_t i;

  for (i = 2 * RATE; i < 6 * RATE; i++) {
    switch (trouble) {
    case PRIMARY_SILENT:
      d[i] = 0.0f;
      break;
    case REFERENCE_SILENT:
      x[i] = 0.0f;
      break;
    case REFERENCE_FULL_SCALE_TONE:
      x[i] = sinf (0.1f * (float) (i % 62832));
      break;
    case PRIMARY_LOW_FLOOR:
      d[i] *= 1e-5f;
      break;
    case CLIPPING:
      d[i] = CLAMP (20.0f * d[i], -1.0f, 1.0f);
      x[i] = CLAMP (20.0f * x[i], -1.0f, 1.0f);
      break;
    case NOT_NUMBERS:
      if (i % 7 == 0)
        d[i] = odd[i / 7 % 4];
      if (i % 5 == 0)
        x[i] = odd[i / 5 % 4];
      break;
    case HUGE_NUMBERS:
      x[i] *= 1e9f;
      break;
    case PATH_INVERTED:
      d[i] = -d[i];
      break;
    case CLICKS:
      if (i % 1600 < 3)
        x[i] = 50.0f;
      break;
    default:
      break;
    }
  }
}

static void
test_troubles (gconstpointer data)
{
  static const double steps[] = { 0.05, 1.0, 30.0 };
  static const SceneKind kinds[] = { SCENE_WHITE, SCENE_SPEECH, SCENE_TONES };
  const char *name = data;
  size_t s, k;
  int trouble;

  if (g_str_equal (data, "rls") && scene_skips_long ())
    return;
  for (trouble = 0; trouble < N_TROUBLES; trouble++) {
    for (s = 0; s < G_N_ELEMENTS (steps); s++) {
      for (k = 0; k < G_N_ELEMENTS (kinds); k++) {
        g_autoptr (Scene) scene = scene_new (1, 1, 7 * RATE);
        g_autoptr (AncCanceller) canceller
            = scene_canceller (name, scene, 40, false);
        g_autofree char *what
            = g_strdup_printf ("%s, trouble %d, step %g, kind %d", name,
                               trouble, steps[s], (int) kinds[k]);
        AncFilterTuning tuning
            = anc_filter_class_default_tuning (anc_filter_class_find (name));

        scene_paths (scene, kinds[k], 20, false, 31, 0);
        make_trouble (scene, (Trouble) trouble);
        tuning.step_size = steps[s];
        tuning.forgetting_factor = 1.0 - 0.001 * steps[s];
        anc_canceller_tune (canceller, &tuning);
        scene_run (scene, canceller, 0, scene->n, 441, true);
        assert_guarded (scene, what);
      }
    }
  }
}

static void
test_silence_stays_silence (gconstpointer data)
{
  const char *name = data;
  g_autoptr (Scene) scene = scene_new (2, 1, 3 * RATE);
  g_autoptr (AncCanceller) canceller = scene_canceller (name, scene, 64, false);
  size_t i;

  scene_run (scene, canceller, 0, RATE, 480, true);
  scene_fill (scene->reference[0] + RATE, RATE, SCENE_WHITE, 1);
  scene_run (scene, canceller, RATE, 2 * RATE, 480, true);
  scene_fill (scene->primary[1] + 2 * RATE, RATE, SCENE_WHITE, 1);
  memset (scene->reference[0] + 2 * RATE, 0, RATE * sizeof (float));
  scene_run (scene, canceller, 2 * RATE + 64, 3 * RATE, 480, true);
  for (i = 0; i < scene->n; i++) {
    g_assert_cmpfloat (scene->error[0][i], ==, 0.0f);
    if (i < 2 * RATE)
      g_assert_cmpfloat (scene->error[1][i], ==, 0.0f);
  }
}

/* A reference that knows nothing of the primary, at steps from gentle to
 * senseless. */
static void
test_uncorrelated_costs_little (gconstpointer data)
{
  static const struct {
    double step;
    double forgetting;
    double loss_db;
  } table[] = {
    { 0.01, 0.9999, 0.5 }, { 0.1, 0.9995, 0.5 }, { 0.5, 0.999, 0.5 },
    { 1.0, 0.998, 0.5 },   { 1.9, 0.995, 0.5 },
  };
  static const SceneKind kinds[]
      = { SCENE_WHITE, SCENE_SPEECH, SCENE_COLOURED };
  const char *name = data;
  size_t i, k;

  if (g_str_equal (data, "rls") && scene_skips_long ())
    return;
  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    for (k = 0; k < G_N_ELEMENTS (kinds); k++) {
      g_autoptr (Scene) scene = scene_new (1, 1, 10 * RATE);
      g_autoptr (AncCanceller) canceller
          = scene_canceller (name, scene, 64, false);
      AncFilterTuning tuning
          = anc_filter_class_default_tuning (anc_filter_class_find (name));

      scene_fill (scene->primary[0], scene->n, kinds[k], 41);
      scene_fill (scene->reference[0], scene->n, SCENE_WHITE, 42);
      tuning.step_size = table[i].step;
      tuning.forgetting_factor = table[i].forgetting;
      anc_canceller_tune (canceller, &tuning);
      scene_run (scene, canceller, 0, scene->n, 480, true);
      g_test_message ("%s step %g kind %d: %.2f dB", name, table[i].step,
                      (int) kinds[k], scene_gain (scene, 0, scene->n));
      g_assert_cmpfloat (scene_gain (scene, 0, scene->n), <=, table[i].loss_db);
    }
  }
}

/* A changed path is learnt anew, nearly as fast as without the guard: one window
 * that was louder than the primary may halve the step for a while. */
static void
test_path_change (gconstpointer data)
{
  const char *name = data;
  double gain[2];
  int guard;

  if (g_str_equal (data, "rls") && scene_skips_long ())
    return;
  for (guard = 0; guard < 2; guard++) {
    g_autoptr (Scene) scene = scene_new (1, 1, 12 * RATE);
    g_autoptr (AncCanceller) canceller = NULL;
    AncFilterTuning tuning
        = anc_filter_class_default_tuning (anc_filter_class_find (name));

    scene_paths (scene, SCENE_WHITE, 200, false, 51, 0);
    scene_paths (scene, SCENE_WHITE, 200, false, 52, 6 * RATE);
    canceller = scene_canceller (name, scene, 256, false);
    tuning.guard = guard;
    anc_canceller_tune (canceller, &tuning);
    scene_run (scene, canceller, 0, scene->n, 480, true);
    gain[guard] = scene_gain (scene, 7 * RATE, 8 * RATE);
    g_test_message ("%s, guard %d: %.1f dB before, %.1f dB in the second after",
                    name, guard, scene_gain (scene, 5 * RATE, 6 * RATE),
                    gain[guard]);
    g_assert_cmpfloat (scene_gain (scene, 11 * RATE, 12 * RATE), <, -50.0);
  }
  g_assert_cmpfloat (gain[1], <, gain[0] + 9.0);
}

/* The reference appears when the primary has long been there. */
static void
test_late_reference (gconstpointer data)
{
  const char *name = data;
  g_autoptr (Scene) scene = scene_new (1, 1, 10 * RATE);
  g_autoptr (AncCanceller) canceller = scene_canceller (name, scene, 64, false);

  scene_paths (scene, SCENE_WHITE, 40, false, 61, 0);
  memset (scene->reference[0], 0, 4 * RATE * sizeof (float));
  scene_run (scene, canceller, 0, scene->n, 480, true);
  assert_guarded (scene, name);
  g_assert_cmpfloat (scene_gain (scene, 8 * RATE, scene->n), <, -40.0);
}

/* Weights that are wrong by so little that only the verdict on whole frames, or
 * on whole windows, can tell; the step is too small to mend them. */
static void
check_wrong_weights (float factor)
{
  g_autoptr (Scene) scene = scene_new (1, 1, 4 * RATE);
  g_autoptr (AncCanceller) canceller
      = scene_canceller ("nlms", scene, 1, false);
  AncFilterTuning tuning = anc_filter_class_default_tuning (&anc_nlms_class);
  const float weight = 1.0f;
  size_t i;

  scene_fill (scene->reference[0], scene->n, SCENE_WHITE, 73);
  for (i = 0; i < scene->n; i++)
    scene->primary[0][i] = factor * scene->reference[0][i];
  tuning.step_size = 1e-9;
  anc_canceller_tune (canceller, &tuning);
  g_assert_cmpint (anc_canceller_set_weights (canceller, &weight), ==, ANC_OK);
  scene_run (scene, canceller, 0, scene->n, 480, true);
  assert_guarded (scene, "wrong weights");
  g_assert_cmpfloat (scene_gain (scene, 2 * RATE, scene->n), <, 0.01);
}

static void
test_wrong_weights_go (void)
{
  check_wrong_weights (-0.5f);  /* + 9.5 dB: frames */
  check_wrong_weights (-1.3f);  /* + 5 dB: windows, at once */
  check_wrong_weights (-10.0f); /* + 0.8 dB: windows, in the end */
}

static void
test_divergence_is_counted (void)
{
  g_autoptr (Scene) scene = scene_new (1, 1, 2 * RATE);
  g_autoptr (AncCanceller) canceller
      = scene_canceller ("lms", scene, 64, false);
  AncFilterTuning tuning = anc_filter_class_default_tuning (&anc_lms_class);
  int guard;

  scene_paths (scene, SCENE_WHITE, 40, false, 71, 0);
  tuning.step_size = 100.0;
  for (guard = 0; guard < 2; guard++) {
    anc_canceller_reset (canceller);
    tuning.guard = guard;
    anc_canceller_tune (canceller, &tuning);
    scene_run (scene, canceller, 0, scene->n, 480, true);
    g_assert_cmpuint (anc_canceller_divergences (canceller), >, 0);
    g_assert_true (isfinite (anc_canceller_weight_norm (canceller)));
  }
}

static void
add (const char *what, GTestDataFunc func)
{
  size_t i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_strdup_printf ("/guard/%s/%s", what, names[i]);

    g_test_add_data_func (path, names[i], func);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("troubles", test_troubles);
  add ("silence", test_silence_stays_silence);
  add ("uncorrelated", test_uncorrelated_costs_little);
  add ("path-change", test_path_change);
  add ("late-reference", test_late_reference);
  g_test_add_func ("/guard/wrong-weights", test_wrong_weights_go);
  g_test_add_func ("/guard/counted", test_divergence_is_counted);
  return g_test_run ();
}
