/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each source of credentials against a server that plays the endpoint. */
#include "anc-aws-error.h"
#include "anc-aws-provider.h"
#include "authority.h"
#include "fake-clock.h"
#include "peer.h"

#include <glib/gstdio.h>
#include <string.h>

#define JSON_KEYS                                                              \
  "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIA1\",\"SecretAccessKey\":"       \
  "\"s3cret\",\"Token\":\"t0ken\",\"Expiration\":\"2024-02-29T13:00:00Z\"}"
#define STS_KEYS                                                               \
  "<R xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Result>"            \
  "<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s3cret"       \
  "</SecretAccessKey><SessionToken>t0ken</SessionToken><Expiration>"           \
  "2024-02-29T13:00:00Z</Expiration></Credentials></Result></R>"
#define HOUR_LATER (FAKE_NOW + G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct {
  FakeClock clock;
  Peer *peer;
  gchar *home;
  GPtrArray *environment; /* of NAME=VALUE */
  AncAwsContext *context;
  GError *error;
  AncAwsCredentials *credentials;
} Fixture;

static gchar *
file_path (Fixture *self, const gchar *name)
{
  return g_build_filename (self->home, name, NULL);
}

static void
write_file (Fixture *self, const gchar *name, const gchar *text)
{
  g_autofree gchar *path = file_path (self, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
set_variable (Fixture *self, const gchar *name, const gchar *value)
{
  g_ptr_array_add (self->environment, g_strconcat (name, "=", value, NULL));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree gchar *config = NULL;
  g_autofree gchar *credentials = NULL;

  fake_clock_init (&self->clock);
  self->peer = peer_new (NULL, FALSE);
  self->home = g_dir_make_tmp ("anc-providers-XXXXXX", NULL);
  self->environment = g_ptr_array_new_with_free_func (g_free);
  config = file_path (self, "config");
  credentials = file_path (self, "credentials");
  set_variable (self, "HOME", self->home);
  set_variable (self, "AWS_CONFIG_FILE", config);
  set_variable (self, "AWS_SHARED_CREDENTIALS_FILE", credentials);
  set_variable (self, "AWS_ENDPOINT_URL_STS", peer_url (self->peer));
  set_variable (self, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                peer_url (self->peer));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  static const gchar *const names[] = { "config", "credentials", "token" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = file_path (self, names[i]);

    g_unlink (path);
  }
  g_rmdir (self->home);
  g_free (self->home);
  peer_free (self->peer);
  g_ptr_array_unref (self->environment);
  g_clear_pointer (&self->context, anc_aws_context_unref);
  g_clear_pointer (&self->credentials, anc_aws_credentials_unref);
  g_clear_error (&self->error);
  fake_clock_clear (&self->clock);
}

static AncAwsContext *
make_context (Fixture *self, const gchar *profile)
{
  g_clear_pointer (&self->context, anc_aws_context_unref);
  g_ptr_array_add (self->environment, NULL);
  self->context
      = anc_aws_context_new ((const gchar *const *) self->environment->pdata,
                             profile, &self->clock.clock);
  g_ptr_array_set_size (self->environment, (gint) self->environment->len - 1);
  return self->context;
}

/* Takes the provider. */
static void
get (Fixture *self, AncAwsProvider *provider)
{
  g_clear_error (&self->error);
  g_clear_pointer (&self->credentials, anc_aws_credentials_unref);
  self->credentials = anc_aws_provider_get (provider, NULL, &self->error);
  anc_aws_provider_unref (provider);
  if (self->error != NULL)
    g_test_message ("%s", self->error->message);
}

static void
assert_keys (Fixture *self, const gchar *id, const gchar *secret,
             const gchar *token, gint64 expiration)
{
  AncAwsCredentials *keys = self->credentials;

  g_assert_no_error (self->error);
  g_assert_cmpstr (anc_aws_credentials_access_key_id (keys), ==, id);
  g_assert_cmpstr (anc_aws_credentials_secret_access_key (keys), ==, secret);
  g_assert_cmpstr (anc_aws_credentials_session_token (keys), ==, token);
  g_assert_cmpint (anc_aws_credentials_expiration (keys), ==, expiration);
}

/* What the answers above hold. */
static void
assert_session (Fixture *self)
{
  assert_keys (self, "ASIA1", "s3cret", "t0ken", HOUR_LATER);
}

static void
assert_error (Fixture *self, AncAwsError code, const gchar *words)
{
  g_assert_null (self->credentials);
  g_assert_error (self->error, ANC_AWS_ERROR, (gint) code);
  g_assert_nonnull (strstr (self->error->message, words));
  g_assert_null (strstr (self->error->message, "s3cret"));
  g_assert_null (strstr (self->error->message, "t0ken"));
}

/* --- environment --- */

static void
test_environment (Fixture *self, gconstpointer data)
{
  get (self, anc_aws_provider_environment (make_context (self, NULL)));
  assert_error (self, ANC_AWS_ERROR_NO_CREDENTIALS, "AWS_ACCESS_KEY_ID");
  set_variable (self, "AWS_ACCESS_KEY_ID", "AKID");
  get (self, anc_aws_provider_environment (make_context (self, NULL)));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "Set both");
  set_variable (self, "AWS_SECRET_ACCESS_KEY", "s");
  set_variable (self, "AWS_SESSION_TOKEN", "");
  get (self, anc_aws_provider_environment (make_context (self, NULL)));
  assert_keys (self, "AKID", "s", NULL, 0);
}

/* --- profiles --- */

static void
test_profile_keys (Fixture *self, gconstpointer data)
{
  write_file (self, "credentials",
              "[default]\naws_access_key_id=A\naws_secret_access_key=s3cret\n"
              "[half]\naws_access_key_id=A\n");
  write_file (self, "config",
              "[profile in-config]\naws_access_key_id = B\n"
              "aws_secret_access_key = b # comment\naws_session_token = t\n"
              "[profile empty]\nregion = x\n");
  get (self, anc_aws_provider_profile (make_context (self, NULL)));
  assert_keys (self, "A", "s3cret", NULL, 0);
  get (self, anc_aws_provider_profile (make_context (self, "in-config")));
  assert_keys (self, "B", "b", "t", 0);
  get (self, anc_aws_provider_profile (make_context (self, "half")));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "set both");
  get (self, anc_aws_provider_profile (make_context (self, "empty")));
  assert_error (self, ANC_AWS_ERROR_NO_CREDENTIALS, "\"empty\"");
  get (self, anc_aws_provider_profile (make_context (self, "missing")));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "\"missing\"");
  set_variable (self, "AWS_PROFILE", "in-config");
  get (self, anc_aws_provider_profile (make_context (self, NULL)));
  assert_keys (self, "B", "b", "t", 0);
}

static void
test_profile_refusals (Fixture *self, gconstpointer data)
{
  static const struct {
    const gchar *profile;
    AncAwsError code;
    const gchar *words;
  } table[] = {
    { "mfa", ANC_AWS_ERROR_NOT_SUPPORTED, "get-session-token" },
    { "sso", ANC_AWS_ERROR_NOT_SUPPORTED, "aws sso login" },
    { "login", ANC_AWS_ERROR_NOT_SUPPORTED, "export-credentials" },
    { "both", ANC_AWS_ERROR_CREDENTIALS, "one of" },
    { "none", ANC_AWS_ERROR_CREDENTIALS, "one of" },
    { "lost", ANC_AWS_ERROR_CREDENTIALS, "\"nobody\"" },
    { "odd", ANC_AWS_ERROR_CREDENTIALS, "credential_source" },
    { "circle", ANC_AWS_ERROR_CREDENTIALS, "circle" },
    { "self", ANC_AWS_ERROR_CREDENTIALS, "set both" },
    { "poor", ANC_AWS_ERROR_CREDENTIALS, "has no credentials" },
  };

  write_file (
      self, "config",
      "[profile mfa]\nrole_arn=r\nsource_profile=default\nmfa_serial=m\n"
      "[profile sso]\nsso_session=s\n"
      "[profile login]\nlogin_session=s\n"
      "[profile both]\nrole_arn=r\nsource_profile=a\n"
      "credential_source=Environment\n"
      "[profile none]\nrole_arn=r\n"
      "[profile lost]\nrole_arn=r\nsource_profile=nobody\n"
      "[profile odd]\nrole_arn=r\ncredential_source=Nowhere\n"
      "[profile circle]\nrole_arn=r\nsource_profile=circle2\n"
      "[profile circle2]\nrole_arn=r\nsource_profile=circle\n"
      "[profile self]\nrole_arn=r\nsource_profile=self\n"
      "[profile poor]\nrole_arn=r\nsource_profile=bare\n"
      "[profile bare]\nregion=x\n");
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    get (self,
         anc_aws_provider_profile (make_context (self, table[i].profile)));
    assert_error (self, table[i].code, table[i].words);
  }
  g_assert_cmpuint (peer_count (self->peer), ==, 0);
}

static void
test_broken_files (Fixture *self, gconstpointer data)
{
  write_file (self, "credentials", "[default]\naws_secret_access_key s3cret\n");
  get (self, anc_aws_provider_profile (make_context (self, NULL)));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "Line 2 of");
}

/* --- roles --- */

static void
test_assume_role (Fixture *self, gconstpointer data)
{
  write_file (self, "config",
              "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\n"
              "source_profile = base\nrole_session_name = me & you\n"
              "external_id = x/y\nduration_seconds = 1800\n"
              "region = eu-west-3\n");
  write_file (self, "credentials",
              "[base]\naws_access_key_id=BASE\naws_secret_access_key=b\n");
  peer_answer (self->peer, 500, NULL, NULL);
  peer_answer (self->peer, 200, NULL, STS_KEYS);
  get (self, anc_aws_provider_profile (make_context (self, "role")));
  assert_session (self);
  g_assert_cmpstr (peer_request (self->peer, 1)->line, ==, "POST / HTTP/1.1");
  g_assert_cmpstr (
      peer_request (self->peer, 1)->body, ==,
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
      "123456789012%3Arole%2Fr&RoleSessionName=me%20%26%20you&"
      "DurationSeconds=1800&ExternalId=x%2Fy");
  g_assert_nonnull (strstr (peer_header (self->peer, 1, "Authorization"),
                            "Credential=BASE/20240229/eu-west-3/sts/"));
}

static void
test_assume_role_chained (Fixture *self, gconstpointer data)
{
  write_file (self, "config",
              "[profile outer]\nrole_arn=outer\nsource_profile=inner\n"
              "[profile inner]\nrole_arn=inner\n"
              "credential_source=Environment\n");
  set_variable (self, "AWS_ACCESS_KEY_ID", "ENV");
  set_variable (self, "AWS_SECRET_ACCESS_KEY", "e");
  peer_answer (self->peer, 200, NULL, STS_KEYS);
  peer_answer (self->peer, 200, NULL, STS_KEYS);
  get (self, anc_aws_provider_profile (make_context (self, "outer")));
  assert_session (self);
  g_assert_nonnull (
      strstr (peer_request (self->peer, 0)->body, "RoleArn=inner"));
  g_assert_nonnull (
      strstr (peer_header (self->peer, 0, "Authorization"), "=ENV/"));
  g_assert_nonnull (
      strstr (peer_request (self->peer, 1)->body, "RoleArn=outer"));
  g_assert_nonnull (
      strstr (peer_header (self->peer, 1, "Authorization"), "=ASIA1/"));
  g_assert_cmpstr (peer_header (self->peer, 1, "X-Amz-Security-Token"), ==,
                   "t0ken");
}

static void
test_role_refused (Fixture *self, gconstpointer data)
{
  g_autoptr (AncAwsProvider) source = anc_aws_provider_static ("A", "b", NULL);
  AncAwsRole role = { .role_arn = "arn:role" };

  peer_answer (self->peer, 403, NULL,
               "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied"
               "</Code><Message>User may not assume it</Message></Error>"
               "<RequestId>RID</RequestId></ErrorResponse>");
  get (self,
       anc_aws_provider_assume_role (make_context (self, NULL), &role, source));
  assert_error (self, ANC_AWS_ERROR_DENIED, "arn:role");
  g_assert_cmpstr (anc_aws_error_get_details (self->error)->request_id, ==,
                   "RID");
  peer_answer (self->peer, 200, NULL, "<Nothing/>");
  get (self, anc_aws_provider_assume_role (self->context, &role, source));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "without credentials");
}

static void
test_web_identity (Fixture *self, gconstpointer data)
{
  g_autofree gchar *token = file_path (self, "token");

  get (self,
       anc_aws_provider_web_identity_environment (make_context (self, NULL)));
  assert_error (self, ANC_AWS_ERROR_NO_CREDENTIALS, "TOKEN_FILE");
  set_variable (self, "AWS_WEB_IDENTITY_TOKEN_FILE", token);
  get (self,
       anc_aws_provider_web_identity_environment (make_context (self, NULL)));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "AWS_ROLE_ARN");
  set_variable (self, "AWS_ROLE_ARN", "arn:role");
  get (self,
       anc_aws_provider_web_identity_environment (make_context (self, NULL)));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "cannot be read");
  /* Read each time: it is replaced while we run. */
  for (guint i = 0; i < 2; i++) {
    write_file (self, "token", i == 0 ? "first\n" : "second\n");
    peer_answer (self->peer, 200, NULL, STS_KEYS);
    get (self, anc_aws_provider_web_identity_environment (self->context));
    assert_session (self);
    g_assert_null (peer_header (self->peer, i, "Authorization"));
    g_assert_nonnull (
        strstr (peer_request (self->peer, i)->body,
                i == 0 ? "WebIdentityToken=first" : "WebIdentityToken=second"));
  }
}

/* --- a program --- */

static void
test_process (Fixture *self, gconstpointer data)
{
  static const struct {
    const gchar *command, *words;
  } table[] = {
    { "sh -c 'exit 3; echo s3cret'", "failed" },
    { "/nonexistent/s3cret", "cannot be started" },
    { "sh -c 'unmatched", "unmatched quotes" },
    { "echo s3cret", "no JSON" },
    { "echo []", "other JSON" },
    { "echo '{\"AccessKeyId\":\"x\"}'", "no access key" },
    { "true", "no JSON" },
  };

  make_context (self, NULL);
  get (self, anc_aws_provider_process (self->context,
                                       "sh -c 'echo \"$0\"' '" JSON_KEYS "'"));
  assert_session (self);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    get (self, anc_aws_provider_process (self->context, table[i].command));
    assert_error (self, ANC_AWS_ERROR_CREDENTIALS, table[i].words);
  }
  write_file (self, "config",
              "[default]\ncredential_process = printf "
              "'{\"Version\":1,\"AccessKeyId\":\"P\","
              "\"SecretAccessKey\":\"q\"}'\n");
  get (self, anc_aws_provider_profile (make_context (self, NULL)));
  assert_keys (self, "P", "q", NULL, 0);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_process_cancelled (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (AncAwsProvider) provider
      = anc_aws_provider_process (make_context (self, NULL), "sleep 60");
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 start = g_get_monotonic_time ();

  g_assert_null (anc_aws_provider_get (provider, cancellable, &self->error));
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 30 * G_TIME_SPAN_SECOND);
  g_thread_join (thread);
}

/* --- containers --- */

static void
test_container_relative (Fixture *self, gconstpointer data)
{
  set_variable (self, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "/v2/credentials?id=1");
  set_variable (self, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic t0ken");
  make_context (self, NULL);
  peer_answer (self->peer, 503, NULL, NULL);
  peer_answer (self->peer, 200, NULL, JSON_KEYS);
  get (self, anc_aws_provider_container (self->context, peer_url (self->peer)));
  assert_session (self);
  g_assert_cmpstr (peer_request (self->peer, 1)->line, ==,
                   "GET /v2/credentials?id=1 HTTP/1.1");
  g_assert_cmpstr (peer_header (self->peer, 1, "Authorization"), ==,
                   "Basic t0ken");
  peer_answer (self->peer, 403, NULL, NULL);
  get (self, anc_aws_provider_container (self->context, peer_url (self->peer)));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "HTTP 403");
}

static void
test_container_full (Fixture *self, gconstpointer data)
{
  g_autofree gchar *url = g_strconcat (peer_url (self->peer), "/creds", NULL);
  g_autofree gchar *token = file_path (self, "token");

  set_variable (self, "AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
  set_variable (self, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token);
  get (self, anc_aws_provider_container (make_context (self, NULL), NULL));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "cannot be read");
  write_file (self, "token", "two\nlines\n");
  get (self, anc_aws_provider_container (self->context, NULL));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "one line");
  write_file (self, "token", "t1\n");
  peer_answer (self->peer, 200, NULL, JSON_KEYS);
  get (self, anc_aws_provider_container (self->context, NULL));
  assert_session (self);
  write_file (self, "token", "t2\n");
  peer_answer (self->peer, 200, NULL, JSON_KEYS);
  get (self, anc_aws_provider_container (self->context, NULL));
  g_assert_cmpstr (peer_header (self->peer, 0, "Authorization"), ==, "t1");
  g_assert_cmpstr (peer_header (self->peer, 1, "Authorization"), ==, "t2");
}

/* No token over plain HTTP to a foreign host. */
static void
test_container_hosts (Fixture *self, gconstpointer data)
{
  set_variable (self, "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "http://example.com/creds");
  set_variable (self, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "t0ken");
  get (self, anc_aws_provider_container (make_context (self, NULL), NULL));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "example.com");
}

/* --- EC2 --- */

static void
test_instance (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 200, NULL, "imds-token");
  peer_answer (self->peer, 200, NULL, "my role\nother\n");
  peer_answer (self->peer, 200, NULL, JSON_KEYS);
  get (self, anc_aws_provider_instance (make_context (self, NULL)));
  assert_session (self);
  g_assert_cmpstr (peer_request (self->peer, 0)->line, ==,
                   "PUT /latest/api/token HTTP/1.1");
  g_assert_cmpstr (
      peer_header (self->peer, 0, "x-aws-ec2-metadata-token-ttl-seconds"), ==,
      "21600");
  g_assert_cmpstr (
      peer_request (self->peer, 2)->line, ==,
      "GET /latest/meta-data/iam/security-credentials/my%20role HTTP/1.1");
  for (guint i = 1; i < 3; i++)
    g_assert_cmpstr (peer_header (self->peer, i, "x-aws-ec2-metadata-token"),
                     ==, "imds-token");
}

static void
test_instance_without (Fixture *self, gconstpointer data)
{
  peer_answer (self->peer, 200, NULL, "imds-token");
  peer_answer (self->peer, 404, NULL, NULL);
  get (self, anc_aws_provider_instance (make_context (self, NULL)));
  assert_error (self, ANC_AWS_ERROR_NO_CREDENTIALS, "no IAM role");
  /* A refusal is no reason to fall back to version 1. */
  peer_answer (self->peer, 403, NULL, NULL);
  get (self, anc_aws_provider_instance (self->context));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "HTTP 403");
  g_assert_cmpuint (peer_count (self->peer), ==, 3);
  /* Nobody there: not on EC2. */
  peer_stall (self->peer);
  peer_stall (self->peer);
  get (self, anc_aws_provider_instance (self->context));
  assert_error (self, ANC_AWS_ERROR_NO_CREDENTIALS, "answers");
  set_variable (self, "AWS_EC2_METADATA_DISABLED", "TRUE");
  get (self, anc_aws_provider_instance (make_context (self, NULL)));
  assert_error (self, ANC_AWS_ERROR_NO_CREDENTIALS, "DISABLED");
  g_assert_cmpuint (peer_count (self->peer), ==, 5);
}

/* --- AWS IoT --- */

static void
test_iot (Fixture *self, gconstpointer data)
{
  Authority *authority = authority_new ();
  g_autoptr (GTlsCertificate) certificate
      = authority_load (authority->server_file);
  Peer *peer = peer_new (certificate, TRUE);
  AncAwsIotIdentity identity = {
    .endpoint = peer_url (peer) + strlen ("https://"),
    .role_alias = "role/alias",
    .thing_name = "thing-1",
    .certificate_file = authority->client_file,
    .key_file = authority->client_key_file,
    .ca_file = authority->ca_file,
  };

  peer_answer (peer, 200, NULL,
               "{\"credentials\":{\"accessKeyId\":\"ASIA1\","
               "\"secretAccessKey\":\"s3cret\",\"sessionToken\":\"t0ken\","
               "\"expiration\":\"2024-02-29T13:00:00Z\"}}");
  peer_answer (peer, 403, NULL, "{\"message\":\"t0ken\"}");
  get (self, anc_aws_provider_iot (make_context (self, NULL), &identity));
  assert_session (self);
  g_assert_cmpstr (peer_request (peer, 0)->line, ==,
                   "GET /role-aliases/role%2Falias/credentials HTTP/1.1");
  g_assert_cmpstr (peer_header (peer, 0, "x-amzn-iot-thingname"), ==,
                   "thing-1");
  get (self, anc_aws_provider_iot (self->context, &identity));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "HTTP 403");
  identity.ca_file = NULL;
  get (self, anc_aws_provider_iot (self->context, &identity));
  assert_error (self, ANC_AWS_ERROR_TLS, "not trusted");
  identity.key_file = "/nonexistent";
  get (self, anc_aws_provider_iot (self->context, &identity));
  assert_error (self, ANC_AWS_ERROR_CREDENTIALS, "readable PEM");
  peer_free (peer);
  authority_free (authority);
}

/* --- the default chain --- */

static void
test_default (Fixture *self, gconstpointer data)
{
  set_variable (self, "AWS_EC2_METADATA_DISABLED", "true");
  get (self, anc_aws_provider_default (make_context (self, NULL)));
  assert_error (self, ANC_AWS_ERROR_NO_CREDENTIALS, "aws configure");
  write_file (self, "credentials",
              "[default]\naws_access_key_id=F\naws_secret_access_key=f\n"
              "[named]\naws_access_key_id=N\naws_secret_access_key=n\n");
  get (self, anc_aws_provider_default (make_context (self, NULL)));
  assert_keys (self, "F", "f", NULL, 0);
  set_variable (self, "AWS_ACCESS_KEY_ID", "E");
  set_variable (self, "AWS_SECRET_ACCESS_KEY", "e");
  set_variable (self, "AWS_PROFILE", "named");
  get (self, anc_aws_provider_default (make_context (self, NULL)));
  assert_keys (self, "E", "e", NULL, 0);
  get (self, anc_aws_provider_default (make_context (self, "named")));
  assert_keys (self, "N", "n", NULL, 0);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*test) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "/providers/environment", test_environment },
    { "/providers/profile-keys", test_profile_keys },
    { "/providers/profile-refusals", test_profile_refusals },
    { "/providers/broken-files", test_broken_files },
    { "/providers/assume-role", test_assume_role },
    { "/providers/assume-role-chained", test_assume_role_chained },
    { "/providers/role-refused", test_role_refused },
    { "/providers/web-identity", test_web_identity },
    { "/providers/process", test_process },
    { "/providers/process-cancelled", test_process_cancelled },
    { "/providers/container-relative", test_container_relative },
    { "/providers/container-full", test_container_full },
    { "/providers/container-hosts", test_container_hosts },
    { "/providers/instance", test_instance },
    { "/providers/instance-without", test_instance_without },
    { "/providers/iot", test_iot },
    { "/providers/default", test_default },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
