/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancs3connection.h"

#include "anc-aws-error.h"
#include "anc-s3-uri.h"
#include "anc-secret.h"
#include "gstancs3error.h"
#include "gstancs3fields.h"

#define DEFAULT_RETRY_ATTEMPTS 5
#define DEFAULT_TIMEOUT 15

#define FIELD(id, field, kind)                                                 \
  GST_ANC_S3_PROP_##id, G_STRUCT_OFFSET (GstAncS3Connection, field),           \
      GST_ANC_S3_##kind
#define STRING(id, field, name, nick, blurb)                                   \
  {                                                                            \
    FIELD (id, field, STRING), name, nick, blurb                               \
  }
#define OTHER(id, field, kind)                                                 \
  {                                                                            \
    FIELD (id, field, kind), NULL, NULL, NULL                                  \
  }

static const GstAncS3Field fields[] = {
  STRING (BUCKET, bucket, "bucket", "Bucket",
          "Bucket, or ARN of an access point"),
  STRING (KEY, key, "key", "Key",
          "Key of the object; of the sink a template with {time:FORMAT}, "
          "{index}, {uuid}, {element} and {tag:NAME}. No escapes, unlike uri"),
  STRING (VERSION_ID, version_id, "version-id", "Version id",
          "Version of the object (default: the latest)"),
  STRING (REGION, region, "region", "Region",
          "AWS region (default: AWS_REGION, then the profile's)"),
  STRING (ENDPOINT, endpoint, "endpoint", "Endpoint",
          "URL of the service (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, "
          "the profile's, then AWS)"),
  STRING (PROFILE, profile, "profile", "Profile",
          "Profile of the shared AWS files (default: AWS_PROFILE, then "
          "\"default\")"),
  STRING (CA_FILE, ca_file, "ca-file", "CA file",
          "PEM file of authorities to trust (default: AWS_CA_BUNDLE, then the "
          "system's)"),
  STRING (ACCESS_KEY_ID, access_key_id, "access-key-id", "Access key id",
          "Access key id, with secret-access-key (default: what every AWS "
          "program finds)"),
  STRING (ROLE_ARN, role_arn, "role-arn", "Role ARN",
          "Role to assume with the credentials that are given or found"),
  STRING (ROLE_SESSION_NAME, role_session_name, "role-session-name",
          "Role session name",
          "Name of the session in the role's logs (default: made up)"),
  STRING (EXTERNAL_ID, external_id, "external-id", "External id",
          "What the owner of a role in another account asks for"),
  STRING (IOT_ENDPOINT, iot_endpoint, "iot-credentials-endpoint",
          "IoT credentials endpoint",
          "Host of AWS IoT's iot:CredentialProvider, for a device that has a "
          "certificate and no keys"),
  STRING (IOT_ROLE_ALIAS, iot_role_alias, "iot-role-alias", "IoT role alias",
          "Role alias of AWS IoT"),
  STRING (IOT_THING_NAME, iot_thing_name, "iot-thing-name", "IoT thing name",
          "Name of the thing, if the role's policy asks for it"),
  STRING (IOT_CERTIFICATE_FILE, iot_certificate_file, "iot-certificate-file",
          "IoT certificate file", "PEM file of the device's certificate"),
  STRING (IOT_KEY_FILE, iot_key_file, "iot-key-file", "IoT key file",
          "PEM file of the device's private key (default: in the "
          "certificate's)"),
  STRING (IOT_CA_FILE, iot_ca_file, "iot-ca-file", "IoT CA file",
          "PEM file of authorities to trust at the credentials endpoint "
          "(default: the system's)"),
  OTHER (FORCE_PATH_STYLE, force_path_style, BOOLEAN),
  OTHER (RETRY_ATTEMPTS, retry_attempts, UINT),
  OTHER (TIMEOUT, timeout, UINT),
  { 0 },
};

void
gst_anc_s3_connection_init (GstAncS3Connection *self)
{
  *self = (GstAncS3Connection){ .retry_attempts = DEFAULT_RETRY_ATTEMPTS,
                                .timeout = DEFAULT_TIMEOUT };
}

void
gst_anc_s3_connection_clear (GstAncS3Connection *self)
{
  gst_anc_s3_fields_clear (fields, self);
  g_clear_pointer (&self->bad_uri, g_free);
  g_clear_pointer (&self->secret_access_key, anc_secret_free);
  g_clear_pointer (&self->session_token, anc_secret_free);
}

static void
install_secret (GObjectClass *klass, guint id, const gchar *name,
                const gchar *nick, const gchar *blurb)
{
  g_object_class_install_property (
      klass, id,
      g_param_spec_string (name, nick, blurb, NULL,
                           G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS
                               | GST_PARAM_MUTABLE_READY));
}

void
gst_anc_s3_connection_install (GObjectClass *klass, gboolean source)
{
  g_object_class_install_property (
      klass, GST_ANC_S3_PROP_URI,
      g_param_spec_string ("uri", "URI",
                           "s3://BUCKET/KEY; %XX is always an escape", NULL,
                           GST_ANC_S3_READY_FLAGS));
  gst_anc_s3_fields_install_strings (fields, klass,
                                     source ? 0 : GST_ANC_S3_PROP_VERSION_ID);
  install_secret (klass, GST_ANC_S3_PROP_SECRET_ACCESS_KEY, "secret-access-key",
                  "Secret access key",
                  "Secret access key; cannot be read back");
  install_secret (klass, GST_ANC_S3_PROP_SESSION_TOKEN, "session-token",
                  "Session token",
                  "Session token of temporary keys; cannot be read back");
  g_object_class_install_property (
      klass, GST_ANC_S3_PROP_FORCE_PATH_STYLE,
      g_param_spec_boolean ("force-path-style", "Force path style",
                            "Bucket in the path instead of the host name; "
                            "always so for IP addresses and localhost",
                            FALSE, GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, GST_ANC_S3_PROP_RETRY_ATTEMPTS,
      g_param_spec_uint ("retry-attempts", "Retry attempts",
                         "How often each request is sent at most", 1, 100,
                         DEFAULT_RETRY_ATTEMPTS, GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, GST_ANC_S3_PROP_TIMEOUT,
      g_param_spec_uint ("timeout", "Timeout",
                         "Seconds without progress after which a request has "
                         "failed",
                         1, 3600, DEFAULT_TIMEOUT, GST_ANC_S3_READY_FLAGS));
}

gboolean
gst_anc_s3_connection_set (GstAncS3Connection *self, guint id,
                           const GValue *value)
{
  g_autoptr (GError) error = NULL;

  switch (id) {
  case GST_ANC_S3_PROP_URI:
    /* a bad one is said at the start, where there is an error to say it with */
    gst_anc_s3_connection_set_uri (self, g_value_get_string (value), &error);
    return TRUE;
  case GST_ANC_S3_PROP_SECRET_ACCESS_KEY:
    anc_secret_replace (&self->secret_access_key, g_value_get_string (value));
    return TRUE;
  case GST_ANC_S3_PROP_SESSION_TOKEN:
    anc_secret_replace (&self->session_token, g_value_get_string (value));
    return TRUE;
  default:
    return gst_anc_s3_fields_set (fields, self, id, value);
  }
}

gboolean
gst_anc_s3_connection_get (const GstAncS3Connection *self, guint id,
                           GValue *value)
{
  if (id != GST_ANC_S3_PROP_URI)
    return gst_anc_s3_fields_get (fields, self, id, value);
  g_value_take_string (value, gst_anc_s3_connection_get_uri (self));
  return TRUE;
}

gboolean
gst_anc_s3_connection_set_uri (GstAncS3Connection *self, const gchar *uri,
                               GError **error)
{
  g_auto (AncS3Uri) parsed = { NULL };

  /* a URI that cannot be meant must not leave the one before in its place */
  g_clear_pointer (&self->bucket, g_free);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->version_id, g_free);
  g_clear_pointer (&self->bad_uri, g_free);
  if (uri == NULL)
    return TRUE;
  if (!anc_s3_uri_parse (uri, &parsed, error)) {
    if (error != NULL && *error != NULL)
      self->bad_uri = g_strdup ((*error)->message);
    return FALSE;
  }
  self->bucket = g_steal_pointer (&parsed.bucket);
  self->key = g_steal_pointer (&parsed.key);
  self->version_id = g_steal_pointer (&parsed.version_id);
  return TRUE;
}

gchar *
gst_anc_s3_connection_get_uri (const GstAncS3Connection *self)
{
  return self->bucket != NULL
             ? anc_s3_uri_build (self->bucket, self->key, self->version_id)
             : NULL;
}

static gboolean
check (const GstAncS3Connection *self, GError **error)
{
  if (self->bad_uri != NULL) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL, "%s",
                       self->bad_uri);
    return FALSE;
  }
  if (self->bucket == NULL || self->key == NULL) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "%s: none is named; set uri=s3://BUCKET/KEY, or bucket "
                       "and key.",
                       self->bucket == NULL ? "bucket" : "key");
    return FALSE;
  }
  return anc_s3_check_bucket (self->bucket, error);
}

/* From any thread. */
static void
on_unreachable (const GError *error, gpointer element)
{
  GstAncS3ErrorPlace place = { .fallback = GST_RESOURCE_ERROR_FAILED };

  gst_anc_s3_post_warning (element, error, "It is tried again.", &place);
}

AncS3 *
gst_anc_s3_connection_open (const GstAncS3Connection *self, GstElement *element,
                            GError **error)
{
  g_autoptr (AncAwsContext) context = NULL;
  g_autoptr (AncAwsProvider) provider = NULL;
  AncS3 *s3;
  AncS3Options options = { .aws = { .region = self->region,
                                    .endpoint = self->endpoint,
                                    .ca_file = self->ca_file,
                                    .max_attempts = self->retry_attempts,
                                    .timeout_seconds = self->timeout,
                                    .unreachable = on_unreachable,
                                    .unreachable_data = element },
                           .force_path_style = self->force_path_style };

  if (!check (self, error))
    return NULL;
  context = anc_aws_context_new (NULL, self->profile, NULL);
  if (!gst_anc_s3_connection_identify (self, context, &provider, error))
    return NULL;
  options.aws.provider = provider;
  s3 = anc_s3_new (context, &options, error);
  if (s3 != NULL && !anc_aws_client_endpoint (anc_s3_client (s3))->custom
      && !anc_s3_check_bucket_of_aws (self->bucket, error))
    g_clear_pointer (&s3, anc_s3_unref);
  return s3;
}

const gchar *const *
gst_anc_s3_protocols (GType type)
{
  static const gchar *const protocols[] = { "s3", NULL };

  return protocols;
}

gboolean
gst_anc_s3_uri_set (GstElement *element, GstAncS3Connection *self,
                    const gchar *uri, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gboolean busy, good = FALSE;

  GST_OBJECT_LOCK (element);
  busy = GST_STATE (element) > GST_STATE_READY;
  if (!busy)
    good = gst_anc_s3_connection_set_uri (self, uri, &failed);
  GST_OBJECT_UNLOCK (element);
  if (busy)
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
                 "The URI cannot change while %s runs.",
                 GST_ELEMENT_NAME (element));
  else if (!good)
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, "%s",
                 failed->message);
  return good;
}
