/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"

typedef struct {
  AncAwsProvider **sources;
  guint count;
  gint found; /* atomic: the one that had some, plus 1; 0: none yet */
} Chain;

static gboolean
has_none (const GError *error)
{
  return g_error_matches (error, ANC_AWS_ERROR, ANC_AWS_ERROR_NO_CREDENTIALS);
}

static gchar *
list_names (const Chain *self)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < self->count; i++)
    g_string_append_printf (names, "%s%s",
                            i == 0                 ? ""
                            : i + 1 == self->count ? " and "
                                                   : ", ",
                            anc_aws_provider_name (self->sources[i]));
  return g_string_free (names, FALSE);
}

static AncAwsCredentials *
fetch (gpointer data, GCancellable *cancellable, GError **error)
{
  Chain *self = data;
  guint first = (guint) g_atomic_int_get (&self->found);
  g_autofree gchar *names = NULL;

  for (guint i = first > 0 ? first - 1 : 0; i < self->count; i++) {
    g_autoptr (GError) local = NULL;
    AncAwsCredentials *credentials
        = anc_aws_provider_get (self->sources[i], cancellable, &local);

    if (credentials != NULL) {
      g_atomic_int_set (&self->found, (gint) i + 1);
      return credentials;
    }
    if (!has_none (local)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  }
  names = list_names (self);
  anc_aws_error_set (error, ANC_AWS_ERROR_NO_CREDENTIALS, NULL,
                     "There are no AWS credentials in %s. Set "
                     "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run \"aws "
                     "configure\", or name a profile.",
                     names);
  return NULL;
}

static void
invalidate (gpointer data, AncAwsCredentials *refused)
{
  Chain *self = data;

  for (guint i = 0; i < self->count; i++)
    anc_aws_provider_invalidate (self->sources[i], refused);
}

static void
free_chain (gpointer data)
{
  Chain *self = data;

  for (guint i = 0; i < self->count; i++)
    anc_aws_provider_unref (self->sources[i]);
  g_free (self->sources);
  g_free (self);
}

AncAwsProvider *
anc_aws_provider_chain (AncAwsProvider **sources, guint count)
{
  static const AncAwsProviderClass klass
      = { .name = "a chain", .fetch = fetch, .free = free_chain };
  Chain *self = g_new0 (Chain, 1);

  self->sources = g_memdup2 (sources, count * sizeof *sources);
  self->count = count;
  return anc_aws_provider_new_full (&klass, self, invalidate);
}

AncAwsProvider *
anc_aws_provider_default (AncAwsContext *context)
{
  AncAwsProvider *sources[5];
  g_autoptr (AncAwsProvider) chain = NULL;
  guint count = 0;

  if (!anc_aws_context_profile_is_argument (context)) {
    sources[count++] = anc_aws_provider_environment (context);
    sources[count++] = anc_aws_provider_web_identity_environment (context);
  }
  sources[count++] = anc_aws_provider_profile (context);
  sources[count++] = anc_aws_provider_container (context, NULL);
  if (!anc_aws_context_getenv_boolean (context, "AWS_EC2_METADATA_DISABLED"))
    sources[count++] = anc_aws_provider_instance (context);
  chain = anc_aws_provider_chain (sources, count);
  return anc_aws_provider_cached (chain, anc_aws_context_clock (context));
}
