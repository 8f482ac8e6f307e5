/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* AWS STS API Reference: AssumeRole, AssumeRoleWithWebIdentity. */
#include "anc-aws-client.h"
#include "anc-aws-error.h"
#include "anc-aws-provider-private.h"
#include "anc-aws-xml.h"
#include "anc-secret.h"

#include <string.h>

#define VERSION "2011-06-15"
#define FALLBACK_REGION "us-east-1"

typedef struct {
  AncAwsContext *context;
  AncAwsProvider *source; /* NULL: by web identity */
  gchar *token_file;      /* or NULL */
  gchar *role_arn, *session_name, *external_id, *region;
  guint duration_seconds;
} Role;

static AncAwsClient *
make_client (const Role *self, GError **error)
{
  g_autofree gchar *region
      = anc_aws_context_resolve_region (self->context, self->region, NULL);
  AncAwsClientOptions options = {
    .service = "sts",
    .region = region != NULL ? region : FALLBACK_REGION,
    .provider = self->source,
    .anonymous = self->source == NULL,
  };

  return anc_aws_client_new (self->context, &options, error);
}

static AncAwsFields *
make_form (const Role *self, const gchar *token)
{
  const AncAwsClock *clock = anc_aws_context_clock (self->context);
  AncAwsFields *form = anc_aws_fields_new ();
  g_autofree gchar *made_up = g_strdup_printf (
      "anc-%" G_GINT64_FORMAT, clock->now (clock->data) / G_USEC_PER_SEC);

  anc_aws_fields_add (form, "Action",
                      token != NULL ? "AssumeRoleWithWebIdentity"
                                    : "AssumeRole");
  anc_aws_fields_add (form, "Version", VERSION);
  anc_aws_fields_add (form, "RoleArn", self->role_arn);
  anc_aws_fields_add (form, "RoleSessionName",
                      self->session_name != NULL ? self->session_name
                                                 : made_up);
  if (self->duration_seconds != 0) {
    g_autofree gchar *seconds = g_strdup_printf ("%u", self->duration_seconds);

    anc_aws_fields_add (form, "DurationSeconds", seconds);
  }
  anc_aws_fields_add_optional (form, "ExternalId", self->external_id);
  anc_aws_fields_add_optional (form, "WebIdentityToken", token);
  return form;
}

static AncAwsCredentials *
parse (GBytes *body, GError **error)
{
  gsize size = 0;
  const gchar *text = g_bytes_get_data (body, &size);
  g_autoptr (AncAwsXml) root = anc_aws_xml_parse (text, size, error);
  const AncAwsXml *xml = anc_aws_xml_find (root, "Credentials");
  const gchar *id = anc_aws_xml_text (xml, "AccessKeyId");
  const gchar *secret = anc_aws_xml_text (xml, "SecretAccessKey");
  gint64 end = anc_aws_xml_time (xml, "Expiration");

  if (root == NULL)
    return NULL;
  if (id == NULL || secret == NULL || end == 0) {
    anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                       "AWS STS answered without credentials. Check the "
                       "endpoint of STS.");
    return NULL;
  }
  return anc_aws_credentials_new (id, secret,
                                  anc_aws_xml_text (xml, "SessionToken"), end);
}

static AncAwsCredentials *
ask (const Role *self, AncAwsClient *client, const gchar *token,
     GCancellable *cancellable, GError **error)
{
  g_autoptr (AncAwsFields) form = make_form (self, token);
  g_autoptr (AncAwsFields) headers = anc_aws_fields_new ();
  gchar *text = anc_aws_fields_to_query (form);
  GBytes *body = g_bytes_new_take (text, strlen (text));
  AncAwsRequest request = {
    .operation = token != NULL ? "AssumeRoleWithWebIdentity" : "AssumeRole",
    .resource = self->role_arn,
    .method = "POST",
    .headers = headers,
    .body = body,
  };
  g_autoptr (AncAwsResponse) response = NULL;
  AncAwsCredentials *credentials = NULL;

  anc_aws_fields_add (headers, "Content-Type",
                      "application/x-www-form-urlencoded");
  response = anc_aws_client_send (client, &request, cancellable, error);
  if (response != NULL) {
    credentials = parse (response->body, error);
    anc_aws_wipe_bytes (g_steal_pointer (&response->body));
  }
  anc_aws_wipe_bytes (body);
  return credentials;
}

static AncAwsCredentials *
fetch (gpointer data, GCancellable *cancellable, GError **error)
{
  const Role *self = data;
  g_autoptr (AncAwsClient) client = NULL;
  gchar *token = NULL;
  AncAwsCredentials *credentials;

  if (self->token_file != NULL) {
    token = anc_aws_read_token (self->token_file, error);
    if (token == NULL)
      return NULL;
  }
  client = make_client (self, error);
  credentials
      = client != NULL ? ask (self, client, token, cancellable, error) : NULL;
  anc_secret_free (token);
  return credentials;
}

static void
free_role (gpointer data)
{
  Role *self = data;

  anc_aws_context_unref (self->context);
  g_clear_pointer (&self->source, anc_aws_provider_unref);
  g_free (self->token_file);
  g_free (self->role_arn);
  g_free (self->session_name);
  anc_secret_free (self->external_id);
  g_free (self->region);
  g_free (self);
}

static Role *
new_role (AncAwsContext *context, const AncAwsRole *role)
{
  Role *self = g_new0 (Role, 1);

  self->context = anc_aws_context_ref (context);
  self->role_arn = g_strdup (role->role_arn);
  self->session_name = g_strdup (role->session_name);
  self->region = g_strdup (role->region);
  self->duration_seconds = role->duration_seconds;
  return self;
}

AncAwsProvider *
anc_aws_provider_assume_role (AncAwsContext *context, const AncAwsRole *role,
                              AncAwsProvider *source)
{
  static const AncAwsProviderClass klass
      = { .name = "an assumed role", .fetch = fetch, .free = free_role };
  Role *self = new_role (context, role);

  self->external_id = g_strdup (role->external_id);
  self->source = anc_aws_provider_ref (source);
  return anc_aws_provider_new (&klass, self);
}

AncAwsProvider *
anc_aws_provider_web_identity (AncAwsContext *context, const AncAwsRole *role,
                               const gchar *token_file)
{
  static const AncAwsProviderClass klass
      = { .name = "a web identity", .fetch = fetch, .free = free_role };
  Role *self = new_role (context, role);

  self->token_file = g_strdup (token_file);
  return anc_aws_provider_new (&klass, self);
}

/* --- from the environment --- */

static AncAwsCredentials *
fetch_environment (gpointer data, GCancellable *cancellable, GError **error)
{
  AncAwsContext *context = data;
  const gchar *file
      = anc_aws_context_getenv (context, "AWS_WEB_IDENTITY_TOKEN_FILE");
  AncAwsRole role = {
    .role_arn = anc_aws_context_getenv (context, "AWS_ROLE_ARN"),
    .session_name = anc_aws_context_getenv (context, "AWS_ROLE_SESSION_NAME"),
  };
  g_autoptr (AncAwsProvider) provider = NULL;

  if (file == NULL) {
    anc_aws_error_set (error, ANC_AWS_ERROR_NO_CREDENTIALS, NULL,
                       "The environment has no AWS_WEB_IDENTITY_TOKEN_FILE.");
    return NULL;
  }
  if (role.role_arn == NULL) {
    anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                       "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN "
                       "is not. Set both.");
    return NULL;
  }
  provider = anc_aws_provider_web_identity (context, &role, file);
  return anc_aws_provider_get (provider, cancellable, error);
}

AncAwsProvider *
anc_aws_provider_web_identity_environment (AncAwsContext *context)
{
  static const AncAwsProviderClass klass = {
    .name = "the web identity token",
    .fetch = fetch_environment,
    .free = (GDestroyNotify) anc_aws_context_unref,
  };

  return anc_aws_provider_new (&klass, anc_aws_context_ref (context));
}
