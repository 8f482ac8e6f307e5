/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-certificates.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#include "anc-mqtt-error.h"
#include "anc-mqtt-uri.h"

/* A TLS 1.3 broker that misses our certificate says so after the handshake. */
#define AFTER_HANDSHAKE_MS 500

typedef struct {
  const AncMqttSettings *settings;
  gchar *where;                  /* host:port */
  GSocketConnection *connection; /* its end closes the socket */
  GSocket *socket;               /* the connection's */
  GCancellable *cancellable;
  gint64 deadline;
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
} Probe;

static void
probe_clear (Probe *self)
{
  g_clear_pointer (&self->session, gnutls_deinit);
  g_clear_pointer (&self->credentials, gnutls_certificate_free_credentials);
  g_clear_object (&self->connection);
  g_free (self->where);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Probe, probe_clear)

static gboolean
fail_tcp (Probe *self, const GError *cause, GError **error)
{
  const gchar *host = self->settings->host;

  if (cause->domain == G_RESOLVER_ERROR)
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_NOT_FOUND,
                 "the MQTT broker's host %s is not known (%s); check uri and "
                 "the name server",
                 host, cause->message);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_UNREACHABLE,
                 "%s refuses connections; check that an MQTT broker listens "
                 "there",
                 self->where);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_UNREACHABLE,
                 "%s does not answer; check the network and firewalls",
                 self->where);
  else
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_UNREACHABLE,
                 "%s cannot be reached: %s", self->where, cause->message);
  return FALSE;
}

static gboolean
reach (Probe *self, guint timeout_ms, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address = g_network_address_new (
      self->settings->host, (guint16) self->settings->port);
  g_autoptr (GError) cause = NULL;

  g_socket_client_set_timeout (client, MAX (timeout_ms / 1000, 1));
  g_socket_client_set_enable_proxy (client, FALSE);
  self->connection
      = g_socket_client_connect (client, address, self->cancellable, &cause);
  if (self->connection == NULL)
    return fail_tcp (self, cause, error);
  self->socket = g_socket_connection_get_socket (self->connection);
  g_socket_set_timeout (self->socket, 0);
  return TRUE;
}

static gboolean
fail_tls (Probe *self, const gchar *why, GError **error)
{
  g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_TLS,
               "TLS with the MQTT broker %s failed: %s", self->where, why);
  return FALSE;
}

/* What GnuTLS found wrong with the broker's certificate. */
static gboolean
fail_verification (Probe *self, GError **error)
{
  guint status = gnutls_session_get_verify_cert_status (self->session);
  g_autofree gchar *why = NULL;

  if (status & GNUTLS_CERT_EXPIRED)
    why = g_strdup ("its certificate has expired; renew it there, or check "
                    "the clock here");
  else if (status & GNUTLS_CERT_NOT_ACTIVATED)
    why = g_strdup ("its certificate is not valid yet; check the clock here");
  else if (status & GNUTLS_CERT_REVOKED)
    why = g_strdup ("its certificate is revoked");
  else if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA))
    why = self->settings->ca_file != NULL
              ? g_strdup_printf ("its certificate is not signed by an "
                                 "authority in %s; set tls-ca-file to the one "
                                 "that signed it",
                                 self->settings->ca_file)
              : g_strdup ("its certificate is not signed by an authority that "
                          "the system knows; set tls-ca-file to the one that "
                          "signed it");
  else if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
    why = g_strdup_printf ("its certificate is not for the host name %s; use "
                           "a name that the certificate holds in uri",
                           self->settings->host);
  else
    why = g_strdup ("its certificate is not valid");
  return fail_tls (self, why, error);
}

static gboolean
fail_alert (Probe *self, GError **error)
{
  gnutls_alert_description_t alert = gnutls_alert_get (self->session);
  const gchar *name = gnutls_alert_get_name (alert);
  g_autofree gchar *why = NULL;

  if (self->settings->certificate_file == NULL
      && (alert == GNUTLS_A_CERTIFICATE_REQUIRED
          || alert == GNUTLS_A_HANDSHAKE_FAILURE
          || alert == GNUTLS_A_BAD_CERTIFICATE))
    why = g_strdup ("it asks for a client certificate; set "
                    "tls-certificate-file and tls-key-file");
  else if (alert == GNUTLS_A_NO_APPLICATION_PROTOCOL)
    why = g_strdup ("it does not know the protocol name in tls-alpn");
  else
    why = g_strdup_printf ("it refuses the client's certificate or settings "
                           "(alert: %s); check tls-certificate-file",
                           name != NULL ? name : "unknown");
  return fail_tls (self, why, error);
}

/* Waits until GnuTLS can go on. */
static gboolean
wait_for_socket (Probe *self, gint64 deadline)
{
  GIOCondition condition
      = gnutls_record_get_direction (self->session) == 0 ? G_IO_IN : G_IO_OUT;
  gint64 left = deadline - g_get_monotonic_time ();

  return left > 0
         && g_socket_condition_timed_wait (self->socket, condition, left,
                                           self->cancellable, NULL);
}

static int
shake_hands (Probe *self)
{
  int code;

  do
    code = gnutls_handshake (self->session);
  while (code == GNUTLS_E_INTERRUPTED
         || (code == GNUTLS_E_AGAIN && wait_for_socket (self, self->deadline)));
  return code;
}

/* What the broker says first of all: nothing, unless it refuses us. */
static int
hear_refusal (Probe *self)
{
  gint64 until
      = g_get_monotonic_time () + AFTER_HANDSHAKE_MS * G_TIME_SPAN_MILLISECOND;
  gchar byte;
  ssize_t code;

  do
    code = gnutls_record_recv (self->session, &byte, 1);
  while (code == GNUTLS_E_INTERRUPTED
         || (code == GNUTLS_E_AGAIN && wait_for_socket (self, until)));
  return code < 0 && code != GNUTLS_E_AGAIN ? (int) code : 0;
}

static gboolean
explain (Probe *self, int code, GError **error)
{
  if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
    return fail_verification (self, error);
  if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
    return fail_alert (self, error);
  if (code == GNUTLS_E_AGAIN)
    return fail_tls (self, "it does not answer; check that the port speaks TLS",
                     error);
  if (code == GNUTLS_E_UNEXPECTED_PACKET_LENGTH
      || code == GNUTLS_E_UNSUPPORTED_VERSION_PACKET
      || code == GNUTLS_E_PREMATURE_TERMINATION
      || code == GNUTLS_E_UNEXPECTED_PACKET || code == GNUTLS_E_PULL_ERROR)
    return fail_tls (self,
                     "it ends the handshake; check that the port speaks TLS "
                     "(1883 does not as a rule, 8883 does)",
                     error);
  return fail_tls (self, gnutls_strerror (code), error);
}

static void
set_up (Probe *self)
{
  const AncMqttSettings *settings = self->settings;
  const gchar *key = settings->key_file != NULL ? settings->key_file
                                                : settings->certificate_file;

  gnutls_certificate_allocate_credentials (&self->credentials);
  if (settings->ca_file != NULL)
    gnutls_certificate_set_x509_trust_file (
        self->credentials, settings->ca_file, GNUTLS_X509_FMT_PEM);
  else
    gnutls_certificate_set_x509_system_trust (self->credentials);
  if (settings->certificate_file != NULL)
    gnutls_certificate_set_x509_key_file2 (
        self->credentials, settings->certificate_file, key, GNUTLS_X509_FMT_PEM,
        settings->key_password, 0);
  gnutls_init (&self->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
  gnutls_set_default_priority (self->session);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE,
                          self->credentials);
  if (!g_hostname_is_ip_address (settings->host))
    gnutls_server_name_set (self->session, GNUTLS_NAME_DNS, settings->host,
                            strlen (settings->host));
  if (settings->verify)
    gnutls_session_set_verify_cert (self->session, settings->host, 0);
  if (settings->alpn != NULL) {
    gnutls_datum_t name = { (unsigned char *) settings->alpn,
                            (unsigned) strlen (settings->alpn) };
    gnutls_alpn_set_protocols (self->session, &name, 1, 0);
  }
  gnutls_transport_set_int (self->session, g_socket_get_fd (self->socket));
}

gboolean
anc_mqtt_diagnose (const AncMqttSettings *settings, guint timeout_ms,
                   GCancellable *cancellable, GError **error)
{
  g_auto (Probe) probe = { .settings = settings, .cancellable = cancellable };
  int code;

  probe.where = anc_mqtt_host_and_port (settings->host, settings->port);
  probe.deadline
      = g_get_monotonic_time () + (gint64) timeout_ms * G_TIME_SPAN_MILLISECOND;
  if (!reach (&probe, timeout_ms, error))
    return FALSE;
  if (!settings->tls)
    return TRUE;
  set_up (&probe);
  code = shake_hands (&probe);
  if (code == 0)
    code = hear_refusal (&probe);
  return code == 0 || g_cancellable_is_cancelled (cancellable)
         || explain (&probe, code, error);
}
