/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-input-file.h"

#include "anc-error.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean
anc_input_file_check (const gchar *parameter, const gchar *path, GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    g_set_error (
        error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s=%s: %s", parameter, path,
        errno == ENOENT ? "there is no such file" : g_strerror (errno));
  else if (S_ISDIR (info.st_mode))
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s=%s: it is a directory; name a file", parameter, path);
  else if (S_ISFIFO (info.st_mode) || S_ISSOCK (info.st_mode))
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s=%s: it is a pipe; write it to a file first", parameter,
                 path);
  else if (g_access (path, R_OK) != 0)
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s=%s: you may not read it", parameter, path);
  else if (S_ISREG (info.st_mode) && info.st_size == 0)
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "%s is empty", path);
  else
    return TRUE;
  return FALSE;
}

static gboolean
read_exactly (GInputStream *stream, guint8 *bytes, gsize n)
{
  gsize got;

  return g_input_stream_read_all (stream, bytes, n, &got, NULL, NULL)
         && got == n;
}

static guint32
little_endian (const guint8 *bytes)
{
  return (guint32) bytes[0] | (guint32) bytes[1] << 8 | (guint32) bytes[2] << 16
         | (guint32) bytes[3] << 24;
}

/* Where the data chunk begins and what it claims to hold. */
static gboolean
find_data (GFileInputStream *stream, goffset *ret_begin, guint32 *ret_size)
{
  GInputStream *input = G_INPUT_STREAM (stream);
  guint8 head[12];

  if (!read_exactly (input, head, 12) || memcmp (head, "RIFF", 4) != 0
      || memcmp (head + 8, "WAVE", 4) != 0)
    return FALSE;
  while (read_exactly (input, head, 8)) {
    guint32 size = little_endian (head + 4);

    *ret_begin = g_seekable_tell (G_SEEKABLE (stream));
    *ret_size = size;
    if (memcmp (head, "data", 4) == 0)
      return TRUE;
    /* Chunks are padded to an even length. */
    if (!g_seekable_seek (G_SEEKABLE (stream), (goffset) size + (size & 1),
                          G_SEEK_CUR, NULL, NULL))
      return FALSE;
  }
  return FALSE;
}

guint64
anc_input_file_missing (const gchar *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  GStatBuf info;
  goffset begin;
  guint32 size;

  if (g_stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return 0;
  stream = g_file_read (file, NULL, NULL);
  if (stream == NULL || !find_data (stream, &begin, &size))
    return 0;
  /* 0xffffffff and 0x7fffffff stand for a length nobody knew when a stream
   * was recorded. */
  if (size >= 0x7fffff00u || begin + (goffset) size <= info.st_size)
    return 0;
  return (guint64) (begin + (goffset) size - info.st_size);
}
