/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "authority.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

typedef struct {
  gnutls_x509_crt_t certificate;
  gnutls_x509_privkey_t key;
} Pair;

static void
ok (int status)
{
  g_assert_cmpint (status, >=, 0);
}

static gchar *export(const Pair *pair, gboolean certificate, gboolean key)
{
  gnutls_datum_t one = { NULL, 0 }, other = { NULL, 0 };
  gchar *pem;

  if (certificate)
    ok (gnutls_x509_crt_export2 (pair->certificate, GNUTLS_X509_FMT_PEM, &one));
  if (key)
    ok (gnutls_x509_privkey_export2 (pair->key, GNUTLS_X509_FMT_PEM, &other));
  pem = g_strdup_printf ("%.*s%.*s", (int) one.size,
                         certificate ? (gchar *) one.data : "",
                         (int) other.size, key ? (gchar *) other.data : "");
  gnutls_free (one.data);
  gnutls_free (other.data);
  return pem;
}

static gchar *
save (const Authority *self, const gchar *name, const Pair *pair,
      gboolean certificate, gboolean key)
{
  g_autofree gchar *pem = export(pair, certificate, key);
  gchar *path = g_build_filename (self->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, pem, -1, NULL));
  return path;
}

/* `issuer` NULL: an authority. */
static Pair
make_pair (const gchar *name, guint serial, const Pair *issuer)
{
  static const guint8 loopback[] = { 127, 0, 0, 1 };
  guint8 number = (guint8) serial;
  Pair pair;

  ok (gnutls_x509_privkey_init (&pair.key));
  ok (gnutls_x509_privkey_generate (
      pair.key, GNUTLS_PK_ECDSA,
      GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0));
  ok (gnutls_x509_crt_init (&pair.certificate));
  ok (gnutls_x509_crt_set_version (pair.certificate, 3));
  ok (gnutls_x509_crt_set_serial (pair.certificate, &number, 1));
  ok (gnutls_x509_crt_set_key (pair.certificate, pair.key));
  ok (gnutls_x509_crt_set_activation_time (pair.certificate,
                                           time (NULL) - 3600));
  ok (gnutls_x509_crt_set_expiration_time (pair.certificate,
                                           time (NULL) + 86400));
  ok (gnutls_x509_crt_set_dn_by_oid (pair.certificate,
                                     GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                     (unsigned) strlen (name)));
  ok (gnutls_x509_crt_set_basic_constraints (pair.certificate, issuer == NULL,
                                             -1));
  if (g_strcmp0 (name, "127.0.0.1") == 0)
    ok (gnutls_x509_crt_set_subject_alt_name (
        pair.certificate, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback, 0));
  ok (gnutls_x509_crt_sign2 (
      pair.certificate, issuer != NULL ? issuer->certificate : pair.certificate,
      issuer != NULL ? issuer->key : pair.key, GNUTLS_DIG_SHA256, 0));
  return pair;
}

static void
free_pair (Pair *pair)
{
  gnutls_x509_crt_deinit (pair->certificate);
  gnutls_x509_privkey_deinit (pair->key);
}

Authority *
authority_new (void)
{
  Authority *self = g_new0 (Authority, 1);
  Pair ca = make_pair ("anc test authority", 1, NULL);
  Pair server = make_pair ("127.0.0.1", 2, &ca);
  Pair other = make_pair ("other.example", 3, &ca);
  Pair client = make_pair ("thing", 4, &ca);

  self->folder = g_dir_make_tmp ("anc-authority-XXXXXX", NULL);
  self->ca_file = save (self, "ca.pem", &ca, TRUE, FALSE);
  self->server_file = save (self, "server.pem", &server, TRUE, TRUE);
  self->other_file = save (self, "other.pem", &other, TRUE, TRUE);
  self->client_file = save (self, "client.pem", &client, TRUE, FALSE);
  self->client_key_file = save (self, "client.key", &client, FALSE, TRUE);
  free_pair (&ca);
  free_pair (&server);
  free_pair (&other);
  free_pair (&client);
  return self;
}

void
authority_free (Authority *self)
{
  gchar *files[] = { self->ca_file, self->server_file, self->other_file,
                     self->client_file, self->client_key_file };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_unlink (files[i]);
    g_free (files[i]);
  }
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self);
}

GTlsCertificate *
authority_load (const gchar *file)
{
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (file, &error);

  g_assert_no_error (error);
  return certificate;
}
