/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-endpoint.h"
#include "anc-aws-error.h"
#include "anc-s3-address.h"

#include <glib/gstdio.h>
#include <string.h>

static gchar *
to_url (const AncAwsEndpoint *endpoint)
{
  g_autofree gchar *authority = anc_aws_endpoint_authority (endpoint);

  return g_strconcat (endpoint->scheme, "://", authority, endpoint->path, NULL);
}

static void
test_parse (void)
{
  static const struct {
    const gchar *url, *result; /* NULL: refused */
  } table[] = {
    { "https://s3.example.com", "https://s3.example.com" },
    { "HTTP://Example.COM:80/", "http://example.com" },
    { "https://example.com:443", "https://example.com" },
    { "https://example.com:80", "https://example.com:80" },
    { "http://localhost:9000/a/b//", "http://localhost:9000/a/b" },
    { "http://[::1]:9000", "http://[::1]:9000" },
    { "http://10.0.0.1", "http://10.0.0.1" },
    { "localhost:9000", NULL },
    { "example.com", NULL },
    { "ftp://example.com", NULL },
    { "https://", NULL },
    { "https://user:s3cret@example.com", NULL },
    { "https://example.com/?x=s3cret", NULL },
    { "https://example.com/#s3cret", NULL },
    { "https://exa mple.com", NULL },
    { "https://example.com:99999", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (AncAwsEndpoint) endpoint
        = anc_aws_endpoint_parse (table[i].url, &error);
    g_autofree gchar *url = endpoint != NULL ? to_url (endpoint) : NULL;

    g_test_message ("%s", table[i].url);
    g_assert_cmpstr (url, ==, table[i].result);
    if (error != NULL) {
      g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_ARGUMENT);
      g_assert_null (strstr (error->message, "s3cret"));
    }
  }
}

static void
test_hosts (void)
{
  static const gchar *const environment[] = { "HOME=/nonexistent", NULL };
  static const struct {
    const gchar *service, *region;
    AncAwsEndpointFlags flags;
    const gchar *url;
  } table[] = {
    { "s3", "us-east-1", 0, "https://s3.us-east-1.amazonaws.com" },
    { "s3", "eu-west-1", ANC_AWS_ENDPOINT_DUALSTACK,
      "https://s3.dualstack.eu-west-1.amazonaws.com" },
    { "s3", "us-gov-west-1", ANC_AWS_ENDPOINT_DUALSTACK | ANC_AWS_ENDPOINT_FIPS,
      "https://s3-fips.dualstack.us-gov-west-1.amazonaws.com" },
    { "s3", "cn-north-1", 0, "https://s3.cn-north-1.amazonaws.com.cn" },
    { "sts", "us-iso-east-1", 0, "https://sts.us-iso-east-1.c2s.ic.gov" },
    { "dynamodb", "eu-west-1", ANC_AWS_ENDPOINT_DUALSTACK,
      "https://dynamodb.eu-west-1.api.aws" },
    { "dynamodb", "us-east-1", ANC_AWS_ENDPOINT_FIPS,
      "https://dynamodb-fips.us-east-1.amazonaws.com" },
    { "monitoring", "eusc-de-east-1", 0,
      "https://monitoring.eusc-de-east-1.amazonaws.eu" },
  };
  g_autoptr (AncAwsContext) context
      = anc_aws_context_new (environment, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (AncAwsEndpoint) endpoint = anc_aws_endpoint_resolve (
        context, table[i].service, table[i].region, NULL, table[i].flags, NULL);
    g_autofree gchar *url = to_url (endpoint);

    g_assert_cmpstr (url, ==, table[i].url);
    g_assert_false (endpoint->custom);
  }
}

/* The order in which URLs are looked for. */
static void
test_order (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("anc-endpoint-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "config", NULL);
  g_autofree gchar *variable = g_strconcat ("AWS_CONFIG_FILE=", file, NULL);
  static const struct {
    const gchar *profile, *one, *other, *given, *service, *host;
  } table[] = {
    { "all", "AWS_ENDPOINT_URL_S3=http://env-s3", "AWS_ENDPOINT_URL=http://env",
      "http://given", "s3", "given" },
    { "all", "AWS_ENDPOINT_URL_S3=http://env-s3", "AWS_ENDPOINT_URL=http://env",
      NULL, "s3", "env-s3" },
    { "all", "AWS_ENDPOINT_URL=http://env", "A=b", NULL, "s3", "env" },
    { "all", "A=b", "A=b", NULL, "s3", "file-s3" },
    { "all", "A=b", "A=b", NULL, "sts", "file" },
    { "all", "AWS_ENDPOINT_URL_STS=http://env-sts", "A=b", NULL, "sts",
      "env-sts" },
    { "all", "AWS_ENDPOINT_URL_CLOUDWATCH=http://cw", "A=b", NULL, "monitoring",
      "cw" },
    { "all", "AWS_ENDPOINT_URL=http://env",
      "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", NULL, "s3",
      "s3.us-east-1.amazonaws.com" },
    { "ignores", "AWS_ENDPOINT_URL=http://env", "A=b", NULL, "s3",
      "s3.dualstack.us-east-1.amazonaws.com" },
    { "ignores", "AWS_USE_DUALSTACK_ENDPOINT=false",
      "AWS_USE_FIPS_ENDPOINT=true", NULL, "s3",
      "s3-fips.us-east-1.amazonaws.com" },
  };

  g_assert_true (g_file_set_contents (
      file,
      "[profile all]\nendpoint_url = http://file\nservices = local\n"
      "[services local]\ns3 =\n  endpoint_url = http://file-s3\n"
      "[profile ignores]\nendpoint_url = http://file\n"
      "ignore_configured_endpoint_urls = true\n"
      "use_dualstack_endpoint = true\n",
      -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    const gchar *environment[]
        = { "HOME=/nonexistent", variable, table[i].one, table[i].other, NULL };
    g_autoptr (AncAwsContext) context
        = anc_aws_context_new (environment, table[i].profile, NULL);
    g_autoptr (AncAwsEndpoint) endpoint = anc_aws_endpoint_resolve (
        context, table[i].service, "us-east-1", table[i].given, 0, NULL);

    g_assert_cmpstr (endpoint->host, ==, table[i].host);
  }
  g_unlink (file);
  g_rmdir (folder);
}

/* --- buckets --- */

#define AWS "https://s3.eu-west-1.amazonaws.com"
#define POINT "arn:aws:s3:us-west-2:123456789012:accesspoint/point"

static void
test_addresses (void)
{
  static const struct {
    const gchar *endpoint;
    gboolean force;
    const gchar *bucket, *key, *host, *path;
  } table[] = {
    { AWS, FALSE, "bucket", "a/b", "bucket.s3.eu-west-1.amazonaws.com",
      "/a/b" },
    { AWS, FALSE, "bucket", NULL, "bucket.s3.eu-west-1.amazonaws.com", "/" },
    { AWS, TRUE, "bucket", "a", "s3.eu-west-1.amazonaws.com", "/bucket/a" },
    { AWS, TRUE, "bucket", NULL, "s3.eu-west-1.amazonaws.com", "/bucket" },
    { AWS, FALSE, "my.bucket", "a", "s3.eu-west-1.amazonaws.com",
      "/my.bucket/a" },
    { "http://example.com", FALSE, "my.bucket", "a", "my.bucket.example.com",
      "/a" },
    { AWS, FALSE, "Old_Bucket", "a", "s3.eu-west-1.amazonaws.com",
      "/Old_Bucket/a" },
    { "http://127.0.0.1:9", FALSE, "bucket", "a", "127.0.0.1", "/bucket/a" },
    { "http://[::1]:9", FALSE, "bucket", "a", "::1", "/bucket/a" },
    { "http://localhost:9", FALSE, "bucket", "a", "localhost", "/bucket/a" },
    { "http://minio:9", FALSE, "bucket", "a", "minio", "/bucket/a" },
    { AWS, FALSE, "bucket", "//a/../%2F+ \303\274",
      "bucket.s3.eu-west-1.amazonaws.com", "///a/../%252F%2B%20%C3%BC" },
    { AWS, FALSE, POINT, "a",
      "point-123456789012.s3-accesspoint.us-west-2.amazonaws.com", "/a" },
    { "http://example.com", FALSE, POINT, "a", "point-123456789012.example.com",
      "/a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (AncAwsEndpoint) endpoint
        = anc_aws_endpoint_parse (table[i].endpoint, NULL);
    g_auto (AncS3Address) address = { 0 };
    g_autoptr (GError) error = NULL;

    endpoint->custom = g_strcmp0 (table[i].endpoint, AWS) != 0;
    anc_s3_address_init (&address, endpoint, table[i].force, table[i].bucket,
                         table[i].key, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (address.host, ==, table[i].host);
    g_assert_cmpstr (address.path, ==, table[i].path);
    g_assert_cmpstr (address.region, ==,
                     table[i].bucket == (const gchar *) POINT ? "us-west-2"
                                                              : NULL);
  }
}

static void
test_refused_names (void)
{
  g_autofree gchar *long_key = g_strnfill (1025, 'k');
  const struct {
    const gchar *bucket, *key;
    AncAwsError code;
  } table[] = {
    { "", "k", ANC_AWS_ERROR_ARGUMENT },
    { NULL, "k", ANC_AWS_ERROR_ARGUMENT },
    { "ab", "k", ANC_AWS_ERROR_ARGUMENT },
    { "a/b", "k", ANC_AWS_ERROR_ARGUMENT },
    { "my bucket", "k", ANC_AWS_ERROR_ARGUMENT },
    { "a?b", "k", ANC_AWS_ERROR_ARGUMENT },
    { "b\303\274cket", "k", ANC_AWS_ERROR_ARGUMENT },
    { "fast--use1-az4--x-s3", "k", ANC_AWS_ERROR_NOT_SUPPORTED },
    { "arn:aws:s3:::bucket", "k", ANC_AWS_ERROR_NOT_SUPPORTED },
    { "arn:aws:s3::123456789012:accesspoint/mrap.mrap", "k",
      ANC_AWS_ERROR_NOT_SUPPORTED },
    { "arn:aws:s3:us-west-2:123456789012:accesspoint", "k",
      ANC_AWS_ERROR_NOT_SUPPORTED },
    { "arn:aws:s3:us-west-2:123456789012:accesspoint/a/b", "k",
      ANC_AWS_ERROR_NOT_SUPPORTED },
    { "arn:aws:s3:evil.example:123456789012:accesspoint/a", "k",
      ANC_AWS_ERROR_NOT_SUPPORTED },
    { "arn:aws:s3:us-west-2:1.2:accesspoint/a", "k",
      ANC_AWS_ERROR_NOT_SUPPORTED },
    { "arn:aws", "k", ANC_AWS_ERROR_ARGUMENT },
    { "bucket", "", ANC_AWS_ERROR_ARGUMENT },
    { "bucket", long_key, ANC_AWS_ERROR_ARGUMENT },
    { "bucket", "\377", ANC_AWS_ERROR_ARGUMENT },
  };
  g_autoptr (AncAwsEndpoint) endpoint = anc_aws_endpoint_parse (AWS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_auto (AncS3Address) address = { 0 };
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", table[i].bucket);
    g_assert_false (anc_s3_address_init (
        &address, endpoint, FALSE, table[i].bucket, table[i].key, &error));
    g_assert_error (error, ANC_AWS_ERROR, (gint) table[i].code);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/endpoint/parse", test_parse);
  g_test_add_func ("/endpoint/hosts", test_hosts);
  g_test_add_func ("/endpoint/order", test_order);
  g_test_add_func ("/endpoint/addresses", test_addresses);
  g_test_add_func ("/endpoint/refused-names", test_refused_names);
  return g_test_run ();
}
