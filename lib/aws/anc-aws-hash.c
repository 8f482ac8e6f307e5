/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-hash.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

/* The one way to fail is a GnuTLS without SHA-256: nothing here could go on. */
static void
check (int status)
{
  if (status < 0)
    g_error ("GnuTLS cannot compute SHA-256: %s", gnutls_strerror (status));
}

void
anc_aws_sha256 (gconstpointer data, gsize size,
                guint8 ret_digest[ANC_AWS_SHA256_SIZE])
{
  check (gnutls_hash_fast (GNUTLS_DIG_SHA256, data, size, ret_digest));
}

AncAwsSha256 *
anc_aws_sha256_new (void)
{
  gnutls_hash_hd_t self = NULL;

  check (gnutls_hash_init (&self, GNUTLS_DIG_SHA256));
  return self;
}

void
anc_aws_sha256_update (AncAwsSha256 *self, gconstpointer data, gsize size)
{
  check (gnutls_hash (self, data, size));
}

void
anc_aws_sha256_finish (AncAwsSha256 *self,
                       guint8 ret_digest[ANC_AWS_SHA256_SIZE])
{
  gnutls_hash_deinit (self, ret_digest);
}

gchar *
anc_aws_sha256_hex (gconstpointer data, gsize size)
{
  guint8 digest[ANC_AWS_SHA256_SIZE];

  anc_aws_sha256 (data, size, digest);
  return anc_aws_hex (digest, sizeof digest);
}

void
anc_aws_hmac_sha256 (gconstpointer key, gsize key_size, const gchar *message,
                     guint8 ret_digest[ANC_AWS_SHA256_SIZE])
{
  check (gnutls_hmac_fast (GNUTLS_MAC_SHA256, key, key_size, message,
                           strlen (message), ret_digest));
}

gchar *
anc_aws_hex (const guint8 *bytes, gsize size)
{
  static const gchar digits[] = "0123456789abcdef";
  gchar *text = g_malloc (2 * size + 1);

  for (gsize i = 0; i < size; i++) {
    text[2 * i] = digits[bytes[i] >> 4];
    text[2 * i + 1] = digits[bytes[i] & 15];
  }
  text[2 * size] = '\0';
  return text;
}
