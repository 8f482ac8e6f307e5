/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-launch.h"

#include "anc-error.h"
#include "anc-launch-line.h"
#include "anc-launch-range.h"
#include "anc-packages.h"

#include <string.h>

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

typedef struct {
  const gchar *text;
  GString *message;
} Naming;

static gboolean
drop_number (const GMatchInfo *match, GString *result, gpointer data)
{
  const Naming *self = data;
  g_autofree gchar *name = g_match_info_fetch (match, 0);
  g_autofree gchar *factory = g_match_info_fetch (match, 1);

  g_string_append (result,
                   anc_text_declares (self->text, name) ? name : factory);
  return FALSE;
}

static void
name_by_factory (gint line, const gchar *text, gpointer data)
{
  Naming *self = data;
  g_autofree gchar *escaped = g_regex_escape_string (text, -1);
  g_autofree gchar *pattern
      = g_strdup_printf ("\\b(%s)[0-9]+(?![\\w-])", escaped);
  g_autoptr (GRegex) regex = NULL;
  g_autofree gchar *named = NULL;

  if (strchr (text, ' ') != NULL)
    return;
  regex = g_regex_new (pattern, 0, 0, NULL);
  named = g_regex_replace_eval (regex, self->message->str, -1, 0, 0,
                                drop_number, self, NULL);
  g_string_assign (self->message, named);
}

/* An element without a name is called by its factory: the number that
 * GStreamer adds counts what this process made before. */
static gchar *
clause_of (GStrv lines, const GError *cause)
{
  g_autofree gchar *text = g_strjoinv (" ", lines);
  g_autofree gchar *clause = anc_error_as_clause (cause);
  Naming self = { text, g_string_new (clause) };

  anc_launch_each_setting (lines, name_by_factory, &self);
  return g_string_free (self.message, FALSE);
}

/* In the line that is known, or else where its words are found. */
static void
set_config_error (const AncPipelineFile *file, GStrv lines, gint line,
                  const gchar *missing, const GError *cause, GError **error)
{
  g_autofree gchar *clause = clause_of (lines, cause);
  g_autofree gchar *pointer = NULL;

  if (line < 0)
    line = missing != NULL
               ? anc_launch_find_word (lines, missing, "($|[\\s!)])")
               : find_property (lines, cause);
  pointer = anc_pipeline_file_line_pointer (file, line);
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
set_error (const AncPipelineFile *file, GStrv lines, gint line,
           GstParseContext *context, const GError *cause, GError **error)
{
  g_autofree gchar *missing = find_missing (context, cause);
  const gchar *package
      = missing != NULL ? anc_packages_for_element (missing) : NULL;

  if (package != NULL)
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN,
                 "the element %s is not installed; it is in %s", missing,
                 package);
  else
    set_config_error (file, lines, line, missing, cause, error);
}

typedef struct {
  const AncPipelineFile *file;
  GStrv lines;
  AncMistakes *mistakes;
  guint found;
} Explanation;

static void
explain_range (gint line, const gchar *text, gpointer data)
{
  Explanation *self = data;
  g_autofree gchar *sentence = anc_launch_out_of_range (text);
  g_autofree gchar *pointer = NULL;
  GError *error = NULL;

  if (sentence == NULL)
    return;
  pointer = anc_pipeline_file_line_pointer (self->file, line);
  anc_config_error (&error, self->file->file, pointer, "%s", sentence);
  anc_mistakes_take (self->mistakes, &error);
  self->found++;
}

static gboolean
check_ranges (const AncPipelineFile *file, GStrv lines, GError **error)
{
  g_autoptr (AncMistakes) mistakes = anc_mistakes_new ();
  Explanation self = { file, lines, mistakes, 0 };

  anc_launch_each_setting (lines, explain_range, &self);
  if (self.found == 0)
    return TRUE;
  anc_mistakes_to_error (mistakes, error);
  return FALSE;
}

GstElement *
anc_launch (const AncPipelineFile *file, GStrv lines, GError **error)
{
  g_autoptr (GstParseContext) context = gst_parse_context_new ();
  g_autoptr (GError) cause = NULL;
  g_autofree gchar *text = g_strjoinv (" ", lines);
  g_autoptr (GstElement) element = NULL;
  GstElement *pipeline;

  if (!check_text (file, lines, error) || !check_ranges (file, lines, error))
    return NULL;
  element = gst_parse_launch_full (text, context, GST_PARSE_FLAG_FATAL_ERRORS,
                                   &cause);
  if (element == NULL || cause != NULL) {
    set_error (file, lines, -1, context, cause, error);
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

static void
explain_setting (gint line, const gchar *text, gpointer data)
{
  Explanation *self = data;
  g_autofree gchar *beyond = anc_launch_out_of_range (text);
  g_autoptr (GstParseContext) context = gst_parse_context_new ();
  g_autoptr (GError) cause = NULL;
  g_autoptr (GstElement) element = NULL;
  GError *error = NULL;

  if (beyond != NULL) {
    explain_range (line, text, data);
    return;
  }
  element = gst_parse_launch_full (text, context, GST_PARSE_FLAG_FATAL_ERRORS,
                                   &cause);

  if (element != NULL)
    gst_object_ref_sink (element);
  if (cause == NULL)
    return;
  set_error (self->file, self->lines, line, context, cause, &error);
  /* Settings of what is not there are none; what is known to be somewhere is
   * no mistake. */
  if (g_error_matches (error, ANC_ERROR, ANC_ERROR_RUN)) {
    g_error_free (error);
    return;
  }
  anc_mistakes_take (self->mistakes, &error);
  self->found++;
}

void
anc_launch_explain (const AncPipelineFile *file, GStrv lines, GError **cause,
                    AncMistakes *mistakes)
{
  Explanation self = { file, lines, mistakes, 0 };
  const gboolean whole = anc_launch_find_loose_link (lines) < 0
                         && anc_launch_has_element (lines);

  if (whole)
    anc_launch_each_setting (lines, explain_setting, &self);
  if (self.found == 0)
    anc_mistakes_take (mistakes, cause);
  else
    g_clear_error (cause);
}
