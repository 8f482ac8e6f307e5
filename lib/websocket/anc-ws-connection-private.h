/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-ws-connection.h"
#include "anc-ws-frame.h"

/* Threads: all of it runs in the thread of one main context, so there is no
 * lock. A callback may call any function of anc-ws-connection.h; what it may
 * free it cannot free under our feet, because each entry from the main loop
 * holds a reference.
 *
 * States: OPEN -> CLOSING (our close is queued or sent) -> DONE. An end is
 * noted at once and reported from the main loop, so that no caller of send ()
 * finds its connection reported closed in the middle of a loop. */
typedef enum { STATE_OPEN, STATE_CLOSING, STATE_DONE } AncWsState;

struct _AncWsConnection {
  gatomicrefcount refs;
  GIOStream *stream;
  GSocket *socket; /* below it, of the stream; NULL in tests */
  GPollableInputStream *input;
  GPollableOutputStream *output;
  GMainContext *context;
  gboolean is_client;
  AncWsLimits limits;
  AncWsCallbacks callbacks;
  gpointer data;
  gchar *peer;

  AncWsState state;
  gboolean close_received;
  gboolean discarding; /* the peer broke the protocol: nothing is parsed */
  gboolean paused;
  GSource *input_source;
  GSource *output_source;
  GSource *tick_source;
  GSource *turn_source; /* an idle: parse on, or report the end */

  GByteArray *in; /* read, from in_at on not yet understood */
  gsize in_at;
  GByteArray *fragments; /* of the message that has begun, or NULL */
  gboolean fragments_text;
  GByteArray *out; /* whole frames, from out_at on not yet taken */
  gsize out_at;

  gint64 opened_at;
  gint64 message_at; /* the last message of the peer */
  gint64 ping_at;    /* the last ping of ours */
  gint64 closing_at;
  gboolean awaits_pong;

  guint close_code;
  gboolean close_by_peer;
  gchar *close_reason;
};

/* anc-ws-connection.c: sources and the end */
void anc_ws_drop_source (GSource **source);
GSource *anc_ws_attach (AncWsConnection *self, GSource *source,
                        GSourceFunc callback);
/* Parses on, or reports the end, from the main loop. */
void anc_ws_take_turn (AncWsConnection *self);
/* The first reason counts. */
void anc_ws_note_close (AncWsConnection *self, guint code, gboolean by_peer,
                        const gchar *reason);
void anc_ws_finish (AncWsConnection *self, guint code, const gchar *reason);

/* anc-ws-connection-out.c */
/* What has been taken is thrown away before the array grows again. */
void anc_ws_compact (GByteArray *array, gsize *at);
void anc_ws_put_frame (AncWsConnection *self, AncWsOpcode opcode,
                       gconstpointer payload, gsize size);
void anc_ws_put_close (AncWsConnection *self, guint code, const gchar *reason);
void anc_ws_finish_if_closed (AncWsConnection *self);

/* anc-ws-connection-in.c */
void anc_ws_parse (AncWsConnection *self);
/* Watches the socket, or no longer. */
void anc_ws_update_input (AncWsConnection *self);
