/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-certificates.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "anc-mqtt-error.h"

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_certificate_credentials_t,
                                 gnutls_certificate_free_credentials, NULL)

static gboolean
fail (GError **error, const gchar *property, const gchar *file,
      const gchar *why)
{
  g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_TLS, "%s: %s %s", property,
               file, why);
  return FALSE;
}

static gboolean
read_file (const gchar *property, const gchar *file, gchar **ret_text,
           gsize *ret_size, GError **error)
{
  g_autoptr (GError) trouble = NULL;

  if (g_file_get_contents (file, ret_text, ret_size, &trouble))
    return TRUE;
  g_set_error (error, ANC_MQTT_ERROR,
               g_error_matches (trouble, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                   ? ANC_MQTT_ERROR_NOT_FOUND
                   : ANC_MQTT_ERROR_TLS,
               "%s: %s", property, trouble->message);
  return FALSE;
}

static gchar *
day_of (time_t time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (time);

  return date != NULL ? g_date_time_format (date, "%Y-%m-%d %H:%M UTC")
                      : g_strdup ("an unknown time");
}

static gboolean
check_times (const gchar *property, const gchar *file, gnutls_x509_crt_t first,
             GError **error)
{
  time_t from = gnutls_x509_crt_get_activation_time (first);
  time_t until = gnutls_x509_crt_get_expiration_time (first);
  time_t now = (time_t) (g_get_real_time () / G_USEC_PER_SEC);
  g_autofree gchar *day = day_of (now < from ? from : until);
  g_autofree gchar *why = NULL;

  if (now < from)
    why = g_strdup_printf ("is not valid before %s; check the clock", day);
  else if (now > until)
    why = g_strdup_printf ("expired at %s; renew it", day);
  return why == NULL || fail (error, property, file, why);
}

/* A PEM list of certificates; the times of the first count. */
static gboolean
check_pem (const gchar *property, const gchar *file, gboolean times,
           GError **error)
{
  g_autofree gchar *text = NULL;
  gsize size;
  gnutls_datum_t data;
  gnutls_x509_crt_t *list = NULL;
  unsigned count = 0;
  gboolean good = TRUE;

  if (!read_file (property, file, &text, &size, error))
    return FALSE;
  data.data = (unsigned char *) text;
  data.size = (unsigned) size;
  if (gnutls_x509_crt_list_import2 (&list, &count, &data, GNUTLS_X509_FMT_PEM,
                                    0)
          < 0
      || count == 0)
    return fail (error, property, file, "holds no certificate in PEM format");
  if (times)
    good = check_times (property, file, list[0], error);
  for (unsigned i = 0; i < count; i++)
    gnutls_x509_crt_deinit (list[i]);
  gnutls_free (list);
  return good;
}

static gboolean
check_pair (const AncMqttSettings *settings, const gchar *key, GError **error)
{
  g_auto (gnutls_certificate_credentials_t) credentials = NULL;
  int code;

  if (gnutls_certificate_allocate_credentials (&credentials) < 0)
    return fail (error, "tls-key-file", key, "cannot be read: no memory");
  code = gnutls_certificate_set_x509_key_file2 (
      credentials, settings->certificate_file, key, GNUTLS_X509_FMT_PEM,
      settings->key_password, 0);
  if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
    return fail (error, "tls-key-file", key,
                 "does not belong to the certificate in tls-certificate-file");
  if (code == GNUTLS_E_DECRYPTION_FAILED)
    return fail (error, "tls-key-file", key,
                 settings->key_password != NULL
                     ? "is not opened by tls-key-password"
                     : "is encrypted; set tls-key-password");
  if (code < 0)
    return fail (error, "tls-key-file", key,
                 "holds no private key in PEM format");
  return TRUE;
}

gboolean
anc_mqtt_certificates_check (const AncMqttSettings *settings, GError **error)
{
  const gchar *key = settings->key_file != NULL ? settings->key_file
                                                : settings->certificate_file;
  g_autofree gchar *text = NULL;
  gsize size;

  if (settings->ca_file != NULL
      && !check_pem ("tls-ca-file", settings->ca_file, FALSE, error))
    return FALSE;
  if (settings->certificate_file == NULL) {
    if (settings->key_file == NULL)
      return TRUE;
    return fail (error, "tls-key-file", settings->key_file,
                 "needs a tls-certificate-file");
  }
  return check_pem ("tls-certificate-file", settings->certificate_file, TRUE,
                    error)
         && read_file ("tls-key-file", key, &text, &size, error)
         && check_pair (settings, key, error);
}
