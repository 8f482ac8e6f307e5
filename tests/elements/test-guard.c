/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The guard holds through the element, whatever comes in: never more than five
 * 20 ms frames running above max (primary + 6 dB, -80 dBFS). */
#include "bench.h"

#include <math.h>

#define N (4 * BENCH_RATE)
#define FRAME (BENCH_RATE / 50)

typedef enum {
  SCENE_NOISE,
  SCENE_SILENCE,
  SCENE_NO_FINITE,
  SCENE_CLIPPED,
  SCENE_TONES,
  SCENE_PATH_CHANGE,
  SCENE_LATE_REFERENCE,
  SCENE_UNCORRELATED,
  SCENE_QUIET_PRIMARY,
  N_SCENES,
} Scene;

static const gchar *const names[N_SCENES]
    = { "noise",          "silence",      "non-finite",
        "clipped",        "tones",        "path-change",
        "late-reference", "uncorrelated", "quiet-primary" };

/* Large steps on purpose: the guard is what is tested. */
static const gchar *const launches[]
    = { "anclms filter-length=64 step-size=0.5",
        "ancnlms filter-length=64 step-size=1.9 regularization=0",
        "ancrls filter-length=32 forgetting-factor=0.95" };

static void
spoil (Sound *sound, Scene scene)
{
  for (gsize k = 0; k < sound->frames; k++) {
    gfloat *x = sound->data + k;

    switch (scene) {
    case SCENE_SILENCE:
      *x = k > N / 4 && k < N / 2 ? 0.f : *x;
      break;
    case SCENE_NO_FINITE:
      if (k % 5003 == 0)
        *x = k % 2 == 0 ? NAN : INFINITY;
      break;
    case SCENE_CLIPPED:
      *x = CLAMP (*x * 20.f, -1.f, 1.f);
      break;
    case SCENE_TONES:
      *x = (gfloat) (.3 * sin (2. * G_PI * 440. * (gdouble) k / BENCH_RATE));
      break;
    default:
      break;
    }
  }
}

static void
make_scene (Scene scene, Sound **ret_primary, Sound **ret_reference)
{
  Sound *reference = sound_noise (1, N, 131), *primary;

  spoil (reference, scene);
  primary = sound_primary (reference, 1, 132);
  if (scene == SCENE_NO_FINITE || scene == SCENE_CLIPPED)
    spoil (primary, scene);
  for (gsize k = 0; k < N; k++) {
    if (scene == SCENE_PATH_CHANGE && k > N / 2)
      primary->data[k] = -2.f * primary->data[k];
    if (scene == SCENE_QUIET_PRIMARY && k > N / 2)
      primary->data[k] *= 1e-4f;
  }
  if (scene == SCENE_UNCORRELATED) {
    sound_free (primary);
    primary = sound_noise (1, N, 999);
  }
  *ret_primary = primary;
  *ret_reference = reference;
}

static gdouble
finite_db (const Sound *sound, gsize from)
{
  gdouble sum = 0.;

  for (gsize k = from; k < from + FRAME; k++)
    sum += isfinite (sound->data[k]) ? (gdouble) sound->data[k] * sound->data[k]
                                     : 0.;
  return 10. * log10 (sum / FRAME + 1e-20);
}

/* At every position of the frames, not at the guard's own alone. */
static void
assert_guarded (const Sound *primary, const Sound *output)
{
  for (gsize k = 0; k < output->frames; k++)
    g_assert_true (isfinite (output->data[k]));
  for (gsize phase = 0; phase < FRAME; phase += FRAME / 4) {
    guint running = 0;

    for (gsize k = phase; k + FRAME <= output->frames; k += FRAME) {
      gdouble limit = MAX (finite_db (primary, k) + 6., -80.);

      running = finite_db (output, k) > limit ? running + 1 : 0;
      g_assert_cmpuint (running, <=, 5);
    }
  }
}

static void
test_scene (gconstpointer data)
{
  Scene scene = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    g_autoptr (Bench) bench = bench_new (launches[i], 1, 1);
    g_autoptr (Sound) primary = NULL, reference = NULL, output = NULL;
    gsize late = scene == SCENE_LATE_REFERENCE ? N / 2 : 0;

    make_scene (scene, &primary, &reference);
    bench_push (bench->primary, primary, 0, N);
    bench_push (bench->reference, reference, late, N - late);
    bench_eos (bench->primary);
    output = bench_pull (bench);
    g_assert_cmpuint (output->frames, ==, N);
    assert_guarded (primary, output);
  }
}

static void
add_tests (void)
{
  for (guint i = 0; i < N_SCENES; i++) {
    g_autofree gchar *name = g_strdup_printf ("/guard/%s", names[i]);
    g_test_add_data_func (name, GUINT_TO_POINTER (i), test_scene);
  }
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
