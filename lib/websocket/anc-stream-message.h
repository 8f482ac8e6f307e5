/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The messages of the WebSocket subprotocol `anc.v1`: a stream of buffers with
 * their format and time stamps. PROTOCOL.md beside this file is the reference;
 * this is its codec. Nothing here knows a socket or a media framework. */
#define ANC_STREAM_SUBPROTOCOL "anc.v1"
#define ANC_STREAM_VERSION 1

/* Largest text frame, whatever it holds: the frame size of AWS API Gateway
 * (quotas of WebSocket APIs: 32 KB). */
#define ANC_STREAM_TEXT_MAX 32768
/* Payload that fits into a base64 text frame with the longest other fields. */
#define ANC_STREAM_BASE64_PAYLOAD_MAX 24000
#define ANC_STREAM_BINARY_HEADER 32
/* Sequence numbers are integers that JavaScript numbers hold exactly. */
#define ANC_STREAM_SEQ_MAX ((G_GUINT64_CONSTANT (1) << 53) - 1)
#define ANC_STREAM_NO_TIME G_MAXUINT64
#define ANC_STREAM_CAPS_MAX 16384
#define ANC_STREAM_ID_MAX 64

typedef enum {
  ANC_STREAM_HELLO,
  ANC_STREAM_DATA,
  ANC_STREAM_ACK,
  ANC_STREAM_END,
  ANC_STREAM_FAILURE,
  ANC_STREAM_OTHER, /* a type this version does not know: to be ignored */
} AncStreamType;

typedef enum {
  ANC_STREAM_FLAG_DISCONT = 1 << 0, /* does not continue what came before */
  ANC_STREAM_FLAG_GAP = 1 << 1,     /* silence, or what stands for it */
  ANC_STREAM_FLAG_HEADER = 1 << 2,  /* needed to decode what follows */
  ANC_STREAM_FLAG_DELTA = 1 << 3,   /* cannot be decoded on its own */
  ANC_STREAM_FLAG_MORE = 1 << 4,    /* the buffer goes on in the next message */
  ANC_STREAM_FLAG_CONTINUED = 1 << 5, /* goes on with that of the last one */
} AncStreamFlags;
#define ANC_STREAM_FLAGS_ALL 0x3fu

/* What follows, from the one who is going to send it. Either `caps` is given,
 * in GStreamer's notation, or `format`, `rate` and `channels` describe
 * interleaved raw audio; with `caps` these three are for readers without a
 * parser of caps, and may be missing (NULL, 0). */
typedef struct {
  gchar *stream; /* names one run of sequence numbers; NULL: unnamed */
  gchar *caps;
  gchar *format; /* a GStreamer audio format, e.g. S16LE */
  guint rate;    /* Hz */
  guint channels;
  gboolean base64; /* data comes in text frames */
  gboolean ack;    /* each message waits for its acknowledgement */
} AncStreamHello;

typedef struct {
  AncStreamType type;
  AncStreamHello hello; /* HELLO */
  guint64 seq;          /* DATA, ACK, END */
  guint64 pts;          /* DATA: running time in ns, or ANC_STREAM_NO_TIME */
  guint64 duration;     /* DATA: ns, or ANC_STREAM_NO_TIME */
  guint flags;          /* DATA: AncStreamFlags */
  GBytes *payload;      /* DATA */
  gchar *code;          /* FAILURE: a word for programs */
  gchar *text;          /* FAILURE: a sentence for people, or NULL */
} AncStreamMessage;

typedef enum {
  ANC_STREAM_ERROR_MALFORMED, /* not a message of this protocol */
  ANC_STREAM_ERROR_LIMIT,     /* larger than the protocol allows */
  ANC_STREAM_ERROR_VERSION,   /* of another version of it */
} AncStreamErrorCode;
#define ANC_STREAM_ERROR (anc_stream_error_quark ())
GQuark anc_stream_error_quark (void);

/* One whole frame as it came in, text or binary. The payload of a binary frame
 * refers to `frame`, nothing is copied. Untrusted: whatever the bytes are, the
 * result is a valid message or NULL with an error of ANC_STREAM_ERROR. */
AncStreamMessage *anc_stream_message_parse (GBytes *frame, gboolean text,
                                            GError **error);

/* A DATA message as a binary frame. */
GBytes *anc_stream_message_to_binary (const AncStreamMessage *self);

/* Any message as a text frame (UTF-8, without a terminating zero); DATA with its
 * payload in base64. NULL with ANC_STREAM_ERROR_LIMIT if it would be longer than
 * ANC_STREAM_TEXT_MAX, which a payload of at most ANC_STREAM_BASE64_PAYLOAD_MAX
 * never is. */
GBytes *anc_stream_message_to_text (const AncStreamMessage *self,
                                    GError **error);

/* A DATA message without times and flags. Takes a reference to `payload`. */
AncStreamMessage *anc_stream_message_new_data (guint64 seq, GBytes *payload);
AncStreamMessage *anc_stream_message_new (AncStreamType type, guint64 seq);
AncStreamMessage *anc_stream_message_new_failure (const gchar *code,
                                                  const gchar *text);
void anc_stream_message_free (AncStreamMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncStreamMessage, anc_stream_message_free)
