/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-context.h"
#include "anc-aws-credentials.h"

#include <gio/gio.h>

/* A source of credentials. Counted from any thread; get () may be called from
 * several threads at once and may wait for the network: never from a main loop
 * or with a lock held. */
typedef struct _AncAwsProvider AncAwsProvider;

typedef struct {
  const gchar *name; /* in messages, e.g. "the EC2 instance metadata service" */
  /* New credentials, or an error: ANC_AWS_ERROR_NO_CREDENTIALS when this source
   * is not configured (a chain asks the next one), anything else when it is
   * and does not work (a chain stops and says so). */
  AncAwsCredentials *(*fetch) (gpointer data, GCancellable *cancellable,
                               GError **error);
  GDestroyNotify free;
} AncAwsProviderClass;

AncAwsProvider *anc_aws_provider_new (const AncAwsProviderClass *klass,
                                      gpointer data);
AncAwsProvider *anc_aws_provider_ref (AncAwsProvider *self);
void anc_aws_provider_unref (AncAwsProvider *self);
const gchar *anc_aws_provider_name (const AncAwsProvider *self);

AncAwsCredentials *anc_aws_provider_get (AncAwsProvider *self,
                                         GCancellable *cancellable,
                                         GError **error);
/* The service refused these credentials as expired: a cache that still holds
 * them fetches new ones at the next get (). */
void anc_aws_provider_invalidate (AncAwsProvider *self,
                                  AncAwsCredentials *refused);

/* Keeps what `source` gives; fetches again from 5 minutes before it expires
 * (half its life, if that is less). One thread fetches, the others wait until
 * it has or, while the old ones are still good, go on with those. When a
 * refresh fails, the old ones stay in use until they expire and it is tried
 * again after some seconds. Credentials without expiry are kept for good. */
AncAwsProvider *anc_aws_provider_cached (AncAwsProvider *source,
                                         const AncAwsClock *clock);
/* The first of them that has credentials; remembers which one it was. Takes
 * `count` references over. */
AncAwsProvider *anc_aws_provider_chain (AncAwsProvider **sources, guint count);

/* --- the sources; all but static ones are to be wrapped in a cache --- */

/* `session_token` may be NULL. */
AncAwsProvider *anc_aws_provider_static (const gchar *access_key_id,
                                         const gchar *secret_access_key,
                                         const gchar *session_token);
/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. */
AncAwsProvider *anc_aws_provider_environment (AncAwsContext *context);
/* The context's profile: static keys, role_arn with source_profile or
 * credential_source, web_identity_token_file, credential_process. Single
 * sign-on, mfa_serial and login sessions are ANC_AWS_ERROR_NOT_SUPPORTED with
 * the remedy. */
AncAwsProvider *anc_aws_provider_profile (AncAwsContext *context);
/* The output of a program, AWS's "credential_process": no shell, one argument
 * vector after shell quoting rules. */
AncAwsProvider *anc_aws_provider_process (AncAwsContext *context,
                                          const gchar *command);

typedef struct {
  const gchar *role_arn;
  const gchar *session_name; /* NULL: made up */
  const gchar *external_id;  /* NULL: none; for web identity not used */
  guint duration_seconds;    /* 0: STS's default, one hour */
  const gchar *region;       /* of STS; NULL: the context's, else us-east-1 */
} AncAwsRole;

/* STS AssumeRole, signed with what `source` gives. Strings are copied. */
AncAwsProvider *anc_aws_provider_assume_role (AncAwsContext *context,
                                              const AncAwsRole *role,
                                              AncAwsProvider *source);
/* STS AssumeRoleWithWebIdentity, unsigned; the token file is read each time. */
AncAwsProvider *anc_aws_provider_web_identity (AncAwsContext *context,
                                               const AncAwsRole *role,
                                               const gchar *token_file);
/* The same from AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and
 * AWS_ROLE_SESSION_NAME. */
AncAwsProvider *anc_aws_provider_web_identity_environment (
    AncAwsContext *context);
/* ECS, EKS Pod Identity, Greengrass: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or
 * _FULL_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN or _TOKEN_FILE (read each time).
 * Plain HTTP only to loopback and the link-local addresses that AWS lists.
 * `relative_base`: NULL for "http://169.254.170.2". */
AncAwsProvider *anc_aws_provider_container (AncAwsContext *context,
                                            const gchar *relative_base);
/* IMDSv2: session token first, never version 1. AWS_EC2_METADATA_DISABLED,
 * AWS_EC2_METADATA_SERVICE_ENDPOINT and _ENDPOINT_MODE are honoured. */
AncAwsProvider *anc_aws_provider_instance (AncAwsContext *context);

typedef struct {
  const gchar *endpoint; /* host of iot:CredentialProvider */
  const gchar *role_alias;
  const gchar *thing_name;       /* NULL: no header x-amzn-iot-thingname */
  const gchar *certificate_file; /* PEM */
  const gchar *key_file;         /* PEM; NULL: in the certificate file */
  const gchar *ca_file;          /* PEM; NULL: the system's authorities */
} AncAwsIotIdentity;

/* AWS IoT Core credentials provider: a device's X.509 certificate against
 * temporary credentials of a role alias. */
AncAwsProvider *anc_aws_provider_iot (AncAwsContext *context,
                                      const AncAwsIotIdentity *identity);

/* What every AWS SDK does without being told, cached: environment, web identity,
 * profile, container, EC2 instance. A profile given to the context comes in the
 * place of the first two. */
AncAwsProvider *anc_aws_provider_default (AncAwsContext *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsProvider, anc_aws_provider_unref)
