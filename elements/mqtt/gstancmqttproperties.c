/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqttproperties.h"

#include <string.h>

#include "gstancmqttenums.h"
#include "gstancfields.h"

#include "anc-mqtt-error.h"
#include "anc-secret.h"

/* Secrets are never read back. */
#define SECRET_FLAGS                                                           \
  (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define FLAGS (SECRET_FLAGS | G_PARAM_READABLE)
/* A day: longer is "for ever" in practice, and milliseconds fit a guint. */
#define LONGEST (24 * 3600 * GST_SECOND)

#define S AncMqttSettings
static const GstAncField settings_fields[] = {
  GST_ANC_TEXT (S, client_id, "client-id", "Client id",
                "Unique name at the broker (unset: a random one)"),
  GST_ANC_TEXT (S, username, "username", "User name",
                "Name to log in with; wins over the URI's"),
  GST_ANC_CHOICE (S, version, "protocol-version", "Protocol version",
                  "Version of MQTT", gst_anc_mqtt_version_get_type,
                  ANC_MQTT_VERSION_3_1_1),
  GST_ANC_CHOICE (S, aws, "aws", "AWS",
                  "Keep to AWS IoT Core's limits: no QoS 2, 128 KiB, topics, "
                  "100 messages and 512 KiB a second",
                  gst_anc_mqtt_aws_get_type, ANC_MQTT_AWS_AUTO),
  GST_ANC_NUMBER (S, keep_alive_s, "keep-alive", "Keep alive",
                  "Seconds without a packet after which the broker is pinged "
                  "(0: never)",
                  0, 65535, 60),
  GST_ANC_SWITCH (S, clean_session, "clean-session", "Clean session",
                  "The broker forgets this client when it leaves; false needs "
                  "a client-id",
                  TRUE),
  GST_ANC_NUMBER (S, session_expiry_s, "session-expiry", "Session expiry",
                  "MQTT 5: seconds for which the broker keeps the session "
                  "after the connection",
                  0, G_MAXUINT, 0),
  GST_ANC_TIME (S, connect_timeout_ms, "connect-timeout", "Connect timeout",
                "Until the first connection, all tries included, then an "
                "error, in nanoseconds (0: try for ever)",
                0, LONGEST, 30 * GST_SECOND),
  GST_ANC_TIME (S, reconnect_timeout_ms, "reconnect-timeout",
                "Reconnect timeout",
                "Until a lost connection is an error, in nanoseconds (0: try "
                "for ever)",
                0, LONGEST, 0),
  GST_ANC_TIME (S, reconnect_first_ms, "reconnect-min",
                "Shortest reconnect wait",
                "Bound of the random wait before the first new try, which "
                "doubles with each, in nanoseconds",
                GST_MSECOND, LONGEST, GST_SECOND),
  GST_ANC_TIME (S, reconnect_longest_ms, "reconnect-max",
                "Longest reconnect wait",
                "What the bound of the wait grows to, in nanoseconds",
                GST_MSECOND, LONGEST, 60 * GST_SECOND),
  GST_ANC_TEXT (S, ca_file, "tls-ca-file", "CA file",
                "PEM file of the authorities to trust (unset: the system's)"),
  GST_ANC_TEXT (S, certificate_file, "tls-certificate-file", "Certificate file",
                "PEM file of the client's certificate and its chain"),
  GST_ANC_TEXT (S, key_file, "tls-key-file", "Key file",
                "PEM file of the client's private key (unset: in the "
                "certificate's file)"),
  GST_ANC_TEXT (S, alpn, "tls-alpn", "ALPN",
                "Protocol name to ask for (unset: none; AWS on port 443: "
                "theirs)"),
  GST_ANC_SWITCH (S, verify, "tls-verify", "Verify",
                  "Check the broker's certificate and host name", TRUE),
  GST_ANC_TEXT (S, will_topic, "will-topic", "Will topic",
                "Where the broker publishes the last will (unset: nowhere)"),
  GST_ANC_NUMBER (S, will_qos, "will-qos", "Will QoS", "QoS of the last will",
                  0, 2, 0),
  GST_ANC_SWITCH (S, will_retain, "will-retain", "Will retain",
                  "The broker keeps the last will", FALSE),
};
#undef S

/* The blurb of the topic is each element's own. */
static const GstAncField topic_field
    = GST_ANC_TEXT (GstAncMqttProperties, topic, "topic", "Topic", NULL);
static const GstAncField qos_field
    = GST_ANC_NUMBER (GstAncMqttProperties, qos, "qos", "QoS",
                      "0 at most once, 1 at least once, 2 exactly once (with "
                      "clean-session=false)",
                      0, 2, 1);

/* What is not just kept. */
enum {
  PROP_URI = 1,
  PROP_TOPIC,
  PROP_QOS,
  PROP_PASSWORD,
  PROP_KEY_PASSWORD,
  PROP_WILL_PAYLOAD,
  PROP_MAX_PAYLOAD_SIZE,
  PROP_SETTINGS,
};

G_STATIC_ASSERT (PROP_SETTINGS + G_N_ELEMENTS (settings_fields)
                 <= GST_ANC_MQTT_PROP_OWN);

static void
install_text (GObjectClass *klass, guint id, const gchar *name,
              const gchar *nick, const gchar *blurb, GParamFlags flags)
{
  g_object_class_install_property (
      klass, id, g_param_spec_string (name, nick, blurb, NULL, flags));
}

void
gst_anc_mqtt_properties_install (GObjectClass *klass, const gchar *topic_blurb)
{
  GstAncField topic = topic_field;

  topic.blurb = topic_blurb;
  gst_anc_fields_install (klass, PROP_TOPIC, &topic, 1,
                          GST_PARAM_MUTABLE_READY);
  gst_anc_fields_install (klass, PROP_QOS, &qos_field, 1,
                          GST_PARAM_MUTABLE_READY);
  gst_anc_fields_install (klass, PROP_SETTINGS, settings_fields,
                          G_N_ELEMENTS (settings_fields),
                          GST_PARAM_MUTABLE_READY);
  install_text (
      klass, PROP_URI, "uri", "URI",
      "Address as mqtt://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], or mqtts:// "
      "with TLS; read back without the password",
      FLAGS);
  install_text (klass, PROP_PASSWORD, "password", "Password",
                "Password to log in with; wins over the URI's", SECRET_FLAGS);
  install_text (klass, PROP_KEY_PASSWORD, "tls-key-password", "Key password",
                "What the private key is encrypted with", SECRET_FLAGS);
  install_text (klass, PROP_WILL_PAYLOAD, "will-payload", "Will payload",
                "Text of the last will", FLAGS);
  g_object_class_install_property (
      klass, PROP_MAX_PAYLOAD_SIZE,
      g_param_spec_uint ("max-payload-size", "Maximum payload size",
                         "Size of a payload at most, in bytes (0: what MQTT or "
                         "AWS allow)",
                         0, ANC_MQTT_PACKET_BYTES, 0, FLAGS));
}

void
gst_anc_mqtt_install_stats (GObjectClass *klass, guint id)
{
  g_object_class_install_property (
      klass, id,
      g_param_spec_boxed (
          "stats", "Statistics", "Counters of the connection and the queue",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
gst_anc_mqtt_properties_init (GstAncMqttProperties *self)
{
  self->settings = anc_mqtt_settings_new ();
  gst_anc_fields_init (self->settings, settings_fields,
                       G_N_ELEMENTS (settings_fields));
  gst_anc_fields_init (self, &qos_field, 1);
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
                                    const gchar *uri, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (self->running) {
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
  case PROP_URI:
    set_uri_property (self, g_value_get_string (value));
    return TRUE;
  case PROP_PASSWORD:
    anc_secret_replace (&settings->password, g_value_get_string (value));
    return TRUE;
  case PROP_KEY_PASSWORD:
    anc_secret_replace (&settings->key_password, g_value_get_string (value));
    return TRUE;
  case PROP_MAX_PAYLOAD_SIZE:
    settings->max_payload = g_value_get_uint (value);
    return TRUE;
  case PROP_WILL_PAYLOAD:
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
  return set_other (self, id, value)
         || gst_anc_fields_set (self, PROP_TOPIC, &topic_field, 1, id, value)
         || gst_anc_fields_set (self, PROP_QOS, &qos_field, 1, id, value)
         || gst_anc_fields_set (self->settings, PROP_SETTINGS, settings_fields,
                                G_N_ELEMENTS (settings_fields), id, value);
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
  case PROP_URI:
    g_value_take_string (value, gst_anc_mqtt_properties_get_uri (self));
    return TRUE;
  case PROP_MAX_PAYLOAD_SIZE:
    g_value_set_uint (value, (guint) self->settings->max_payload);
    return TRUE;
  case PROP_WILL_PAYLOAD:
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
  return get_other (self, id, value)
         || gst_anc_fields_get (self, PROP_TOPIC, &topic_field, 1, id, value)
         || gst_anc_fields_get (self, PROP_QOS, &qos_field, 1, id, value)
         || gst_anc_fields_get (self->settings, PROP_SETTINGS, settings_fields,
                                G_N_ELEMENTS (settings_fields), id, value);
}
