/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Access key id, secret access key and, for temporary ones, session token and
 * expiry. Immutable, counted from any thread, wiped with the last reference. */
typedef struct _AncAwsCredentials AncAwsCredentials;

/* `session_token` NULL or empty: none. `expiration`: microseconds since 1970,
 * 0: never. Strings are copied. */
AncAwsCredentials *anc_aws_credentials_new (const gchar *access_key_id,
                                            const gchar *secret_access_key,
                                            const gchar *session_token,
                                            gint64 expiration);
AncAwsCredentials *anc_aws_credentials_ref (AncAwsCredentials *self);
void anc_aws_credentials_unref (AncAwsCredentials *self);

const gchar *anc_aws_credentials_access_key_id (const AncAwsCredentials *self);
/* Secrets: to sign with, never to log. */
const gchar *anc_aws_credentials_secret_access_key (
    const AncAwsCredentials *self);
const gchar *anc_aws_credentials_session_token (const AncAwsCredentials *self);
gint64 anc_aws_credentials_expiration (const AncAwsCredentials *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsCredentials, anc_aws_credentials_unref)
