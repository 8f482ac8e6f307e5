/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stream that is cut at any sample and continued from `state` gives the same
 * samples, bit for bit. */
#include "bench.h"

#include <string.h>

#define N 1200

typedef struct {
  const gchar *name;
  const gchar *launch;
  guint channels, references;
  gsize late; /* frames of the reference that are missing at the start */
  gboolean in_band;
} Case;

static const Case cases[] = {
  { "lms", "anclms filter-length=8", 1, 1, 0, FALSE },
  { "nlms", "ancnlms filter-length=8", 1, 1, 0, FALSE },
  { "rls", "ancrls filter-length=8", 1, 1, 0, FALSE },
  { "no-guard", "ancnlms filter-length=8 guard=false", 1, 1, 0, FALSE },
  { "paired", "ancnlms filter-length=8", 2, 2, 0, FALSE },
  { "all-2x3", "ancrls filter-length=4", 2, 3, 0, FALSE },
  { "delay", "ancnlms filter-length=8 delay=50", 1, 1, 0, FALSE },
  { "delay-2x3", "anclms filter-length=8 delay=50", 2, 3, 0, FALSE },
  { "delay-late", "ancnlms filter-length=8 delay=300", 1, 1, 400, FALSE },
  { "in-band", "ancnlms filter-length=8 reference-channel=2", 2, 1, 0, TRUE },
  { "in-band-delay", "ancrls filter-length=8 reference-channel=2 delay=70", 2,
    1, 0, TRUE },
};

static const gsize cuts[] = { 1, 7, 100, 320, 321, 390, 450, 801, N - 1 };

static void
push_reference (Bench *bench, const Case *c, const Sound *reference, gsize from,
                gsize to)
{
  from = MAX (from, c->late);
  if (!c->in_band && from < to)
    bench_push (bench->reference, reference, from, to - from);
}

/* Frames from..to of both sides. The reference lags: its last frames come
 * after the primary's end, and a delay needs them in the state all the same. */
static void
feed_part (Bench *bench, const Case *c, const Sound *primary,
           const Sound *reference, gsize from, gsize to)
{
  gsize fed = from;

  for (gsize k = from, n; k < to; k += n) {
    n = MIN (97, to - k);
    bench_push (bench->primary, primary, k, n);
    push_reference (bench, c, reference, fed, k);
    fed = k;
  }
  if (c->in_band || bench_stat (bench, "delay-samples") == 0.)
    push_reference (bench, c, reference, fed, to);
  bench_eos (bench->primary);
  if (c->in_band)
    return;
  push_reference (bench, c, reference, fed, to);
  bench_eos (bench->reference);
}

static Bench *
new_bench (const Case *c)
{
  return c->in_band ? bench_new (c->launch, c->channels + 1, 0)
                    : bench_new (c->launch, c->channels, c->references);
}

static Sound *
run_cut (const Case *c, const Sound *primary, const Sound *reference, gsize cut,
         gboolean stopped)
{
  g_autoptr (Bench) first = new_bench (c), second = new_bench (c);
  g_autoptr (GBytes) state = NULL;
  g_autoptr (Sound) head = NULL, tail = NULL;
  Sound *both = sound_new (c->channels, primary->frames);

  feed_part (first, c, primary, reference, 0, cut);
  head = bench_pull (first);
  g_assert_cmpuint (head->frames, ==, cut);
  if (stopped)
    gst_element_set_state (first->element, GST_STATE_NULL);
  g_object_get (first->element, "state", &state, NULL);
  g_assert_nonnull (state);
  g_object_set (second->element, "state", state, NULL);
  feed_part (second, c, primary, reference, cut, primary->frames);
  tail = bench_pull (second);
  g_assert_cmpuint (tail->frames, ==, primary->frames - cut);
  memcpy (both->data, head->data, cut * c->channels * sizeof (gfloat));
  memcpy (both->data + cut * c->channels, tail->data,
          tail->frames * c->channels * sizeof (gfloat));
  return both;
}

static void
test_cut (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Sound) reference = sound_noise (c->references, N, 111);
  g_autoptr (Sound) alone = sound_primary (reference, c->channels, 112);
  g_autoptr (Sound) primary
      = c->in_band ? sound_beside (alone, reference) : sound_copy (alone);
  g_autoptr (Bench) whole = new_bench (c);
  g_autoptr (Sound) expected = NULL;

  feed_part (whole, c, primary, reference, 0, N);
  expected = bench_pull (whole);
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    g_autoptr (Sound) got
        = run_cut (c, primary, reference, cuts[i], i % 2 == 0);
    g_test_message ("cut at %" G_GSIZE_FORMAT, cuts[i]);
    assert_same_sound (got, expected);
  }
}

static GBytes *
state_of (const gchar *launch)
{
  g_autoptr (Sound) reference = sound_noise (1, 500, 113);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 114);
  g_autoptr (Bench) bench = bench_new (launch, 1, 1);
  GBytes *state;

  bench_feed (bench, primary, reference, 100);
  g_object_get (bench->element, "state", &state, NULL);
  return state;
}

/* Sets the state and plays: TRUE when it was refused with one sentence. */
static gboolean
is_refused (const gchar *launch, GBytes *state)
{
  g_autoptr (Sound) sound = sound_noise (1, 100, 115);
  g_autoptr (Bench) bench = bench_new (launch, 1, 1);
  g_autofree gchar *text = NULL;
  GstFlowReturn flow;
  guint n;

  g_object_set (bench->element, "state", state, NULL);
  bench_push (bench->reference, sound, 0, 100);
  flow = bench_push (bench->primary, sound, 0, 100);
  n = bench_messages (bench, GST_MESSAGE_ERROR, &text);
  if (flow == GST_FLOW_OK)
    return FALSE;
  g_assert_cmpint (flow, ==, GST_FLOW_ERROR);
  g_assert_cmpuint (n, ==, 1);
  g_assert_nonnull (strstr (text, "refused"));
  return TRUE;
}

static void
test_foreign (void)
{
  const gchar *launch = "ancnlms filter-length=8 delay=10";
  g_autoptr (GBytes) state = state_of (launch);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) text = g_bytes_new_static ("a state this is not", 19);
  static const gchar *const others[]
      = { "ancnlms filter-length=9 delay=10", "ancnlms filter-length=8",
          "ancnlms filter-length=8 delay=11", "ancrls filter-length=8 delay=10",
          "ancnlms filter-length=8 delay=-10" };

  g_assert_false (is_refused (launch, state));
  g_assert_true (is_refused (launch, empty));
  g_assert_true (is_refused (launch, text));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_true (is_refused (others[i], state));
}

/* Cut short anywhere it is refused; with any byte changed it is refused or
 * gives a stream of numbers, and never ends the process. */
static void
test_damaged (gconstpointer data)
{
  const gchar *launch = data;
  g_autoptr (GBytes) state = state_of (launch);
  gsize size = g_bytes_get_size (state);
  g_autoptr (GRand) rand = g_rand_new_with_seed (116);

  for (guint i = 0; i < 60; i++) {
    gsize n = (gsize) g_rand_int_range (rand, 0, (gint32) size);
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (state, 0, n);
    g_assert_true (is_refused (launch, part));
  }
  for (guint i = 0; i < 300; i++) {
    gsize at = (gsize) g_rand_int_range (rand, 0, (gint32) size);
    guint8 *bytes = g_memdup2 (g_bytes_get_data (state, NULL), size);
    g_autoptr (GBytes) damaged = NULL;

    bytes[at] ^= (guint8) g_rand_int_range (rand, 1, 256);
    damaged = g_bytes_new_take (bytes, size);
    is_refused (launch, damaged);
  }
}

static void
test_no_state (void)
{
  g_autoptr (Bench) bench = bench_new ("ancnlms delay=-10", 1, 1);
  g_autoptr (Sound) sound = sound_noise (1, 100, 117);
  g_autoptr (GBytes) state = NULL;

  g_object_get (bench->element, "state", &state, NULL);
  g_assert_null (state);
  bench_feed (bench, sound, sound, 100);
  g_object_get (bench->element, "state", &state, NULL);
  g_assert_null (state);
}

/* Read between a reference's new format and the filter's. */
static void
test_while_format_changes (void)
{
  g_autoptr (Bench) bench = bench_new ("ancnlms delay=300", 1, 1);
  g_autoptr (Sound) sound = sound_noise (1, 1000, 118);
  g_autoptr (Sound) wide = sound_noise (5, 1000, 119);
  g_autoptr (GBytes) state = NULL;

  bench_push (bench->reference, sound, 0, 1000);
  bench_push (bench->primary, sound, 0, 800);
  gst_harness_set_src_caps (bench->reference, bench_caps (5, BENCH_RATE));
  bench_push (bench->reference, wide, 700, 300);
  g_object_get (bench->element, "state", &state, NULL);
  g_assert_nonnull (state);
  bench_push (bench->primary, sound, 800, 200);
  bench_eos (bench->primary);
}

static void
add_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *name = g_strdup_printf ("/state/cut/%s", cases[i].name);
    g_test_add_data_func (name, &cases[i], test_cut);
  }
  g_test_add_func ("/state/foreign", test_foreign);
  g_test_add_data_func ("/state/damaged/nlms",
                        "ancnlms filter-length=8 delay=20", test_damaged);
  g_test_add_data_func ("/state/damaged/rls", "ancrls filter-length=4",
                        test_damaged);
  g_test_add_func ("/state/none", test_no_state);
  g_test_add_func ("/state/while-format-changes", test_while_format_changes);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
