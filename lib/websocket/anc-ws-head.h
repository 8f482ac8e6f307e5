/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* The head of an HTTP/1.1 request or response, as the WebSocket handshake
 * (RFC 6455 section 4) needs it. Untrusted: at most ANC_WS_HEAD_MAX bytes and
 * ANC_WS_HEAD_FIELDS fields. */
#define ANC_WS_HEAD_MAX 16384
#define ANC_WS_HEAD_FIELDS 100

typedef struct _AncWsHead AncWsHead;

/* `data` ends with the empty line. */
AncWsHead *anc_ws_head_parse (const gchar *data, gsize size, GError **error);
void anc_ws_head_free (AncWsHead *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncWsHead, anc_ws_head_free)

/* The n-th word of the first line, from 0; "" if there is none. */
const gchar *anc_ws_head_word (const AncWsHead *self, guint n);

/* A field by its name in any case, several of one name joined by commas; NULL
 * if there is none. */
const gchar *anc_ws_head_get (const AncWsHead *self, const gchar *name);

/* The parts of a field that is a comma-separated list, without spaces around.
 * Free with g_strfreev (); empty if there is no such field. */
gchar **anc_ws_head_list (const AncWsHead *self, const gchar *name);

/* Whether such a list holds `token`, in any case. */
gboolean anc_ws_head_has (const AncWsHead *self, const gchar *name,
                          const gchar *token);

/* Whether `value` may stand in a field: no control characters. */
gboolean anc_ws_head_value_is_valid (const gchar *value);

/* Whether `name` may be the name of a field or of a subprotocol: a token of
 * RFC 9110 section 5.6.2. */
gboolean anc_ws_head_token_is_valid (const gchar *name);

/* Sec-WebSocket-Accept for a Sec-WebSocket-Key. */
gchar *anc_ws_accept_key (const gchar *key);

/* Reads one head in the thread-default main context. */
void anc_ws_head_read_async (GInputStream *input, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);

/* What followed the head and was read with it is in `ret_rest`. */
AncWsHead *anc_ws_head_read_finish (GAsyncResult *result, GBytes **ret_rest,
                                    GError **error);
