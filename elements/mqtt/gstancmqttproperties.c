/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttproperties.h"

#include <string.h>

#include "gstancmqttenums.h"

#include "anc-mqtt-error.h"
#include "anc-secret.h"

#define FLAGS                                                                  \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
/* Secrets are never read back. */
#define SECRET_FLAGS                                                           \
  (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
/* A day: longer is "for ever" in practice, and milliseconds fit a guint. */
#define LONGEST (24 * 3600 * GST_SECOND)

static void
add (GObjectClass *klass, guint id, GParamSpec *spec)
{
  g_object_class_install_property (klass, id, spec);
}

static void
add_text (GObjectClass *klass, guint id, const gchar *name, const gchar *nick,
          const gchar *blurb, GParamFlags flags)
{
  add (klass, id, g_param_spec_string (name, nick, blurb, NULL, flags));
}

static void
add_switch (GObjectClass *klass, guint id, const gchar *name, const gchar *nick,
            const gchar *blurb, gboolean value)
{
  add (klass, id, g_param_spec_boolean (name, nick, blurb, value, FLAGS));
}

static void
add_time (GObjectClass *klass, guint id, const gchar *name, const gchar *nick,
          const gchar *blurb, guint64 minimum, guint64 value)
{
  add (klass, id,
       g_param_spec_uint64 (name, nick, blurb, minimum, LONGEST, value, FLAGS));
}

static void
install_broker (GObjectClass *klass, const gchar *topic_blurb)
{
  add_text (klass, GST_ANC_MQTT_PROP_URI, "uri", "URI",
            "mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts:// with "
            "TLS; read back without the password",
            FLAGS);
  add_text (klass, GST_ANC_MQTT_PROP_TOPIC, "topic", "Topic", topic_blurb,
            FLAGS);
  add (klass, GST_ANC_MQTT_PROP_QOS,
       g_param_spec_uint ("qos", "QoS",
                          "0 at most once, 1 at least once, 2 exactly once "
                          "(with clean-session=false)",
                          0, 2, 1, FLAGS));
  add_text (klass, GST_ANC_MQTT_PROP_CLIENT_ID, "client-id", "Client id",
            "Unique name at the broker (unset: a random one)", FLAGS);
  add_text (klass, GST_ANC_MQTT_PROP_USERNAME, "username", "User name",
            "Name to log in with; wins over the URI's", FLAGS);
  add_text (klass, GST_ANC_MQTT_PROP_PASSWORD, "password", "Password",
            "Password to log in with; wins over the URI's", SECRET_FLAGS);
  add (klass, GST_ANC_MQTT_PROP_PROTOCOL_VERSION,
       g_param_spec_enum ("protocol-version", "Protocol version",
                          "Version of MQTT", GST_TYPE_ANC_MQTT_VERSION,
                          ANC_MQTT_VERSION_3_1_1, FLAGS));
  add (klass, GST_ANC_MQTT_PROP_AWS,
       g_param_spec_enum ("aws", "AWS",
                          "Keep to AWS IoT Core's limits: no QoS 2, 128 KiB, "
                          "topics, 100 messages and 512 KiB a second",
                          GST_TYPE_ANC_MQTT_AWS, ANC_MQTT_AWS_AUTO, FLAGS));
}

static void
install_session (GObjectClass *klass)
{
  add (klass, GST_ANC_MQTT_PROP_KEEP_ALIVE,
       g_param_spec_uint ("keep-alive", "Keep alive",
                          "Seconds without a packet after which the broker is "
                          "pinged (0: never)",
                          0, 65535, 60, FLAGS));
  add_switch (klass, GST_ANC_MQTT_PROP_CLEAN_SESSION, "clean-session",
              "Clean session",
              "The broker forgets this client when it leaves; false needs a "
              "client-id",
              TRUE);
  add (klass, GST_ANC_MQTT_PROP_SESSION_EXPIRY,
       g_param_spec_uint ("session-expiry", "Session expiry",
                          "MQTT 5: seconds for which the broker keeps the "
                          "session after the connection",
                          0, G_MAXUINT, 0, FLAGS));
  add (klass, GST_ANC_MQTT_PROP_MAX_PAYLOAD_SIZE,
       g_param_spec_uint ("max-payload-size", "Maximum payload size",
                          "Bytes of a payload at most (0: what MQTT or AWS "
                          "allow)",
                          0, ANC_MQTT_PACKET_BYTES, 0, FLAGS));
  add_time (klass, GST_ANC_MQTT_PROP_CONNECT_TIMEOUT, "connect-timeout",
            "Connect timeout",
            "Nanoseconds until the first connection, all tries included; then "
            "an error (0: try for ever)",
            0, 30 * GST_SECOND);
  add_time (klass, GST_ANC_MQTT_PROP_RECONNECT_TIMEOUT, "reconnect-timeout",
            "Reconnect timeout",
            "Nanoseconds until a lost connection is an error (0: try for "
            "ever)",
            0, 0);
  add_time (klass, GST_ANC_MQTT_PROP_RECONNECT_MIN, "reconnect-min",
            "Shortest reconnect wait",
            "Nanoseconds: bound of the random wait before the first new try; "
            "doubles with each",
            GST_MSECOND, GST_SECOND);
  add_time (klass, GST_ANC_MQTT_PROP_RECONNECT_MAX, "reconnect-max",
            "Longest reconnect wait", "Nanoseconds: the bound's own bound",
            GST_MSECOND, 60 * GST_SECOND);
}

static void
install_tls (GObjectClass *klass)
{
  add_text (klass, GST_ANC_MQTT_PROP_TLS_CA_FILE, "tls-ca-file", "CA file",
            "PEM file of the authorities to trust (unset: the system's)",
            FLAGS);
  add_text (klass, GST_ANC_MQTT_PROP_TLS_CERTIFICATE_FILE,
            "tls-certificate-file", "Certificate file",
            "PEM file of the client's certificate and its chain", FLAGS);
  add_text (klass, GST_ANC_MQTT_PROP_TLS_KEY_FILE, "tls-key-file", "Key file",
            "PEM file of the client's private key (unset: in the "
            "certificate's file)",
            FLAGS);
  add_text (klass, GST_ANC_MQTT_PROP_TLS_KEY_PASSWORD, "tls-key-password",
            "Key password", "What the private key is encrypted with",
            SECRET_FLAGS);
  add_text (klass, GST_ANC_MQTT_PROP_TLS_ALPN, "tls-alpn", "ALPN",
            "Protocol name to ask for (unset: none; AWS on port 443: theirs)",
            FLAGS);
  add_switch (klass, GST_ANC_MQTT_PROP_TLS_VERIFY, "tls-verify", "Verify",
              "Check the broker's certificate and host name", TRUE);
}

static void
install_will (GObjectClass *klass)
{
  add_text (klass, GST_ANC_MQTT_PROP_WILL_TOPIC, "will-topic", "Will topic",
            "Where the broker publishes the last will (unset: nowhere)", FLAGS);
  add_text (klass, GST_ANC_MQTT_PROP_WILL_PAYLOAD, "will-payload",
            "Will payload", "Text of the last will", FLAGS);
  add (klass, GST_ANC_MQTT_PROP_WILL_QOS,
       g_param_spec_uint ("will-qos", "Will QoS", "QoS of the last will", 0, 2,
                          0, FLAGS));
  add_switch (klass, GST_ANC_MQTT_PROP_WILL_RETAIN, "will-retain",
              "Will retain", "The broker keeps the last will", FALSE);
}

void
gst_anc_mqtt_properties_install (GObjectClass *klass, const gchar *topic_blurb)
{
  install_broker (klass, topic_blurb);
  install_session (klass);
  install_tls (klass);
  install_will (klass);
}

void
gst_anc_mqtt_properties_init (GstAncMqttProperties *self)
{
  self->settings = anc_mqtt_settings_new ();
  self->qos = 1;
}

void
gst_anc_mqtt_properties_clear (GstAncMqttProperties *self)
{
  g_clear_pointer (&self->settings, anc_mqtt_settings_free);
  g_clear_pointer (&self->topic, g_free);
  g_clear_pointer (&self->uri, anc_mqtt_uri_free);
  g_clear_error (&self->uri_error);
}

static gboolean
take_uri (GstAncMqttProperties *self, const gchar *text, GError **error)
{
  AncMqttUri *uri = anc_mqtt_uri_parse (text, error);

  if (uri == NULL)
    return FALSE;
  g_clear_error (&self->uri_error);
  g_clear_pointer (&self->uri, anc_mqtt_uri_free);
  self->uri = uri;
  return TRUE;
}

gboolean
gst_anc_mqtt_properties_handle_uri (GstAncMqttProperties *self,
                                    gboolean running, const gchar *uri,
                                    GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (running) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
                         "The uri can be changed in state NULL only");
    return FALSE;
  }
  if (take_uri (self, uri, &cause))
    return TRUE;
  g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
                       cause->message);
  return FALSE;
}

/* A property cannot refuse: start() will. */
static void
set_uri_property (GstAncMqttProperties *self, const gchar *text)
{
  GError *error = NULL;

  if (text != NULL && take_uri (self, text, &error))
    return;
  g_clear_pointer (&self->uri, anc_mqtt_uri_free);
  g_clear_error (&self->uri_error);
  self->uri_error = error;
}

gchar *
gst_anc_mqtt_properties_get_uri (const GstAncMqttProperties *self)
{
  return self->uri != NULL ? anc_mqtt_uri_to_string (self->uri) : NULL;
}

const gchar *
gst_anc_mqtt_properties_get_topic (const GstAncMqttProperties *self)
{
  if (self->topic != NULL)
    return self->topic;
  return self->uri != NULL ? self->uri->topic : NULL;
}

AncMqttSettings *
gst_anc_mqtt_properties_resolve (const GstAncMqttProperties *self,
                                 GError **error)
{
  AncMqttSettings *settings;

  if (self->uri_error != NULL) {
    g_propagate_error (error, g_error_copy (self->uri_error));
    return NULL;
  }
  settings = anc_mqtt_settings_copy (self->settings);
  if (self->uri == NULL)
    return settings;
  settings->host = g_strdup (self->uri->host);
  settings->port = self->uri->port;
  settings->tls = self->uri->tls;
  if (settings->username == NULL)
    settings->username = g_strdup (self->uri->user);
  if (settings->password == NULL)
    anc_secret_replace (&settings->password, self->uri->password);
  return settings;
}

static void
replace (gchar **text, const GValue *value)
{
  g_free (*text);
  *text = g_value_dup_string (value);
}

static guint
milliseconds (const GValue *value)
{
  return (guint) (g_value_get_uint64 (value) / GST_MSECOND);
}

/* Where the string of a property is kept, or NULL. */
static gchar **
text_of (GstAncMqttProperties *self, guint id)
{
  AncMqttSettings *settings = self->settings;

  switch (id) {
  case GST_ANC_MQTT_PROP_TOPIC:
    return &self->topic;
  case GST_ANC_MQTT_PROP_CLIENT_ID:
    return &settings->client_id;
  case GST_ANC_MQTT_PROP_USERNAME:
    return &settings->username;
  case GST_ANC_MQTT_PROP_TLS_CA_FILE:
    return &settings->ca_file;
  case GST_ANC_MQTT_PROP_TLS_CERTIFICATE_FILE:
    return &settings->certificate_file;
  case GST_ANC_MQTT_PROP_TLS_KEY_FILE:
    return &settings->key_file;
  case GST_ANC_MQTT_PROP_TLS_ALPN:
    return &settings->alpn;
  case GST_ANC_MQTT_PROP_WILL_TOPIC:
    return &settings->will_topic;
  default:
    return NULL;
  }
}

static guint *
time_of (GstAncMqttProperties *self, guint id)
{
  switch (id) {
  case GST_ANC_MQTT_PROP_CONNECT_TIMEOUT:
    return &self->settings->connect_timeout_ms;
  case GST_ANC_MQTT_PROP_RECONNECT_TIMEOUT:
    return &self->settings->reconnect_timeout_ms;
  case GST_ANC_MQTT_PROP_RECONNECT_MIN:
    return &self->settings->reconnect_first_ms;
  case GST_ANC_MQTT_PROP_RECONNECT_MAX:
    return &self->settings->reconnect_longest_ms;
  default:
    return NULL;
  }
}

static guint *
number_of (GstAncMqttProperties *self, guint id)
{
  switch (id) {
  case GST_ANC_MQTT_PROP_QOS:
    return &self->qos;
  case GST_ANC_MQTT_PROP_KEEP_ALIVE:
    return &self->settings->keep_alive_s;
  case GST_ANC_MQTT_PROP_SESSION_EXPIRY:
    return &self->settings->session_expiry_s;
  case GST_ANC_MQTT_PROP_WILL_QOS:
    return &self->settings->will_qos;
  default:
    return NULL;
  }
}

static gboolean *
switch_of (GstAncMqttProperties *self, guint id)
{
  switch (id) {
  case GST_ANC_MQTT_PROP_CLEAN_SESSION:
    return &self->settings->clean_session;
  case GST_ANC_MQTT_PROP_TLS_VERIFY:
    return &self->settings->verify;
  case GST_ANC_MQTT_PROP_WILL_RETAIN:
    return &self->settings->will_retain;
  default:
    return NULL;
  }
}

static void
set_will_payload (AncMqttSettings *settings, gchar *text)
{
  g_clear_pointer (&settings->will_payload, g_bytes_unref);
  if (text != NULL)
    settings->will_payload = g_bytes_new_take (text, strlen (text));
}

static gboolean
set_other (GstAncMqttProperties *self, guint id, const GValue *value)
{
  AncMqttSettings *settings = self->settings;

  switch (id) {
  case GST_ANC_MQTT_PROP_URI:
    set_uri_property (self, g_value_get_string (value));
    return TRUE;
  case GST_ANC_MQTT_PROP_PASSWORD:
    anc_secret_replace (&settings->password, g_value_get_string (value));
    return TRUE;
  case GST_ANC_MQTT_PROP_TLS_KEY_PASSWORD:
    anc_secret_replace (&settings->key_password, g_value_get_string (value));
    return TRUE;
  case GST_ANC_MQTT_PROP_PROTOCOL_VERSION:
    settings->version = (AncMqttVersion) g_value_get_enum (value);
    return TRUE;
  case GST_ANC_MQTT_PROP_AWS:
    settings->aws = (AncMqttAws) g_value_get_enum (value);
    return TRUE;
  case GST_ANC_MQTT_PROP_MAX_PAYLOAD_SIZE:
    settings->max_payload = g_value_get_uint (value);
    return TRUE;
  case GST_ANC_MQTT_PROP_WILL_PAYLOAD:
    set_will_payload (settings, g_value_dup_string (value));
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_anc_mqtt_properties_set (GstAncMqttProperties *self, guint id,
                             const GValue *value)
{
  gchar **text = text_of (self, id);
  guint *time = time_of (self, id);
  guint *number = number_of (self, id);
  gboolean *flag = switch_of (self, id);

  if (text != NULL)
    replace (text, value);
  else if (time != NULL)
    *time = milliseconds (value);
  else if (number != NULL)
    *number = g_value_get_uint (value);
  else if (flag != NULL)
    *flag = g_value_get_boolean (value);
  else
    return set_other (self, id, value);
  return TRUE;
}

static void
get_will_payload (const AncMqttSettings *settings, GValue *value)
{
  gsize size;
  const gchar *text;

  if (settings->will_payload == NULL)
    return;
  text = g_bytes_get_data (settings->will_payload, &size);
  g_value_take_string (value, g_strndup (text, size));
}

static gboolean
get_other (const GstAncMqttProperties *self, guint id, GValue *value)
{
  switch (id) {
  case GST_ANC_MQTT_PROP_URI:
    g_value_take_string (value, gst_anc_mqtt_properties_get_uri (self));
    return TRUE;
  case GST_ANC_MQTT_PROP_PROTOCOL_VERSION:
    g_value_set_enum (value, (gint) self->settings->version);
    return TRUE;
  case GST_ANC_MQTT_PROP_AWS:
    g_value_set_enum (value, (gint) self->settings->aws);
    return TRUE;
  case GST_ANC_MQTT_PROP_MAX_PAYLOAD_SIZE:
    g_value_set_uint (value, (guint) self->settings->max_payload);
    return TRUE;
  case GST_ANC_MQTT_PROP_WILL_PAYLOAD:
    get_will_payload (self->settings, value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_anc_mqtt_properties_get (const GstAncMqttProperties *self, guint id,
                             GValue *value)
{
  GstAncMqttProperties *writable = (GstAncMqttProperties *) self;
  gchar **text = text_of (writable, id);
  guint *time = time_of (writable, id);
  guint *number = number_of (writable, id);
  gboolean *flag = switch_of (writable, id);

  if (text != NULL)
    g_value_set_string (value, *text);
  else if (time != NULL)
    g_value_set_uint64 (value, *time * GST_MSECOND);
  else if (number != NULL)
    g_value_set_uint (value, *number);
  else if (flag != NULL)
    g_value_set_boolean (value, *flag);
  else
    return get_other (self, id, value);
  return TRUE;
}
