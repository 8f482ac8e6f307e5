/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A table of scenes with the cancellation that each filter must reach, and
 * the contract of anc-canceller.h. */

#include "scene.h"

#include <math.h>
#include <string.h>

#define RATE 16000
#define N (8 * RATE)

typedef struct {
  const char *name;
  SceneKind kind;
  unsigned primaries;
  unsigned references;
  bool paired;
  double step; /* 0: the default */
  double floor_db;
} Row;

static const Row rows[] = {
  { "null", SCENE_WHITE, 1, 1, false, 0, 0.001 },
  { "lms", SCENE_WHITE, 1, 1, false, 0, -40 },
  { "lms", SCENE_COLOURED, 1, 1, false, 0, -12 },
  { "lms", SCENE_TONES, 2, 2, true, 0, -30 },
  { "lms", SCENE_WHITE, 3, 3, false, 0, -40 },
  { "nlms", SCENE_WHITE, 1, 1, false, 0, -45 },
  { "nlms", SCENE_COLOURED, 1, 1, false, 0, -35 },
  { "nlms", SCENE_COLOURED, 1, 1, false, 0.5, -37 },
  { "nlms", SCENE_SPEECH, 1, 1, false, 0.5, -30 },
  { "nlms", SCENE_TONES, 1, 1, false, 0, -40 },
  { "nlms", SCENE_WHITE, 2, 2, true, 0, -45 },
  { "nlms", SCENE_WHITE, 2, 2, false, 0, -45 },
  { "nlms", SCENE_WHITE, 3, 3, false, 0, -45 },
  { "nlms", SCENE_WHITE, 1, 3, false, 0, -45 },
  { "nlms", SCENE_WHITE, 3, 1, false, 0, -45 },
  { "rls", SCENE_WHITE, 1, 1, false, 0, -45 },
  { "rls", SCENE_COLOURED, 1, 1, false, 0, -39 },
  { "rls", SCENE_RESONANT, 1, 1, false, 0, -37 },
  { "rls", SCENE_SPEECH, 1, 1, false, 0, -35 },
  { "rls", SCENE_TONES, 1, 1, false, 0, -40 },
  { "rls", SCENE_WHITE, 2, 2, true, 0, -45 },
  { "rls", SCENE_COLOURED, 2, 2, false, 0, -39 },
  { "rls", SCENE_WHITE, 3, 3, false, 0, -45 },
};

static void
test_scene (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (Scene) scene = scene_new (row->primaries, row->references, N);
  g_autoptr (AncCanceller) canceller
      = scene_canceller (row->name, scene, 32, row->paired);
  AncFilterTuning tuning
      = anc_filter_class_default_tuning (anc_filter_class_find (row->name));
  double gain;

  scene_paths (scene, row->kind, 24, row->paired, 81, 0);
  if (row->step > 0.0)
    tuning.step_size = row->step;
  anc_canceller_tune (canceller, &tuning);
  scene_run (scene, canceller, 0, N, 480, true);
  gain = scene_gain (scene, N - 2 * RATE, N);
  g_test_message ("%.1f dB, kernel %s", gain, anc_canceller_kernel (canceller));
  g_assert_cmpfloat (gain, <, row->floor_db);
}

/* Frozen, the output is linear in the primary and in the references, and is
 * that of the weights as they are read. */
static void
test_frozen_is_linear (void)
{
  g_autoptr (Scene) scene = scene_new (2, 3, 4000);
  g_autoptr (AncCanceller) canceller
      = scene_canceller ("nlms", scene, 21, false);
  g_autofree float *weights
      = g_new (float, anc_canceller_weights_count (canceller));
  size_t i, j;
  unsigned p, c;

  g_assert_cmpuint (anc_canceller_weights_count (canceller), ==, 2 * 3 * 21);
  g_assert_cmpuint (anc_canceller_weights_responses (canceller), ==, 6);
  scene_paths (scene, SCENE_COLOURED, 20, false, 91, 0);
  scene_run (scene, canceller, 0, 2000, 480, true);
  anc_canceller_get_weights (canceller, weights);
  scene_run (scene, canceller, 2000, 4000, 331, false);
  for (p = 0; p < 2; p++) {
    for (i = 2000; i < 4000; i++) {
      double e = scene->primary[p][i];

      for (c = 0; c < 3; c++) {
        for (j = 0; j < 21; j++)
          e -= (double) weights[(p * 3 + c) * 21 + j]
               * scene->reference[c][i - j];
      }
      g_assert_cmpfloat_with_epsilon (scene->error[p][i], e, 2e-6);
    }
  }
  g_assert_cmpint (anc_canceller_set_weights (canceller, weights), ==, ANC_OK);
  weights[5] = NAN;
  g_assert_cmpint (anc_canceller_set_weights (canceller, weights), ==,
                   ANC_ERROR_ARGUMENT);
}

/* Weights read from one filter and given to another filter alike. */
static void
test_weights_carry_over (void)
{
  static const char *const names[] = { "lms", "nlms", "rls" };
  size_t i, k;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (Scene) scene = scene_new (2, 2, 8000);
    g_autoptr (AncCanceller) a = scene_canceller (names[i], scene, 19, true);
    g_autoptr (AncCanceller) b = scene_canceller (names[i], scene, 19, true);
    g_autofree float *weights = g_new (float, anc_canceller_weights_count (a));
    g_autofree float *outputs = g_new (float, 1000);

    scene_paths (scene, SCENE_WHITE, 12, true, 95, 0);
    scene_run (scene, a, 0, 6000, 480, true);
    anc_canceller_get_weights (a, weights);
    scene_run (scene, a, 6000, 8000, 480, false);
    memcpy (outputs, scene->error[1] + 7000, 1000 * sizeof (float));
    anc_canceller_set_weights (b, weights);
    scene_run (scene, b, 6000, 8000, 480, false);
    for (k = 0; k < 1000; k++)
      g_assert_cmpfloat (outputs[k], ==, scene->error[1][7000 + k]);
  }
}

/* A gap in the primary: the reference runs on through feed, and what follows
 * is as if both had been there with adaptation held. */
static void
test_feed (void)
{
  g_autoptr (Scene) scene = scene_new (1, 1, 6000);
  g_autoptr (AncCanceller) a = scene_canceller ("nlms", scene, 50, false);
  g_autoptr (AncCanceller) b = scene_canceller ("nlms", scene, 50, false);
  g_autofree float *outputs = g_new (float, 2000);
  const float *x = scene->reference[0] + 3000;

  scene_paths (scene, SCENE_WHITE, 40, false, 97, 0);
  scene_run (scene, a, 0, 3000, 480, true);
  scene_run (scene, a, 3000, 4000, 480, false);
  scene_run (scene, a, 4000, 6000, 480, true);
  memcpy (outputs, scene->error[0] + 4000, 2000 * sizeof (float));
  scene_run (scene, b, 0, 3000, 480, true);
  anc_canceller_feed (b, &x, 1000);
  scene_run (scene, b, 4000, 6000, 480, true);
  g_assert_cmpmem (outputs, 2000 * sizeof (float), scene->error[0] + 4000,
                   2000 * sizeof (float));
}

static void
test_reset (void)
{
  g_autoptr (Scene) scene = scene_new (1, 1, 4000);
  g_autoptr (AncCanceller) canceller
      = scene_canceller ("rls", scene, 20, false);
  size_t size = anc_canceller_state_size (canceller);
  g_autofree guint8 *fresh = g_malloc (size), *now = g_malloc (size);
  double norm;

  scene_paths (scene, SCENE_WHITE, 12, false, 99, 0);
  anc_canceller_save_state (canceller, fresh);
  scene_run (scene, canceller, 0, 4000, 480, true);
  norm = anc_canceller_weight_norm (canceller);
  anc_canceller_reset_history (canceller);
  g_assert_cmpfloat (norm, >, 0.1);
  g_assert_cmpfloat (norm, ==, anc_canceller_weight_norm (canceller));
  anc_canceller_reset (canceller);
  anc_canceller_save_state (canceller, now);
  g_assert_cmpmem (fresh, size, now, size);
}

static void
test_levels (void)
{
  g_autoptr (Scene) scene = scene_new (1, 2, 1000);
  g_autoptr (AncCanceller) canceller
      = scene_canceller ("null", scene, 4, false);
  AncLevels levels;
  size_t i;

  for (i = 0; i < 1000; i++) {
    scene->primary[0][i] = 0.5f;
    scene->reference[0][i] = scene->reference[1][i] = 0.25f;
  }
  scene_run (scene, canceller, 0, 1000, 333, true);
  levels = anc_canceller_take_levels (canceller);
  g_assert_cmpfloat_with_epsilon (levels.primary, 250.0, 1e-3);
  g_assert_cmpfloat_with_epsilon (levels.output, 250.0, 1e-3);
  g_assert_cmpfloat_with_epsilon (levels.reference, 125.0, 1e-3);
  g_assert_cmpuint (levels.samples, ==, 1000);
  g_assert_cmpuint (anc_canceller_take_levels (canceller).samples, ==, 0);
  g_assert_cmpuint (anc_canceller_latency (canceller), ==, 0);
}

/* Frames from..to, each call into the place of its own frames. */
static void
run_stereo (AncCanceller *canceller, const Scene *scene, unsigned channel,
            size_t from, size_t to, bool adapt)
{
  float frames[2 * 1201];
  size_t at, i, n;

  for (at = from; at < to; at += n) {
    n = MIN (to - at, 1201);
    for (i = 0; i < n; i++) {
      frames[2 * i + channel] = scene->reference[0][at + i];
      frames[2 * i + 1 - channel] = scene->primary[0][at + i];
    }
    anc_canceller_process_stereo (canceller, frames, channel, frames, n, adapt);
    g_assert_cmpmem (frames, n * sizeof (float), scene->error[0] + at,
                     n * sizeof (float));
  }
}

static void
check_stereo (const char *name, unsigned channel)
{
  g_autoptr (Scene) scene = scene_new (1, 1, 8000);
  g_autoptr (AncCanceller) planes = scene_canceller (name, scene, 19, false);
  g_autoptr (AncCanceller) stereo = scene_canceller (name, scene, 19, false);
  AncLevels a, b;

  scene_paths (scene, SCENE_COLOURED, 12, false, 5, 0);
  scene->primary[0][1000] = scene->reference[0][5200] = NAN;
  scene->primary[0][5100] = INFINITY;
  scene->reference[0][1400] = -2e12f;
  scene_run (scene, planes, 0, 4000, 480, true);
  scene_run (scene, planes, 4000, 8000, 480, false);
  run_stereo (stereo, scene, channel, 0, 4000, true);
  run_stereo (stereo, scene, channel, 4000, 8000, false);
  a = anc_canceller_take_levels (planes);
  b = anc_canceller_take_levels (stereo);
  g_assert_cmpfloat_with_epsilon (a.primary, b.primary, 1e-5 * a.primary);
  g_assert_cmpfloat_with_epsilon (a.reference, b.reference, 1e-5 * a.reference);
  g_assert_cmpfloat_with_epsilon (a.output, b.output, 1e-5 * a.output);
  g_assert_cmpuint (b.samples, ==, 8000);
}

/* Interleaved and in place, the samples are those of planes to the bit, and
 * what is no signal is as little of one. */
static void
test_stereo (void)
{
  static const char *const names[] = { "null", "lms", "nlms", "rls" };
  size_t i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    check_stereo (names[i], 0);
    check_stereo (names[i], 1);
  }
}

static void
test_bad_layouts_are_refused (void)
{
  const AncFilterLayout good = { .rate = 8000,
                                 .n_primaries = 2,
                                 .n_references = 2,
                                 .filter_length = 8,
                                 .initial_variance = 1.0 };
  AncFilterLayout bad[8];
  AncCanceller *canceller = NULL;
  int i;

  for (i = 0; i < 8; i++)
    bad[i] = good;
  bad[0].rate = 0;
  bad[1].n_primaries = 0;
  bad[2].n_references = ANC_MAX_CHANNELS + 1;
  bad[3].filter_length = 0;
  bad[4].filter_length = ANC_MAX_FILTER_LENGTH + 1;
  bad[5].initial_variance = 0.0;
  bad[6].initial_variance = NAN;
  bad[7].paired = true;
  bad[7].n_references = 3;
  for (i = 0; i < 8; i++)
    g_assert_cmpint (anc_canceller_new (&anc_rls_class, &bad[i], &canceller),
                     ==, ANC_ERROR_ARGUMENT);
  bad[0] = good;
  bad[0].filter_length = 100000;
  g_assert_cmpint (anc_canceller_new (&anc_rls_class, &bad[0], &canceller), ==,
                   ANC_ERROR_ARGUMENT);
  g_assert_null (canceller);
  g_assert_null (anc_filter_class_find ("lmss"));
}

int
main (int argc, char **argv)
{
  size_t i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf (
        "/canceller/scene/%s-%d-%u-%u%s-%zu", rows[i].name, (int) rows[i].kind,
        rows[i].primaries, rows[i].references, rows[i].paired ? "-paired" : "",
        i);

    g_test_add_data_func (path, &rows[i], test_scene);
  }
  g_test_add_func ("/canceller/frozen", test_frozen_is_linear);
  g_test_add_func ("/canceller/weights", test_weights_carry_over);
  g_test_add_func ("/canceller/feed", test_feed);
  g_test_add_func ("/canceller/reset", test_reset);
  g_test_add_func ("/canceller/levels", test_levels);
  g_test_add_func ("/canceller/stereo", test_stereo);
  g_test_add_func ("/canceller/layouts", test_bad_layouts_are_refused);
  return g_test_run ();
}
