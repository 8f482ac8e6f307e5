/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-endpoint.h"

#include "anc-aws-error.h"
#include "anc-aws-service.h"

#include <string.h>

void
anc_aws_endpoint_free (AncAwsEndpoint *self)
{
  if (self == NULL)
    return;
  g_free (self->scheme);
  g_free (self->host);
  g_free (self->path);
  g_free (self);
}

AncAwsEndpoint *
anc_aws_endpoint_copy (const AncAwsEndpoint *self)
{
  AncAwsEndpoint *copy = g_new (AncAwsEndpoint, 1);

  *copy = *self;
  copy->scheme = g_strdup (self->scheme);
  copy->host = g_strdup (self->host);
  copy->path = g_strdup (self->path);
  return copy;
}

static guint
usual_port (const gchar *scheme)
{
  return strcmp (scheme, "https") == 0 ? 443 : 80;
}

/* What is wrong with it, or NULL. */
static const gchar *
find_fault (GUri *uri)
{
  const gchar *scheme = g_uri_get_scheme (uri);
  const gchar *host = g_uri_get_host (uri);

  if (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0)
    return "it must begin with http:// or https://";
  if (host == NULL || *host == '\0')
    return "it names no host";
  if (!g_str_is_ascii (host) || strpbrk (host, " %\"<>\\^`{|}/?#@") != NULL)
    return "its host name has characters that no host name has";
  if (g_uri_get_userinfo (uri) != NULL)
    return "user and password do not belong there";
  if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return "it must end with the path";
  return NULL;
}

AncAwsEndpoint *
anc_aws_endpoint_parse (const gchar *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (
      url, G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_HAS_PASSWORD, NULL);
  const gchar *fault = uri != NULL ? find_fault (uri) : "it is no URL";
  AncAwsEndpoint *self;
  gsize length;

  if (fault != NULL) {
    /* Not the text itself: it may hold a password. */
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "The endpoint cannot be used: %s. An endpoint looks "
                       "like https://s3.example.com or "
                       "http://localhost:9000.",
                       fault);
    return NULL;
  }
  self = g_new0 (AncAwsEndpoint, 1);
  self->scheme = g_strdup (g_uri_get_scheme (uri));
  self->host = g_ascii_strdown (g_uri_get_host (uri), -1);
  self->path = g_strdup (g_uri_get_path (uri));
  for (length = strlen (self->path);
       length > 0 && self->path[length - 1] == '/'; length--)
    self->path[length - 1] = '\0';
  if (g_uri_get_port (uri) > 0
      && (guint) g_uri_get_port (uri) != usual_port (self->scheme))
    self->port = (guint) g_uri_get_port (uri);
  self->custom = TRUE;
  return self;
}

/* TRUE/FALSE from the environment, else from the profile. */
static gboolean
setting (AncAwsContext *context, const gchar *variable, const gchar *key)
{
  const gchar *value;

  if (anc_aws_context_getenv (context, variable) != NULL)
    return anc_aws_context_getenv_boolean (context, variable);
  value = anc_aws_context_setting (context, key);
  return value != NULL && g_ascii_strcasecmp (value, "true") == 0;
}

static const gchar *
from_profile (AncAwsContext *context, const gchar *id)
{
  const AncAwsConfig *config = anc_aws_context_config (context, NULL);
  const gchar *services = anc_aws_context_setting (context, "services");
  g_autofree gchar *service = g_ascii_strdown (id, -1);
  const gchar *url = NULL;

  if (config != NULL && services != NULL)
    url = anc_aws_config_get_nested (config, "services", services, service,
                                     "endpoint_url");
  return url != NULL ? url : anc_aws_context_setting (context, "endpoint_url");
}

static const gchar *
configured (AncAwsContext *context, const AncAwsService *service)
{
  g_autofree gchar *id = anc_aws_service_id (service);
  g_autofree gchar *variable = g_strconcat ("AWS_ENDPOINT_URL_", id, NULL);
  const gchar *url;

  if (setting (context, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
               "ignore_configured_endpoint_urls"))
    return NULL;
  url = anc_aws_context_getenv (context, variable);
  if (url == NULL)
    url = anc_aws_context_getenv (context, "AWS_ENDPOINT_URL");
  return url != NULL ? url : from_profile (context, id);
}

static gchar *
aws_host (const AncAwsService *service, const gchar *region, gboolean dualstack,
          gboolean fips)
{
  const AncAwsPartition *partition = anc_aws_partition_of (region);
  const gchar *mark = fips ? "-fips" : "";

  if (!dualstack)
    return g_strdup_printf ("%s%s.%s.%s", service->prefix, mark, region,
                            partition->dns_suffix);
  if (service->s3_rules)
    return g_strdup_printf ("%s%s.dualstack.%s.%s", service->prefix, mark,
                            region, partition->dns_suffix);
  return g_strdup_printf ("%s%s.%s.%s", service->prefix, mark, region,
                          partition->dualstack_suffix);
}

AncAwsEndpoint *
anc_aws_endpoint_resolve (AncAwsContext *context, const gchar *service,
                          const gchar *region, const gchar *url,
                          AncAwsEndpointFlags flags, GError **error)
{
  AncAwsService known = anc_aws_service_find (service);
  AncAwsEndpoint *self;

  if (url == NULL || *url == '\0')
    url = configured (context, &known);
  if (url != NULL)
    return anc_aws_endpoint_parse (url, error);
  self = g_new0 (AncAwsEndpoint, 1);
  self->dualstack = (flags & ANC_AWS_ENDPOINT_DUALSTACK) != 0
                    || setting (context, "AWS_USE_DUALSTACK_ENDPOINT",
                                "use_dualstack_endpoint");
  self->fips
      = (flags & ANC_AWS_ENDPOINT_FIPS) != 0
        || setting (context, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
  self->scheme = g_strdup ("https");
  self->host = aws_host (&known, region, self->dualstack, self->fips);
  self->path = g_strdup ("");
  return self;
}

gchar *
anc_aws_endpoint_authority (const AncAwsEndpoint *self)
{
  gboolean ipv6 = strchr (self->host, ':') != NULL;
  g_autofree gchar *host
      = g_strconcat (ipv6 ? "[" : "", self->host, ipv6 ? "]" : "", NULL);

  return self->port != 0 ? g_strdup_printf ("%s:%u", host, self->port)
                         : g_steal_pointer (&host);
}
