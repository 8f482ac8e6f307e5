/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whole runs with stock elements: end, failure, interruption, time limit. */
#include "anc-error.h"
#include "anc-input-file.h"
#include "anc-output-file.h"
#include "anc-runner.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define HEAD "{'name': 'p', 'version': '1', 'description': 'd', 'pipeline': "
#define COPY                                                                   \
  HEAD "'filesrc name=in ! decodebin ! audioconvert ! wavenc ! filesink "      \
       "name=out', 'parameters': {'input': {'type': 'string', 'format': "      \
       "'input-file', 'required': true, 'target': 'in.location'}, 'output': "  \
       "{'type': 'string', 'format': 'output-file', 'required': true, "        \
       "'target': 'out.location'}}}"
#define ENDLESS                                                                \
  HEAD "'audiotestsrc is-live=true ! audio/x-raw,rate=8000 ! wavenc ! "        \
       "filesink name=out', 'parameters': {'output': {'type': 'string', "      \
       "'format': 'output-file', 'required': true, 'target': "                 \
       "'out.location'}}}"

typedef struct {
  AncRunner *runner;
  guint calls;
  guint interrupt_at; /* 0: never */
  gdouble position;
} Watch;

static void
on_progress (gdouble position, gdouble duration, gpointer data)
{
  Watch *watch = data;

  watch->position = position;
  if (position > 0 && ++watch->calls <= watch->interrupt_at)
    anc_runner_interrupt (watch->runner);
}

static AncResult *
run (AncParameters *parameters, Watch *watch, guint timeout, GError **error)
{
  AncRunnerOptions options = { .timeout_seconds = timeout,
                               .on_progress = on_progress,
                               .data = watch };
  g_autoptr (AncRunner) runner = NULL;

  if (!anc_parameters_resolve (parameters, error))
    return NULL;
  runner = anc_runner_new (parameters, &options, error);
  if (runner == NULL)
    return NULL;
  watch->runner = runner;
  return anc_runner_run (runner);
}

static AncResult *
copy (const Fixture *fixture, const gchar *in, const gchar *out, GError **error)
{
  g_autoptr (AncParameters) parameters = fixture_parameters (fixture, COPY);
  Watch watch = { 0 };

  g_assert_true (anc_parameters_set (parameters, "input", in, NULL));
  g_assert_true (anc_parameters_set (parameters, "output", out, NULL));
  return run (parameters, &watch, 0, error);
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *in = fixture_write_wav (fixture, "in.wav", 8000, 8000);
  g_autofree gchar *out = fixture_path (fixture, "out.wav");
  g_autoptr (AncResult) result = copy (fixture, in, out, NULL);

  g_assert_cmpint (result->outcome, ==, ANC_OUTCOME_OK);
  g_assert_no_error (result->error);
  g_assert_cmpfloat (result->audio_seconds, ==, 1.0);
  g_assert_cmpuint (result->warnings->len, ==, 0);
  g_assert_false (anc_input_file_is_cut (out));
  g_assert_cmpuint (fixture_count (fixture), ==, 3);
}

static void
test_cut (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *in = fixture_write_wav (fixture, "in.wav", 8000, 3000);
  g_autofree gchar *out = fixture_path (fixture, "out.wav");
  g_autoptr (AncResult) result = copy (fixture, in, out, NULL);

  g_assert_cmpint (result->outcome, ==, ANC_OUTCOME_OK);
  g_assert_cmpfloat (result->audio_seconds, ==, 0.375);
  g_assert_cmpuint (result->warnings->len, ==, 1);
  g_assert_nonnull (strstr (result->warnings->pdata[0], "in.wav is cut off"));
}

static void
test_no_frame (Fixture *fixture, gconstpointer data)
{
  /* A header of Sun's format (AU): 16 bit, 8 kHz, one channel. */
  static const gchar header[] = ".snd\0\0\0\30\0\0\0\0\0\0\0\3"
                                "\0\0\37\100\0\0\0\1";
  g_autofree gchar *wav = fixture_write_wav (fixture, "in.wav", 8000, 0);
  g_autofree gchar *in = fixture_path (fixture, "in.au");
  g_autofree gchar *out = fixture_path (fixture, "out.wav");
  g_autoptr (GError) error = NULL;
  g_autoptr (AncResult) result = NULL;

  g_assert_null (copy (fixture, wav, out, &error));
  assert_error (error, ANC_ERROR_RUN, "in.wav: there is not one whole frame");
  g_unlink (wav);
  g_assert_true (g_file_set_contents (in, header, sizeof header - 1, NULL));
  result = copy (fixture, in, out, NULL);
  g_assert_cmpint (result->outcome, ==, ANC_OUTCOME_FAILED);
  g_assert_nonnull (strstr (result->error->message, "not one whole frame"));
  g_assert_nonnull (strstr (result->error->message, "in.au"));
  /* The temporary file goes with the runner: config and input remain. */
  g_assert_cmpuint (fixture_count (fixture), ==, 2);
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *in
      = fixture_write (fixture, "in.wav", "this is a shopping list\n");
  g_autofree gchar *out = fixture_path (fixture, "out.wav");
  g_autoptr (AncResult) result = copy (fixture, in, out, NULL);

  g_assert_cmpint (result->outcome, ==, ANC_OUTCOME_FAILED);
  g_assert_nonnull (
      strstr (result->error->message, "in.wav is not a sound file"));
  g_assert_nonnull (result->error_element);
  g_assert_nonnull (result->error_debug);
  g_assert_cmpuint (fixture_count (fixture), ==, 2);
}

static void
test_onto_itself (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *in = fixture_write_wav (fixture, "in.wav", 10, 10);
  g_autoptr (GError) error = NULL;

  g_assert_null (copy (fixture, in, in, &error));
  assert_error (error, ANC_ERROR_PARAMETER, "this is the input input");
}

static void
test_interrupt (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncParameters) parameters = fixture_parameters (fixture, ENDLESS);
  g_autofree gchar *out = fixture_path (fixture, "out.wav");
  Watch watch = { .interrupt_at = 1 };
  g_autoptr (AncResult) result = NULL;

  anc_parameters_set (parameters, "output", out, NULL);
  result = run (parameters, &watch, 0, NULL);
  g_assert_cmpint (result->outcome, ==, ANC_OUTCOME_INTERRUPTED);
  g_assert_cmpfloat (result->audio_seconds, >, 0);
  g_assert_true (g_file_test (out, G_FILE_TEST_EXISTS));
  g_assert_false (anc_input_file_is_cut (out));
}

static void
test_interrupt_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncParameters) parameters = fixture_parameters (fixture, COPY);
  g_autofree gchar *in = fixture_write_wav (fixture, "in.wav", 10, 10);
  g_autofree gchar *out = fixture_path (fixture, "out.wav");
  AncRunnerOptions options = { 0 };
  g_autoptr (AncRunner) runner = NULL;
  g_autoptr (AncResult) result = NULL;

  anc_parameters_set (parameters, "input", in, NULL);
  anc_parameters_set (parameters, "output", out, NULL);
  g_assert_true (anc_parameters_resolve (parameters, NULL));
  runner = anc_runner_new (parameters, &options, NULL);
  anc_runner_interrupt (runner);
  anc_runner_interrupt (runner);
  result = anc_runner_run (runner);
  g_assert_cmpint (result->outcome, ==, ANC_OUTCOME_INTERRUPTED);
  g_clear_pointer (&runner, anc_runner_free);
  g_assert_cmpuint (fixture_count (fixture), ==, 2);
}

static void
test_timeout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncParameters) parameters = fixture_parameters (fixture, ENDLESS);
  g_autofree gchar *out = fixture_path (fixture, "out.wav");
  Watch watch = { 0 };
  g_autoptr (AncResult) result = NULL;

  anc_parameters_set (parameters, "output", out, NULL);
  result = run (parameters, &watch, 1, NULL);
  g_assert_cmpint (result->outcome, ==, ANC_OUTCOME_FAILED);
  assert_error (result->error, ANC_ERROR_RUN, "did not end within 1 seconds");
  g_assert_cmpfloat (watch.position, >, 0);
  g_assert_cmpuint (fixture_count (fixture), ==, 1);
}

/* As a worker thread would: on a main context of its own. */
static gpointer
in_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  const Fixture *fixture = data;
  g_autofree gchar *in = fixture_write_wav (fixture, "in.wav", 800, 800);
  g_autofree gchar *out = fixture_path (fixture, "out.wav");
  g_autoptr (AncResult) result = NULL;

  g_main_context_push_thread_default (context);
  result = copy (fixture, in, out, NULL);
  g_main_context_pop_thread_default (context);
  return GINT_TO_POINTER (result->outcome == ANC_OUTCOME_OK);
}

static void
test_thread (Fixture *fixture, gconstpointer data)
{
  GThread *thread = g_thread_new ("runner", in_thread, fixture);

  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  fixture_add ("/runner/whole", test_whole);
  fixture_add ("/runner/cut", test_cut);
  fixture_add ("/runner/no-frame", test_no_frame);
  fixture_add ("/runner/text", test_text);
  fixture_add ("/runner/onto-itself", test_onto_itself);
  fixture_add ("/runner/interrupt", test_interrupt);
  fixture_add ("/runner/interrupt-twice", test_interrupt_twice);
  fixture_add ("/runner/timeout", test_timeout);
  fixture_add ("/runner/thread", test_thread);
  return g_test_run ();
}
