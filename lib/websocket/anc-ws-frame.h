/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Frames of RFC 6455 section 5, in memory. Extensions are not spoken, so the
 * reserved bits are always zero. */
typedef enum {
  ANC_WS_CONTINUATION = 0x0,
  ANC_WS_TEXT = 0x1,
  ANC_WS_BINARY = 0x2,
  ANC_WS_CLOSE = 0x8,
  ANC_WS_PING = 0x9,
  ANC_WS_PONG = 0xa,
} AncWsOpcode;

#define ANC_WS_CONTROL_MAX 125 /* payload of a control frame */
#define ANC_WS_FRAME_HEADER_MAX 14

typedef struct {
  gboolean fin;
  AncWsOpcode opcode;
  const guint8 *payload; /* within the data given, unmasked in place */
  gsize size;
  gsize consumed; /* bytes of the whole frame */
} AncWsFrame;

typedef enum {
  ANC_WS_FRAME_OK,
  ANC_WS_FRAME_MORE,    /* not all of it is there yet */
  ANC_WS_FRAME_BAD,     /* against the protocol: close code 1002 */
  ANC_WS_FRAME_TOO_BIG, /* the payload is above max_payload: 1009 */
} AncWsFrameResult;

/* Appends a whole unfragmented frame. `mask`: the four bytes a client masks
 * with, NULL for a server. */
void anc_ws_frame_append (GByteArray *out, AncWsOpcode opcode,
                          gconstpointer payload, gsize size,
                          const guint8 *mask);

/* Reads the first frame of `data`, and unmasks it there. `from_client`: frames
 * must be masked; otherwise they must not. A frame is judged by its header:
 * one that is bad or too big is refused before its payload has come. */
AncWsFrameResult anc_ws_frame_read (guint8 *data, gsize size,
                                    gboolean from_client, guint64 max_payload,
                                    AncWsFrame *ret_frame);

/* UTF-8 in the sense of RFC 3629; U+0000 is a character like others. */
gboolean anc_ws_text_is_valid (const guint8 *text, gsize size);
