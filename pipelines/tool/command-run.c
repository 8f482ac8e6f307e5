/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc run: one pipeline from a config file, to its end. */
#include "anc-command.h"
#include "anc-error.h"
#include "anc-progress.h"
#include "anc-runner.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

typedef struct {
  gboolean json;
  gboolean quiet;
  gboolean overwrite;
  gint timeout;
  gchar **words;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->words);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The time limit while no main loop runs yet. */
typedef struct {
  const Options *options;
  GThread *thread;
  GMutex lock;
  GCond changed;
  gboolean over; /* guarded by lock */
} Alarm;

typedef struct {
  AncProgress progress;
  AncRunner *runner;
  Alarm *alarm;
  gint signal;  /* the first that came, or 0 */
  gint64 first; /* when, monotonic */
  guint count;
  const Options *options;
  guint warned; /* warnings that were printed */
} Session;

/* timeout(1) and others send one ^C to a process and to its group: two
 * signals this close are one wish. */
#define SAME_WISH_US (300 * 1000)

static const gchar summary[]
    = "Runs a pipeline: NAME as 'anc list' shows it, or the FILE of a config."
      "\nParameters are written KEY=VALUE; 'anc describe NAME' shows them. Of "
      "one that is\ngiven twice the last counts. A value that shall not be on "
      "the command line:\nKEY='{\"env\": \"VARIABLE\"}' or KEY='{\"file\": "
      "\"PATH\"}'.";
static const gchar description[]
    = "^C ends the stream, and what came out until then is a whole file or "
      "object;\na second ^C stops at once and keeps nothing.\n\n"
      "Exit code: 0 done, 1 the pipeline failed, 2 a mistake on the command "
      "line,\n3 a mistake in a config file, 130 after ^C.\n\nExamples:\n"
      "  anc run cancel primary=noisy.wav reference=noise.wav "
      "output=clean.wav\n"
      "  anc run cancel-inband input=stereo.flac output=clean.flac "
      "algorithm=rls\n";

static gboolean
parse (Options *options, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[]
      = { { "json", 0, 0, G_OPTION_ARG_NONE, &options->json,
            "Print one JSON object about the run", NULL },
          { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet,
            "Print nothing but errors and warnings", NULL },
          { "timeout", 0, 0, G_OPTION_ARG_INT, &options->timeout,
            "Fail if it takes longer", "SECONDS" },
          { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options->overwrite,
            "Replace output files that exist", NULL },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY,
            &options->words, NULL, NULL },
          { NULL } };

  if (!anc_command_parse ("run", "NAME|FILE KEY=VALUE...", summary, description,
                          entries, argc, argv, error)
      || !anc_command_check_words (options->words, 1, G_MAXUINT,
                                   "the name of a pipeline", error))
    return FALSE;
  if (options->timeout >= 0)
    return TRUE;
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
               "--timeout=%d: it must not be negative", options->timeout);
  return FALSE;
}

/* A run that never began, in the shape of one that failed. */
static void
print_json_failure (const Options *options, const GError *error)
{
  g_autoptr (AncResult) result
      = anc_result_new (options->words != NULL ? options->words[0] : NULL);
  g_autoptr (JsonNode) node = NULL;

  result->outcome = ANC_OUTCOME_FAILED;
  result->error = g_error_copy (error);
  node = anc_result_to_json (result);
  anc_command_print_json (node);
}

static gpointer
alarm_wait (gpointer data)
{
  Alarm *self = data;
  gint64 end = g_get_monotonic_time ()
               + self->options->timeout * (gint64) G_USEC_PER_SEC;
  g_autoptr (GError) error = g_error_new (
      ANC_ERROR, ANC_ERROR_RUN,
      "%s was not ready to start within %d s; allow more with --timeout",
      self->options->words[0], self->options->timeout);

  g_mutex_lock (&self->lock);
  while (!self->over) {
    if (g_cond_wait_until (&self->changed, &self->lock, end))
      continue;
    /* Whatever the main thread does cannot be ended, and there is no file
     * yet. */
    if (self->options->json)
      print_json_failure (self->options, error);
    _exit (anc_command_fail ("run", error));
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

static void
alarm_start (Alarm *self)
{
  if (self->options->timeout == 0)
    return;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("alarm", alarm_wait, self);
}

static void
alarm_stop (Alarm *self)
{
  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->over = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  g_thread_join (g_steal_pointer (&self->thread));
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static void
on_progress (gdouble position, gdouble duration, gpointer data)
{
  Session *session = data;

  if (session->count > 0)
    anc_progress_show_end (&session->progress, session->count);
  else
    anc_progress_show (&session->progress, position, duration);
}

static void
print_object (const GstStructure *object)
{
  guint64 size = 0, duration = GST_CLOCK_TIME_NONE;
  gboolean partial = FALSE, recovered = FALSE;
  g_autofree gchar *bytes = NULL;

  gst_structure_get (object, "size", G_TYPE_UINT64, &size, "duration",
                     G_TYPE_UINT64, &duration, "partial", G_TYPE_BOOLEAN,
                     &partial, "recovered", G_TYPE_BOOLEAN, &recovered, NULL);
  bytes = g_strdup_printf ("%.1f MB", (gdouble) size / 1e6);
  g_print ("%s: %s", gst_structure_get_string (object, "uri"), bytes);
  if (GST_CLOCK_TIME_IS_VALID (duration) && duration > 0)
    g_print (", %.1f seconds", (gdouble) duration / GST_SECOND);
  g_print ("%s%s\n", partial ? ", not whole" : "",
           recovered ? ", left by a run before" : "");
}

/* A recording may go on for weeks: each object is told when it is there. */
static void
on_object (const GstStructure *object, gpointer data)
{
  Session *session = data;

  if (session->options->quiet || session->options->json)
    return;
  anc_progress_clear (&session->progress);
  print_object (object);
  fflush (stdout);
}

static void
on_warning (const gchar *sentence, gpointer data)
{
  Session *session = data;

  anc_progress_clear (&session->progress);
  anc_command_print_warning ("run", sentence);
  session->warned++;
}

static gboolean
on_signal (Session *session, gint number)
{
  gint64 now = g_get_monotonic_time ();

  if (session->count > 0 && now - session->first < SAME_WISH_US)
    return G_SOURCE_CONTINUE;
  if (session->count++ == 0) {
    session->signal = number;
    session->first = now;
  }
  if (session->runner != NULL)
    anc_runner_interrupt (session->runner);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer data)
{
  return on_signal (data, SIGINT);
}

static gboolean
on_terminate (gpointer data)
{
  return on_signal (data, SIGTERM);
}

static gboolean
on_hang_up (gpointer data)
{
  return on_signal (data, SIGHUP);
}

/* As nohup(1) leaves SIGHUP. */
static gboolean
is_ignored (int number)
{
  struct sigaction action;

  return sigaction (number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* Until here a signal ends the process at once: there was nothing to keep. */
static void
on_built (gpointer data)
{
  Session *session = data;

  alarm_stop (session->alarm);
  g_unix_signal_add (SIGINT, on_interrupt, session);
  g_unix_signal_add (SIGTERM, on_terminate, session);
  if (!is_ignored (SIGHUP))
    g_unix_signal_add (SIGHUP, on_hang_up, session);
}

static gchar *
shown_value (const AncParameters *parameters, const gchar *name)
{
  gchar *text = g_strdup (anc_parameters_get (parameters, name));

  anc_parameters_mask (parameters, &text);
  return text;
}

static gchar *
output_of (const AncParameters *parameters)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (parameter->format == ANC_FORMAT_OUTPUT_FILE)
      return shown_value (parameters, parameter->name);
  }
  return NULL;
}

static void
print_figures (const AncParameters *parameters, const AncResult *result,
               gboolean kept)
{
  g_autofree gchar *output = kept ? output_of (parameters) : NULL;
  g_autofree gchar *level = NULL, *floor = NULL;
  gdouble reduction;

  if (output != NULL)
    g_print ("%s: ", output);
  g_print ("%.1f seconds of sound in %.2f s, %.*f times real time\n",
           result->audio_seconds, result->wall_seconds,
           anc_result_get_realtime_factor (result) < 10 ? 1 : 0,
           anc_result_get_realtime_factor (result));
  if (!anc_result_find_number (result, "erle-db", &reduction))
    return;
  level = anc_command_describe_fall (reduction);
  if (result->figures.has_floor)
    floor = anc_command_describe_fall (result->figures.floor_before
                                       - result->figures.floor_after);
  g_print ("%s%s%slevel %s, voice included\n",
           floor != NULL ? "noise in the pauses " : "",
           floor != NULL ? floor : "", floor != NULL ? "; " : "", level);
}

static int
print_result (const Options *options, const Session *session,
              const AncParameters *parameters, const AncResult *result)
{
  for (guint i = session->warned; i < result->warnings->len; i++)
    anc_command_print_warning ("run", result->warnings->pdata[i]);
  if (options->json) {
    g_autoptr (JsonNode) node = anc_result_to_json (result);

    anc_command_print_json (node);
  }
  /* What fails because it was ended early is no news; what does not arrive
   * after all is. */
  if (result->outcome == ANC_OUTCOME_FAILED)
    return session->signal != 0 && !(session->count == 1 && result->not_written)
               ? ANC_EXIT_SIGNAL + session->signal
               : anc_command_fail ("run", result->error);
  if (!options->quiet && !options->json && result->audio_seconds > 0)
    print_figures (parameters, result, session->count < 2);
  return session->signal != 0 ? ANC_EXIT_SIGNAL + session->signal : ANC_EXIT_OK;
}

static AncParameters *
read_parameters (const Options *options, GError **error)
{
  g_autoptr (AncPipelineFile) file
      = anc_command_load (options->words[0], error);
  g_autoptr (AncParameters) parameters = NULL;

  if (file == NULL)
    return NULL;
  parameters = anc_parameters_new (file);
  for (guint i = 1; options->words[i] != NULL; i++) {
    if (!anc_parameters_set_assignment (parameters, options->words[i], error))
      return NULL;
  }
  if (!anc_parameters_resolve (parameters, error))
    return NULL;
  return g_steal_pointer (&parameters);
}

static int
run (const Options *options, const AncParameters *parameters, Alarm *alarm,
     GError **error)
{
  Session session = { .options = options, .alarm = alarm };
  AncRunnerOptions runner_options = {
    .overwrite = options->overwrite,
    .timeout_seconds = (guint) options->timeout,
    .on_built = on_built,
    .on_progress = on_progress,
    .on_object = on_object,
    .on_warning = on_warning,
    .data = &session,
  };
  g_autoptr (AncRunner) runner = NULL;
  g_autoptr (AncResult) result = NULL;
  int code;

  anc_progress_init (&session.progress, !options->quiet);
  runner
      = anc_runner_new ((AncParameters *) parameters, &runner_options, error);
  if (runner == NULL)
    return -1;
  session.runner = runner;
  result = anc_runner_run (runner);
  anc_progress_clear (&session.progress);
  code = print_result (options, &session, parameters, result);
  if (session.count > 1) {
    /* Some element did not end when it was told to; do not wait for it. */
    fflush (stdout);
    _exit (code);
  }
  return code;
}

int
anc_command_run (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (AncParameters) parameters = NULL;
  gboolean json = anc_command_wants_json (argc, argv);
  Alarm alarm = { .options = &options };
  int code = -1;

  if (parse (&options, argc, argv, &error)) {
    alarm_start (&alarm);
    anc_command_start_gstreamer ();
    parameters = read_parameters (&options, &error);
    if (parameters != NULL)
      code = run (&options, parameters, &alarm, &error);
    alarm_stop (&alarm);
  }
  if (code >= 0)
    return code;
  if (json)
    print_json_failure (&options, error);
  return anc_command_fail ("run", error);
}
