/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-scene-wav.h"

#include <math.h>
#include <string.h>

#define HEADER_SIZE 44

static void
put (guint8 **at, guint bytes, guint32 value)
{
  for (guint i = 0; i < bytes; i++)
    *(*at)++ = value >> (8 * i);
}

static void
put_tag (guint8 **at, const gchar *tag)
{
  memcpy (*at, tag, 4);
  *at += 4;
}

static void
put_header (guint8 **at, gsize data_size, guint rate)
{
  put_tag (at, "RIFF");
  put (at, 4, HEADER_SIZE - 8 + data_size);
  put_tag (at, "WAVE");
  put_tag (at, "fmt ");
  put (at, 4, 16);
  put (at, 2, 1); /* PCM */
  put (at, 2, 1); /* channel */
  put (at, 4, rate);
  put (at, 4, rate * 2);
  put (at, 2, 2);
  put (at, 2, 16);
  put_tag (at, "data");
  put (at, 4, data_size);
}

gboolean
anc_scene_write_wav (const gchar *filename, const gfloat *samples, gsize n,
                     guint rate, GError **error)
{
  gsize size = HEADER_SIZE + 2 * n;
  g_autofree guint8 *bytes = g_malloc (size);
  guint8 *at = bytes;

  put_header (&at, 2 * n, rate);
  for (gsize i = 0; i < n; i++)
    put (&at, 2, (guint32) lrintf (CLAMP (samples[i], -1, 1) * 32767));
  return g_file_set_contents (filename, (const gchar *) bytes, size, error);
}
