/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"
#include "anc-secret.h"

#include <json-glib/json-glib.h>
#include <string.h>

void
anc_aws_wipe_bytes (GBytes *bytes)
{
  gsize size = 0;
  gpointer data;

  if (bytes == NULL)
    return;
  data = g_bytes_unref_to_data (bytes, &size);
  if (size > 0)
    explicit_bzero (data, size);
  g_free (data);
}

static AncAwsCredentials *
refuse (const gchar *who, const gchar *what, GError **error)
{
  anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                     "%s answered with %s. Check that it hands out AWS "
                     "credentials.",
                     who, what);
  return NULL;
}

static const gchar *
text_of (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autofree gchar *small = g_strdup (name);
  const gchar *text;

  *small = g_ascii_tolower (*small);
  if (node == NULL)
    node = json_object_get_member (object, small);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  text = json_node_get_string (node);
  return *text != '\0' ? text : NULL;
}

static AncAwsCredentials *
from_object (JsonObject *object, const gchar *who, GError **error)
{
  const gchar *id = text_of (object, "AccessKeyId");
  const gchar *secret = text_of (object, "SecretAccessKey");
  const gchar *token = text_of (object, "SessionToken");
  const gchar *end = text_of (object, "Expiration");
  g_autoptr (GDateTime) time
      = end != NULL ? g_date_time_new_from_iso8601 (end, NULL) : NULL;

  if (token == NULL)
    token = text_of (object, "Token");
  if (id == NULL || secret == NULL)
    return refuse (who, "no access key", error);
  if (end != NULL && time == NULL)
    return refuse (who, "an expiration that is no time", error);
  return anc_aws_credentials_new (
      id, secret, token,
      time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC : 0);
}

AncAwsCredentials *
anc_aws_credentials_from_json (GBytes *body, const gchar *member,
                               const gchar *who, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize size = 0;
  const gchar *text = g_bytes_get_data (body, &size);
  JsonNode *root;

  if (size == 0
      || !json_parser_load_from_data (parser, text, (gssize) size, NULL))
    return refuse (who, "what is no JSON", error);
  root = json_parser_get_root (parser);
  if (member != NULL && root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    root = json_object_get_member (json_node_get_object (root), member);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return refuse (who, "other JSON than credentials", error);
  return from_object (json_node_get_object (root), who, error);
}

gchar *
anc_aws_read_token (const gchar *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  gchar *token = NULL;

  if (!g_file_get_contents (path, &token, NULL, &local)) {
    anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                       "The token file %s cannot be read: %s. Check its name "
                       "and who may read it.",
                       path, local->message);
    return NULL;
  }
  g_strstrip (token);
  if (*token != '\0' && strpbrk (token, "\r\n") == NULL)
    return token;
  anc_secret_free (token);
  anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                     "The token file %s holds no token: it must have one line "
                     "of text.",
                     path);
  return NULL;
}
