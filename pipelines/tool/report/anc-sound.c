/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a recording through uridecodebin. The launch text is constant; the
 * file's name is set as a property, so nothing in it is taken for syntax. */
#include "anc-sound.h"

#include "anc-input-file.h"
#include "anc-sound-caps.h"

#include <gst/app/gstappsink.h>
#include <gst/audio/audio.h>

#define LAUNCH                                                                 \
  "uridecodebin name=source caps=audio/x-raw expose-all-streams=false "        \
  "! audioconvert ! appsink name=sink sync=false max-buffers=32 caps=\""       \
  "audio/x-raw,format=" GST_AUDIO_NE (F32) ",layout=interleaved\""

/* A recording that takes more than this is not one to draw. */
#define MAX_BYTES (G_GUINT64_CONSTANT (4) << 30)

G_DEFINE_QUARK (anc-sound-error-quark, anc_sound_error);

void
anc_sound_free (AncSound *self)
{
  g_free (self->samples);
  g_free (self);
}

gdouble
anc_sound_seconds (const AncSound *self)
{
  return (gdouble) self->frames / self->rate;
}

static gboolean
fail (GError **error, const gchar *filename, const gchar *what)
{
  g_set_error (error, ANC_SOUND_ERROR, 0, "%s: %s", filename, what);
  return FALSE;
}

static gboolean
adopt_format (AncSound *self, GstSample *sample, const gchar *filename,
              GError **error)
{
  GstAudioInfo info;

  if (!gst_audio_info_from_caps (&info, gst_sample_get_caps (sample)))
    return fail (error, filename, "its audio has no usable format");
  if (self->rate != 0
      && (self->rate != (guint) info.rate
          || self->channels != (guint) info.channels))
    return fail (error, filename, "its rate or channels change on the way");
  self->rate = info.rate;
  self->channels = info.channels;
  return TRUE;
}

static gboolean
append (AncSound *self, gsize *room, GstSample *sample, const gchar *filename,
        GError **error)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gsize frame_size, held, size;

  if (!adopt_format (self, sample, filename, error))
    return FALSE;
  frame_size = self->channels * sizeof (gfloat);
  held = self->frames * frame_size;
  size = gst_buffer_get_size (buffer) / frame_size * frame_size;
  if (held + size > MAX_BYTES)
    return fail (error, filename, "too long for a report; cut it first");
  if (held + size > *room) {
    *room = MAX (held + size, *room * 2);
    self->samples = g_realloc (self->samples, *room);
  }
  gst_buffer_extract (buffer, 0, (guint8 *) self->samples + held, size);
  self->frames += size / frame_size;
  return TRUE;
}

/* What the pipeline complained of, or NULL if it ended in peace. */
static gchar *
take_complaint (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message
      = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) cause = NULL;

  if (message == NULL)
    return NULL;
  gst_message_parse_error (message, &cause, NULL);
  return g_strdup_printf ("cannot be read as audio: %s", cause->message);
}

/* A truncated file ends in an error after its last whole frame: what was read
 * until then counts. */
static gboolean
read_all (AncSound *self, GstElement *pipeline, const gchar *filename,
          GError **error)
{
  g_autoptr (GstElement) sink
      = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_autofree gchar *complaint = NULL;
  gsize room = 0;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (TRUE) {
    g_autoptr (GstSample) sample
        = gst_app_sink_try_pull_sample (GST_APP_SINK (sink), GST_SECOND / 10);

    if (sample != NULL) {
      if (!append (self, &room, sample, filename, error))
        return FALSE;
    } else {
      complaint = take_complaint (pipeline);
      if (complaint != NULL || gst_app_sink_is_eos (GST_APP_SINK (sink)))
        break;
    }
  }
  if (self->frames > 0)
    return TRUE;
  return fail (error, filename,
               complaint != NULL ? complaint : "there is no audio in it");
}

static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer decoder)
{
  if (GST_EVENT_TYPE (info->data) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  if (!anc_sound_caps_check (info->data, decoder))
    return GST_PAD_PROBE_DROP;
  anc_sound_caps_complete_probe (info);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *decoder, GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event,
                     decoder, NULL);
}

AncSound *
anc_sound_read (const gchar *filename, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (filename);
  g_autofree gchar *uri = g_file_get_uri (file);
  g_autoptr (AncSound) self = g_new0 (AncSound, 1);
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) source = NULL;
  gboolean good;

  if (g_file_is_native (file)
      && !anc_input_file_check (NULL, g_file_peek_path (file), error))
    return NULL;
  pipeline = gst_parse_launch_full (LAUNCH, NULL, GST_PARSE_FLAG_FATAL_ERRORS,
                                    error);
  if (pipeline == NULL)
    return NULL;
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  g_object_set (source, "uri", uri, NULL);
  g_signal_connect (source, "pad-added", G_CALLBACK (on_pad_added), NULL);
  good = read_all (self, pipeline, filename, error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return good ? g_steal_pointer (&self) : NULL;
}
