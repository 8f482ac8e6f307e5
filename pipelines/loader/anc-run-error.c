/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-run-error.h"

#include "anc-error.h"
#include "anc-input-file.h"
#include "anc-run-device.h"
#include "anc-run-network.h"
#include "anc-sound-caps.h"

#include <string.h>

#define MAX_WARNINGS 20
/* Durations that a container states are rounded to its own time scale, and a
 * lossy decoder drops up to a few frames of padding. */
#define EARLY_SECONDS 0.25
/* Between the length of a recording and that of what was made of it. */
#define ROUNDING_SECONDS 0.002

static gboolean
is_same_way (AncFormat a, AncFormat b)
{
  return (anc_format_is_input (a) && anc_format_is_input (b))
         || (anc_format_is_output (a) && anc_format_is_output (b));
}

const gchar *
anc_run_file_of (const AncParameters *parameters, const gchar *element,
                 AncFormat format)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);

  for (guint i = 0; element != NULL && i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    for (guint j = 0; j < parameter->targets->len; j++) {
      const AncTarget *target = parameter->targets->pdata[j];

      if (is_same_way (parameter->format, format)
          && g_str_equal (target->element, element)
          && anc_parameters_get (parameters, parameter->name) != NULL)
        return anc_parameters_get (parameters, parameter->name);
    }
  }
  return NULL;
}

/* Some messages say only that there is an error; what it is follows in the
 * debug text after the place in the source. */
static gchar *
clause_of (const GError *cause, const gchar *debug)
{
  const gchar *line = debug != NULL ? strchr (debug, '\n') : NULL;
  g_autoptr (GError) detail = NULL;

  /* A demuxer that gives up and the decoder around it both report; whose
   * message comes first is chance. */
  if (line != NULL && strstr (line, "all streams without buffers") != NULL)
    return g_strdup (ANC_SOUND_NO_FRAME);
  if (line == NULL
      || (strstr (cause->message, "general stream error") == NULL
          && strstr (cause->message, "Internal data stream error") == NULL))
    return anc_error_as_clause (cause);
  detail = g_error_new_literal (cause->domain, cause->code, line + 1);
  return anc_error_as_clause (detail);
}

static gchar *
describe_input (const gchar *path, const GError *cause, const gchar *clause)
{
  if (cause->domain == GST_RESOURCE_ERROR)
    return g_strdup_printf ("%s could not be read: %s", path, clause);
  if (g_error_matches (cause, GST_STREAM_ERROR,
                       GST_STREAM_ERROR_CODEC_NOT_FOUND)
      || g_error_matches (cause, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN))
    return g_strdup_printf ("%s holds no sound that can be decoded here; the "
                            "packages gstreamer1.0-libav and "
                            "gstreamer1.0-plugins-ugly have more decoders",
                            path);
  if (g_error_matches (cause, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE))
    return g_strdup_printf ("%s: %s", path, clause);
  return g_strdup_printf ("%s is not a sound file that can be read: %s", path,
                          clause);
}

GError *
anc_run_error_describe_input (const gchar *name, const GError *cause,
                              const gchar *debug)
{
  g_autofree gchar *clause = clause_of (cause, debug);
  g_autofree gchar *text = describe_input (name, cause, clause);

  return g_error_new_literal (cause->domain, cause->code, text);
}

GError *
anc_run_error_describe (const AncParameters *parameters, GstElement *pipeline,
                        GstMessage *message, const GError *cause,
                        const gchar *debug)
{
  const gchar *element = GST_MESSAGE_SRC_NAME (message);
  g_autofree gchar *source
      = anc_meter_find_source (pipeline, GST_MESSAGE_SRC (message));
  const gchar *input
      = anc_run_file_of (parameters, source, ANC_FORMAT_INPUT_FILE);
  const gchar *output
      = anc_run_file_of (parameters, element, ANC_FORMAT_OUTPUT_FILE);
  g_autofree gchar *clause = clause_of (cause, debug);
  g_autofree gchar *text = NULL;

  if (output != NULL && anc_run_is_about_existing (message))
    text = g_strdup_printf ("%s exists already; choose another name, or add "
                            "--overwrite",
                            output);
  else if (output != NULL)
    text = g_strdup_printf ("%s could not be written: %s", output, clause);
  else if (input != NULL)
    text = describe_input (input, cause, clause);
  else if (cause->domain == GST_RESOURCE_ERROR)
    text = anc_run_device_describe (parameters, GST_MESSAGE_SRC (message),
                                    clause);
  if (text == NULL)
    text = g_strdup_printf ("%s: %s", element, clause);
  return g_error_new_literal (cause->domain, cause->code, text);
}

/* The parameter that says which channel of the stream is the noise. */
static const AncParameter *
find_channel (const AncParameters *parameters, const gchar *element)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    for (guint j = 0; j < parameter->targets->len; j++) {
      const AncTarget *target = parameter->targets->pdata[j];

      if (g_str_equal (target->element, element)
          && g_str_equal (target->property, "reference-channel")
          && anc_parameters_get (parameters, parameter->name) != NULL)
        return parameter;
    }
  }
  return NULL;
}

GError *
anc_run_error_from_warning (const AncParameters *parameters,
                            GstElement *pipeline, GstMessage *message,
                            const GError *cause)
{
  const gchar *element = GST_MESSAGE_SRC_NAME (message);
  const AncParameter *channel = find_channel (parameters, element);
  g_autofree gchar *source = NULL;
  const gchar *input;

  if (anc_run_device_is_automatic (GST_MESSAGE_SRC (message)))
    return anc_run_error_describe (parameters, pipeline, message, cause, NULL);
  if (channel == NULL
      || !g_error_matches (cause, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT))
    return NULL;
  source = anc_meter_find_source (pipeline, GST_MESSAGE_SRC (message));
  input = anc_run_file_of (parameters, source, ANC_FORMAT_INPUT_FILE);
  return g_error_new (
      cause->domain, cause->code,
      "%s has no channel %s that could be the noise beside the voice; name "
      "another with %s= (0 is the first), or give the noise a file of its own "
      "with 'anc run cancel'",
      input != NULL ? input : element,
      anc_parameters_get (parameters, channel->name), channel->name);
}

void
anc_run_warnings_add (GPtrArray *warnings, const gchar *element,
                      const GError *cause)
{
  g_autofree gchar *clause = anc_error_as_clause (cause);
  g_autofree gchar *text = g_strdup_printf ("%s: %s", element, clause);

  if (warnings->len < MAX_WARNINGS
      && !g_ptr_array_find_with_equal_func (warnings, text, g_str_equal, NULL))
    g_ptr_array_add (warnings, g_steal_pointer (&text));
}

static void
warn_if_early (const gchar *path, const AncReading *reading,
               gdouble output_seconds, GPtrArray *warnings)
{
  /* A reference is read no further than the primary needs; its end comes early
   * then. */
  if (!reading->ended || reading->seconds > output_seconds + ROUNDING_SECONDS)
    return;
  if (anc_input_file_is_cut (path))
    g_ptr_array_add (
        warnings, g_strdup_printf ("%s is cut off; the %.2f seconds that are "
                                   "there were used",
                                   path, reading->seconds));
  /* The reference may end early in the very sample in which a primary that is
   * cut off does. */
  else if (reading->duration > reading->seconds + EARLY_SECONDS
           && !anc_input_file_is_whole_wav (path))
    g_ptr_array_add (
        warnings,
        g_strdup_printf ("%s is cut off: %.2f of %.2f seconds are there, and "
                         "were used",
                         path, reading->seconds, reading->duration));
}

static gboolean
check_input (const gchar *path, const AncReading *reading,
             gdouble output_seconds, GPtrArray *warnings, GError **error)
{
  if (reading->sound ? reading->frames == 0 : !reading->buffers) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "%s: " ANC_SOUND_NO_FRAME,
                 path);
    return FALSE;
  }
  if (reading->sound)
    warn_if_early (path, reading, output_seconds, warnings);
  return TRUE;
}

gboolean
anc_run_check_inputs (const AncParameters *parameters, AncMeter *meter,
                      GPtrArray *warnings, GError **error)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);
  gdouble output_seconds = anc_meter_read_output (meter).seconds;

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];
    const gchar *path = anc_parameters_get (parameters, parameter->name);

    if (path == NULL || !anc_format_is_input (parameter->format))
      continue;
    for (guint j = 0; j < parameter->targets->len; j++) {
      const AncTarget *target = parameter->targets->pdata[j];
      AncReading reading;

      if (!anc_meter_is_source (meter, target->element))
        continue;
      reading = anc_meter_read_input (meter, target->element);
      if (!check_input (path, &reading, output_seconds, warnings, error))
        return FALSE;
    }
  }
  return TRUE;
}
