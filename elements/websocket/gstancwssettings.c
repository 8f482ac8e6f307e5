/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancwssettings.h"

#include "anc-secret.h"
#include "anc-stream-message.h"
#include "gstancfields.h"

#define SECRET                                                                 \
  (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

#define DAY_MS (24 * 3600 * 1000)
#define DEFAULT_RECONNECT_ATTEMPTS 10

#define S GstAncWsSettings
static const GstAncField fields[] = {
  GST_ANC_TEXT (
      S, uri, "uri", "URI",
      "Address as ws://... or wss://... to connect to, or to listen at; port 0 "
      "listens at any free one"),
  GST_ANC_TEXT (
      S, connection, "connection", "Connection",
      "Name under which a sink and a source of one pipeline share one "
      "connection; the one that has the uri makes it"),
  GST_ANC_TEXT (
      S, subprotocols, "subprotocols", "Subprotocols",
      "Subprotocols to speak with protocol=raw, best first, comma-separated"),
  GST_ANC_TEXT (S, origin, "origin", "Origin", "Client: Origin to send"),
  GST_ANC_TEXT (
      S, allowed_origins, "allowed-origins", "Allowed origins",
      "Server: Origins of pages that may connect, comma-separated; empty: "
      "all"),
  GST_ANC_TEXT (
      S, files.ca_file, "ca-file", "CA file",
      "PEM file with the authorities to trust instead of the system's; "
      "server: clients must show a certificate signed by them"),
  GST_ANC_TEXT (S, files.certificate_file, "certificate-file",
                "Certificate file", "PEM file with our own certificate"),
  GST_ANC_TEXT (S, files.key_file, "private-key-file", "Private key file",
                "PEM file with its key, if not in certificate-file"),
  GST_ANC_NUMBER (S, timeout, "timeout", "Timeout",
                  "Milliseconds for connecting and the handshake", 1, DAY_MS,
                  10000),
  GST_ANC_NUMBER (S, ping_interval, "ping-interval", "Ping interval",
                  "Milliseconds between pings, 0: none", 0, DAY_MS, 20000),
  GST_ANC_NUMBER (
      S, pong_timeout, "pong-timeout", "Pong timeout",
      "Milliseconds until a ping without a pong breaks the connection off, "
      "0: never",
      0, DAY_MS, 20000),
  GST_ANC_NUMBER (
      S, idle_timeout, "idle-timeout", "Idle timeout",
      "Milliseconds without a message of the peer until the connection is "
      "closed, 0: never",
      0, G_MAXINT, 0),
  GST_ANC_NUMBER (
      S, max_duration, "max-duration", "Longest duration",
      "Milliseconds until a connection is closed in any case, 0: never", 0,
      G_MAXINT, 0),
  GST_ANC_NUMBER (S, max_message_size, "max-message-size", "Largest message",
                  "Bytes of a message or buffer that is accepted", 1024,
                  1 << 28, 1 << 24),
  GST_ANC_NUMBER (
      S, queue_bytes, "queue-bytes", "Queue bytes",
      "Bytes that wait at the most, for each client or, at a source, for "
      "downstream before the publisher is held",
      1024, G_MAXINT, 1 << 20),
  GST_ANC_NUMBER (S, max_clients, "max-clients", "Most clients",
                  "Server: clients at the same time, 0: any number", 0,
                  G_MAXINT, 0),
  GST_ANC_NUMBER (
      S, reconnect_delay, "reconnect-delay", "Reconnect delay",
      "Client: bound of the first random wait before a new attempt, in "
      "milliseconds; doubles each time",
      1, DAY_MS, 500),
  GST_ANC_NUMBER (
      S, reconnect_delay_max, "reconnect-delay-max", "Longest reconnect delay",
      "Client: bound of all waits, in milliseconds", 1, DAY_MS, 30000),
  GST_ANC_CHOICE (S, mode, "mode", "Mode", "Connect, or listen",
                  gst_anc_ws_mode_get_type, GST_ANC_WS_MODE_CLIENT),
  GST_ANC_CHOICE (S, protocol, "protocol", "Protocol", "What the messages mean",
                  gst_anc_ws_protocol_get_type, GST_ANC_WS_PROTOCOL_ANC),
};
#undef S

/* What is not just kept, and where the table begins. */
enum {
  PROP_TOKEN = GST_ANC_WS_PROP_STATS + 1,
  PROP_EXTRA_HEADERS,
  PROP_RECONNECT_ATTEMPTS,
  PROP_FIELDS,
};

G_STATIC_ASSERT (PROP_FIELDS + G_N_ELEMENTS (fields) <= GST_ANC_WS_PROP_OWN);

void
gst_anc_ws_settings_init (GstAncWsSettings *self)
{
  *self
      = (GstAncWsSettings){ .reconnect_attempts = DEFAULT_RECONNECT_ATTEMPTS };
  gst_anc_fields_init (self, fields, G_N_ELEMENTS (fields));
}

void
gst_anc_ws_settings_clear (GstAncWsSettings *self)
{
  gst_anc_fields_clear (self, fields, G_N_ELEMENTS (fields));
  g_clear_pointer (&self->token, anc_secret_free);
  for (guint i = 0; self->headers != NULL && self->headers[i] != NULL; i++)
    anc_secret_free (self->headers[i]);
  g_clear_pointer (&self->headers, g_free);
}

void
gst_anc_ws_settings_copy (const GstAncWsSettings *self,
                          GstAncWsSettings *ret_copy)
{
  *ret_copy = *self;
  gst_anc_fields_own (ret_copy, fields, G_N_ELEMENTS (fields));
  ret_copy->token = g_strdup (self->token);
  ret_copy->headers = g_strdupv (self->headers);
}

static void
install_special (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_TOKEN,
      g_param_spec_string (
          "token", "Token",
          "Bearer token: client: to show, server: that clients "
          "must show",
          NULL, SECRET));
  g_object_class_install_property (
      klass, PROP_EXTRA_HEADERS,
      g_param_spec_boxed ("extra-headers", "Extra headers",
                          "Client: further header fields of the handshake, a "
                          "structure of strings",
                          GST_TYPE_STRUCTURE, SECRET));
  g_object_class_install_property (
      klass, PROP_RECONNECT_ATTEMPTS,
      g_param_spec_int ("reconnect-attempts", "Reconnect attempts",
                        "Client: attempts in succession before it is an error, "
                        "the first one not counted; -1: for ever",
                        -1, G_MAXINT, DEFAULT_RECONNECT_ATTEMPTS,
                        GST_ANC_WS_READY_RW));
  g_object_class_install_property (
      klass, GST_ANC_WS_PROP_PORT,
      g_param_spec_uint ("port", "Port",
                         "Server: the port that is listened at, 0: none yet", 0,
                         65535, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      klass, GST_ANC_WS_PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "What has happened so far",
                          GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
gst_anc_ws_settings_install (GObjectClass *klass)
{
  gst_anc_fields_install (klass, PROP_FIELDS, fields, G_N_ELEMENTS (fields),
                          GST_PARAM_MUTABLE_READY);
  install_special (klass);
}

static gboolean
append_header (GQuark field, const GValue *value, gpointer data)
{
  GPtrArray *headers = data;

  if (!G_VALUE_HOLDS_STRING (value))
    return TRUE;
  g_ptr_array_add (headers, g_strdup (g_quark_to_string (field)));
  g_ptr_array_add (headers, g_value_dup_string (value));
  return TRUE;
}

static void
set_headers (GstAncWsSettings *self, const GstStructure *structure)
{
  g_autoptr (GPtrArray) headers = g_ptr_array_new ();

  for (guint i = 0; self->headers != NULL && self->headers[i] != NULL; i++)
    anc_secret_free (self->headers[i]);
  g_clear_pointer (&self->headers, g_free);
  if (structure == NULL)
    return;
  gst_structure_foreach (structure, append_header, headers);
  g_ptr_array_add (headers, NULL);
  self->headers
      = (gchar **) g_ptr_array_free (g_steal_pointer (&headers), FALSE);
}

gboolean
gst_anc_ws_settings_set (GstAncWsSettings *self, guint id, const GValue *value)
{
  switch (id) {
  case PROP_TOKEN:
    anc_secret_replace (&self->token, g_value_get_string (value));
    return TRUE;
  case PROP_EXTRA_HEADERS:
    set_headers (self, g_value_get_boxed (value));
    return TRUE;
  case PROP_RECONNECT_ATTEMPTS:
    self->reconnect_attempts = g_value_get_int (value);
    return TRUE;
  default:
    return gst_anc_fields_set (self, PROP_FIELDS, fields, G_N_ELEMENTS (fields),
                               id, value);
  }
}

gboolean
gst_anc_ws_settings_get (const GstAncWsSettings *self, guint id, GValue *value)
{
  if (id != PROP_RECONNECT_ATTEMPTS)
    return gst_anc_fields_get (self, PROP_FIELDS, fields, G_N_ELEMENTS (fields),
                               id, value);
  g_value_set_int (value, self->reconnect_attempts);
  return TRUE;
}

gchar **
gst_anc_ws_split (const gchar *list)
{
  g_auto (GStrv) parts = g_strsplit (list != NULL ? list : "", ",", -1);
  GStrvBuilder *kept = g_strv_builder_new ();
  gchar **result;

  for (guint i = 0; parts[i] != NULL; i++) {
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (kept, parts[i]);
  }
  result = g_strv_builder_end (kept);
  g_strv_builder_unref (kept);
  return result;
}

gchar **
gst_anc_ws_settings_subprotocols (const GstAncWsSettings *self)
{
  return gst_anc_ws_split (self->protocol == GST_ANC_WS_PROTOCOL_ANC
                               ? ANC_STREAM_SUBPROTOCOL
                               : self->subprotocols);
}
