/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancwssettings.h"

#include "anc-secret.h"
#include "anc-stream-message.h"

#define SECRET                                                                 \
  (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

typedef struct {
  guint id;
  const gchar *name, *nick, *blurb;
  gsize offset;
} TextProperty;

#define TEXT(id, name, nick, blurb, member)                                    \
  {                                                                            \
    GST_ANC_WS_PROP_##id, name, nick, blurb,                                   \
        G_STRUCT_OFFSET (GstAncWsSettings, member)                             \
  }

static const TextProperty texts[] = {
  TEXT (
      URI, "uri", "URI",
      "Address as ws://... or wss://... to connect to, or to listen at; port 0 "
      "listens at any free one",
      uri),
  TEXT (CONNECTION, "connection", "Connection",
        "Name under which a sink and a source of one pipeline share one "
        "connection; the one that has the uri makes it",
        connection),
  TEXT (SUBPROTOCOLS, "subprotocols", "Subprotocols",
        "Subprotocols to speak with protocol=raw, best first, comma-separated",
        subprotocols),
  TEXT (ORIGIN, "origin", "Origin", "Client: Origin to send", origin),
  TEXT (ALLOWED_ORIGINS, "allowed-origins", "Allowed origins",
        "Server: Origins of pages that may connect, comma-separated; empty: "
        "all",
        allowed_origins),
  TEXT (CA_FILE, "ca-file", "CA file",
        "PEM file with the authorities to trust instead of the system's; "
        "server: clients must show a certificate signed by them",
        files.ca_file),
  TEXT (CERTIFICATE_FILE, "certificate-file", "Certificate file",
        "PEM file with our own certificate", files.certificate_file),
  TEXT (KEY_FILE, "private-key-file", "Private key file",
        "PEM file with its key, if not in certificate-file", files.key_file),
};

typedef struct {
  guint id;
  const gchar *name, *nick, *blurb;
  guint min, max, standard;
  gsize offset;
} NumberProperty;

#define NUMBER(id, name, nick, blurb, min, max, standard, member)              \
  {                                                                            \
    GST_ANC_WS_PROP_##id, name, nick, blurb, min, max, standard,               \
        G_STRUCT_OFFSET (GstAncWsSettings, member)                             \
  }
#define DAY_MS (24 * 3600 * 1000)

static const NumberProperty numbers[] = {
  NUMBER (TIMEOUT, "timeout", "Timeout",
          "Milliseconds for connecting and the handshake", 1, DAY_MS, 10000,
          timeout),
  NUMBER (PING_INTERVAL, "ping-interval", "Ping interval",
          "Milliseconds between pings, 0: none", 0, DAY_MS, 20000,
          ping_interval),
  NUMBER (PONG_TIMEOUT, "pong-timeout", "Pong timeout",
          "Milliseconds until a ping without a pong breaks the connection off, "
          "0: never",
          0, DAY_MS, 20000, pong_timeout),
  NUMBER (IDLE_TIMEOUT, "idle-timeout", "Idle timeout",
          "Milliseconds without a message of the peer until the connection is "
          "closed, 0: never",
          0, G_MAXINT, 0, idle_timeout),
  NUMBER (MAX_DURATION, "max-duration", "Longest duration",
          "Milliseconds until a connection is closed in any case, 0: never", 0,
          G_MAXINT, 0, max_duration),
  NUMBER (MAX_MESSAGE_SIZE, "max-message-size", "Largest message",
          "Bytes of a message or buffer that is accepted", 1024, 1 << 28,
          1 << 24, max_message_size),
  NUMBER (QUEUE_BYTES, "queue-bytes", "Queue bytes",
          "Bytes that wait at the most, for each client or, at a source, for "
          "downstream before the publisher is held",
          1024, G_MAXINT, 1 << 20, queue_bytes),
  NUMBER (MAX_CLIENTS, "max-clients", "Most clients",
          "Server: clients at the same time, 0: any number", 0, G_MAXINT, 0,
          max_clients),
  NUMBER (RECONNECT_DELAY, "reconnect-delay", "Reconnect delay",
          "Client: bound of the first random wait before a new attempt, in "
          "milliseconds; doubles each time",
          1, DAY_MS, 500, reconnect_delay),
  NUMBER (RECONNECT_DELAY_MAX, "reconnect-delay-max", "Longest reconnect delay",
          "Client: bound of all waits, in milliseconds", 1, DAY_MS, 30000,
          reconnect_delay_max),
};

void
gst_anc_ws_settings_init (GstAncWsSettings *self)
{
  *self = (GstAncWsSettings){ .reconnect_attempts = 10 };
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    G_STRUCT_MEMBER (guint, self, numbers[i].offset) = numbers[i].standard;
}

void
gst_anc_ws_settings_clear (GstAncWsSettings *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (&G_STRUCT_MEMBER (gchar *, self, texts[i].offset), g_free);
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
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    G_STRUCT_MEMBER (gchar *, ret_copy, texts[i].offset)
        = g_strdup (G_STRUCT_MEMBER (gchar *, self, texts[i].offset));
  ret_copy->token = g_strdup (self->token);
  ret_copy->headers = g_strdupv (self->headers);
}

static void
install_special (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, GST_ANC_WS_PROP_MODE,
      g_param_spec_enum ("mode", "Mode", "Connect, or listen",
                         GST_TYPE_ANC_WS_MODE, GST_ANC_WS_MODE_CLIENT,
                         GST_ANC_WS_READY_RW));
  g_object_class_install_property (
      klass, GST_ANC_WS_PROP_PROTOCOL,
      g_param_spec_enum ("protocol", "Protocol", "What the messages mean",
                         GST_TYPE_ANC_WS_PROTOCOL, GST_ANC_WS_PROTOCOL_ANC,
                         GST_ANC_WS_READY_RW));
  g_object_class_install_property (
      klass, GST_ANC_WS_PROP_TOKEN,
      g_param_spec_string (
          "token", "Token",
          "Bearer token: client: to show, server: that clients "
          "must show",
          NULL, SECRET));
  g_object_class_install_property (
      klass, GST_ANC_WS_PROP_EXTRA_HEADERS,
      g_param_spec_boxed ("extra-headers", "Extra headers",
                          "Client: further header fields of the handshake, a "
                          "structure of strings",
                          GST_TYPE_STRUCTURE, SECRET));
  g_object_class_install_property (
      klass, GST_ANC_WS_PROP_RECONNECT_ATTEMPTS,
      g_param_spec_int ("reconnect-attempts", "Reconnect attempts",
                        "Client: attempts in succession before it is an error, "
                        "the first one not counted; -1: for ever",
                        -1, G_MAXINT, 10, GST_ANC_WS_READY_RW));
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
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_object_class_install_property (
        klass, texts[i].id,
        g_param_spec_string (texts[i].name, texts[i].nick, texts[i].blurb, NULL,
                             GST_ANC_WS_READY_RW));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_object_class_install_property (
        klass, numbers[i].id,
        g_param_spec_uint (numbers[i].name, numbers[i].nick, numbers[i].blurb,
                           numbers[i].min, numbers[i].max, numbers[i].standard,
                           GST_ANC_WS_READY_RW));
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

/* The table rows of an id; both NULL if it has none. */
static void
find (guint id, const TextProperty **ret_text,
      const NumberProperty **ret_number)
{
  *ret_text = NULL;
  *ret_number = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *ret_text = texts[i].id == id ? &texts[i] : *ret_text;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    *ret_number = numbers[i].id == id ? &numbers[i] : *ret_number;
}

gboolean
gst_anc_ws_settings_set (GstAncWsSettings *self, guint id, const GValue *value)
{
  const TextProperty *text;
  const NumberProperty *number;

  find (id, &text, &number);
  if (text != NULL) {
    gchar **at = &G_STRUCT_MEMBER (gchar *, self, text->offset);

    g_free (*at);
    *at = g_value_dup_string (value);
  } else if (number != NULL) {
    G_STRUCT_MEMBER (guint, self, number->offset) = g_value_get_uint (value);
  } else if (id == GST_ANC_WS_PROP_MODE) {
    self->mode = g_value_get_enum (value);
  } else if (id == GST_ANC_WS_PROP_PROTOCOL) {
    self->protocol = g_value_get_enum (value);
  } else if (id == GST_ANC_WS_PROP_TOKEN) {
    anc_secret_replace (&self->token, g_value_get_string (value));
  } else if (id == GST_ANC_WS_PROP_EXTRA_HEADERS) {
    set_headers (self, g_value_get_boxed (value));
  } else if (id == GST_ANC_WS_PROP_RECONNECT_ATTEMPTS) {
    self->reconnect_attempts = g_value_get_int (value);
  } else {
    return FALSE;
  }
  return TRUE;
}

gboolean
gst_anc_ws_settings_get (const GstAncWsSettings *self, guint id, GValue *value)
{
  const TextProperty *text;
  const NumberProperty *number;

  find (id, &text, &number);
  if (text != NULL)
    g_value_set_string (value, G_STRUCT_MEMBER (gchar *, self, text->offset));
  else if (number != NULL)
    g_value_set_uint (value, G_STRUCT_MEMBER (guint, self, number->offset));
  else if (id == GST_ANC_WS_PROP_MODE)
    g_value_set_enum (value, self->mode);
  else if (id == GST_ANC_WS_PROP_PROTOCOL)
    g_value_set_enum (value, self->protocol);
  else if (id == GST_ANC_WS_PROP_RECONNECT_ATTEMPTS)
    g_value_set_int (value, self->reconnect_attempts);
  else
    return FALSE;
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
