/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-media.h"

#include "anc-error.h"
#include "anc-media-source.h"
#include "anc-run-error.h"
#include "anc-sound-caps.h"

#include <gst/audio/audio.h>
#include <gst/gst.h>
#include <string.h>

/* A recording that takes longer to open hangs. */
#define OPEN_TIMEOUT (30 * GST_SECOND)

gchar *
anc_media_suffix_of (const AncParameter *parameter, const gchar *path,
                     GError **error)
{
  g_autofree gchar *base = g_path_get_basename (path);
  const gchar *dot = strrchr (base, '.');
  g_autofree gchar *suffix
      = dot != NULL && dot != base ? g_ascii_strdown (dot + 1, -1) : NULL;
  g_autofree gchar *all = NULL;

  if (suffix != NULL
      && g_strv_contains ((const gchar *const *) parameter->values, suffix))
    return g_steal_pointer (&suffix);
  all = g_strjoinv (", ", parameter->values);
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
               "%s=%s: the name must end in one of %s, or add %s=",
               parameter->default_text, path, all, parameter->name);
  return NULL;
}

/* Decodes up to the first sound. GstDiscoverer would not do: it says "32 bit"
 * of whole numbers and of floating point in WAV and AIFF alike. The caller
 * owns the pipeline; it may have failed. */
static GstElement *
open_source (GstElement *source)
{
  GstElement *pipeline
      = gst_parse_launch ("decodebin name=decoder caps=audio/x-raw "
                          "expose-all-streams=false ! fakesink name=sink",
                          NULL);
  g_autoptr (GstElement) decoder = NULL;

  if (pipeline == NULL) {
    gst_object_unref (gst_object_ref_sink (source));
    return NULL;
  }
  gst_object_ref_sink (pipeline);
  decoder = gst_bin_get_by_name (GST_BIN (pipeline), "decoder");
  gst_bin_add (GST_BIN (pipeline), source);
  gst_element_link (source, decoder);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  gst_element_get_state (pipeline, NULL, NULL, OPEN_TIMEOUT);
  return pipeline;
}

/* What a source on a network says is true of the run that would follow. */
static gboolean
check_opened (GstElement *pipeline, const AncParameter *of, const gchar *name,
              GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message
      = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) cause = NULL;
  g_autofree gchar *debug = NULL;

  if (message == NULL || of->format != ANC_FORMAT_INPUT_URI)
    return TRUE;
  gst_message_parse_error (message, &cause, &debug);
  g_propagate_error (error, anc_run_error_describe_input (name, cause, debug));
  return FALSE;
}

static GstCaps *
input_caps (GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  return pad != NULL ? gst_pad_get_current_caps (pad) : NULL;
}

/* How many bits a lossless codec kept: decoders hand out wider samples. 0: it
 * is lossy. */
static guint
coded_depth (const GstStructure *coded, guint decoded)
{
  static const gchar *const lossless[]
      = { "audio/x-flac", "audio/x-alac", "audio/x-wavpack",
          "audio/x-tta",  "audio/x-ape",  NULL };
  gint depth;

  if (!g_strv_contains (lossless, gst_structure_get_name (coded)))
    return 0;
  if (gst_structure_get_int (coded, "samplesize", &depth)
      || gst_structure_get_int (coded, "depth", &depth))
    return (guint) depth;
  return decoded;
}

/* The depth behind the decoder; as decoded if there is none. */
static guint
find_depth (GstElement *pipeline, guint decoded)
{
  g_autoptr (GstIterator) elements
      = gst_bin_iterate_recurse (GST_BIN (pipeline));
  g_auto (GValue) item = G_VALUE_INIT;
  guint depth = decoded;

  while (gst_iterator_next (elements, &item) == GST_ITERATOR_OK) {
    GstElement *element = g_value_get_object (&item);
    GstElementFactory *factory = gst_element_get_factory (element);
    g_autoptr (GstCaps) caps = NULL;

    if (factory != NULL
        && gst_element_factory_list_is_type (
            factory, GST_ELEMENT_FACTORY_TYPE_DECODER
                         | GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
      caps = input_caps (element);
    if (caps != NULL)
      depth = coded_depth (gst_caps_get_structure (caps, 0), decoded);
    g_value_reset (&item);
  }
  return depth;
}

static const gchar *
name_of_format (GstElement *pipeline)
{
  g_autoptr (GstElement) sink
      = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_autoptr (GstCaps) caps = anc_sound_caps_complete (input_caps (sink));
  GstAudioInfo info;
  guint depth;

  if (caps == NULL || !gst_audio_info_from_caps (&info, caps))
    return "S16";
  depth = find_depth (pipeline, (guint) GST_AUDIO_INFO_DEPTH (&info));
  if (depth == 0)
    return "S16";
  if (GST_AUDIO_INFO_IS_FLOAT (&info))
    return depth > 32 ? "F64" : "F32";
  if (depth <= 16)
    return depth <= 8 ? "U8" : "S16";
  return depth <= 24 ? "S24" : "S32";
}

/* FALSE: it is an error; "S16" where nothing can be said. */
static gboolean
find_format (const AncParameters *parameters, const AncParameter *of,
             const gchar *path, const gchar **ret_name, GError **error)
{
  GstElement *source = anc_media_source_new (parameters, of, error);
  g_autoptr (GstElement) pipeline = NULL;
  gboolean good;

  if (source == NULL)
    return FALSE;
  pipeline = open_source (source);
  good = pipeline == NULL || check_opened (pipeline, of, path, error);
  *ret_name = pipeline != NULL ? name_of_format (pipeline) : "S16";
  if (pipeline != NULL)
    gst_element_set_state (pipeline, GST_STATE_NULL);
  return good;
}

gchar *
anc_media_format_of (const AncParameter *parameter,
                     const AncParameters *parameters, const AncParameter *of,
                     GError **error)
{
  const gchar *path = anc_parameters_get (parameters, of->name);
  const gchar *name;

  if (!find_format (parameters, of, path, &name, error))
    return NULL;
  if (g_strv_contains ((const gchar *const *) parameter->values, name))
    return g_strdup (name);
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
               "%s has %s samples; choose with %s=", path, name,
               parameter->name);
  return NULL;
}
