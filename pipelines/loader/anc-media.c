/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-media.h"

#include "anc-error.h"
#include "anc-packages.h"

#include <gst/audio/audio.h>
#include <gst/pbutils/pbutils.h>
#include <string.h>

/* A recording that takes longer to open hangs. */
#define DISCOVERY_TIMEOUT (30 * GST_SECOND)

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

static void
set_discovery_error (GstDiscovererInfo *info, const gchar *path,
                     const GError *cause, GError **error)
{
  const gchar **missing
      = info != NULL
            ? gst_discoverer_info_get_missing_elements_installer_details (info)
            : NULL;

  if (missing != NULL && missing[0] != NULL) {
    g_autofree gchar *text = anc_packages_for_detail (missing[0]);

    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "%s needs %s", path, text);
  } else if (info != NULL
             && gst_discoverer_info_get_result (info)
                    == GST_DISCOVERER_TIMEOUT) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN,
                 "%s could not be opened within %u seconds", path,
                 (guint) (DISCOVERY_TIMEOUT / GST_SECOND));
  } else {
    g_autofree gchar *text = anc_error_as_clause (cause);

    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN,
                 "%s is not a sound file that can be read: %s", path, text);
  }
}

static GstDiscovererInfo *
discover (const gchar *path, GError **error)
{
  g_autofree gchar *absolute = g_canonicalize_filename (path, NULL);
  g_autofree gchar *uri = gst_filename_to_uri (absolute, error);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GstDiscoverer) discoverer = NULL;
  g_autoptr (GstDiscovererInfo) info = NULL;
  GstDiscovererResult result;

  if (uri == NULL)
    return NULL;
  discoverer = gst_discoverer_new (DISCOVERY_TIMEOUT, error);
  if (discoverer == NULL)
    return NULL;
  info = gst_discoverer_discover_uri (discoverer, uri, &cause);
  result = info != NULL ? gst_discoverer_info_get_result (info)
                        : GST_DISCOVERER_ERROR;
  /* Of a film only the picture may lack a decoder; the sound decides. */
  if (result == GST_DISCOVERER_OK || result == GST_DISCOVERER_MISSING_PLUGINS)
    return g_steal_pointer (&info);
  set_discovery_error (info, path, cause, error);
  return NULL;
}

static gboolean
is_lossless (const GstCaps *caps)
{
  static const gchar *const names[] = {
    "audio/x-raw", "audio/x-flac", "audio/x-alac",          "audio/x-wavpack",
    "audio/x-tta", "audio/x-ape",  "audio/x-private1-lpcm", NULL
  };
  const GstStructure *structure = gst_caps_get_structure (caps, 0);

  return g_strv_contains (names, gst_structure_get_name (structure));
}

static const gchar *
name_of_format (GstDiscovererAudioInfo *audio)
{
  g_autoptr (GstCaps) caps
      = gst_discoverer_stream_info_get_caps ((GstDiscovererStreamInfo *) audio);
  const gchar *format;
  guint depth = gst_discoverer_audio_info_get_depth (audio);

  if (caps == NULL || gst_caps_get_size (caps) == 0 || !is_lossless (caps))
    return "S16";
  format
      = gst_structure_get_string (gst_caps_get_structure (caps, 0), "format");
  if (format != NULL && g_str_has_prefix (format, "F"))
    return depth > 32 ? "F64" : "F32";
  if (depth == 0)
    return "S16";
  if (depth <= 8)
    return "U8";
  if (depth <= 16)
    return "S16";
  return depth <= 24 ? "S24" : "S32";
}

gchar *
anc_media_format_of (const AncParameter *parameter, const gchar *path,
                     GError **error)
{
  g_autoptr (GstDiscovererInfo) info = discover (path, error);
  GList *streams;
  const gchar *name;

  if (info == NULL)
    return NULL;
  streams = gst_discoverer_info_get_audio_streams (info);
  name = streams != NULL ? name_of_format (streams->data) : NULL;
  gst_discoverer_stream_info_list_free (streams);
  if (name != NULL
      && g_strv_contains ((const gchar *const *) parameter->values, name))
    return g_strdup (name);
  if (name != NULL)
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s has %s samples; choose with %s=", path, name,
                 parameter->name);
  else if (gst_discoverer_info_get_result (info)
           == GST_DISCOVERER_MISSING_PLUGINS)
    set_discovery_error (info, path, NULL, error);
  else
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "there is no sound in %s",
                 path);
  return NULL;
}
