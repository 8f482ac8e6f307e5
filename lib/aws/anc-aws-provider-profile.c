/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Credentials by profile: AWS SDKs and Tools Reference Guide, "Assume role
 * credential provider" and "Process credential provider". */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"

#include <string.h>

#define MAX_DEPTH 8

/* What a profile stands for; one at a time, along source_profile. */
typedef struct {
  AncAwsContext *context;
  const AncAwsConfig *config;
  const gchar *name;
  guint depth;
} Profile;

static AncAwsProvider *build (const Profile *self, GError **error);

static const gchar *
get (const Profile *self, const gchar *key)
{
  return anc_aws_config_get (self->config, self->name, key);
}

static AncAwsProvider *
refuse (const Profile *self, AncAwsError code, const gchar *what,
        GError **error)
{
  anc_aws_error_set (error, code, NULL, "Profile \"%s\" %s.", self->name, what);
  return NULL;
}

static AncAwsProvider *
from_source_name (const Profile *self, const gchar *source, GError **error)
{
  if (strcmp (source, "Environment") == 0)
    return anc_aws_provider_environment (self->context);
  if (strcmp (source, "Ec2InstanceMetadata") == 0)
    return anc_aws_provider_instance (self->context);
  if (strcmp (source, "EcsContainer") == 0)
    return anc_aws_provider_container (self->context, NULL);
  return refuse (self, ANC_AWS_ERROR_CREDENTIALS,
                 "has a credential_source that is none of Environment, "
                 "Ec2InstanceMetadata and EcsContainer; correct it",
                 error);
}

static AncAwsProvider *
from_keys (const Profile *self, GError **error)
{
  const gchar *id = get (self, "aws_access_key_id");
  const gchar *secret = get (self, "aws_secret_access_key");

  if (id == NULL || secret == NULL)
    return refuse (self, ANC_AWS_ERROR_CREDENTIALS,
                   "has only one of aws_access_key_id and "
                   "aws_secret_access_key; set both",
                   error);
  return anc_aws_provider_static (id, secret, get (self, "aws_session_token"));
}

static AncAwsProvider *
from_source_profile (const Profile *self, const gchar *name, GError **error)
{
  Profile source = *self;

  /* A profile may name itself: then its own keys are meant. */
  if (strcmp (name, self->name) == 0)
    return from_keys (self, error);
  if (self->depth == MAX_DEPTH)
    return refuse (self, ANC_AWS_ERROR_CREDENTIALS,
                   "goes round in a circle of source_profile; break it", error);
  if (!anc_aws_config_has_profile (self->config, name)) {
    anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                       "Profile \"%s\" names \"%s\" as its source_profile, "
                       "which does not exist. Correct the name.",
                       self->name, name);
    return NULL;
  }
  source.name = name;
  source.depth++;
  return build (&source, error);
}

static guint
duration (const Profile *self)
{
  const gchar *text = get (self, "duration_seconds");
  guint64 seconds = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 900, 43200, &seconds, NULL);
  return (guint) seconds;
}

static AncAwsProvider *
from_role (const Profile *self, const gchar *role_arn, GError **error)
{
  const gchar *profile = get (self, "source_profile");
  const gchar *named = get (self, "credential_source");
  const gchar *token_file = get (self, "web_identity_token_file");
  AncAwsRole role = {
    .role_arn = role_arn,
    .session_name = get (self, "role_session_name"),
    .external_id = get (self, "external_id"),
    .duration_seconds = duration (self),
    .region = get (self, "region"),
  };
  g_autoptr (AncAwsProvider) source = NULL;

  if (get (self, "mfa_serial") != NULL)
    return refuse (self, ANC_AWS_ERROR_NOT_SUPPORTED,
                   "asks for a code of an MFA device, and there is nobody to "
                   "ask here; get a session by \"aws sts get-session-token\" "
                   "and use that",
                   error);
  if (token_file != NULL)
    return anc_aws_provider_web_identity (self->context, &role, token_file);
  if ((profile == NULL) == (named == NULL))
    return refuse (self, ANC_AWS_ERROR_CREDENTIALS,
                   "has role_arn and needs one of source_profile, "
                   "credential_source and web_identity_token_file with it",
                   error);
  source = profile != NULL ? from_source_profile (self, profile, error)
                           : from_source_name (self, named, error);
  return source != NULL
             ? anc_aws_provider_assume_role (self->context, &role, source)
             : NULL;
}

static AncAwsProvider *
build (const Profile *self, GError **error)
{
  const gchar *role = get (self, "role_arn");
  const gchar *process = get (self, "credential_process");

  if (role != NULL)
    return from_role (self, role, error);
  if (get (self, "aws_access_key_id") != NULL
      || get (self, "aws_secret_access_key") != NULL)
    return from_keys (self, error);
  if (process != NULL)
    return anc_aws_provider_process (self->context, process);
  if (get (self, "sso_session") != NULL || get (self, "sso_start_url") != NULL)
    return refuse (self, ANC_AWS_ERROR_NOT_SUPPORTED,
                   "signs in by IAM Identity Center (SSO), which is not "
                   "supported; run \"aws sso login\" and \"aws configure "
                   "export-credentials --format env\", or use that command as "
                   "credential_process",
                   error);
  if (get (self, "login_session") != NULL)
    return refuse (self, ANC_AWS_ERROR_NOT_SUPPORTED,
                   "signs in by \"aws login\", which is not supported; use "
                   "\"aws configure export-credentials\" as "
                   "credential_process",
                   error);
  return refuse (self,
                 self->depth == 0 ? ANC_AWS_ERROR_NO_CREDENTIALS
                                  : ANC_AWS_ERROR_CREDENTIALS,
                 "has no credentials; add aws_access_key_id and "
                 "aws_secret_access_key, or a role",
                 error);
}

static AncAwsCredentials *
fetch (gpointer data, GCancellable *cancellable, GError **error)
{
  AncAwsContext *context = data;
  Profile profile = { .context = context,
                      .config = anc_aws_context_config (context, error),
                      .name = anc_aws_context_profile (context) };
  g_autoptr (AncAwsProvider) provider = NULL;

  if (profile.config == NULL)
    return NULL;
  if (!anc_aws_config_has_profile (profile.config, profile.name)) {
    refuse (&profile,
            anc_aws_context_profile_is_explicit (context)
                ? ANC_AWS_ERROR_CREDENTIALS
                : ANC_AWS_ERROR_NO_CREDENTIALS,
            "is neither in the AWS config file nor in the credentials file; "
            "correct its name or add it",
            error);
    return NULL;
  }
  provider = build (&profile, error);
  return provider != NULL ? anc_aws_provider_get (provider, cancellable, error)
                          : NULL;
}

AncAwsProvider *
anc_aws_provider_profile (AncAwsContext *context)
{
  static const AncAwsProviderClass klass = {
    .name = "the shared files",
    .fetch = fetch,
    .free = (GDestroyNotify) anc_aws_context_unref,
  };

  return anc_aws_provider_new (&klass, anc_aws_context_ref (context));
}
