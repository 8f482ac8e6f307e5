/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* AWS IoT Core Developer Guide, "Authorizing direct calls to AWS services using
 * AWS IoT Core credential provider". */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"

#define WHO "The AWS IoT credentials provider"
#define TIMEOUT_SECONDS 10
#define ATTEMPTS 3

typedef struct {
  AncAwsContext *context;
  gchar *endpoint, *role_alias, *thing_name;
  gchar *certificate_file, *key_file, *ca_file;
} Identity;

static GTlsCertificate *
load_certificate (const Identity *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  GTlsCertificate *certificate
      = self->key_file != NULL
            ? g_tls_certificate_new_from_files (self->certificate_file,
                                                self->key_file, &local)
            : g_tls_certificate_new_from_file (self->certificate_file, &local);

  if (certificate == NULL)
    anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                       "The device's certificate %s or its key cannot be used: "
                       "%s. Both must be readable PEM files.",
                       self->certificate_file, local->message);
  return certificate;
}

static AncAwsTransport *
make_transport (const Identity *self, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = load_certificate (self, error);
  AncAwsTransportOptions options = {
    .timeout_seconds = TIMEOUT_SECONDS,
    .max_connections = 1,
    .ca_file = self->ca_file,
    .certificate = certificate,
  };

  return certificate != NULL ? anc_aws_transport_new (&options, error) : NULL;
}

static AncAwsEndpoint *
locate (const Identity *self, GError **error)
{
  g_autofree gchar *url = g_strconcat ("https://", self->endpoint, NULL);

  return anc_aws_endpoint_parse (url, error);
}

static AncAwsCredentials *
fetch (gpointer data, GCancellable *cancellable, GError **error)
{
  const Identity *self = data;
  g_autoptr (AncAwsTransport) transport = make_transport (self, error);
  g_autoptr (AncAwsEndpoint) endpoint
      = transport != NULL ? locate (self, error) : NULL;
  g_autoptr (AncAwsFields) headers = anc_aws_fields_new ();
  g_autofree gchar *alias = anc_aws_uri_encode (self->role_alias, "");
  g_autofree gchar *path
      = g_strdup_printf ("/role-aliases/%s/credentials", alias);
  AncAwsTokenRequest request = {
    .context = self->context,
    .transport = transport,
    .who = WHO,
    .method = "GET",
    .endpoint = endpoint,
    .path = path,
    .headers = headers,
    .attempts = ATTEMPTS,
  };
  AncAwsCredentials *credentials = NULL;
  GBytes *body;

  if (endpoint == NULL)
    return NULL;
  anc_aws_fields_add_optional (headers, "x-amzn-iot-thingname",
                               self->thing_name);
  body = anc_aws_token_request (&request, NULL, cancellable, error);
  if (body != NULL)
    credentials
        = anc_aws_credentials_from_json (body, "credentials", WHO, error);
  anc_aws_wipe_bytes (body);
  return credentials;
}

static void
free_identity (gpointer data)
{
  Identity *self = data;

  anc_aws_context_unref (self->context);
  g_free (self->endpoint);
  g_free (self->role_alias);
  g_free (self->thing_name);
  g_free (self->certificate_file);
  g_free (self->key_file);
  g_free (self->ca_file);
  g_free (self);
}

AncAwsProvider *
anc_aws_provider_iot (AncAwsContext *context, const AncAwsIotIdentity *identity)
{
  static const AncAwsProviderClass klass = {
    .name = "the AWS IoT credentials provider",
    .fetch = fetch,
    .free = free_identity,
  };
  Identity *self = g_new0 (Identity, 1);

  self->context = anc_aws_context_ref (context);
  self->endpoint = g_strdup (identity->endpoint);
  self->role_alias = g_strdup (identity->role_alias);
  self->thing_name = g_strdup (identity->thing_name);
  self->certificate_file = g_strdup (identity->certificate_file);
  self->key_file = g_strdup (identity->key_file);
  self->ca_file = g_strdup (identity->ca_file);
  return anc_aws_provider_new (&klass, self);
}
