/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Signs what comes in as one JSON object a line and prints every stage as one
 * JSON object a line: the other half of test-botocore.py. */
#include "anc-aws-signer.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

static const gchar *
text (JsonObject *object, const gchar *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static AncAwsFields *
read_headers (JsonArray *pairs)
{
  AncAwsFields *headers = anc_aws_fields_new ();

  for (guint i = 0; i < json_array_get_length (pairs); i++) {
    JsonArray *pair = json_array_get_array_element (pairs, i);

    anc_aws_fields_add (headers, json_array_get_string_element (pair, 0),
                        json_array_get_string_element (pair, 1));
  }
  return headers;
}

static void
print (const AncAwsSignature *signature)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree gchar *line = NULL;

  json_object_set_string_member (object, "canonical",
                                 signature->canonical_request);
  json_object_set_string_member (object, "string", signature->string_to_sign);
  json_object_set_string_member (object, "signature", signature->signature);
  json_object_set_string_member (
      object, "authorization",
      anc_aws_fields_get (signature->headers, "Authorization"));
  json_object_set_string_member (object, "query", signature->query);
  json_node_set_object (node, object);
  line = json_to_string (node, FALSE);
  puts (line);
}

static void
sign (JsonObject *object)
{
  g_autoptr (AncAwsFields) headers
      = read_headers (json_object_get_array_member (object, "headers"));
  g_autoptr (AncAwsCredentials) credentials = anc_aws_credentials_new (
      text (object, "access"), text (object, "secret"), text (object, "token"),
      0);
  gboolean s3 = json_object_get_boolean_member (object, "s3");
  gboolean query = json_object_get_boolean_member (object, "presign");
  AncAwsSignable request = {
    .method = text (object, "method"),
    .path = text (object, "path"),
    .query = text (object, "query"),
    .headers = headers,
    .payload_hash = text (object, "hash"),
    .region = text (object, "region"),
    .service = text (object, "service"),
    .time = json_object_get_int_member (object, "time") * G_USEC_PER_SEC,
    .expires_seconds = (guint) json_object_get_int_member (object, "expires"),
    .flags = s3 ? ANC_AWS_SIGN_S3 : 0,
  };
  g_autoptr (AncAwsSignature) signature = NULL;

  if (s3 && !query)
    request.flags |= ANC_AWS_SIGN_CONTENT_SHA256;
  signature = query ? anc_aws_sign_query (&request, credentials)
                    : anc_aws_sign_headers (&request, credentials);
  print (signature);
}

int
main (void)
{
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (0);
  gchar *line;

  while (g_io_channel_read_line (channel, &line, NULL, NULL, NULL)
         == G_IO_STATUS_NORMAL) {
    g_autoptr (JsonNode) node = json_from_string (line, NULL);

    if (node == NULL)
      return 2;
    sign (json_node_get_object (node));
    g_free (line);
  }
  return 0;
}
