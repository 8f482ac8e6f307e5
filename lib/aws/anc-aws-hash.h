/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* SHA-256 and HMAC-SHA-256 by GnuTLS, which uses the processor's instructions
 * for them: ten times as fast as GChecksum. */
#define ANC_AWS_SHA256_SIZE 32

void anc_aws_sha256 (gconstpointer data, gsize size,
                     guint8 ret_digest[ANC_AWS_SHA256_SIZE]);
/* The same in steps; finish () frees. */
typedef struct hash_hd_st AncAwsSha256;
AncAwsSha256 *anc_aws_sha256_new (void);
void anc_aws_sha256_update (AncAwsSha256 *self, gconstpointer data, gsize size);
void anc_aws_sha256_finish (AncAwsSha256 *self,
                            guint8 ret_digest[ANC_AWS_SHA256_SIZE]);
/* Lower-case hex. */
gchar *anc_aws_sha256_hex (gconstpointer data, gsize size);
void anc_aws_hmac_sha256 (gconstpointer key, gsize key_size,
                          const gchar *message,
                          guint8 ret_digest[ANC_AWS_SHA256_SIZE]);
gchar *anc_aws_hex (const guint8 *bytes, gsize size);
