/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-ws-error.h"

#include <gio/gio.h>
#include <string.h>

GQuark
anc_ws_error_quark (void)
{
  return g_quark_from_static_string ("anc-ws-error-quark");
}

typedef struct {
  guint from, to; /* inclusive */
  AncWsErrorCode code;
  const gchar *meaning;
} Meaning;

static const Meaning closes[] = {
  { 1001, 1001, ANC_WS_ERROR_CLOSED, "is going away" },
  { 1002, 1002, ANC_WS_ERROR_PROTOCOL,
    "says that it got frames against the protocol" },
  { 1003, 1003, ANC_WS_ERROR_PROTOCOL, "does not take this kind of data" },
  { 1006, 1006, ANC_WS_ERROR_CLOSED, "broke off without a word" },
  { 1007, 1007, ANC_WS_ERROR_PROTOCOL, "says that it got damaged data" },
  { 1008, 1008, ANC_WS_ERROR_UNAUTHORIZED, "refuses this by its policy" },
  { 1009, 1009, ANC_WS_ERROR_PROTOCOL,
    "does not take messages of this size; send smaller buffers" },
  { 1010, 1010, ANC_WS_ERROR_PROTOCOL, "wants an extension" },
  { 1011, 1012, ANC_WS_ERROR_CLOSED, "has trouble of its own" },
  { 1013, 1014, ANC_WS_ERROR_BUSY, "is busy; try again later" },
  { 3000, 3000, ANC_WS_ERROR_UNAUTHORIZED, "wants a valid token" },
  { 3003, 3003, ANC_WS_ERROR_UNAUTHORIZED, "forbids this" },
};

static const Meaning statuses[] = {
  { 400, 400, ANC_WS_ERROR_HANDSHAKE,
    "refused the handshake; it may want a subprotocol (subprotocols, or "
    "protocol=anc)" },
  { 401, 401, ANC_WS_ERROR_UNAUTHORIZED, "wants a valid token; set token" },
  { 403, 403, ANC_WS_ERROR_UNAUTHORIZED,
    "forbids this; check token and origin" },
  { 404, 404, ANC_WS_ERROR_NOT_FOUND,
    "has no such path; check the end of the address" },
  { 410, 410, ANC_WS_ERROR_NOT_FOUND, "has given up this path" },
  { 408, 408, ANC_WS_ERROR_BUSY, "did not get the request in time" },
  { 429, 429, ANC_WS_ERROR_BUSY, "gets too many requests" },
  { 500, 599, ANC_WS_ERROR_BUSY, "has trouble of its own or is full" },
  { 300, 399, ANC_WS_ERROR_HANDSHAKE,
    "redirects; use the address that it redirects to" },
};

static const Meaning *
find_meaning (const Meaning *table, guint n, guint number)
{
  for (guint i = 0; i < n; i++) {
    if (number >= table[i].from && number <= table[i].to)
      return &table[i];
  }
  return NULL;
}

const gchar *
anc_ws_error_name (gint code)
{
  static const gchar *const names[] = {
    [ANC_WS_ERROR_SETTINGS] = "settings",
    [ANC_WS_ERROR_UNREACHABLE] = "unreachable",
    [ANC_WS_ERROR_TIMEOUT] = "timeout",
    [ANC_WS_ERROR_TLS] = "tls",
    [ANC_WS_ERROR_HANDSHAKE] = "handshake",
    [ANC_WS_ERROR_SUBPROTOCOL] = "subprotocol",
    [ANC_WS_ERROR_UNAUTHORIZED] = "unauthorized",
    [ANC_WS_ERROR_NOT_FOUND] = "not-found",
    [ANC_WS_ERROR_BUSY] = "busy",
    [ANC_WS_ERROR_PROTOCOL] = "protocol",
    [ANC_WS_ERROR_CLOSED] = "closed",
  };

  return code >= 0 && code < (gint) G_N_ELEMENTS (names) ? names[code]
                                                         : "unknown";
}

gboolean
anc_ws_error_is_transient (const GError *error)
{
  if (error->domain != ANC_WS_ERROR)
    return FALSE;
  switch ((AncWsErrorCode) error->code) {
  case ANC_WS_ERROR_UNREACHABLE:
  case ANC_WS_ERROR_TIMEOUT:
  case ANC_WS_ERROR_BUSY:
  case ANC_WS_ERROR_CLOSED:
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
anc_ws_close_code_is_valid (guint code)
{
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005
          && code != 1006)
         || (code >= 3000 && code <= 4999);
}

/* What a peer wrote, fit for one line of a log. */
static gchar *
printable (const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);

  for (const gchar *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    g_string_append_unichar (line, g_unichar_isprint (c) ? c : '?');
  }
  return g_string_free (line, FALSE);
}

GError *
anc_ws_error_from_close (guint code, const gchar *reason)
{
  const Meaning *meaning = find_meaning (closes, G_N_ELEMENTS (closes), code);
  g_autofree gchar *said
      = reason != NULL && *reason != '\0' ? printable (reason) : NULL;

  if (code == ANC_WS_CLOSE_NORMAL || code == ANC_WS_CLOSE_NONE)
    return NULL;
  return g_error_new (
      ANC_WS_ERROR,
      meaning != NULL ? (gint) meaning->code : ANC_WS_ERROR_CLOSED,
      "The other side %s (close code %u)%s%s",
      meaning != NULL ? meaning->meaning : "closed for a reason of its own",
      code, said != NULL ? ": " : "", said != NULL ? said : "");
}

GError *
anc_ws_error_from_status (guint status, const gchar *host)
{
  const Meaning *meaning
      = find_meaning (statuses, G_N_ELEMENTS (statuses), status);

  return g_error_new (
      ANC_WS_ERROR,
      meaning != NULL ? (gint) meaning->code : ANC_WS_ERROR_HANDSHAKE,
      "%s %s (HTTP status %u)", host,
      meaning != NULL ? meaning->meaning
                      : "does not speak WebSocket at this address",
      status);
}

static AncWsErrorCode
classify (const GError *error)
{
  if (error->domain == G_TLS_ERROR)
    return ANC_WS_ERROR_TLS;
  if (error->domain == ANC_WS_ERROR)
    return error->code;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return ANC_WS_ERROR_TIMEOUT;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    return ANC_WS_ERROR_BUSY;
  return ANC_WS_ERROR_UNREACHABLE;
}

/* What may be done about an error of GIO: `secure`, in a connection by TLS. */
static const gchar *
remedy_for (const GError *error, gboolean secure)
{
  gboolean ended
      = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
        || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF);

  if (error->domain == G_RESOLVER_ERROR)
    return "; check the name and the network";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return "; is a server running there, and is the port right?";
  /* TLS that gets plain text says no word in plain text. */
  if (!secure)
    return ended ? "; if it speaks TLS, use wss:// instead of ws://" : "";
  if (ended
      || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED))
    return "; it may want a certificate (certificate-file)";
  return error->domain == G_TLS_ERROR
             ? "; if it speaks no TLS, use ws:// instead of wss://"
             : "";
}

GError *
anc_ws_error_from_io (GError *error, const gchar *host, guint port,
                      gboolean secure)
{
  const gchar *cause = error->message;
  GError *ours;

  if (error->domain == ANC_WS_ERROR)
    return error;
  /* Its own words for this are about a handshake that was improper. */
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    cause = "no answer in TLS came";
  ours = g_error_new (ANC_WS_ERROR, classify (error),
                      "Cannot connect to %s port %u: %.*s%s", host, port,
                      (int) (strlen (cause) - g_str_has_suffix (cause, ".")),
                      cause, remedy_for (error, secure));
  g_error_free (error);
  return ours;
}
