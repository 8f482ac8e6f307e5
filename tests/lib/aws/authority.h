/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Certificates of an authority made for one test. */
typedef struct {
  gchar *folder;
  gchar *ca_file;     /* PEM */
  gchar *server_file; /* PEM, certificate and key; for 127.0.0.1 */
  gchar *other_file;  /* the same for other.example */
  gchar *client_file, *client_key_file;
} Authority;

Authority *authority_new (void);
/* Its files go, too. */
void authority_free (Authority *self);
GTlsCertificate *authority_load (const gchar *file);
