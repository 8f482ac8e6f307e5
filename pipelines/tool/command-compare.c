/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc compare: several algorithms on the same two recordings. */
#include "anc-command.h"
#include "anc-error.h"
#include "anc-runner.h"

#include <string.h>

#define PRESET "cancel-measure"

typedef struct {
  gboolean json;
  gchar **words;
  GPtrArray *algorithms;  /* borrowed words */
  GPtrArray *assignments; /* borrowed words */
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->words);
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
                   "'anc describe cancel' explains them.\n\nExample:\n  anc "
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
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY,
            &options->words, NULL, NULL },
          { NULL } };
  g_autofree gchar *description = describe_parameters ();

  if (!anc_command_parse (
          "compare",
          "primary=FILE reference=FILE [KEY=VALUE...] [ALGORITHM...]",
          "Runs several algorithms, by default all, on the same recordings "
          "and prints how\nmany decibels each takes away and how fast it is. "
          "Nothing is written.",
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
  AncRunnerOptions runner_options = { 0 };

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
  runner = anc_runner_new (parameters, &runner_options, error);
  return runner != NULL ? anc_runner_run (runner) : NULL;
}

static gchar *
figure (const AncResult *result, const gchar *field)
{
  gdouble value;

  if (!anc_result_find_number (result, field, &value))
    return g_strdup ("-");
  return g_strdup_printf ("%.1f", value);
}

static void
print_header (void)
{
  g_print ("%-10s %12s %12s %12s\n", "algorithm", "reduction/dB", "output/dB",
           "real time");
}

static void
print_row (const gchar *algorithm, const AncResult *result)
{
  g_autofree gchar *reduction = figure (result, "erle-db");
  g_autofree gchar *level = figure (result, "output-db");

  g_print ("%-10s %12s %12s %11.0fx\n", algorithm, reduction, level,
           anc_result_get_realtime_factor (result));
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
    /* The recordings are the same for all. */
    if (json_array_get_length (array) == 0)
      anc_command_print_warnings ("compare", result);
    if (!options->json && json_array_get_length (array) == 0)
      print_header ();
    if (!options->json)
      print_row (*algorithms, result);
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
  if (!compare (&options, &error))
    return anc_command_fail ("compare", error);
  return ANC_EXIT_OK;
}
