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

static void
protect (const AncParameter *parameter, GstElement *pipeline,
         gboolean overwrite)
{
  for (guint i = 0; i < parameter->targets->len; i++) {
    const AncTarget *target = parameter->targets->pdata[i];
    g_autoptr (GstElement) element
        = gst_bin_get_by_name (GST_BIN (pipeline), target->element);

    if (element != NULL
        && g_object_class_find_property (G_OBJECT_GET_CLASS (element),
                                         "if-none-match")
               != NULL)
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
  GMutex lock;
  GCond cond;
  gboolean done;
} Stop;

static void
stop_clear (gpointer data)
{
  Stop *self = data;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static void
stop_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, stop_clear);
}

static void
stop (GstElement *pipeline, gpointer data)
{
  Stop *self = data;

  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_mutex_lock (&self->lock);
  self->done = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
anc_run_stop_within (GstElement *pipeline, guint seconds)
{
  gint64 end = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
  Stop *self = g_atomic_rc_box_new0 (Stop);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  gst_element_call_async (pipeline, stop, g_atomic_rc_box_acquire (self),
                          stop_unref);
  g_mutex_lock (&self->lock);
  while (!self->done && g_cond_wait_until (&self->cond, &self->lock, end))
    ;
  g_mutex_unlock (&self->lock);
  stop_unref (self);
}
