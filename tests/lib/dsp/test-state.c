/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The laws of the sample by sample forms: results do not depend on how the
 * stream is cut into calls, nor on being carried on from a state, to the bit. */

#include "scene.h"

#include <math.h>
#include <string.h>

#define N 5000

typedef struct {
  const char *name;
  unsigned primaries;
  unsigned references;
  unsigned taps;
  bool paired;
  bool guard;
  AncSignMode sign_mode;
} Case;

static const Case cases[] = {
  { "null", 1, 1, 8, false, true, ANC_SIGN_NONE },
  { "lms", 1, 1, 33, false, true, ANC_SIGN_NONE },
  { "lms", 2, 2, 16, true, false, ANC_SIGN_DATA },
  { "lms", 1, 3, 7, false, true, ANC_SIGN_SIGN },
  { "nlms", 1, 1, 1, false, true, ANC_SIGN_NONE },
  { "nlms", 3, 2, 45, false, true, ANC_SIGN_NONE },
  { "nlms", 2, 2, 700, true, false, ANC_SIGN_NONE },
  { "rls", 1, 1, 1, false, true, ANC_SIGN_NONE },
  { "rls", 2, 2, 13, false, true, ANC_SIGN_NONE },
  { "rls", 3, 3, 10, true, false, ANC_SIGN_NONE },
};

/* A stretch that troubles the guard, one that does not, and one frozen. */
static bool
adapts_at (size_t i)
{
  return i < 3100 || i >= 3700;
}

static Scene *
new_scene (const Case *c)
{
  Scene *scene = scene_new (c->primaries, c->references, N);
  size_t i;

  scene_paths (scene, SCENE_COLOURED, 12, c->paired, 21, 0);
  for (i = 1500; i < 2600; i++)
    scene->primary[0][i] *= i < 2000 ? -1.0f : 1e-3f;
  scene->reference[0][700] = NAN;
  scene->primary[0][710] = INFINITY;
  return scene;
}

static AncCanceller *
new_canceller (const Case *c, const Scene *scene)
{
  AncCanceller *canceller
      = scene_canceller (c->name, scene, c->taps, c->paired);
  AncFilterTuning tuning
      = anc_filter_class_default_tuning (anc_filter_class_find (c->name));

  tuning.guard = c->guard;
  tuning.sign_mode = c->sign_mode;
  tuning.leakage = 1e-5;
  if (c->sign_mode != ANC_SIGN_NONE)
    tuning.step_size = 0.002;
  g_assert_cmpint (anc_canceller_tune (canceller, &tuning), ==, ANC_OK);
  return canceller;
}

/* In calls of up to `most` frames, cut where adaptation stops and goes on. */
static void
run (Scene *scene, AncCanceller *canceller, size_t from, size_t to, size_t most,
     uint32_t seed)
{
  while (from < to) {
    size_t n = 1 + (size_t) (fabsf (scene_random (&seed)) * (float) most);
    size_t end = MIN (from + n, to), i;

    for (i = from + 1; i < end; i++) {
      if (adapts_at (i) != adapts_at (from))
        end = i;
    }
    scene_run (scene, canceller, from, end, N, adapts_at (from));
    from = end;
  }
}

static void
assert_same_output (const Scene *a, const Scene *b, size_t from)
{
  unsigned i;

  for (i = 0; i < a->n_primaries; i++)
    g_assert_cmpmem (a->error[i] + from, (N - from) * sizeof (float),
                     b->error[i] + from, (N - from) * sizeof (float));
}

static void
test_any_cut_gives_the_same_bits (gconstpointer data)
{
  const Case *c = data;
  static const size_t most[] = { 1, 7, 160, 700 };
  g_autoptr (Scene) whole = new_scene (c);
  g_autoptr (AncCanceller) reference = new_canceller (c, whole);
  size_t i;

  run (whole, reference, 0, N, N, 1);
  for (i = 0; i < G_N_ELEMENTS (most); i++) {
    g_autoptr (Scene) scene = new_scene (c);
    g_autoptr (AncCanceller) canceller = new_canceller (c, scene);

    run (scene, canceller, 0, N, most[i], 5);
    assert_same_output (whole, scene, 0);
    g_assert_cmpuint (anc_canceller_divergences (canceller), ==,
                      anc_canceller_divergences (reference));
  }
}

static void
test_any_state_carries_on (gconstpointer data)
{
  const Case *c = data;
  static const size_t cuts[] = { 0,    1,    319,  320,  321,  699,  701,
                                 1711, 2005, 2300, 3100, 3400, 3701, 4999 };
  g_autoptr (Scene) whole = new_scene (c);
  g_autoptr (AncCanceller) reference = new_canceller (c, whole);
  size_t i;

  run (whole, reference, 0, N, N, 1);
  for (i = 0; i < G_N_ELEMENTS (cuts); i++) {
    g_autoptr (Scene) scene = new_scene (c);
    g_autoptr (AncCanceller) first = new_canceller (c, scene);
    g_autoptr (AncCanceller) second = new_canceller (c, scene);
    size_t size = anc_canceller_state_size (first);
    g_autofree guint8 *bytes = g_malloc (size), *again = g_malloc (size);

    run (scene, first, 0, cuts[i], 300, 9);
    anc_canceller_save_state (first, bytes);
    /* What was there before must leave no trace. */
    run (scene, second, 100, 900, 300, 9);
    g_assert_cmpint (anc_canceller_load_state (second, bytes, size), ==,
                     ANC_OK);
    anc_canceller_save_state (second, again);
    g_assert_cmpmem (bytes, size, again, size);
    run (scene, second, cuts[i], N, 300, 9);
    assert_same_output (whole, scene, cuts[i]);
  }
}

static void
test_damage_is_refused (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Scene) scene = new_scene (c);
  g_autoptr (AncCanceller) canceller = new_canceller (c, scene);
  size_t size = anc_canceller_state_size (canceller);
  g_autofree guint8 *bytes = g_malloc (size), *now = g_malloc (size);
  uint32_t seed = 3;
  int i;

  run (scene, canceller, 0, 2345, 300, 9);
  anc_canceller_save_state (canceller, bytes);
  for (i = 0; i < 300; i++) {
    g_autofree guint8 *damaged = g_memdup2 (bytes, size);
    size_t place
        = (size_t) (fabsf (scene_random (&seed)) * (float) size) % size;

    damaged[place] ^= (guint8) (1 + i % 255);
    g_assert_cmpint (anc_canceller_load_state (canceller, damaged, size), ==,
                     ANC_ERROR_STATE);
    g_assert_cmpint (anc_canceller_load_state (canceller, bytes, place), ==,
                     ANC_ERROR_STATE);
  }
  anc_canceller_save_state (canceller, now);
  g_assert_cmpmem (bytes, size, now, size);
}

/* With a right checksum the fields themselves must keep a crash away. */
static void
test_forged_states_do_no_harm (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Scene) scene = new_scene (c);
  g_autoptr (AncCanceller) canceller = new_canceller (c, scene);
  size_t size = anc_canceller_state_size (canceller), j;
  g_autofree guint8 *bytes = g_malloc (size);
  uint32_t seed = 4;
  int i, k;

  run (scene, canceller, 0, 2345, 300, 9);
  for (i = 0; i < 200; i++) {
    AncState state = { ANC_STATE_WRITE, bytes, size, size - 8, false };

    anc_canceller_save_state (canceller, bytes);
    for (k = 0; k < 4; k++) {
      size_t place = (size_t) (fabsf (scene_random (&seed)) * (float) size);

      bytes[place % size] = (guint8) (scene_random (&seed) * 255.0f);
    }
    anc_state_checksum (&state);
    if (anc_canceller_load_state (canceller, bytes, size) != ANC_OK)
      continue;
    run (scene, canceller, 2345, 2345 + 400, 300, 9);
    for (j = 2345; j < 2345 + 400; j++)
      g_assert_true (isfinite (scene->error[0][j]));
  }
}

static void
test_other_layouts_are_refused (void)
{
  g_autoptr (Scene) scene = scene_new (2, 2, 1);
  g_autoptr (AncCanceller) a = scene_canceller ("nlms", scene, 8, true);
  g_autoptr (AncCanceller) b = scene_canceller ("lms", scene, 8, true);
  g_autoptr (AncCanceller) c = scene_canceller ("nlms", scene, 9, true);
  g_autofree guint8 *bytes = g_malloc (anc_canceller_state_size (a));

  anc_canceller_save_state (a, bytes);
  g_assert_cmpint (
      anc_canceller_load_state (b, bytes, anc_canceller_state_size (a)), ==,
      ANC_ERROR_STATE);
  g_assert_cmpint (
      anc_canceller_load_state (c, bytes, anc_canceller_state_size (a)), ==,
      ANC_ERROR_STATE);
}

static void
add (const char *law, GTestDataFunc func)
{
  size_t i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path
        = g_strdup_printf ("/state/%s/%s-%zu", law, cases[i].name, i);

    g_test_add_data_func (path, &cases[i], func);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("any-cut", test_any_cut_gives_the_same_bits);
  add ("any-state", test_any_state_carries_on);
  add ("damage", test_damage_is_refused);
  add ("forged", test_forged_states_do_no_harm);
  g_test_add_func ("/state/other-layouts", test_other_layouts_are_refused);
  return g_test_run ();
}
