/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-run-network.h"

#include <string.h>

gboolean
anc_run_writes_to_network (GstElement *pipeline)
{
  for (GList *l = GST_BIN (pipeline)->children; l != NULL; l = l->next) {
    const gchar *class = gst_element_class_get_metadata (
        GST_ELEMENT_GET_CLASS (l->data), GST_ELEMENT_METADATA_KLASS);

    if (GST_OBJECT_FLAG_IS_SET (l->data, GST_ELEMENT_FLAG_SINK)
        && strstr (class, "Network") != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_for_objects (GstElement *element)
{
  return GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SINK)
         && g_object_class_find_property (G_OBJECT_GET_CLASS (element),
                                          "if-none-match")
                != NULL;
}

gboolean
anc_run_writes_objects (GstElement *pipeline)
{
  for (GList *l = GST_BIN (pipeline)->children; l != NULL; l = l->next) {
    if (is_for_objects (l->data))
      return TRUE;
  }
  return FALSE;
}

static void
protect (const AncParameter *parameter, GstElement *pipeline,
         gboolean overwrite)
{
  for (guint i = 0; i < parameter->targets->len; i++) {
    const AncTarget *target = parameter->targets->pdata[i];
    g_autoptr (GstElement) element
        = gst_bin_get_by_name (GST_BIN (pipeline), target->element);

    if (element != NULL && is_for_objects (element))
      g_object_set (element, "if-none-match", !overwrite, NULL);
  }
}

void
anc_run_protect_outputs (const AncParameters *parameters, GstElement *pipeline,
                         gboolean overwrite)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (parameter->format == ANC_FORMAT_OUTPUT_URI
        && anc_parameters_get (parameters, parameter->name) != NULL)
      protect (parameter, pipeline, overwrite);
  }
}

gboolean
anc_run_is_about_existing (GstMessage *message)
{
  const GstStructure *details = NULL;

  gst_message_parse_error_details (message, &details);
  return details != NULL
         && g_strcmp0 (gst_structure_get_string (details, "error-code"),
                       "PreconditionFailed")
                == 0;
}

typedef struct {
  GMainContext *context;
  GMainLoop *loop;
} Stop;

static void
stop_free (gpointer data)
{
  Stop *self = data;

  g_main_context_unref (self->context);
  g_main_loop_unref (self->loop);
  g_free (self);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
attach_quit (Stop *self, GSource *source)
{
  g_source_set_callback (source, quit, g_main_loop_ref (self->loop),
                         (GDestroyNotify) g_main_loop_unref);
  g_source_attach (source, self->context);
}

/* Quitting a loop before it runs would be forgotten: its context does it. */
static void
stop (GstElement *pipeline, gpointer data)
{
  g_autoptr (GSource) done = g_idle_source_new ();

  gst_element_set_state (pipeline, GST_STATE_NULL);
  attach_quit (data, done);
}

void
anc_run_stop (GstElement *pipeline, GMainContext *context, GMainLoop *loop,
              guint seconds)
{
  Stop *self = g_new (Stop, 1);
  g_autoptr (GSource) limit = g_timeout_source_new_seconds (seconds);

  self->context = g_main_context_ref (context);
  self->loop = g_main_loop_ref (loop);
  attach_quit (self, limit);
  /* What an upload leaves behind is told on the way down. */
  gst_pipeline_set_auto_flush_bus (GST_PIPELINE (pipeline), FALSE);
  gst_element_call_async (pipeline, stop, self, stop_free);
  g_main_loop_run (loop);
  g_source_destroy (limit);
}
