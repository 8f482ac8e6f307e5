/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"

struct _AncAwsProvider {
  gatomicrefcount references;
  const AncAwsProviderClass *klass;
  void (*invalidate) (gpointer data, AncAwsCredentials *refused);
  gpointer data;
};

AncAwsProvider *
anc_aws_provider_new (const AncAwsProviderClass *klass, gpointer data)
{
  return anc_aws_provider_new_full (klass, data, NULL);
}

AncAwsProvider *
anc_aws_provider_new_full (const AncAwsProviderClass *klass, gpointer data,
                           void (*invalidate) (gpointer data,
                                               AncAwsCredentials *refused))
{
  AncAwsProvider *self = g_new0 (AncAwsProvider, 1);

  g_atomic_ref_count_init (&self->references);
  self->klass = klass;
  self->data = data;
  self->invalidate = invalidate;
  return self;
}

AncAwsProvider *
anc_aws_provider_ref (AncAwsProvider *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
anc_aws_provider_unref (AncAwsProvider *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  if (self->klass->free != NULL)
    self->klass->free (self->data);
  g_free (self);
}

const gchar *
anc_aws_provider_name (const AncAwsProvider *self)
{
  return self->klass->name;
}

AncAwsCredentials *
anc_aws_provider_get (AncAwsProvider *self, GCancellable *cancellable,
                      GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return self->klass->fetch (self->data, cancellable, error);
}

void
anc_aws_provider_invalidate (AncAwsProvider *self, AncAwsCredentials *refused)
{
  if (self->invalidate != NULL)
    self->invalidate (self->data, refused);
}

/* --- static ones --- */

static AncAwsCredentials *
fetch_static (gpointer data, GCancellable *cancellable, GError **error)
{
  return anc_aws_credentials_ref (data);
}

AncAwsProvider *
anc_aws_provider_static (const gchar *access_key_id,
                         const gchar *secret_access_key,
                         const gchar *session_token)
{
  static const AncAwsProviderClass klass = {
    .name = "the given keys",
    .fetch = fetch_static,
    .free = (GDestroyNotify) anc_aws_credentials_unref,
  };

  return anc_aws_provider_new (
      &klass, anc_aws_credentials_new (access_key_id, secret_access_key,
                                       session_token, 0));
}

/* --- the environment --- */

static AncAwsCredentials *
fetch_environment (gpointer data, GCancellable *cancellable, GError **error)
{
  const gchar *id = anc_aws_context_getenv (data, "AWS_ACCESS_KEY_ID");
  const gchar *secret = anc_aws_context_getenv (data, "AWS_SECRET_ACCESS_KEY");

  if (id != NULL && secret != NULL)
    return anc_aws_credentials_new (
        id, secret, anc_aws_context_getenv (data, "AWS_SESSION_TOKEN"), 0);
  if (id == NULL && secret == NULL)
    anc_aws_error_set (error, ANC_AWS_ERROR_NO_CREDENTIALS, NULL,
                       "The environment has no AWS_ACCESS_KEY_ID.");
  else
    anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                       "The environment has only one of AWS_ACCESS_KEY_ID and "
                       "AWS_SECRET_ACCESS_KEY. Set both or none.");
  return NULL;
}

AncAwsProvider *
anc_aws_provider_environment (AncAwsContext *context)
{
  static const AncAwsProviderClass klass = {
    .name = "the environment",
    .fetch = fetch_environment,
    .free = (GDestroyNotify) anc_aws_context_unref,
  };

  return anc_aws_provider_new (&klass, anc_aws_context_ref (context));
}
