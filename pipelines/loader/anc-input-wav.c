/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-input-wav.h"

#include "anc-sound-caps.h"

#include <string.h>

#define FORMAT_BYTES 16

static gboolean
read_exactly (GInputStream *stream, guint8 *bytes, gsize n)
{
  gsize got;

  return g_input_stream_read_all (stream, bytes, n, &got, NULL, NULL)
         && got == n;
}

static guint32
number (const guint8 *bytes, guint n)
{
  guint32 value = 0;

  while (n-- > 0)
    value = value << 8 | bytes[n];
  return value;
}

static void
read_format (GInputStream *input, guint32 size, AncWav *ret)
{
  guint8 bytes[FORMAT_BYTES]; /* tag, channels, rate, bytes a second, frame */

  if (ret->has_format || size < FORMAT_BYTES
      || !read_exactly (input, bytes, FORMAT_BYTES))
    return;
  ret->has_format = TRUE;
  ret->channels = number (bytes + 2, 2);
  ret->rate = number (bytes + 4, 4);
  ret->frame_bytes = number (bytes + 12, 2);
}

gboolean
anc_wav_read (GFileInputStream *stream, AncWav *ret)
{
  GInputStream *input = G_INPUT_STREAM (stream);
  guint8 head[12];

  *ret = (AncWav){ 0 };
  if (!read_exactly (input, head, 12)
      || (memcmp (head, "RIFF", 4) != 0 && memcmp (head, "RF64", 4) != 0)
      || memcmp (head + 8, "WAVE", 4) != 0)
    return FALSE;
  while (read_exactly (input, head, 8)) {
    guint32 size = number (head + 4, 4);
    goffset begin = g_seekable_tell (G_SEEKABLE (stream));

    if (memcmp (head, "fmt ", 4) == 0)
      read_format (input, size, ret);
    ret->has_data = memcmp (head, "data", 4) == 0;
    ret->begin = begin;
    ret->size = size;
    /* Chunks are padded to an even length. */
    if (ret->has_data
        || !g_seekable_seek (G_SEEKABLE (stream),
                             begin + (goffset) size + (size & 1), G_SEEK_SET,
                             NULL, NULL))
      break;
  }
  return TRUE;
}

gboolean
anc_wav_is_open (const AncWav *self)
{
  /* 0xffffffff and 0x7fffffff, less a header for some programs. */
  return self->size == 0 || self->size >= 0x7fffff00u;
}

gchar *
anc_wav_find_fault (GFileInputStream *stream, goffset length)
{
  goffset present;
  AncWav wav;

  if (!anc_wav_read (stream, &wav))
    return NULL;
  if (wav.has_format && wav.channels == 0)
    return g_strdup ("its header says that it has no channels; record or "
                     "export it again");
  if (wav.has_format && wav.rate == 0)
    return g_strdup ("its header says that it has 0 samples a second; record "
                     "or export it again");
  if (wav.has_format && wav.rate > ANC_SOUND_MAX_RATE)
    return anc_sound_describe_rate (wav.rate);
  if (wav.has_format && wav.channels > ANC_SOUND_MAX_CHANNELS)
    return anc_sound_describe_channels (wav.channels);
  present = wav.has_data ? length - wav.begin : 0;
  if (wav.has_data && !anc_wav_is_open (&wav))
    present = MIN (present, (goffset) wav.size);
  return present < MAX (1, (goffset) wav.frame_bytes)
             ? g_strdup (ANC_SOUND_NO_FRAME)
             : NULL;
}
