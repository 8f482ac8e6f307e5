/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a CONNECT is made of: session, login, TLS and last will. */
#include "anc-mqtt-link-private.h"

#include <string.h>

static int
on_tls_text (const char *text, size_t size, void *context)
{
  AncMqttLink *self = context;

  g_mutex_lock (&self->lock);
  g_free (self->tls_text);
  self->tls_text = g_strndup (text, size);
  g_strchomp (self->tls_text);
  g_mutex_unlock (&self->lock);
  return 1;
}

static void
fill_tls (AncMqttLink *self, MQTTAsync_SSLOptions *tls, GByteArray *alpn)
{
  const AncMqttSettings *settings = self->settings;

  tls->trustStore = settings->ca_file;
  tls->keyStore = settings->certificate_file;
  tls->privateKey = settings->key_file;
  tls->privateKeyPassword = settings->key_password;
  tls->enableServerCertAuth = settings->verify;
  tls->verify = settings->verify;
  tls->ssl_error_cb = on_tls_text;
  tls->ssl_error_context = self;
  if (settings->alpn != NULL) {
    guint8 length = (guint8) strlen (settings->alpn);

    /* RFC 7301, 3.1: each name after its length */
    g_byte_array_append (alpn, &length, 1);
    g_byte_array_append (alpn, (const guint8 *) settings->alpn, length);
    tls->protos = alpn->data;
    tls->protos_len = alpn->len;
  }
}

static void
fill_will (AncMqttLink *self, MQTTAsync_willOptions *will)
{
  const AncMqttSettings *settings = self->settings;

  will->topicName = settings->will_topic;
  will->qos = (int) settings->will_qos;
  will->retained = settings->will_retain;
  if (settings->will_payload != NULL) {
    gsize size;

    will->payload.data = g_bytes_get_data (settings->will_payload, &size);
    will->payload.len = (int) size;
  }
  if (will->payload.data == NULL)
    will->message = "";
}

static void
fill_session (AncMqttLink *self, MQTTAsync_connectOptions *options,
              MQTTProperties *properties)
{
  const AncMqttSettings *settings = self->settings;
  MQTTProperty expiry
      = { .identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL };

  options->MQTTVersion = (int) settings->version;
  if (!anc_mqtt_link_is_5 (self)) {
    options->cleansession = self->clean;
    return;
  }
  options->cleanstart = self->clean;
  if (settings->session_expiry_s > 0) {
    expiry.value.integer4 = settings->session_expiry_s;
    MQTTProperties_add (properties, &expiry);
  }
  options->connectProperties = properties;
}

gboolean
anc_mqtt_link_connect (AncMqttLink *self)
{
  const AncMqttSettings *settings = self->settings;
  MQTTAsync_connectOptions options_3 = MQTTAsync_connectOptions_initializer;
  MQTTAsync_connectOptions options_5 = MQTTAsync_connectOptions_initializer5;
  MQTTAsync_connectOptions options
      = anc_mqtt_link_is_5 (self) ? options_5 : options_3;
  MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
  MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
  MQTTProperties properties = MQTTProperties_initializer;
  g_autoptr (GByteArray) alpn = g_byte_array_new ();
  int code;

  options.keepAliveInterval = (int) settings->keep_alive_s;
  options.username = settings->username;
  options.password = settings->password;
  options.connectTimeout = (int) MAX (settings->attempt_timeout_ms / 1000, 1);
  if (settings->tls) {
    fill_tls (self, &tls, alpn);
    options.ssl = &tls;
  }
  if (settings->will_topic != NULL) {
    fill_will (self, &will);
    options.will = &will;
  }
  fill_session (self, &options, &properties);
  anc_mqtt_link_hear_connect (self, &options);
  code = MQTTAsync_connect (self->paho, &options);
  MQTTProperties_free (&properties);
  return code == MQTTASYNC_SUCCESS;
}
