/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The chunks of a RIFF/WAVE file: WAV and, for more than 4 GB, RF64. */
#pragma once

#include <gio/gio.h>

typedef struct {
  gboolean has_format; /* a whole "fmt " chunk, then: */
  guint channels;
  guint rate;
  guint frame_bytes; /* of one frame, or of one block of a codec */
  gboolean has_data; /* the header of a "data" chunk, then: */
  goffset begin;
  guint32 size; /* what the header claims */
} AncWav;

/* The first of each kind of chunk; FALSE if it is no such file. */
gboolean anc_wav_read (GFileInputStream *stream, AncWav *ret);

/* Is the size one that stands for a length nobody knew when a stream was
 * recorded? */
gboolean anc_wav_is_open (const AncWav *self);

/* What makes a WAV file of `length` bytes useless, or NULL: on such headers
 * GStreamer 1.22 hangs, aborts or crashes. */
gchar *anc_wav_find_fault (GFileInputStream *stream, goffset length);
