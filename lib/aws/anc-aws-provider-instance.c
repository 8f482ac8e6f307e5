/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Amazon EC2 User Guide, "Use IMDSv2" and "Retrieve security credentials from
 * instance metadata". Version 1 (without a session token) is never used. */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"

#include <string.h>

#define WHO "The EC2 instance metadata service"
#define ENDPOINT_IPV4 "http://169.254.169.254"
#define ENDPOINT_IPV6 "http://[fd00:ec2::254]"
#define TOKEN_PATH "/latest/api/token"
#define ROLES_PATH "/latest/meta-data/iam/security-credentials/"
#define TOKEN_SECONDS "21600"
#define TIMEOUT_SECONDS 1
#define ATTEMPTS 2

/* One visit. */
typedef struct {
  AncAwsContext *context;
  AncAwsTransport *transport;
  AncAwsEndpoint *endpoint;
  AncAwsFields *headers;
  GCancellable *cancellable;
} Visit;

static void
visit_clear (Visit *self)
{
  g_clear_pointer (&self->transport, anc_aws_transport_unref);
  g_clear_pointer (&self->endpoint, anc_aws_endpoint_free);
  g_clear_pointer (&self->headers, anc_aws_fields_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Visit, visit_clear)

static AncAwsCredentials *
has_none (const gchar *why, GError **error)
{
  anc_aws_error_set (error, ANC_AWS_ERROR_NO_CREDENTIALS, NULL, "%s", why);
  return NULL;
}

static const gchar *
endpoint_url (AncAwsContext *context)
{
  const gchar *url
      = anc_aws_context_getenv (context, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  const gchar *mode = anc_aws_context_getenv (
      context, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");

  if (url == NULL)
    url = anc_aws_context_setting (context, "ec2_metadata_service_endpoint");
  if (mode == NULL)
    mode = anc_aws_context_setting (context,
                                    "ec2_metadata_service_endpoint_mode");
  if (url != NULL)
    return url;
  return mode != NULL && g_ascii_strcasecmp (mode, "IPv6") == 0 ? ENDPOINT_IPV6
                                                                : ENDPOINT_IPV4;
}

static gboolean
visit_init (Visit *self, AncAwsContext *context, GCancellable *cancellable,
            GError **error)
{
  AncAwsTransportOptions options = { .timeout_seconds = TIMEOUT_SECONDS,
                                     .max_connections = 1,
                                     .direct = TRUE };

  self->context = context;
  self->cancellable = cancellable;
  self->headers = anc_aws_fields_new ();
  self->endpoint = anc_aws_endpoint_parse (endpoint_url (context), error);
  if (self->endpoint == NULL)
    return FALSE;
  self->transport = anc_aws_transport_new (&options, error);
  return self->transport != NULL;
}

static GBytes *
ask (const Visit *self, const gchar *method, const gchar *path,
     guint *ret_status, GError **error)
{
  g_autofree gchar *whole = g_strconcat (self->endpoint->path, path, NULL);
  AncAwsTokenRequest request = {
    .context = self->context,
    .transport = self->transport,
    .who = WHO,
    .method = method,
    .endpoint = self->endpoint,
    .path = whole,
    .headers = self->headers,
    .attempts = ATTEMPTS,
  };

  return anc_aws_token_request (&request, ret_status, self->cancellable, error);
}

/* One line of text in place of the body; NULL: it is no such thing. */
static gchar *
take_line (GBytes *body)
{
  gsize size = 0;
  const gchar *data = g_bytes_get_data (body, &size);
  g_autofree gchar *text = g_strndup (data != NULL ? data : "", size);

  anc_aws_wipe_bytes (body);
  text[strcspn (text, "\r\n")] = '\0';
  return *text != '\0' && g_str_is_ascii (text) ? g_steal_pointer (&text)
                                                : NULL;
}

/* Where nobody answers we are not on EC2. */
static gboolean
get_token (Visit *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree gchar *token = NULL;
  guint status = 0;
  GBytes *body;

  anc_aws_fields_add (self->headers, "x-aws-ec2-metadata-token-ttl-seconds",
                      TOKEN_SECONDS);
  body = ask (self, "PUT", TOKEN_PATH, &status, &local);
  if (body != NULL)
    token = take_line (body);
  if (token != NULL) {
    anc_aws_fields_unref (self->headers);
    self->headers = anc_aws_fields_new ();
    anc_aws_fields_add (self->headers, "x-aws-ec2-metadata-token", token);
    return TRUE;
  }
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local));
  else if (status == 0)
    has_none ("No EC2 instance metadata service answers.", error);
  else if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                       WHO " gives no session token. Check its endpoint.");
  return FALSE;
}

static gchar *
get_role (Visit *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  guint status = 0;
  GBytes *body = ask (self, "GET", ROLES_PATH, &status, &local);
  gchar *role = body != NULL ? take_line (body) : NULL;

  if (role != NULL)
    return role;
  if (status == 404 || local == NULL)
    has_none ("This EC2 instance has no IAM role.", error);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static AncAwsCredentials *
get_credentials (Visit *self, const gchar *role, GError **error)
{
  g_autofree gchar *encoded = anc_aws_uri_encode (role, "");
  g_autofree gchar *path = g_strconcat (ROLES_PATH, encoded, NULL);
  GBytes *body = ask (self, "GET", path, NULL, error);
  AncAwsCredentials *credentials;

  if (body == NULL)
    return NULL;
  credentials = anc_aws_credentials_from_json (body, NULL, WHO, error);
  anc_aws_wipe_bytes (body);
  return credentials;
}

static AncAwsCredentials *
fetch (gpointer data, GCancellable *cancellable, GError **error)
{
  AncAwsContext *context = data;
  g_auto (Visit) visit = { 0 };
  g_autofree gchar *role = NULL;

  if (anc_aws_context_getenv_boolean (context, "AWS_EC2_METADATA_DISABLED"))
    return has_none ("AWS_EC2_METADATA_DISABLED is set.", error);
  if (!visit_init (&visit, context, cancellable, error)
      || !get_token (&visit, error))
    return NULL;
  role = get_role (&visit, error);
  return role != NULL ? get_credentials (&visit, role, error) : NULL;
}

AncAwsProvider *
anc_aws_provider_instance (AncAwsContext *context)
{
  static const AncAwsProviderClass klass = {
    .name = "the EC2 instance metadata service",
    .fetch = fetch,
    .free = (GDestroyNotify) anc_aws_context_unref,
  };

  return anc_aws_provider_new (&klass, anc_aws_context_ref (context));
}
