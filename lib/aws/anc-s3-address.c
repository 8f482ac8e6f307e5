/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-address.h"

#include "anc-aws-error.h"
#include "anc-s3.h"

#include <gio/gio.h>
#include <string.h>

#define ACCESS_POINT "accesspoint"

/* A name that may be a label, or several, of a host name. */
static gboolean
is_dns_name (const gchar *bucket)
{
  gsize length = strlen (bucket);

  return length <= 63
         && strspn (bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-") == length
         && g_ascii_isalnum (*bucket) && g_ascii_isalnum (bucket[length - 1])
         && strstr (bucket, "..") == NULL && !g_hostname_is_ip_address (bucket);
}

static gboolean
needs_path (const AncAwsEndpoint *endpoint, const gchar *bucket)
{
  const gchar *host = endpoint->host;

  if (g_hostname_is_ip_address (host) || strchr (host, '.') == NULL
      || g_str_has_suffix (host, ".localhost") || !is_dns_name (bucket))
    return TRUE;
  /* A wildcard certificate covers one label. */
  return strchr (bucket, '.') != NULL
         && strcmp (endpoint->scheme, "https") == 0;
}

/* The name in "accesspoint/name" or "accesspoint:name"; NULL: another thing. */
static const gchar *
access_point (const AncAwsArn *arn)
{
  gsize prefix = strlen (ACCESS_POINT);
  const gchar *name = arn->resource + prefix + 1;

  if (strcmp (arn->service, "s3") != 0 || *arn->region == '\0'
      || !g_str_has_prefix (arn->resource, ACCESS_POINT)
      || strlen (arn->resource) <= prefix
      || (name[-1] != '/' && name[-1] != ':') || *name == '\0')
    return NULL;
  return is_dns_name (name) && strchr (name, '.') == NULL ? name : NULL;
}

static gchar *
access_point_host (const AncAwsEndpoint *endpoint, const AncAwsArn *arn,
                   const gchar *name)
{
  if (endpoint->custom)
    return g_strdup_printf ("%s-%s.%s", name, arn->account, endpoint->host);
  return g_strdup_printf ("%s-%s.s3-accesspoint%s%s.%s.%s", name, arn->account,
                          endpoint->fips ? "-fips" : "",
                          endpoint->dualstack ? ".dualstack" : "", arn->region,
                          anc_aws_partition_of (arn->region)->dns_suffix);
}

/* NULL with an error: not the ARN of an access point. */
static AncAwsArn *
parse_access_point (const gchar *text, GError **error)
{
  g_autoptr (AncAwsArn) arn = anc_aws_arn_parse (text, error);

  if (arn == NULL)
    return NULL;
  if (access_point (arn) == NULL
      || strspn (arn->region, "abcdefghijklmnopqrstuvwxyz0123456789-")
             != strlen (arn->region)
      || strspn (arn->account, "0123456789") != 12
      || strlen (arn->account) != 12) {
    anc_aws_error_set (error, ANC_AWS_ERROR_NOT_SUPPORTED, NULL,
                       "An ARN in the place of a bucket must be that of an "
                       "access point: "
                       "arn:aws:s3:region:account:accesspoint/name. Name the "
                       "bucket instead.");
    return NULL;
  }
  return g_steal_pointer (&arn);
}

static gboolean
init_access_point (AncS3Address *self, const AncAwsEndpoint *endpoint,
                   const gchar *text, const gchar *key, GError **error)
{
  g_autoptr (AncAwsArn) arn = parse_access_point (text, error);
  g_autofree gchar *encoded = NULL;

  if (arn == NULL)
    return FALSE;
  self->host = access_point_host (endpoint, arn, access_point (arn));
  encoded = anc_aws_uri_encode (key != NULL ? key : "", "/");
  self->path = g_strconcat ("/", encoded, NULL);
  self->region = g_strdup (arn->region);
  return TRUE;
}

gboolean
anc_s3_address_init (AncS3Address *self, const AncAwsEndpoint *endpoint,
                     gboolean force_path_style, const gchar *bucket,
                     const gchar *key, GError **error)
{
  g_autofree gchar *encoded = NULL;

  if (!anc_s3_check_bucket (bucket, error)
      || (key != NULL && !anc_s3_check_key (key, error)))
    return FALSE;
  if (anc_aws_is_arn (bucket))
    return init_access_point (self, endpoint, bucket, key, error);
  encoded = anc_aws_uri_encode (key != NULL ? key : "", "/");
  if (force_path_style || needs_path (endpoint, bucket)) {
    self->host = g_strdup (endpoint->host);
    self->path
        = g_strconcat ("/", bucket, key != NULL ? "/" : "", encoded, NULL);
  } else {
    self->host = g_strdup_printf ("%s.%s", bucket, endpoint->host);
    self->path = g_strconcat ("/", encoded, NULL);
  }
  return TRUE;
}

void
anc_s3_address_clear (AncS3Address *self)
{
  g_free (self->host);
  g_free (self->path);
  g_free (self->region);
}

/* --- names --- */

static gboolean
refuse (const gchar *what, GError **error)
{
  anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL, "%s", what);
  return FALSE;
}

#define ARN_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ":/._-"

static gboolean
check_arn (const gchar *bucket, GError **error)
{
  g_autoptr (AncAwsArn) arn = NULL;

  if (strspn (bucket, ARN_CHARACTERS) != strlen (bucket))
    return refuse ("This is no ARN of an access point: it holds letters, "
                   "digits and :/._- alone. Correct it.",
                   error);
  arn = parse_access_point (bucket, error);
  return arn != NULL;
}

gboolean
anc_s3_check_bucket (const gchar *bucket, GError **error)
{
  gsize length = bucket != NULL ? strlen (bucket) : 0;

  if (length == 0)
    return refuse ("There is no bucket. Name one, for example "
                   "s3://bucket/key.",
                   error);
  if (anc_aws_is_arn (bucket))
    return check_arn (bucket, error);
  /* As far as the oldest buckets go; S3 itself says the rest. */
  if (length < 3 || length > 255
      || strspn (bucket, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-")
             != length
      || strcmp (bucket, "...") == 0)
    return refuse ("This is no bucket name: it has 3 to 63 lower-case letters, "
                   "digits, dots and hyphens. Correct it.",
                   error);
  if (g_str_has_suffix (bucket, "--x-s3")) {
    anc_aws_error_set (error, ANC_AWS_ERROR_NOT_SUPPORTED, NULL,
                       "%s is a directory bucket (S3 Express One Zone), which "
                       "is not supported. Use a general purpose bucket.",
                       bucket);
    return FALSE;
  }
  return TRUE;
}

gboolean
anc_s3_check_bucket_of_aws (const gchar *bucket, GError **error)
{
  if (anc_aws_is_arn (bucket) || strpbrk (bucket, G_CSET_A_2_Z "_") == NULL)
    return TRUE;
  anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                     "bucket: \"%s\" is no name of a bucket at AWS, which has "
                     "3 to 63 lower-case letters, digits, dots and hyphens. "
                     "Correct it, or name the endpoint that has it.",
                     bucket);
  return FALSE;
}

gboolean
anc_s3_check_key (const gchar *key, GError **error)
{
  gsize length = key != NULL ? strlen (key) : 0;

  if (length == 0)
    return refuse ("There is no key. Name one, for example s3://bucket/key.",
                   error);
  if (length > 1024)
    return refuse ("The key is too long: S3 allows 1,024 bytes. Shorten it.",
                   error);
  if (!g_utf8_validate (key, (gssize) length, NULL))
    return refuse ("The key is not valid UTF-8. S3 stores no other keys.",
                   error);
  return TRUE;
}
