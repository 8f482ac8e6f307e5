/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc compare: several algorithms on the same two recordings. */
#include "anc-command.h"
#include "anc-error.h"
#include "anc-input-file.h"
#include "anc-runner.h"
#include "report/anc-sound.h"

#include <string.h>

#define PRESET "cancel-measure"

typedef struct {
  gboolean json;
  gchar *voice; /* file, or NULL */
  AncSound *sound;
  gchar **words;
  GPtrArray *algorithms;  /* borrowed words */
  GPtrArray *assignments; /* borrowed words */
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->words);
  g_free (self->voice);
  g_clear_pointer (&self->sound, anc_sound_free);
  g_clear_pointer (&self->algorithms, g_ptr_array_unref);
  g_clear_pointer (&self->assignments, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* All parameters but `algorithm`, which words without "=" stand for. */
static gchar *
describe_parameters (void)
{
  g_autoptr (AncPipelineFile) file = anc_command_load (PRESET, NULL);
  g_autoptr (GString) text
      = g_string_new ("A parameter that an algorithm does not have is left out "
                      "for it. Parameters:\n");

  for (guint i = 0; file != NULL && i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (!g_str_equal (parameter->name, "algorithm"))
      g_string_append_printf (text, "  %s=\n", parameter->name);
  }
  g_string_append (text,
                   "'anc describe cancel' explains them.\n\n"
                   "Decibels are not quality: the level also falls when the "
                   "voice is taken out with\nthe noise, as a large step-size "
                   "does beside a loud voice, and the pauses do not\ntell of "
                   "that. With --voice the third figure says what became of "
                   "the voice;\nwithout, listen.\n\n"
                   "Example:\n  anc "
                   "compare primary=noisy.wav reference=noise.wav "
                   "filter-length=512 nlms rls\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
parse (Options *options, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[]
      = { { "json", 0, 0, G_OPTION_ARG_NONE, &options->json,
            "Print a JSON array, one object a run", NULL },
          { "voice", 0, 0, G_OPTION_ARG_FILENAME, &options->voice,
            "The voice alone, as in the primary: adds its ratio to noise",
            "FILE" },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY,
            &options->words, NULL, NULL },
          { NULL } };
  g_autofree gchar *description = describe_parameters ();

  if (!anc_command_parse (
          "compare",
          "primary=FILE reference=FILE [KEY=VALUE...] [ALGORITHM...]",
          "Runs several algorithms, by default all, on the same recordings. "
          "Prints by how\nmany decibels the noise in the pauses and the level "
          "of all, voice included,\nfall, and how fast it is. Nothing is "
          "written.",
          description, entries, argc, argv, error)
      || !anc_command_check_words (options->words, 1, G_MAXUINT,
                                   "primary=FILE and reference=FILE", error))
    return FALSE;
  options->algorithms = g_ptr_array_new ();
  options->assignments = g_ptr_array_new ();
  for (guint i = 0; options->words[i] != NULL; i++)
    g_ptr_array_add (strchr (options->words[i], '=') != NULL
                         ? options->assignments
                         : options->algorithms,
                     options->words[i]);
  return TRUE;
}

static AncResult *
run (AncPipelineFile *file, const Options *options, const gchar *algorithm,
     GError **error)
{
  g_autoptr (AncParameters) parameters = anc_parameters_new (file);
  g_autoptr (AncRunner) runner = NULL;
  AncVoice voice = { 0 };
  AncRunnerOptions runner_options = { .voice = &voice };

  anc_parameters_set_title (parameters, "compare", "anc compare --help");
  for (guint i = 0; i < options->assignments->len; i++) {
    if (!anc_parameters_set_assignment (parameters,
                                        options->assignments->pdata[i], error))
      return NULL;
  }
  anc_parameters_make_lenient (parameters);
  if (!anc_parameters_set (parameters, "algorithm", algorithm, error)
      || !anc_parameters_resolve (parameters, error))
    return NULL;
  if (options->sound != NULL)
    voice = (AncVoice){ options->sound->samples, options->sound->frames,
                        options->sound->rate, options->sound->channels };
  else
    runner_options.voice = NULL;
  runner = anc_runner_new (parameters, &runner_options, error);
  return runner != NULL ? anc_runner_run (runner) : NULL;
}

static gchar *
figure (gboolean known, gdouble value)
{
  /* No "-0.0". */
  return known ? g_strdup_printf ("%.1f", ABS (value) < 0.05 ? 0 : value)
               : g_strdup ("-");
}

static void
print_header (const Options *options)
{
  g_print ("%-10s %11s %11s", "dB", "pauses", "level");
  if (options->sound != NULL)
    g_print (" %20s", "voice to all else");
  g_print (" %11s\n", "real time");
}

static void
print_row (const Options *options, const gchar *algorithm,
           const AncResult *result)
{
  const AncFigures *figures = &result->figures;
  gdouble erle = 0;
  gboolean known = anc_result_find_number (result, "erle-db", &erle);
  g_autofree gchar *level = figure (known, -erle);
  g_autofree gchar *floor = figure (
      figures->has_floor, figures->floor_after - figures->floor_before);

  g_print ("%-10s %11s %11s", algorithm, floor, level);
  if (options->sound != NULL)
    g_print (" %8.1f, was %6.1f", figures->voice_after, figures->voice_before);
  g_print (" %10.0fx\n", anc_result_get_realtime_factor (result));
}

static gboolean
check_voice (const Options *options, const AncResult *result, GError **error)
{
  if (options->sound == NULL || result->figures.has_voice)
    return TRUE;
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
               "--voice=%s: it has %u samples a second and %u channels, which "
               "must be those of the primary",
               options->voice, options->sound->rate, options->sound->channels);
  return FALSE;
}

static void
add_row (JsonArray *array, const gchar *algorithm, const AncResult *result)
{
  JsonNode *node = anc_result_to_json (result);

  json_object_set_string_member (json_node_get_object (node), "algorithm",
                                 algorithm);
  json_array_add_element (array, node);
}

static gboolean
compare_each (const Options *options, AncPipelineFile *file,
              const gchar *const *algorithms, JsonArray *array, GError **error)
{
  for (; *algorithms != NULL; algorithms++) {
    g_autoptr (AncResult) result = run (file, options, *algorithms, error);

    if (result == NULL)
      return FALSE;
    if (result->outcome == ANC_OUTCOME_FAILED) {
      g_propagate_error (error, g_steal_pointer (&result->error));
      return FALSE;
    }
    if (!check_voice (options, result, error))
      return FALSE;
    /* The recordings are the same for all. */
    if (json_array_get_length (array) == 0)
      anc_command_print_warnings ("compare", result);
    if (!options->json && json_array_get_length (array) == 0)
      print_header (options);
    if (!options->json)
      print_row (options, *algorithms, result);
    add_row (array, *algorithms, result);
  }
  return TRUE;
}

static gboolean
compare (const Options *options, GError **error)
{
  g_autoptr (AncPipelineFile) file = anc_command_load (PRESET, error);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autoptr (JsonArray) array = json_array_new ();
  const AncParameter *key;

  if (file == NULL)
    return FALSE;
  key = anc_pipeline_file_get_parameter (file, "algorithm");
  if (key == NULL || key->values == NULL) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_CONFIG,
                 "%s: it has no choice of an algorithm", file->file);
    return FALSE;
  }
  g_ptr_array_add (options->algorithms, NULL);
  if (!compare_each (options, file,
                     options->algorithms->len > 1
                         ? (const gchar *const *) options->algorithms->pdata
                         : (const gchar *const *) key->values,
                     array, error))
    return FALSE;
  json_node_set_array (node, array);
  if (options->json)
    anc_command_print_json (node);
  return TRUE;
}

int
anc_command_compare (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;

  if (!parse (&options, argc, argv, &error))
    return anc_command_fail ("compare", error);
  anc_command_start_gstreamer ();
  if (options.voice != NULL
      && (!anc_input_file_check ("--voice", options.voice, &error)
          || (options.sound = anc_sound_read (options.voice, &error)) == NULL))
    return anc_command_fail ("compare", error);
  if (!compare (&options, &error))
    return anc_command_fail ("compare", error);
  return ANC_EXIT_OK;
}
