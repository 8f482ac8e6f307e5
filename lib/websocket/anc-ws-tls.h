/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* PEM files; NULL for none. */
typedef struct {
  gchar *ca_file;          /* whom to trust; NULL: what the system trusts */
  gchar *certificate_file; /* our own, with its chain */
  gchar *key_file;         /* its key; NULL: it is in certificate_file */
} AncWsTlsFiles;

/* Read once, then immutable. */
typedef struct {
  GTlsDatabase *database;       /* NULL: the system's */
  GTlsCertificate *certificate; /* NULL: none */
} AncWsTls;

/* FALSE with ANC_WS_ERROR_SETTINGS that names the file. */
gboolean anc_ws_tls_load (const AncWsTlsFiles *files, AncWsTls *ret_tls,
                          GError **error);
void anc_ws_tls_clear (AncWsTls *self);

/* What is wrong with a peer's certificate, as a sentence; `flags` not zero. */
GError *anc_ws_tls_error (GTlsCertificateFlags flags, const gchar *host);
