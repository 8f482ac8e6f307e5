/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-runner.h"

#include "anc-builder.h"
#include "anc-error.h"
#include "anc-media.h"
#include "anc-meter.h"
#include "anc-output-file.h"
#include "anc-run-error.h"
#include "anc-run-network.h"
#include "anc-run-reference.h"

#define PROGRESS_INTERVAL_MS 100
/* Writing the last bytes after the stream was ended. */
#define END_SECONDS 10
/* To take back what was uploaded of an object that shall not be: a request may
 * hang for ancs3sink's timeout first. */
#define STOP_SECONDS 20

/* What ancs3sink posts of each object that is whole. */
#define OBJECT_MESSAGE "anc-s3-object"

struct _AncRunner {
  AncParameters *parameters;
  AncRunnerOptions options;
  GPtrArray *outputs; /* of AncOutputFile */
  GstElement *pipeline;
  AncMeter *meter;
  AncGauge *gauge;
  GMainContext *context;
  GMainLoop *loop;
  AncResult *result; /* while running; owned by anc_runner_run() */
  guint interrupts;
  GSource *end, *end_limit; /* from the first interrupt on */
  gint64 start;             /* monotonic */
  gboolean live;
  gboolean given_up; /* interrupted before there was any sound */
  gboolean stopped;  /* as far as it could be */
};

static gboolean
is_same_place (const AncParameter *input, const gchar *a, const gchar *b)
{
  return input->format == ANC_FORMAT_INPUT_URI ? g_str_equal (a, b)
                                               : anc_output_file_is_same (a, b);
}

static gboolean
check_not_input (AncRunner *self, const AncParameter *parameter,
                 const gchar *path, GError **error)
{
  AncPipelineFile *file = anc_parameters_get_file (self->parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *other = file->parameters->pdata[i];
    const gchar *input = anc_parameters_get (self->parameters, other->name);

    if (input == NULL || !anc_format_is_input (other->format)
        || !is_same_place (other, input, path))
      continue;
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s=%s: this is the input %s; choose another name",
                 parameter->name, path, other->name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
add_output (AncRunner *self, const AncParameter *parameter, const gchar *path,
            GError **error)
{
  AncOutputFile *output;

  if (!check_not_input (self, parameter, path, error))
    return FALSE;
  if (parameter->format != ANC_FORMAT_OUTPUT_FILE)
    return TRUE;
  output = anc_output_file_new (parameter->name, path, self->options.overwrite,
                                error);
  if (output == NULL)
    return FALSE;
  g_ptr_array_add (self->outputs, output);
  return TRUE;
}

static gboolean
add_outputs (AncRunner *self, GError **error)
{
  AncPipelineFile *file = anc_parameters_get_file (self->parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];
    const gchar *path = anc_parameters_get (self->parameters, parameter->name);

    if (path != NULL && anc_format_is_output (parameter->format)
        && !add_output (self, parameter, path, error))
      return FALSE;
  }
  return TRUE;
}

static const gchar *
output_path (const gchar *parameter, gpointer data)
{
  AncRunner *self = data;

  for (guint i = 0; i < self->outputs->len; i++) {
    AncOutputFile *output = self->outputs->pdata[i];

    if (g_str_equal (anc_output_file_get_parameter (output), parameter))
      return anc_output_file_get_path (output);
  }
  return NULL;
}

static gboolean
prepare_outputs (AncRunner *self, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (add_outputs (self, &cause)
      && anc_builder_set_outputs (self->parameters, self->pipeline, output_path,
                                  self, &cause))
    return TRUE;
  anc_parameters_mask_error (self->parameters, cause);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

AncRunner *
anc_runner_new (AncParameters *parameters, const AncRunnerOptions *options,
                GError **error)
{
  g_autoptr (AncRunner) self = g_new0 (AncRunner, 1);

  self->parameters = parameters;
  self->options = *options;
  self->start = g_get_monotonic_time ();
  self->outputs
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_output_file_free);
  self->pipeline = anc_builder_build (parameters, NULL, NULL, error);
  if (self->pipeline == NULL)
    return NULL;
  anc_run_protect_outputs (parameters, self->pipeline, options->overwrite);
  if (options->on_built != NULL)
    options->on_built (options->data);
  if (!prepare_outputs (self, error))
    return NULL;
  self->meter = anc_meter_new (self->pipeline);
  self->gauge = anc_gauge_new (self->pipeline, options->voice);
  self->context = g_main_context_ref_thread_default ();
  self->loop = g_main_loop_new (self->context, FALSE);
  return g_steal_pointer (&self);
}

static void
drop_source (GSource *source)
{
  if (source == NULL)
    return;
  g_source_destroy (source);
  g_source_unref (source);
}

void
anc_runner_free (AncRunner *self)
{
  drop_source (self->end);
  drop_source (self->end_limit);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->gauge, anc_gauge_free);
  g_clear_pointer (&self->meter, anc_meter_free);
  gst_clear_object (&self->pipeline);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_ptr_array_unref (self->outputs);
  g_free (self);
}

static void
fail (AncRunner *self, GError *error)
{
  self->result->outcome = ANC_OUTCOME_FAILED;
  if (self->result->error == NULL)
    self->result->error = error;
  else
    g_error_free (error);
  g_main_loop_quit (self->loop);
}

static void
on_error (AncRunner *self, GstMessage *message)
{
  g_autoptr (GError) cause = NULL;

  /* What follows the first error is its echo. */
  if (self->result->error != NULL)
    return;
  gst_message_parse_error (message, &cause, &self->result->error_debug);
  self->result->error_element = g_strdup (GST_MESSAGE_SRC_NAME (message));
  self->result->not_written = GST_OBJECT_FLAG_IS_SET (GST_MESSAGE_SRC (message),
                                                      GST_ELEMENT_FLAG_SINK);
  fail (self, anc_run_error_describe (self->parameters, self->pipeline, message,
                                      cause, self->result->error_debug));
}

static void
add_warning (AncRunner *self, const gchar *element, const GError *cause)
{
  GPtrArray *warnings = self->result->warnings;
  guint before = warnings->len;
  g_autofree gchar *shown = NULL;

  anc_run_warnings_add (warnings, element, cause);
  if (warnings->len == before || self->options.on_warning == NULL)
    return;
  shown = g_strdup (warnings->pdata[before]);
  anc_parameters_mask (self->parameters, &shown);
  self->options.on_warning (shown, self->options.data);
}

static void
on_warning (AncRunner *self, GstMessage *message)
{
  g_autoptr (GError) cause = NULL;
  GError *error;

  /* That a microphone has stopped is no news after ^C; what cannot be written
   * is. */
  if (self->interrupts > 0
      && !GST_OBJECT_FLAG_IS_SET (GST_MESSAGE_SRC (message),
                                  GST_ELEMENT_FLAG_SINK))
    return;
  gst_message_parse_warning (message, &cause, NULL);
  error = anc_run_error_from_warning (self->parameters, self->pipeline, message,
                                      cause);
  if (error == NULL) {
    add_warning (self, GST_MESSAGE_SRC_NAME (message), cause);
    return;
  }
  g_free (self->result->error_element);
  self->result->error_element = g_strdup (GST_MESSAGE_SRC_NAME (message));
  fail (self, error);
}

static void
on_element (AncRunner *self, GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);

  if (structure == NULL || !gst_structure_has_name (structure, OBJECT_MESSAGE))
    return;
  anc_result_add_object (self->result, gst_structure_copy (structure));
  if (self->options.on_object != NULL)
    self->options.on_object (structure, self->options.data);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  AncRunner *self = data;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ERROR:
    on_error (self, message);
    break;
  case GST_MESSAGE_WARNING:
    on_warning (self, message);
    break;
  case GST_MESSAGE_ELEMENT:
    on_element (self, message);
    break;
  case GST_MESSAGE_EOS:
    g_main_loop_quit (self->loop);
    break;
  case GST_MESSAGE_LATENCY:
    gst_bin_recalculate_latency (GST_BIN (self->pipeline));
    break;
  case GST_MESSAGE_CLOCK_LOST:
    gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
    gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_progress (gpointer data)
{
  AncRunner *self = data;
  AncReading reading = anc_meter_read_output (self->meter);

  self->options.on_progress (
      reading.seconds, self->live ? -1 : reading.duration, self->options.data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_timeout (gpointer data)
{
  AncRunner *self = data;

  fail (self,
        g_error_new (ANC_ERROR, ANC_ERROR_RUN,
                     "%s did not end within %u seconds; allow more with "
                     "--timeout",
                     self->result->pipeline, self->options.timeout_seconds));
  return G_SOURCE_CONTINUE;
}

static gboolean
on_end_timeout (gpointer data)
{
  AncRunner *self = data;

  fail (self, g_error_new (ANC_ERROR, ANC_ERROR_RUN,
                           "%s did not end within %u seconds after it was "
                           "told to",
                           self->result->pipeline, END_SECONDS));
  return G_SOURCE_CONTINUE;
}

static GSource *
add_source (AncRunner *self, GSource *source, GSourceFunc func)
{
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static void
send_end (GstElement *pipeline, gpointer data)
{
  gst_element_send_event (pipeline, gst_event_new_eos ());
}

/* In a thread: a source waits until its last buffer is taken, and the next
 * interrupt must get through meanwhile. */
static gboolean
end_stream (gpointer data)
{
  AncRunner *self = data;

  gst_element_call_async (self->pipeline, send_end, NULL, NULL);
  return G_SOURCE_REMOVE;
}

/* No sound went by, and nothing else did that could be what is recorded. */
static gboolean
is_empty (const AncReading *reading)
{
  return reading->frames == 0 && (reading->sound || !reading->buffers);
}

void
anc_runner_interrupt (AncRunner *self)
{
  AncReading reading = anc_meter_read_output (self->meter);

  self->interrupts++;
  /* The end of the stream would make a file or an object of an encoder's
   * header. A broker may still be given what a run before has left. */
  self->given_up |= self->interrupts == 1 && is_empty (&reading)
                    && (anc_run_writes_objects (self->pipeline)
                        || !anc_run_writes_to_network (self->pipeline));
  if (self->interrupts > 1 || self->given_up) {
    g_main_loop_quit (self->loop);
    return;
  }
  self->end = add_source (self, g_idle_source_new (), end_stream);
  if (anc_run_writes_to_network (self->pipeline))
    return;
  self->end_limit = add_source (
      self, g_timeout_source_new_seconds (END_SECONDS), on_end_timeout);
}

/* Building the pipeline took some. */
static guint
remaining_ms (const AncRunner *self)
{
  gint64 passed = (g_get_monotonic_time () - self->start) / 1000;
  gint64 all = (gint64) self->options.timeout_seconds * 1000;

  return (guint) CLAMP (all - passed, 0, G_MAXUINT);
}

/* Returns when the stream has ended or failed, or everything shall stop. */
static void
stream (AncRunner *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  GSource *messages = gst_bus_create_watch (bus), *progress = NULL;
  GSource *timeout = NULL;
  GstStateChangeReturn change;

  add_source (self, messages, (GSourceFunc) (void (*) (void)) on_message);
  if (self->options.on_progress != NULL)
    progress = add_source (self, g_timeout_source_new (PROGRESS_INTERVAL_MS),
                           on_progress);
  if (self->options.timeout_seconds > 0)
    timeout = add_source (self, g_timeout_source_new (remaining_ms (self)),
                          on_timeout);
  change = gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  self->live = change == GST_STATE_CHANGE_NO_PREROLL;
  /* Quitting a loop before it runs would be forgotten. */
  if (self->interrupts < 2 && !self->given_up)
    g_main_loop_run (self->loop);
  if ((self->interrupts > 1 || self->given_up)
      && anc_run_writes_to_network (self->pipeline)) {
    anc_run_stop (self->pipeline, self->context, self->loop, STOP_SECONDS);
    self->stopped = TRUE;
  }
  drop_source (timeout);
  drop_source (progress);
  drop_source (messages);
  g_clear_pointer (&self->end, drop_source);
  g_clear_pointer (&self->end_limit, drop_source);
}

static void
collect_stats (AncRunner *self)
{
  for (GList *l = GST_BIN (self->pipeline)->children; l != NULL; l = l->next) {
    GParamSpec *pspec
        = g_object_class_find_property (G_OBJECT_GET_CLASS (l->data), "stats");
    GstStructure *stats = NULL;

    if (pspec == NULL || pspec->value_type != GST_TYPE_STRUCTURE)
      continue;
    g_object_get (l->data, "stats", &stats, NULL);
    if (stats != NULL)
      g_hash_table_insert (self->result->elements,
                           g_strdup (GST_OBJECT_NAME (l->data)), stats);
  }
}

static void
commit (AncRunner *self)
{
  GError *error = NULL;

  for (guint i = 0; i < self->outputs->len; i++) {
    if (!anc_output_file_commit (self->outputs->pdata[i], &error)) {
      fail (self, error);
      return;
    }
  }
}

/* One sentence for each output that there is not. */
static void
warn_of_nothing (AncRunner *self)
{
  GPtrArray *warnings = self->result->warnings;

  if (self->stopped)
    g_ptr_array_add (warnings, g_strdup ("no sound came before the end, so "
                                         "there is no object"));
  for (guint i = 0; i < self->outputs->len; i++) {
    const gchar *parameter
        = anc_output_file_get_parameter (self->outputs->pdata[i]);

    g_ptr_array_add (
        warnings,
        g_strdup_printf ("no sound came before the end, so %s was not written",
                         anc_parameters_get (self->parameters, parameter)));
  }
}

/* A name may promise another format than the one that was asked for. */
static void
check_suffixes (AncRunner *self)
{
  AncPipelineFile *file = anc_parameters_get_file (self->parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];
    const gchar *value = anc_parameters_get (self->parameters, parameter->name);
    const gchar *path
        = parameter->default_kind == ANC_DEFAULT_SUFFIX_OF
              ? anc_parameters_get (self->parameters, parameter->default_text)
              : NULL;
    g_autofree gchar *suffix
        = path != NULL ? anc_media_suffix_of (parameter, path, NULL) : NULL;

    if (suffix != NULL && value != NULL && !g_str_equal (suffix, value))
      g_ptr_array_add (self->result->warnings,
                       g_strdup_printf ("%s was written as %s, which its name "
                                        "does not say",
                                        path, value));
  }
}

static void
mask (AncRunner *self)
{
  for (guint i = 0; i < self->result->warnings->len; i++)
    anc_parameters_mask (self->parameters,
                         (gchar **) &self->result->warnings->pdata[i]);
  anc_parameters_mask_error (self->parameters, self->result->error);
  anc_parameters_mask (self->parameters, &self->result->error_debug);
}

AncResult *
anc_runner_run (AncRunner *self)
{
  g_autoptr (AncResult) result
      = anc_result_new (anc_parameters_get_file (self->parameters)->name);
  gint64 start = g_get_monotonic_time ();
  GError *error = NULL;
  AncReading reading;

  self->result = result;
  stream (self);
  reading = anc_meter_read_output (self->meter);
  result->audio_seconds = reading.seconds;
  collect_stats (self);
  result->figures = anc_gauge_read (self->gauge);
  if (result->outcome == ANC_OUTCOME_OK && self->interrupts > 0)
    result->outcome = ANC_OUTCOME_INTERRUPTED;
  if (result->outcome == ANC_OUTCOME_OK
      && !anc_run_check_inputs (self->parameters, self->meter, result->warnings,
                                &error))
    fail (self, error);
  /* What was stopped early may have been about to begin. */
  if (result->outcome == ANC_OUTCOME_OK
      || (self->live && result->outcome == ANC_OUTCOME_INTERRUPTED))
    anc_run_check_references (self->parameters, self->pipeline, self->meter,
                              result);
  /* Sinks close their files here. What had to be asked twice may never
   * return. */
  if (self->interrupts > 1)
    g_ptr_array_set_size (self->outputs, 0);
  else if (!self->stopped)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  /* Twice interrupted, or before any sound: nothing whole to keep. */
  if (result->outcome == ANC_OUTCOME_OK
      || (result->outcome == ANC_OUTCOME_INTERRUPTED && self->interrupts == 1
          && !is_empty (&reading)))
    commit (self);
  else if (result->outcome == ANC_OUTCOME_INTERRUPTED && self->interrupts == 1)
    warn_of_nothing (self);
  result->wall_seconds
      = (gdouble) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  if (result->outcome != ANC_OUTCOME_FAILED)
    check_suffixes (self);
  mask (self);
  self->result = NULL;
  return g_steal_pointer (&result);
}
