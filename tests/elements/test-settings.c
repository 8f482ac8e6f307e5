/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties, actions, figures and messages. */
#include "bench.h"

#include <math.h>
#include <string.h>

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

#define N 6000

static Sound *
run_output (const gchar *output, const Sound *primary, const Sound *reference)
{
  g_autofree gchar *launch
      = g_strdup_printf ("ancnlms filter-length=8 output=%s", output);
  g_autoptr (Bench) bench
      = bench_new (launch, primary->channels, reference->channels);

  bench_feed (bench, primary, reference, 160);
  return bench_pull (bench);
}

static void
test_output (gconstpointer data)
{
  guint channels = GPOINTER_TO_UINT (data);
  g_autoptr (Sound) reference = sound_noise (1, N, 91);
  g_autoptr (Sound) primary = sound_primary (reference, channels, 92);
  g_autoptr (Sound) error = run_output ("error", primary, reference);
  g_autoptr (Sound) estimate = run_output ("estimate", primary, reference);
  g_autoptr (Sound) same = run_output ("primary", primary, reference);

  assert_same_sound (same, primary);
  for (gsize k = 0; k < N * channels; k++)
    g_assert_cmpfloat (
        ABS (error->data[k] + estimate->data[k] - primary->data[k]), <, 1e-7f);
  g_assert_cmpfloat (sound_db (estimate, N / 2, N / 2), >, -30.);
}

/* A frozen filter is linear: f(a) + f(b) = f(a + b). */
static void
test_frozen_is_linear (void)
{
  gfloat response[16];
  g_autoptr (Sound) a = sound_noise (1, 1000, 93),
                    b = sound_noise (1, 1000, 94);
  g_autoptr (Sound) sum = sound_new (1, 1000), zero = sound_new (1, 1000);
  const Sound *inputs[3] = { a, b, sum };
  Sound *outputs[3];
  gchar *weights;
  g_autofree gchar *launch = NULL;

  for (guint k = 0; k < 16; k++)
    response[k] = 1.f / (gfloat) (k + 1);
  weights = bench_wav (response, 1, 16, BENCH_RATE);
  launch = g_strdup_printf ("anclms filter-length=16 adapt=false weights=%s",
                            weights);
  for (guint k = 0; k < 1000; k++)
    sum->data[k] = a->data[k] + b->data[k];
  for (guint i = 0; i < 3; i++) {
    g_autoptr (Bench) bench = bench_new (launch, 1, 1);
    bench_feed (bench, zero, inputs[i], 100);
    outputs[i] = bench_pull (bench);
  }
  for (guint k = 0; k < 1000; k++)
    g_assert_cmpfloat (
        ABS (outputs[0]->data[k] + outputs[1]->data[k] - outputs[2]->data[k]),
        <, 1e-6f);
  g_assert_cmpfloat (sound_db (outputs[2], 0, 1000), >, -20.);
  for (guint i = 0; i < 3; i++)
    sound_free (outputs[i]);
  bench_remove (weights);
}

static void
test_reset (void)
{
  g_autoptr (Sound) reference = sound_noise (1, N, 95);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 96);
  g_autoptr (Bench) bench = bench_new ("ancrls filter-length=8", 1, 1);

  bench_push (bench->reference, reference, 0, N);
  bench_push (bench->primary, primary, 0, N);
  g_assert_cmpfloat (bench_stat (bench, "weight-norm"), >, .1);
  g_signal_emit_by_name (bench->element, "reset");
  g_assert_cmpfloat (bench_stat (bench, "weight-norm"), ==, 0.);
}

/* Settings may change while buffers flow; weights carry over what fits. */
static void
test_changes_while_playing (gconstpointer data)
{
  const gchar *name = data;
  gsize half = 8000;
  g_autoptr (Sound) reference = sound_noise (1, 2 * half, 97);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 98);
  g_autofree gchar *launch = g_strdup_printf ("%s filter-length=16", name);
  g_autoptr (Bench) bench = bench_new (launch, 1, 1);
  g_autoptr (Sound) output = NULL;
  static const gchar *const changes[]
      = { "filter-length=32", "delay=3",         "filter-length=8",
          "guard=false",      "adapt=false",     "output=primary",
          "output=error",     "delay=-5",        "delay=0",
          "adapt=true",       "filter-length=16" };

  for (gsize k = 0; k < half; k += 160) {
    if (k / 160 % 4 == 3) {
      g_auto (GStrv) pair
          = g_strsplit (changes[k / 640 % G_N_ELEMENTS (changes)], "=", 2);
      gst_util_set_object_arg (G_OBJECT (bench->element), pair[0], pair[1]);
    }
    bench_push (bench->primary, primary, k, 160);
    bench_push (bench->reference, reference, k, 160);
  }
  gst_util_set_object_arg (G_OBJECT (bench->element), "output", "error");
  g_object_set (bench->element, "delay", 0, "adapt", TRUE, "filter-length", 16,
                "guard", TRUE, NULL);
  for (gsize k = half; k < 2 * half; k += 160) {
    bench_push (bench->primary, primary, k, 160);
    bench_push (bench->reference, reference, k, 160);
  }
  bench_eos (bench->primary);
  output = bench_pull (bench);
  g_assert_cmpuint (output->frames, ==, 2 * half);
  g_assert_cmpfloat (sound_db (output, 2 * half - 2000, 2000), <,
                     sound_db (primary, 2 * half - 2000, 2000) - 2.);
}

/* Taps that a longer filter has in common are kept. */
static void
test_longer_filter_keeps_weights (void)
{
  g_autoptr (Sound) reference = sound_noise (1, N + 100, 99);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 100);
  g_autoptr (Bench) bench = bench_new ("ancnlms filter-length=8", 1, 1);
  gdouble norm;

  bench_push (bench->reference, reference, 0, N + 100);
  bench_push (bench->primary, primary, 0, N);
  norm = bench_stat (bench, "weight-norm");
  g_object_set (bench->element, "filter-length", 64, "adapt", FALSE, NULL);
  bench_push (bench->primary, primary, N, 100);
  g_assert_cmpfloat_with_epsilon (bench_stat (bench, "weight-norm"), norm,
                                  1e-6);
}

typedef struct {
  const gchar *launch;
  guint channels, references;
  const gchar *words; /* the error begins with them */
} Impossible;

static const Impossible impossible[] = {
  { "ancnlms reference-mapping=paired", 2, 1, "reference-mapping: paired" },
  { "ancrls filter-length=1000000 ", 2, 2, "filter-length: " },
};

static void
test_impossible (gconstpointer data)
{
  const Impossible *c = data;
  g_autoptr (Sound) a = sound_noise (c->channels, 100, 101);
  g_autoptr (Sound) b = sound_noise (c->references, 100, 102);
  g_autoptr (Bench) bench = bench_new (c->launch, c->channels, c->references);
  g_autofree gchar *text = NULL;

  bench_push (bench->reference, b, 0, 100);
  g_assert_cmpint (bench_push (bench->primary, a, 0, 100), ==, GST_FLOW_ERROR);
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_ERROR, &text), ==, 1);
  g_assert_true (g_str_has_prefix (text, c->words));
  g_assert_cmpint (bench_push (bench->reference, b, 0, 100), ==, GST_FLOW_EOS);
}

static void
test_mapping_all (void)
{
  g_autoptr (Sound) reference = sound_noise (2, 2000, 103);
  g_autoptr (Sound) primary = sound_primary (reference, 2, 104);
  Expect expect = { .algorithm = "nlms", .taps = 8, .all = TRUE };
  g_autoptr (Sound) expected = expect_output (&expect, primary, reference);
  g_autoptr (Bench) bench
      = bench_new ("ancnlms filter-length=8 reference-mapping=all", 2, 2);
  g_autoptr (Sound) output = NULL;

  bench_feed (bench, primary, reference, 160);
  output = bench_pull (bench);
  assert_same_sound (output, expected);
}

static const gchar *const fields[]
    = { "erle-db",     "primary-db",  "reference-db",  "output-db",
        "weight-norm", "divergences", "delay-samples", "drift-ppm",
        "dsp-time-ns", "samples" };

static void
test_stats (gconstpointer data)
{
  const gchar *name = data;
  g_autoptr (Sound) reference = sound_noise (2, N, 105);
  g_autoptr (Sound) primary = sound_primary (reference, 2, 106);
  g_autofree gchar *launch
      = g_strdup_printf ("%s filter-length=8 delay=2", name);
  g_autoptr (Bench) bench = bench_new (launch, 2, 2);
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (Sound) output = NULL;
  gdouble in, out;

  bench_push (bench->reference, reference, 0, N);
  bench_push (bench->primary, primary, 0, N);
  output = bench_pull (bench);
  g_object_get (bench->element, "stats", &stats, NULL);
  g_assert_true (gst_structure_has_name (stats, name));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_assert_true (gst_structure_has_field (stats, fields[i]));
  g_assert_nonnull (gst_structure_get_string (stats, "kernel"));
  g_assert_cmpint (gst_structure_n_fields (stats), ==,
                   G_N_ELEMENTS (fields) + 1);
  in = sound_db (primary, 0, N);
  out = sound_db (output, 0, N);
  g_assert_cmpfloat_with_epsilon (bench_stat (bench, "primary-db"), in, .01);
  g_assert_cmpfloat_with_epsilon (bench_stat (bench, "output-db"), out, .01);
  g_assert_cmpfloat_with_epsilon (bench_stat (bench, "erle-db"), in - out, .01);
  g_assert_cmpfloat_with_epsilon (bench_stat (bench, "reference-db"),
                                  sound_db (reference, 0, N - 2), .02);
  g_assert_cmpfloat (bench_stat (bench, "samples"), ==, N);
  g_assert_cmpfloat (bench_stat (bench, "delay-samples"), ==, 2);
}

/* A message each interval of stream time, over that interval, if asked for. */
static void
test_messages (void)
{
  g_autoptr (Sound) reference = sound_noise (1, 16000, 107);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 108);
  g_autoptr (Bench) bench
      = bench_new ("ancnlms filter-length=8 interval=100000000", 1, 1);
  g_autofree gchar *text = NULL;

  bench_push (bench->reference, reference, 0, 16000);
  for (gsize k = 0; k < 8000; k += 160)
    bench_push (bench->primary, primary, k, 160);
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_ELEMENT, NULL), ==, 0);
  g_object_set (bench->element, "post-messages", TRUE, NULL);
  for (gsize k = 8000; k < 16000; k += 160)
    bench_push (bench->primary, primary, k, 160);
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_ELEMENT, &text), >=, 5);
  g_assert_true (g_str_has_prefix (text, "ancnlms"));
}

/* Without the guard a step that is far too large explodes; with it the output
 * stays and the divergences are counted and said. */
static void
test_divergence_message (void)
{
  g_autoptr (Sound) reference = sound_noise (1, 16000, 109);
  g_autoptr (Sound) primary = sound_primary (reference, 1, 110);
  g_autoptr (Bench) bench
      = bench_new ("anclms filter-length=256 step-size=2", 1, 1);
  g_autofree gchar *text = NULL;

  bench_feed (bench, primary, reference, 160);
  g_assert_cmpuint (bench_messages (bench, GST_MESSAGE_ELEMENT, &text), >, 0);
  g_assert_true (g_str_has_prefix (text, "anc-divergence"));
  g_assert_cmpfloat (bench_stat (bench, "divergences"), >, 0.);
}

/* A controlled property follows the time of the stream. */
static void
test_controlled (void)
{
  g_autoptr (Sound) sound = sound_noise (2, 1600, 111);
  g_autoptr (Bench) bench = bench_new ("ancnlms reference-channel=1", 2, 0);
  GstControlSource *source = gst_interpolation_control_source_new ();
  gdouble step;

  g_object_set (source, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
  gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source),
                                      0, 0.);
  gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source),
                                      GST_SECOND, 1.);
  gst_object_add_control_binding (
      GST_OBJECT (bench->element),
      gst_direct_control_binding_new_absolute (GST_OBJECT (bench->element),
                                               "step-size", source));
  gst_object_unref (source);
  bench_push_at (bench->primary, sound, 0, 1600, 8000);
  g_object_get (bench->element, "step-size", &step, NULL);
  g_assert_cmpfloat_with_epsilon (step, .5, 1e-6);
}

static void
add_tests (void)
{
  static const gchar *const names[] = { "anclms", "ancnlms", "ancrls" };

  g_test_add_data_func ("/settings/output/1", GUINT_TO_POINTER (1),
                        test_output);
  g_test_add_data_func ("/settings/output/3", GUINT_TO_POINTER (3),
                        test_output);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *changes
        = g_strdup_printf ("/settings/changes/%s", names[i]);
    g_autofree gchar *stats = g_strdup_printf ("/settings/stats/%s", names[i]);
    g_test_add_data_func (changes, names[i], test_changes_while_playing);
    g_test_add_data_func (stats, names[i], test_stats);
  }
  g_test_add_func ("/settings/frozen-is-linear", test_frozen_is_linear);
  g_test_add_func ("/settings/reset", test_reset);
  g_test_add_func ("/settings/longer-filter", test_longer_filter_keeps_weights);
  g_test_add_data_func ("/settings/impossible-paired", &impossible[0],
                        test_impossible);
  g_test_add_data_func ("/settings/impossible-memory", &impossible[1],
                        test_impossible);
  g_test_add_func ("/settings/mapping-all", test_mapping_all);
  g_test_add_func ("/settings/controlled", test_controlled);
  g_test_add_func ("/settings/messages", test_messages);
  g_test_add_func ("/settings/divergence-message", test_divergence_message);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
