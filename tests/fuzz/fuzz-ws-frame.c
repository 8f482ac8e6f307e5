/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames of RFC 6455, one after another, as a connection reads them. What is
 * accepted lies within the bytes, and is the same when written again. */
#include "fuzz.h"

#include "anc-ws-frame.h"

#define MAX_PAYLOAD 4096

/* The longest form of each header is refused, so there is one way to write a
 * frame; only the first byte may say that more follows. */
static void
check_again (const AncWsFrame *frame, const guint8 *mask)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  AncWsFrame again;

  anc_ws_frame_append (out, frame->opcode, frame->payload, frame->size, mask);
  g_assert_cmpuint (out->len, ==, frame->consumed);
  g_assert_cmpint (anc_ws_frame_read (out->data, out->len, mask != NULL,
                                      MAX_PAYLOAD, &again),
                   ==, ANC_WS_FRAME_OK);
  g_assert_cmpmem (again.payload, again.size, frame->payload, frame->size);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint8 mask[] = { 1, 2, 3, 4 };
  gboolean from_client;
  g_autofree guint8 *copy = NULL;
  size_t at = 1;

  if (size == 0)
    return 0;
  from_client = data[0] % 2;
  copy = g_memdup2 (data, size);
  while (at < size) {
    AncWsFrame frame;

    if (anc_ws_frame_read (copy + at, size - at, from_client, MAX_PAYLOAD,
                           &frame)
        != ANC_WS_FRAME_OK)
      break;
    g_assert_cmpuint (frame.consumed, <=, size - at);
    g_assert_true (frame.payload + frame.size <= copy + size);
    anc_ws_text_is_valid (frame.payload, frame.size);
    check_again (&frame, from_client ? mask : NULL);
    at += frame.consumed;
  }
  return 0;
}
