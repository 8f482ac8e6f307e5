/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-ws-frame.h"

#include <string.h>

#define FIN 0x80u
#define RESERVED 0x70u
#define MASKED 0x80u

/* A word at a time; the mask repeats every four bytes. */
static void
apply_mask (guint8 *data, gsize size, const guint8 *mask)
{
  guint8 repeated[8];
  guint64 word, key;
  gsize i = 0;

  memcpy (repeated, mask, 4);
  memcpy (repeated + 4, mask, 4);
  memcpy (&key, repeated, sizeof key);
  for (; i + sizeof word <= size; i += sizeof word) {
    memcpy (&word, data + i, sizeof word);
    word ^= key;
    memcpy (data + i, &word, sizeof word);
  }
  for (; i < size; i++)
    data[i] ^= mask[i % 4];
}

static gsize
put_length (guint8 *at, gsize size, guint8 masked)
{
  if (size < 126) {
    at[0] = (guint8) (masked | size);
    return 1;
  }
  if (size <= G_MAXUINT16) {
    at[0] = masked | 126;
    at[1] = (guint8) (size >> 8);
    at[2] = (guint8) size;
    return 3;
  }
  at[0] = masked | 127;
  for (int i = 0; i < 8; i++)
    at[1 + i] = (guint8) ((guint64) size >> (56 - 8 * i));
  return 9;
}

void
anc_ws_frame_append (GByteArray *out, AncWsOpcode opcode, gconstpointer payload,
                     gsize size, const guint8 *mask)
{
  guint8 header[ANC_WS_FRAME_HEADER_MAX];
  gsize at = 1;

  header[0] = (guint8) (FIN | opcode);
  at += put_length (header + at, size, mask != NULL ? MASKED : 0);
  if (mask != NULL) {
    memcpy (header + at, mask, 4);
    at += 4;
  }
  g_byte_array_append (out, header, (guint) at);
  if (size == 0)
    return;
  g_byte_array_append (out, payload, (guint) size);
  if (mask != NULL)
    apply_mask (out->data + out->len - size, size, mask);
}

static gboolean
is_known (AncWsOpcode opcode)
{
  return opcode <= ANC_WS_BINARY
         || (opcode >= ANC_WS_CLOSE && opcode <= ANC_WS_PONG);
}

/* Size of the payload from the bytes after the first two. FALSE: it is written
 * longer than need be, or above 2^63. */
static gboolean
get_length (const guint8 *at, guint8 first, guint64 *ret_size)
{
  guint64 size = first;
  guint n = first == 126 ? 2 : first == 127 ? 8 : 0;

  if (n > 0)
    size = 0;
  for (guint i = 0; i < n; i++)
    size = size << 8 | at[i];
  *ret_size = size;
  return n == 0 || (n == 2 && size >= 126)
         || (n == 8 && size > G_MAXUINT16 && size <= G_MAXINT64);
}

AncWsFrameResult
anc_ws_frame_read (guint8 *data, gsize size, gboolean from_client,
                   guint64 max_payload, AncWsFrame *ret_frame)
{
  gboolean control;
  guint8 first;
  gsize at = 2;
  guint64 length;

  if (size < 2)
    return ANC_WS_FRAME_MORE;
  ret_frame->fin = (data[0] & FIN) != 0;
  ret_frame->opcode = data[0] & 0x0f;
  control = (data[0] & 0x08) != 0;
  first = data[1] & 0x7f;
  if ((data[0] & RESERVED) != 0 || !is_known (ret_frame->opcode)
      || ((data[1] & MASKED) != 0) != from_client
      || (control && (!ret_frame->fin || first > ANC_WS_CONTROL_MAX)))
    return ANC_WS_FRAME_BAD;

  at += first == 126 ? 2 : first == 127 ? 8 : 0;
  if (size < at)
    return ANC_WS_FRAME_MORE;
  if (!get_length (data + 2, first, &length))
    return ANC_WS_FRAME_BAD;
  if (!control && length > max_payload)
    return ANC_WS_FRAME_TOO_BIG;
  at += from_client ? 4 : 0;
  if (size < at || size - at < length)
    return ANC_WS_FRAME_MORE;
  if (from_client)
    apply_mask (data + at, (gsize) length, data + at - 4);
  ret_frame->payload = data + at;
  ret_frame->size = (gsize) length;
  ret_frame->consumed = at + (gsize) length;
  return ANC_WS_FRAME_OK;
}

gboolean
anc_ws_text_is_valid (const guint8 *text, gsize size)
{
  while (size > 0) {
    const guint8 *zero = memchr (text, 0, size);
    gsize part = zero != NULL ? (gsize) (zero - text) : size;

    if (!g_utf8_validate_len ((const gchar *) text, part, NULL))
      return FALSE;
    part += zero != NULL ? 1 : 0;
    text += part;
    size -= part;
  }
  return TRUE;
}
