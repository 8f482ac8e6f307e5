/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-credentials.h"

#include "anc-secret.h"

struct _AncAwsCredentials {
  gatomicrefcount references;
  gchar *access_key_id;
  gchar *secret_access_key;
  gchar *session_token; /* or NULL */
  gint64 expiration;    /* microseconds since 1970; 0: never */
};

AncAwsCredentials *
anc_aws_credentials_new (const gchar *access_key_id,
                         const gchar *secret_access_key,
                         const gchar *session_token, gint64 expiration)
{
  AncAwsCredentials *self = g_new0 (AncAwsCredentials, 1);

  g_atomic_ref_count_init (&self->references);
  self->access_key_id = g_strdup (access_key_id);
  self->secret_access_key = g_strdup (secret_access_key);
  if (session_token != NULL && *session_token != '\0')
    self->session_token = g_strdup (session_token);
  self->expiration = expiration;
  return self;
}

AncAwsCredentials *
anc_aws_credentials_ref (AncAwsCredentials *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
anc_aws_credentials_unref (AncAwsCredentials *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  anc_secret_free (self->access_key_id);
  anc_secret_free (self->secret_access_key);
  anc_secret_free (self->session_token);
  g_free (self);
}

const gchar *
anc_aws_credentials_access_key_id (const AncAwsCredentials *self)
{
  return self->access_key_id;
}

const gchar *
anc_aws_credentials_secret_access_key (const AncAwsCredentials *self)
{
  return self->secret_access_key;
}

const gchar *
anc_aws_credentials_session_token (const AncAwsCredentials *self)
{
  return self->session_token;
}

gint64
anc_aws_credentials_expiration (const AncAwsCredentials *self)
{
  return self->expiration;
}
