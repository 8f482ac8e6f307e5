/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-gzip.h"

#include <gio/gio.h>

#include "anc-mqtt-error.h"

#define STEP 65536u
/* zlib's own default: a tenth of the time of 9 for some percent. */
#define LEVEL 6

/* Runs all of the input through; NULL with *error, or when more than `limit`
 * bytes come out, which leaves *error alone. */
static GBytes *
convert (GConverter *converter, GBytes *data, gsize limit, GError **error)
{
  gsize size, at = 0, got = 0, read, written;
  const guint8 *input = g_bytes_get_data (data, &size);
  GConverterResult result = G_CONVERTER_CONVERTED;
  g_autoptr (GByteArray) output = g_byte_array_new ();

  if (input
      == NULL) /* of no bytes; C adds nothing to a null pointer, not even 0 */
    input = (const guint8 *) "";
  while (result != G_CONVERTER_FINISHED) {
    g_byte_array_set_size (output, (guint) (got + STEP));
    result = g_converter_convert (
        converter, input + at, size - at, output->data + got, STEP,
        G_CONVERTER_INPUT_AT_END, &read, &written, error);
    if (result == G_CONVERTER_ERROR)
      return NULL;
    at += read;
    got += written;
    if (got > limit)
      return NULL;
  }
  g_byte_array_set_size (output, (guint) got);
  return g_byte_array_free_to_bytes (g_steal_pointer (&output));
}

GBytes *
anc_mqtt_gzip (GBytes *data)
{
  g_autoptr (GZlibCompressor) compressor
      = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, LEVEL);

  return convert (G_CONVERTER (compressor), data, G_MAXUINT / 2, NULL);
}

GBytes *
anc_mqtt_gunzip (GBytes *data, gsize limit, GError **error)
{
  g_autoptr (GZlibDecompressor) decompressor
      = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GError) cause = NULL;
  GBytes *plain = convert (G_CONVERTER (decompressor), data,
                           MIN (limit, G_MAXUINT / 2), &cause);

  if (plain == NULL)
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_PAYLOAD,
                 cause != NULL
                     ? "the payload is not gzip, or cut off"
                     : "the payload unpacks to more than max-payload-size");
  return plain;
}
