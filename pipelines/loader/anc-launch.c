/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-launch.h"

#include "anc-error.h"
#include "anc-packages.h"

static void
set_missing (const gchar *file, const gchar *factory, GError **error)
{
  const gchar *package = anc_packages_for_element (factory);

  if (package != NULL)
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN,
                 "the element %s is not installed; it is in %s", factory,
                 package);
  else
    anc_config_error (error, file, "/pipeline",
                      "there is no element %s; correct the name, or install "
                      "the plugin that has it",
                      factory);
}

static void
set_error (const gchar *file, GstParseContext *context, const GError *cause,
           GError **error)
{
  g_auto (GStrv) missing = gst_parse_context_get_missing_elements (context);
  g_autofree gchar *clause = anc_error_as_clause (cause);

  if (g_error_matches (cause, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT)
      && missing != NULL && missing[0] != NULL)
    set_missing (file, missing[0], error);
  else
    anc_config_error (error, file, "/pipeline", "%s", clause);
}

GstElement *
anc_launch (const gchar *file, const gchar *text, GError **error)
{
  g_autoptr (GstParseContext) context = gst_parse_context_new ();
  g_autoptr (GError) cause = NULL;
  g_autoptr (GstElement) element = gst_parse_launch_full (
      text, context, GST_PARSE_FLAG_FATAL_ERRORS, &cause);
  GstElement *pipeline;

  if (element == NULL || cause != NULL) {
    set_error (file, context, cause, error);
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
