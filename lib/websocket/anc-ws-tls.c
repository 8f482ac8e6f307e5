/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-ws-tls.h"

#include "anc-ws-error.h"

typedef struct {
  GTlsCertificateFlags flag;
  const gchar *sentence;
} Fault;

/* The most telling first. */
static const Fault faults[] = {
  { G_TLS_CERTIFICATE_BAD_IDENTITY,
    "its certificate is for another host name; use a name that the "
    "certificate has" },
  { G_TLS_CERTIFICATE_UNKNOWN_CA,
    "its certificate is signed by no one trusted here; name the right "
    "authority in ca-file" },
  { G_TLS_CERTIFICATE_EXPIRED, "its certificate has expired" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED,
    "its certificate is not valid yet; check the clock" },
  { G_TLS_CERTIFICATE_REVOKED, "its certificate has been revoked" },
  { G_TLS_CERTIFICATE_INSECURE, "its certificate uses weak cryptography" },
};

static GError *
file_error (const gchar *property, const gchar *file, const GError *cause)
{
  return g_error_new (ANC_WS_ERROR, ANC_WS_ERROR_SETTINGS,
                      "%s: cannot use %s: %s; it must be a PEM file", property,
                      file, cause->message);
}

static gboolean
load_database (const gchar *file, AncWsTls *tls, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (file == NULL)
    return TRUE;
  tls->database = g_tls_file_database_new (file, &cause);
  if (tls->database == NULL)
    g_propagate_error (error, file_error ("ca-file", file, cause));
  return tls->database != NULL;
}

static gboolean
load_certificate (const AncWsTlsFiles *files, AncWsTls *tls, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (files->certificate_file == NULL)
    return TRUE;
  tls->certificate
      = files->key_file != NULL
            ? g_tls_certificate_new_from_files (files->certificate_file,
                                                files->key_file, &cause)
            : g_tls_certificate_new_from_file (files->certificate_file, &cause);
  if (tls->certificate == NULL)
    g_propagate_error (
        error, file_error ("certificate-file", files->certificate_file, cause));
  return tls->certificate != NULL;
}

gboolean
anc_ws_tls_load (const AncWsTlsFiles *files, AncWsTls *ret_tls, GError **error)
{
  *ret_tls = (AncWsTls){ NULL, NULL };
  if (load_database (files->ca_file, ret_tls, error)
      && load_certificate (files, ret_tls, error))
    return TRUE;
  anc_ws_tls_clear (ret_tls);
  return FALSE;
}

void
anc_ws_tls_clear (AncWsTls *self)
{
  g_clear_object (&self->database);
  g_clear_object (&self->certificate);
}

GError *
anc_ws_tls_error (GTlsCertificateFlags flags, const gchar *host)
{
  const gchar *sentence = "its certificate is not acceptable";

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
    if (flags & faults[i].flag) {
      sentence = faults[i].sentence;
      break;
    }
  }
  return g_error_new (ANC_WS_ERROR, ANC_WS_ERROR_TLS, "%s is not trusted: %s",
                      host, sentence);
}
