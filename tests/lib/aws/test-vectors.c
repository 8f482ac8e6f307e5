/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* AWS's signing test suite: each case on disk with every stage, so that a
 * failure names the stage that went wrong. ANC_TEST_DATA names the folder that
 * holds sigv4/. */
#include "anc-aws-hash.h"
#include "anc-aws-signer.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define CASES 38

typedef struct {
  gchar *folder;
  gchar *method, *path, *query, *body;
  AncAwsFields *headers;
  AncAwsCredentials *credentials;
  AncAwsSignable request;
  gchar *hash, *region, *service;
} Case;

static gchar *
read_stage (const Case *self, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  gchar *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
parse_headers (Case *self, gchar *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  self->headers = anc_aws_fields_new ();
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++) {
    g_autoptr (GString) line = g_string_new (lines[i]);
    gchar *colon;

    while (lines[i + 1] != NULL && g_ascii_isspace (lines[i + 1][0]))
      g_string_append_printf (line, "\n%s", lines[++i]);
    colon = strchr (line->str, ':');
    g_assert_nonnull (colon);
    *colon = '\0';
    anc_aws_fields_add (self->headers, line->str, colon + 1);
  }
}

/* "GET /a path?query HTTP/1.1": the path may hold spaces. */
static void
parse_request (Case *self)
{
  g_autofree gchar *text = read_stage (self, "request.txt");
  g_auto (GStrv) halves = g_strsplit (text, "\n\n", 2);
  g_autofree gchar *line = g_strndup (text, strcspn (text, "\n"));
  gchar *target = strchr (line, ' ') + 1;
  gchar *mark;

  self->body = g_strdup (halves[1] != NULL ? halves[1] : "");
  parse_headers (self, text);
  *strrchr (line, ' ') = '\0';
  mark = strchr (target, '?');
  if (mark != NULL) {
    *mark = '\0';
    self->query = g_strdup (mark + 1);
  }
  target[-1] = '\0';
  self->method = g_strdup (line);
  self->path = g_strdup (target);
}

static const gchar *
member (JsonObject *object, const gchar *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static gboolean
flag (JsonObject *object, const gchar *name, gboolean otherwise)
{
  return json_object_get_boolean_member_with_default (object, name, otherwise);
}

static void
parse_context (Case *self)
{
  g_autofree gchar *text = read_stage (self, "context.json");
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObject *object = json_node_get_object (root);
  JsonObject *keys = json_object_get_object_member (object, "credentials");
  g_autoptr (GDateTime) time
      = g_date_time_new_from_iso8601 (member (object, "timestamp"), NULL);
  gboolean sign_body = flag (object, "sign_body", FALSE);

  self->credentials = anc_aws_credentials_new (
      member (keys, "access_key_id"), member (keys, "secret_access_key"),
      member (keys, "token"), 0);
  self->region = g_strdup (member (object, "region"));
  self->service = g_strdup (member (object, "service"));
  self->hash = sign_body ? anc_aws_sha256_hex (self->body, strlen (self->body))
                         : g_strdup (ANC_AWS_EMPTY_SHA256);
  self->request = (AncAwsSignable){
    .method = self->method,
    .path = self->path,
    .query = self->query,
    .headers = self->headers,
    .payload_hash = self->hash,
    .region = self->region,
    .service = self->service,
    .time = g_date_time_to_unix (time) * G_USEC_PER_SEC,
    .expires_seconds
    = (guint) json_object_get_int_member (object, "expiration_in_seconds"),
    .flags
    = (flag (object, "normalize", TRUE) ? 0 : ANC_AWS_SIGN_PATH_AS_IS)
      | (sign_body ? ANC_AWS_SIGN_CONTENT_SHA256 : 0)
      | (flag (object, "omit_session_token", FALSE) ? ANC_AWS_SIGN_OMIT_TOKEN
                                                    : 0),
  };
}

static void
clear_case (Case *self)
{
  g_free (self->folder);
  g_free (self->method);
  g_free (self->path);
  g_free (self->query);
  g_free (self->body);
  g_free (self->hash);
  g_free (self->region);
  g_free (self->service);
  anc_aws_fields_unref (self->headers);
  anc_aws_credentials_unref (self->credentials);
}

static void
check_stage (const Case *self, const gchar *form, const gchar *stage,
             const gchar *text)
{
  g_autofree gchar *name = g_strconcat (form, "-", stage, ".txt", NULL);
  g_autofree gchar *expected = read_stage (self, name);

  g_test_message ("%s", name);
  g_assert_cmpstr (text, ==, expected);
}

static void
check_stages (const Case *self, const gchar *form,
              const AncAwsSignature *signature)
{
  check_stage (self, form, "canonical-request", signature->canonical_request);
  check_stage (self, form, "string-to-sign", signature->string_to_sign);
  check_stage (self, form, "signature", signature->signature);
}

static void
check_header_form (const Case *self)
{
  g_autoptr (AncAwsSignature) signature
      = anc_aws_sign_headers (&self->request, self->credentials);
  g_autofree gchar *expected = read_stage (self, "header-signed-request.txt");
  g_autofree gchar *folded = g_ascii_strdown (expected, -1);

  check_stages (self, "header", signature);
  for (guint i = 0; i < anc_aws_fields_length (signature->headers); i++) {
    g_autofree gchar *line = g_strdup_printf (
        "\n%s:%s\n", anc_aws_fields_name (signature->headers, i),
        anc_aws_fields_value (signature->headers, i));
    g_autofree gchar *lower = g_ascii_strdown (line, -1);

    g_test_message ("%s", anc_aws_fields_name (signature->headers, i));
    g_assert_nonnull (strstr (folded, lower));
  }
}

static void
check_query_form (Case *self)
{
  g_autoptr (AncAwsSignature) signature = NULL;
  g_autofree gchar *expected = read_stage (self, "query-signed-request.txt");
  g_autofree gchar *line = NULL;

  self->request.flags &= ~ANC_AWS_SIGN_CONTENT_SHA256;
  signature = anc_aws_sign_query (&self->request, self->credentials);
  check_stages (self, "query", signature);
  line = g_strdup_printf ("%s %s?%s HTTP/1.1\n", self->method, self->path,
                          signature->query);
  g_assert_true (g_str_has_prefix (expected, line));
}

static void
test_case (gconstpointer data)
{
  Case self = { .folder = g_strdup (data) };

  parse_request (&self);
  parse_context (&self);
  check_header_form (&self);
  check_query_form (&self);
  clear_case (&self);
}

static void
test_without_data (void)
{
  g_test_skip ("ANC_TEST_DATA names no folder with AWS's signing test suite");
}

static void
test_count (gconstpointer data)
{
  g_assert_cmpuint (GPOINTER_TO_UINT (data), ==, CASES);
}

int
main (int argc, char **argv)
{
  const gchar *data = g_getenv ("ANC_TEST_DATA");
  g_autofree gchar *folder
      = g_build_filename (data != NULL ? data : "", "sigv4", NULL);
  g_autoptr (GDir) dir = NULL;
  const gchar *name;
  guint count = 0;

  g_test_init (&argc, &argv, NULL);
  dir = data != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  if (dir == NULL) {
    g_test_add_func ("/sigv4/vectors", test_without_data);
    return g_test_run ();
  }
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_strconcat ("/sigv4/vectors/", name, NULL);

    g_test_add_data_func_full (path, g_build_filename (folder, name, NULL),
                               test_case, g_free);
    count++;
  }
  g_test_add_data_func ("/sigv4/count", GUINT_TO_POINTER (count), test_count);
  return g_test_run ();
}
