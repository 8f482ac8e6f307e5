/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Why there is no connection, in one sentence that names the remedy. */
typedef enum {
  ANC_WS_ERROR_SETTINGS,     /* an address, a file or a name cannot be used */
  ANC_WS_ERROR_UNREACHABLE,  /* unknown host, refused, reset, no route */
  ANC_WS_ERROR_TIMEOUT,      /* nothing came in time */
  ANC_WS_ERROR_TLS,          /* a certificate is not trusted, or no TLS */
  ANC_WS_ERROR_HANDSHAKE,    /* the other side speaks no WebSocket */
  ANC_WS_ERROR_SUBPROTOCOL,  /* none in common, or refused */
  ANC_WS_ERROR_UNAUTHORIZED, /* 401, 403, or such a close code */
  ANC_WS_ERROR_NOT_FOUND,    /* 404, 410 */
  ANC_WS_ERROR_BUSY,         /* 429, 5xx; a port that is in use */
  ANC_WS_ERROR_PROTOCOL,     /* frames that break RFC 6455 */
  ANC_WS_ERROR_CLOSED,       /* closed for another reason */
} AncWsErrorCode;
#define ANC_WS_ERROR (anc_ws_error_quark ())
GQuark anc_ws_error_quark (void);

/* A word for an AncWsErrorCode, for details that a program reads. */
const gchar *anc_ws_error_name (gint code);

/* Whether the same attempt may succeed a little later. */
gboolean anc_ws_error_is_transient (const GError *error);

/* Close codes: RFC 6455 section 7.4.1, IANA "WebSocket Close Code Number". */
#define ANC_WS_CLOSE_NORMAL 1000u
#define ANC_WS_CLOSE_GOING_AWAY 1001u
#define ANC_WS_CLOSE_PROTOCOL 1002u
#define ANC_WS_CLOSE_UNSUPPORTED 1003u
#define ANC_WS_CLOSE_NONE 1005u     /* never sent: the frame had no code */
#define ANC_WS_CLOSE_ABNORMAL 1006u /* never sent: there was no frame */
#define ANC_WS_CLOSE_BAD_DATA 1007u
#define ANC_WS_CLOSE_POLICY 1008u
#define ANC_WS_CLOSE_TOO_BIG 1009u
#define ANC_WS_CLOSE_SERVER_ERROR 1011u
#define ANC_WS_CLOSE_TRY_LATER 1013u
#define ANC_WS_CLOSE_UNAUTHORIZED 3000u
#define ANC_WS_CLOSE_FORBIDDEN 3003u

/* Whether an endpoint may send this code. */
gboolean anc_ws_close_code_is_valid (guint code);

/* The error that a close code stands for, NULL for the ends that are none:
 * normal and without a code. `reason` is the peer's, or NULL; it is untrusted
 * and shown without control characters. */
GError *anc_ws_error_from_close (guint code, const gchar *reason);

/* The error that an answer other than 101 to the handshake stands for. */
GError *anc_ws_error_from_status (guint status, const gchar *host);

/* An error of GIO in the words of this domain; takes `error`. `host` and `port`
 * are whom it concerned, `secure` whether TLS was spoken. */
GError *anc_ws_error_from_io (GError *error, const gchar *host, guint port,
                              gboolean secure);
