/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Boxes of ISO 14496-12: m4a, mp4, mov. Most writers put the index, without
 * which nothing can be decoded, at the end. */
#include "anc-input-file.h"

#include <gio/gio.h>
#include <string.h>

typedef struct {
  gchar type[4];
  guint64 size; /* with its header; 0: to the end of the file */
} Box;

static gboolean
read_box (GDataInputStream *stream, Box *ret)
{
  g_autoptr (GError) error = NULL;
  gsize got;

  ret->size = g_data_input_stream_read_uint32 (stream, NULL, NULL);
  if (!g_input_stream_read_all (G_INPUT_STREAM (stream), ret->type, 4, &got,
                                NULL, NULL)
      || got != 4)
    return FALSE;
  if (ret->size == 1)
    ret->size = g_data_input_stream_read_uint64 (stream, NULL, &error);
  return error == NULL;
}

static gboolean
lacks_index (GDataInputStream *stream, guint64 length)
{
  guint64 at = 0;
  Box box;

  while (g_seekable_seek (G_SEEKABLE (stream), (goffset) at, G_SEEK_SET, NULL,
                          NULL)
         && read_box (stream, &box)) {
    if (at == 0 && memcmp (box.type, "ftyp", 4) != 0)
      return FALSE;
    if (box.size == 0)
      box.size = length - at;
    /* No box at all, or one of another kind of file. */
    if (box.size < 8)
      return FALSE;
    if (box.size > length - at)
      return TRUE;
    if (memcmp (box.type, "moov", 4) == 0)
      return FALSE;
    at += box.size;
  }
  return at > 0;
}

gboolean
anc_input_file_lacks_index (const gchar *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) bytes = g_file_read (file, NULL, NULL);
  g_autoptr (GFileInfo) info = NULL;
  g_autoptr (GDataInputStream) stream = NULL;

  if (bytes == NULL)
    return FALSE;
  info = g_file_input_stream_query_info (bytes, G_FILE_ATTRIBUTE_STANDARD_SIZE,
                                         NULL, NULL);
  if (info == NULL)
    return FALSE;
  stream = g_data_input_stream_new (G_INPUT_STREAM (bytes));
  return lacks_index (stream, (guint64) g_file_info_get_size (info));
}
