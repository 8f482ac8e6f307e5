/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fields of a hello. */
#include "anc-stream-private.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define RATE_MAX G_MAXINT32
#define CHANNELS_MAX 64
#define FORMAT_MAX 16

static gboolean
read_version (JsonObject *object, GError **error)
{
  guint64 version = 0;

  if (!anc_stream_read_uint (object, "version", 0, G_MAXUINT32, &version,
                             error))
    return FALSE;
  if (version == ANC_STREAM_VERSION)
    return TRUE;
  g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_VERSION,
               "a hello of version %" G_GUINT64_FORMAT ", this is version %u",
               version, ANC_STREAM_VERSION);
  return FALSE;
}

static gboolean
read_encoding (JsonObject *object, gboolean *ret_base64, GError **error)
{
  g_autofree gchar *encoding = NULL;

  if (!anc_stream_read_string (object, "encoding", FORMAT_MAX, &encoding,
                               error))
    return FALSE;
  *ret_base64 = g_strcmp0 (encoding, "base64") == 0;
  if (encoding == NULL || *ret_base64 || g_str_equal (encoding, "binary"))
    return TRUE;
  g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED,
               "a hello whose \"encoding\" is neither binary nor base64");
  return FALSE;
}

/* Letters, digits and underscores: what a receiver may put into caps. */
static gboolean
is_format (const gchar *format)
{
  return *format != '\0'
         && format[strspn (format, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")]
                == '\0';
}

static gboolean
check_format (const AncStreamHello *hello, GError **error)
{
  if (hello->format != NULL
      && (!is_format (hello->format) || hello->rate == 0
          || hello->channels == 0))
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED,
                 "a hello whose \"format\", \"rate\" and \"channels\" do not "
                 "describe audio");
  else if (hello->format == NULL && hello->caps == NULL)
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED,
                 "a hello with neither \"caps\" nor \"format\"");
  else
    return TRUE;
  return FALSE;
}

gboolean
anc_stream_hello_parse (JsonObject *object, AncStreamHello *ret_hello,
                        GError **error)
{
  guint64 rate = 0, channels = 0;

  if (!read_version (object, error)
      || !anc_stream_read_string (object, "stream", ANC_STREAM_ID_MAX,
                                  &ret_hello->stream, error)
      || !anc_stream_read_string (object, "caps", ANC_STREAM_CAPS_MAX,
                                  &ret_hello->caps, error)
      || !anc_stream_read_string (object, "format", FORMAT_MAX,
                                  &ret_hello->format, error)
      || !anc_stream_read_uint (object, "rate", 1, RATE_MAX, &rate, error)
      || !anc_stream_read_uint (object, "channels", 1, CHANNELS_MAX, &channels,
                                error)
      || !read_encoding (object, &ret_hello->base64, error)
      || !anc_stream_read_boolean (object, "ack", &ret_hello->ack, error))
    return FALSE;
  ret_hello->rate = (guint) rate;
  ret_hello->channels = (guint) channels;
  return check_format (ret_hello, error);
}
