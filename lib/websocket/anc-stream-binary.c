/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The binary form of a data message, in network byte order, written field by
 * field so that no compiler's layout gets onto the wire:
 *
 *    0  magic     "ANC"
 *    3  version   1
 *    4  type      1: data
 *    5  flags     AncStreamFlags
 *    6  header    16 bits: where the payload begins, 32 or more
 *    8  seq       64 bits
 *   16  pts       64 bits, ns; all ones: none
 *   24  duration  64 bits, ns; all ones: none
 *   32  payload
 */
#include "anc-stream-private.h"

#include <string.h>

#define TYPE_DATA 1

static guint8 *
put64 (guint8 *at, guint64 value)
{
  for (int shift = 56; shift >= 0; shift -= 8)
    *at++ = (guint8) (value >> shift);
  return at;
}

static guint64
get64 (const guint8 *at)
{
  guint64 value = 0;

  for (int i = 0; i < 8; i++)
    value = value << 8 | at[i];
  return value;
}

/* Nobody's clock is beyond 2^63 ns; readers may calculate in signed numbers. */
static guint64
get_time (const guint8 *at)
{
  guint64 time = get64 (at);

  return time <= G_MAXINT64 ? time : ANC_STREAM_NO_TIME;
}

GBytes *
anc_stream_message_to_binary (const AncStreamMessage *self)
{
  gsize size;
  gconstpointer payload = g_bytes_get_data (self->payload, &size);
  guint8 *frame = g_malloc (ANC_STREAM_BINARY_HEADER + size), *at = frame;

  memcpy (at, "ANC", 3);
  at += 3;
  *at++ = ANC_STREAM_VERSION;
  *at++ = TYPE_DATA;
  *at++ = (guint8) self->flags;
  *at++ = 0;
  *at++ = ANC_STREAM_BINARY_HEADER;
  at = put64 (put64 (put64 (at, self->seq), self->pts), self->duration);
  if (size > 0)
    memcpy (at, payload, size);
  return g_bytes_new_take (frame, ANC_STREAM_BINARY_HEADER + size);
}

static gboolean
check_head (const guint8 *data, gsize size, gsize *ret_header, GError **error)
{
  *ret_header = size < ANC_STREAM_BINARY_HEADER ? 0 : data[6] << 8 | data[7];

  if (size < ANC_STREAM_BINARY_HEADER || memcmp (data, "ANC", 3) != 0)
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED,
                 "a binary frame of %" G_GSIZE_FORMAT
                 " bytes without the header of anc.v1",
                 size);
  else if (data[3] != ANC_STREAM_VERSION)
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_VERSION,
                 "a binary frame of version %u, this is version %u", data[3],
                 ANC_STREAM_VERSION);
  else if (*ret_header < ANC_STREAM_BINARY_HEADER || *ret_header > size)
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED,
                 "a binary frame whose header of %" G_GSIZE_FORMAT
                 " bytes is impossible",
                 *ret_header);
  else
    return TRUE;
  return FALSE;
}

AncStreamMessage *
anc_stream_binary_parse (GBytes *frame, GError **error)
{
  gsize size, header;
  const guint8 *data = g_bytes_get_data (frame, &size);
  AncStreamMessage *message;

  if (!check_head (data, size, &header, error))
    return NULL;
  if (data[4] != TYPE_DATA)
    return anc_stream_message_new (ANC_STREAM_OTHER, 0);
  if (get64 (data + 8) > ANC_STREAM_SEQ_MAX) {
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_LIMIT,
                 "a binary frame whose seq is above 2^53 - 1");
    return NULL;
  }
  message = anc_stream_message_new (ANC_STREAM_DATA, get64 (data + 8));
  message->flags = data[5] & ANC_STREAM_FLAGS_ALL;
  message->pts = get_time (data + 16);
  message->duration = get_time (data + 24);
  message->payload = g_bytes_new_from_bytes (frame, header, size - header);
  return message;
}
