/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc graph: a pipeline as a drawing. */
#include "anc-builder.h"
#include "anc-command.h"
#include "anc-error.h"
#include "graph/anc-drawing.h"

#include <gio/gio.h>
#include <string.h>

#define PREROLL_SECONDS 10

/* Everything that is required is there. */
static gboolean
is_complete (const AncParameters *parameters)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (parameter->required
        && anc_parameters_get (parameters, parameter->name) == NULL)
      return FALSE;
  }
  return TRUE;
}

/* A pipeline is built to see what its inputs lead to. Without any, all is in
 * the text, and a server or a sound card need not be opened for a drawing. */
static gboolean
has_inputs (const AncParameters *parameters)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (anc_format_is_input (parameter->format)
        && anc_parameters_get (parameters, parameter->name) != NULL)
      return TRUE;
  }
  return FALSE;
}

static const gchar *
no_output (const gchar *parameter, gpointer data)
{
  return "/dev/null";
}

/* Nothing is drawn of a text that cannot be built. What is not installed here
 * may be drawn all the same. */
static gboolean
check_text (AncPipelineFile *file, GError **error)
{
  g_autoptr (AncParameters) values = anc_parameters_new (file);
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GError) cause = NULL;

  anc_parameters_resolve_offline (values);
  pipeline = anc_builder_build (values, no_output, NULL, &cause);
  if (!g_error_matches (cause, ANC_ERROR, ANC_ERROR_CONFIG))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gchar *
draw_text (const AncParameters *parameters, GError **error)
{
  return check_text (anc_parameters_get_file (parameters), error)
             ? anc_draw_text (parameters)
             : NULL;
}

static gchar *
draw (AncParameters *parameters, GError **error)
{
  g_autoptr (GstElement) pipeline = NULL;
  gchar *text;

  if (!is_complete (parameters))
    return draw_text (parameters, error);
  if (!anc_parameters_resolve (parameters, error))
    return NULL;
  if (!has_inputs (parameters))
    return draw_text (parameters, error);
  pipeline = anc_builder_build (parameters, no_output, NULL, error);
  if (pipeline == NULL)
    return NULL;
  /* Links behind a decoder exist only once it has seen its file. */
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  gst_element_get_state (pipeline, NULL, NULL, PREROLL_SECONDS * GST_SECOND);
  text = anc_draw_pipeline (parameters, pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return text;
}

static gboolean
render (const gchar *text, const gchar *format, const gchar *output,
        GError **error)
{
  g_autofree gchar *option = g_strconcat ("-T", format, NULL);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GSubprocess) dot = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE, &cause, "dot", option, "-o", output, NULL);

  if (dot == NULL) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN,
                 "%s needs the program dot (package graphviz); a name that "
                 "ends in .dot does not",
                 output);
    return FALSE;
  }
  if (g_subprocess_communicate_utf8 (dot, text, NULL, NULL, NULL, &cause)
      && g_subprocess_get_successful (dot))
    return TRUE;
  g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "%s could not be written",
               output);
  return FALSE;
}

static gboolean
check_output (const gchar *output, gboolean overwrite, const gchar **ret_format,
              GError **error)
{
  static const gchar *const formats[] = { "dot", "svg", "png", NULL };
  g_autofree gchar *directory
      = output != NULL ? g_path_get_dirname (output) : NULL;
  const gchar *suffix = output != NULL ? strrchr (output, '.') : ".dot";

  *ret_format = suffix != NULL ? suffix + 1 : "";
  if (!g_strv_contains (formats, *ret_format))
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "--output=%s: the name must end in .dot, .svg or .png",
                 output);
  else if (output != NULL && !overwrite
           && g_file_test (output, G_FILE_TEST_EXISTS))
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "--output=%s: the file exists; choose another name, or add "
                 "--overwrite",
                 output);
  else if (directory != NULL && !g_file_test (directory, G_FILE_TEST_IS_DIR))
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "--output=%s: there is no directory %s", output, directory);
  else
    return TRUE;
  return FALSE;
}

static gboolean
graph (gchar **words, const gchar *output, gboolean overwrite, GError **error)
{
  g_autoptr (AncPipelineFile) file = NULL;
  g_autoptr (AncParameters) parameters = NULL;
  g_autofree gchar *text = NULL;
  const gchar *format;

  if (!check_output (output, overwrite, &format, error))
    return FALSE;
  file = anc_command_load (words[0], error);
  if (file == NULL)
    return FALSE;
  parameters = anc_parameters_new (file);
  for (guint i = 1; words[i] != NULL; i++) {
    if (!anc_parameters_set_assignment (parameters, words[i], error))
      return FALSE;
  }
  text = draw (parameters, error);
  if (text == NULL)
    return FALSE;
  if (output == NULL)
    g_print ("%s", text);
  else if (g_str_equal (format, "dot"))
    return g_file_set_contents (output, text, -1, error);
  else
    return render (text, format, output, error);
  return TRUE;
}

int
anc_command_graph (int argc, char **argv)
{
  g_autofree gchar *output = NULL;
  gboolean overwrite = FALSE;
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[]
      = { { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
            "Write .dot, or .svg or .png where graphviz is installed", "FILE" },
          { "overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite,
            "Replace a file of that name", NULL },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, NULL,
            NULL },
          { NULL } };
  g_autoptr (GError) error = NULL;

  if (!anc_command_parse ("graph", "NAME|FILE [KEY=VALUE...]",
                          "Draws a pipeline, in the language of dot on "
                          "standard output or into a file.\nWith all required "
                          "parameters the inputs are opened, and the drawing "
                          "shows the\ndecoders and formats as they are; "
                          "without, what is known before, with\nwhat still "
                          "waits for a value dashed.",
                          NULL, entries, argc, argv, &error)
      || !anc_command_check_words (words, 1, G_MAXUINT,
                                   "the name of a pipeline", &error))
    return anc_command_fail ("graph", error);
  anc_command_start_gstreamer ();
  if (!graph (words, output, overwrite, &error))
    return anc_command_fail ("graph", error);
  return ANC_EXIT_OK;
}
