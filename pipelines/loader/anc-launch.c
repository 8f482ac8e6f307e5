/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-launch.h"

#include "anc-error.h"
#include "anc-launch-line.h"
#include "anc-packages.h"

/* The first element that is not there, or NULL. */
static gchar *
find_missing (GstParseContext *context, const GError *cause)
{
  g_auto (GStrv) missing = gst_parse_context_get_missing_elements (context);

  if (missing == NULL
      || !g_error_matches (cause, GST_PARSE_ERROR,
                           GST_PARSE_ERROR_NO_SUCH_ELEMENT))
    return NULL;
  return g_strdup (missing[0]);
}

/* The property that an error of the parser names. */
static gint
find_property (GStrv lines, const GError *cause)
{
  g_auto (GStrv) parts = g_strsplit (cause->message, "\"", 3);

  if ((!g_error_matches (cause, GST_PARSE_ERROR,
                         GST_PARSE_ERROR_NO_SUCH_PROPERTY)
       && !g_error_matches (cause, GST_PARSE_ERROR,
                            GST_PARSE_ERROR_COULD_NOT_SET_PROPERTY))
      || g_strv_length (parts) < 3)
    return -1;
  return anc_launch_find_word (lines, parts[1], "\\s*=");
}

static void
set_config_error (const AncPipelineFile *file, GStrv lines,
                  const gchar *missing, const GError *cause, GError **error)
{
  gint line = missing != NULL
                  ? anc_launch_find_word (lines, missing, "($|[\\s!)])")
                  : find_property (lines, cause);
  g_autofree gchar *pointer = anc_pipeline_file_line_pointer (file, line);
  g_autofree gchar *clause = anc_error_as_clause (cause);

  if (missing != NULL)
    anc_config_error (error, file->file, pointer,
                      "there is no element %s; correct the name, or install "
                      "the plugin that has it",
                      missing);
  else
    anc_config_error (error, file->file, pointer, "%s", clause);
}

/* What the parser of GStreamer 1.22 would crash on. */
static gboolean
check_text (const AncPipelineFile *file, GStrv lines, GError **error)
{
  gint line = anc_launch_find_loose_link (lines);
  g_autofree gchar *pointer = anc_pipeline_file_line_pointer (file, line);

  if (line >= 0)
    anc_config_error (error, file->file, pointer,
                      "syntax error: \"!\" needs an element before and "
                      "behind it");
  else if (!anc_launch_has_element (lines))
    anc_config_error (error, file->file, "/pipeline",
                      "syntax error: it names no element");
  else
    return TRUE;
  return FALSE;
}

static void
set_error (const AncPipelineFile *file, GStrv lines, GstParseContext *context,
           const GError *cause, GError **error)
{
  g_autofree gchar *missing = find_missing (context, cause);
  const gchar *package
      = missing != NULL ? anc_packages_for_element (missing) : NULL;

  if (package != NULL)
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN,
                 "the element %s is not installed; it is in %s", missing,
                 package);
  else
    set_config_error (file, lines, missing, cause, error);
}

GstElement *
anc_launch (const AncPipelineFile *file, GStrv lines, GError **error)
{
  g_autoptr (GstParseContext) context = gst_parse_context_new ();
  g_autoptr (GError) cause = NULL;
  g_autofree gchar *text = g_strjoinv (" ", lines);
  g_autoptr (GstElement) element = NULL;
  GstElement *pipeline;

  if (!check_text (file, lines, error))
    return NULL;
  element = gst_parse_launch_full (text, context, GST_PARSE_FLAG_FATAL_ERRORS,
                                   &cause);
  if (element == NULL || cause != NULL) {
    set_error (file, lines, context, cause, error);
    return NULL;
  }
  gst_object_ref_sink (element);
  if (GST_IS_PIPELINE (element))
    return g_steal_pointer (&element);
  /* A description of one element comes back without a pipeline around it. */
  pipeline = gst_pipeline_new (NULL);
  gst_object_ref_sink (pipeline);
  gst_bin_add (GST_BIN (pipeline), g_steal_pointer (&element));
  return pipeline;
}
