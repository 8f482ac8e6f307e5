/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* AWS SDKs and Tools Reference Guide, "Container credential provider". */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"
#include "anc-secret.h"

#include <gio/gio.h>
#include <string.h>

#define WHO "The container credentials endpoint"
#define RELATIVE_BASE "http://169.254.170.2"
#define TIMEOUT_SECONDS 2
#define ATTEMPTS 3

typedef struct {
  AncAwsContext *context;
  gchar *base;
} Container;

/* The token goes over plain HTTP to these alone. */
static gboolean
is_allowed (const AncAwsEndpoint *endpoint)
{
  static const gchar *const allowed[]
      = { "localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23",
          NULL };
  g_autoptr (GInetAddress) address
      = g_inet_address_new_from_string (endpoint->host);

  return strcmp (endpoint->scheme, "https") == 0
         || g_strv_contains (allowed, endpoint->host)
         || (address != NULL && g_inet_address_get_is_loopback (address));
}

/* The URL with its query cut off into `ret_query`. */
static AncAwsEndpoint *
locate (const Container *self, gchar **ret_query, GError **error)
{
  const gchar *relative = anc_aws_context_getenv (
      self->context, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const gchar *full = anc_aws_context_getenv (
      self->context, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  g_autofree gchar *url = NULL;
  gchar *mark;
  g_autoptr (AncAwsEndpoint) endpoint = NULL;

  if (relative == NULL && full == NULL) {
    anc_aws_error_set (error, ANC_AWS_ERROR_NO_CREDENTIALS, NULL,
                       "The environment names no container credentials "
                       "endpoint.");
    return NULL;
  }
  url = relative != NULL ? g_strconcat (self->base, relative, NULL)
                         : g_strdup (full);
  mark = strchr (url, '?');
  if (mark != NULL) {
    *mark = '\0';
    *ret_query = g_strdup (mark + 1);
  }
  endpoint = anc_aws_endpoint_parse (url, error);
  if (endpoint == NULL || is_allowed (endpoint) || relative != NULL)
    return g_steal_pointer (&endpoint);
  anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                     "AWS_CONTAINER_CREDENTIALS_FULL_URI names the host %s, "
                     "to which no token may go over plain http. Use https, or "
                     "a loopback address.",
                     endpoint->host);
  return NULL;
}

/* FALSE: there should be a token, but it cannot be had. */
static gboolean
add_token (const Container *self, AncAwsFields *headers, GError **error)
{
  const gchar *file = anc_aws_context_getenv (
      self->context, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  gchar *token;

  if (file == NULL) {
    anc_aws_fields_add_optional (
        headers, "Authorization",
        anc_aws_context_getenv (self->context,
                                "AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    return TRUE;
  }
  token = anc_aws_read_token (file, error);
  if (token == NULL)
    return FALSE;
  anc_aws_fields_add (headers, "Authorization", token);
  anc_secret_free (token);
  return TRUE;
}

static AncAwsCredentials *
fetch (gpointer data, GCancellable *cancellable, GError **error)
{
  const Container *self = data;
  g_autofree gchar *query = NULL;
  g_autoptr (AncAwsEndpoint) endpoint = locate (self, &query, error);
  g_autoptr (AncAwsFields) headers = anc_aws_fields_new ();
  AncAwsTransportOptions options = { .timeout_seconds = TIMEOUT_SECONDS,
                                     .max_connections = 1,
                                     .direct = TRUE };
  g_autoptr (AncAwsTransport) transport = NULL;
  AncAwsTokenRequest request;
  AncAwsCredentials *credentials = NULL;
  GBytes *body;

  if (endpoint == NULL || !add_token (self, headers, error))
    return NULL;
  transport = anc_aws_transport_new (&options, error);
  if (transport == NULL)
    return NULL;
  request = (AncAwsTokenRequest){
    .context = self->context,
    .transport = transport,
    .who = WHO,
    .method = "GET",
    .endpoint = endpoint,
    .path = *endpoint->path != '\0' ? endpoint->path : "/",
    .query = query,
    .headers = headers,
    .attempts = ATTEMPTS,
  };
  body = anc_aws_token_request (&request, NULL, cancellable, error);
  if (body != NULL)
    credentials = anc_aws_credentials_from_json (body, NULL, WHO, error);
  anc_aws_wipe_bytes (body);
  return credentials;
}

static void
free_container (gpointer data)
{
  Container *self = data;

  anc_aws_context_unref (self->context);
  g_free (self->base);
  g_free (self);
}

AncAwsProvider *
anc_aws_provider_container (AncAwsContext *context, const gchar *relative_base)
{
  static const AncAwsProviderClass klass
      = { .name = "the container", .fetch = fetch, .free = free_container };
  Container *self = g_new0 (Container, 1);

  self->context = anc_aws_context_ref (context);
  self->base = g_strdup (relative_base != NULL ? relative_base : RELATIVE_BASE);
  return anc_aws_provider_new (&klass, self);
}
