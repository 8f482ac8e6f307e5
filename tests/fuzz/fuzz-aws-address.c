/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Endpoints, ARNs, buckets and keys: what is accepted makes a host and a path
 * that cannot be taken for another. Three lines: endpoint, bucket, key. */
#include "fuzz.h"

#include "anc-s3-address.h"

#include <string.h>

static void
check_address (const AncAwsEndpoint *endpoint, const gchar *bucket,
               const gchar *key)
{
  g_auto (AncS3Address) address = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *plain = NULL;

  if (!anc_s3_address_init (&address, endpoint, FALSE, bucket, key, &error)) {
    FUZZ_CHECK (error != NULL);
    return;
  }
  FUZZ_CHECK (g_str_has_suffix (address.host, endpoint->host)
              || !endpoint->custom);
  FUZZ_CHECK (strpbrk (address.host, "/?#@% ") == NULL);
  FUZZ_CHECK (address.path[0] == '/');
  FUZZ_CHECK (strpbrk (address.path, "?# \r\n") == NULL);
  FUZZ_CHECK (g_str_is_ascii (address.path));
  plain = g_uri_unescape_string (address.path, NULL);
  FUZZ_CHECK (plain != NULL && g_str_has_suffix (plain, key));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 3);
  g_autoptr (AncAwsEndpoint) endpoint = NULL;
  g_autoptr (AncAwsArn) arn = NULL;
  g_autofree gchar *authority = NULL;

  arn = anc_aws_arn_parse (text, NULL);
  if (g_strv_length (lines) < 3)
    return 0;
  endpoint = anc_aws_endpoint_parse (lines[0], NULL);
  if (endpoint == NULL)
    return 0;
  authority = anc_aws_endpoint_authority (endpoint);
  FUZZ_CHECK (*authority != '\0' && strpbrk (authority, "/?#@ ") == NULL);
  check_address (endpoint, lines[1], lines[2]);
  return 0;
}
