/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Recordings that end in the middle, as after a full disk or a broken
 * download. GStreamer plays what is there and says nothing. */
#include "anc-input-file.h"

#include "anc-input-wav.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* An Ogg page: header, up to 255 lengths, each up to 255 bytes. */
#define PAGE_HEADER 27
#define MAX_PAGE (PAGE_HEADER + 255 + 255 * 255)

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

static gboolean
wav_is_cut (GFileInputStream *stream, goffset length)
{
  AncWav wav;

  return anc_wav_read (stream, &wav) && wav.has_data && !anc_wav_is_open (&wav)
         && wav.begin + (goffset) wav.size > length;
}

/* The last page of an Ogg stream says so (RFC 3533: flag 4 in byte 5) and
 * ends with the file. */
static gboolean
ogg_is_cut (GFileInputStream *stream, goffset length)
{
  gsize n = (gsize) MIN (length, MAX_PAGE);
  g_autofree guint8 *bytes = g_malloc (n);
  gsize end;

  if (!g_seekable_seek (G_SEEKABLE (stream), length - (goffset) n, G_SEEK_SET,
                        NULL, NULL)
      || !read_exactly (G_INPUT_STREAM (stream), bytes, n))
    return FALSE;
  for (gsize at = n - MIN (n, PAGE_HEADER) + 1; at-- > 0;) {
    if (n - at < PAGE_HEADER || memcmp (bytes + at, "OggS", 4) != 0)
      continue;
    end = at + PAGE_HEADER + bytes[at + 26];
    for (gsize i = at + PAGE_HEADER; i < at + PAGE_HEADER + bytes[at + 26]; i++)
      end += i < n ? bytes[i] : 0;
    return end > n || (bytes[at + 5] & 4) == 0;
  }
  return FALSE;
}

/* An MP3 file may begin with a frame that holds no sound but, after the word
 * Xing or Info, flags and the number of frames and bytes that follow. */
static gboolean
mp3_is_cut (GFileInputStream *stream, goffset length)
{
  guint8 bytes[256] = { 0 };
  goffset start = 0;
  gsize got;

  if (!read_exactly (G_INPUT_STREAM (stream), bytes, 10))
    return FALSE;
  /* ID3v2: seven bits a byte. */
  if (memcmp (bytes, "ID3", 3) == 0)
    start = 10 + (bytes[6] << 21 | bytes[7] << 14 | bytes[8] << 7 | bytes[9]);
  if (!g_seekable_seek (G_SEEKABLE (stream), start, G_SEEK_SET, NULL, NULL)
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), bytes, sizeof bytes,
                                   &got, NULL, NULL)
      || bytes[0] != 0xff || (bytes[1] & 0xe0) != 0xe0)
    return FALSE;
  for (guint i = 4; i < 64; i++) {
    const guint8 *field = bytes + i + 8;

    if (memcmp (bytes + i, "Xing", 4) != 0
        && memcmp (bytes + i, "Info", 4) != 0)
      continue;
    if ((bytes[i + 7] & 1) != 0)
      field += 4;
    return (bytes[i + 7] & 2) != 0
           && start + (goffset) GUINT32_SWAP_LE_BE (little_endian (field))
                  > length;
  }
  return FALSE;
}

static gboolean
rewind_stream (GFileInputStream *stream)
{
  return g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, NULL);
}

gboolean
anc_input_file_is_cut (const gchar *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  guint8 magic[4];
  GStatBuf info;

  if (g_stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return FALSE;
  stream = g_file_read (file, NULL, NULL);
  if (stream == NULL
      || !read_exactly (G_INPUT_STREAM (stream), magic, sizeof magic))
    return FALSE;
  if (memcmp (magic, "OggS", 4) == 0)
    return ogg_is_cut (stream, info.st_size);
  if (!rewind_stream (stream))
    return FALSE;
  if (memcmp (magic, "RIFF", 4) == 0)
    return wav_is_cut (stream, info.st_size);
  return mp3_is_cut (stream, info.st_size);
}

gboolean
anc_input_file_is_whole_wav (const gchar *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  GStatBuf info;
  AncWav wav;

  return stream != NULL && g_stat (path, &info) == 0
         && anc_wav_read (stream, &wav) && wav.has_data
         && !anc_wav_is_open (&wav)
         && wav.begin + (goffset) wav.size <= info.st_size;
}
