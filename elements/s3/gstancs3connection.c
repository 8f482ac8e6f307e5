/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancs3connection.h"

#include "anc-aws-error.h"
#include "anc-s3-uri.h"
#include "anc-secret.h"
#include "gstancfields.h"
#include "gstancs3error.h"

#define S GstAncS3Connection
static const GstAncField fields[] = {
  GST_ANC_TEXT (S, bucket, "bucket", "Bucket",
                "Bucket, or ARN of an access point"),
  GST_ANC_TEXT (
      S, key, "key", "Key",
      "Key of the object; of the sink a template with {time:FORMAT}, "
      "{index}, {uuid}, {element} and {tag:NAME}. No escapes, unlike uri"),
  GST_ANC_TEXT (S, region, "region", "Region",
                "AWS region (default: AWS_REGION, then the profile's)"),
  GST_ANC_TEXT (
      S, endpoint, "endpoint", "Endpoint",
      "URL of the service (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, "
      "the profile's, then AWS)"),
  GST_ANC_TEXT (S, profile, "profile", "Profile",
                "Profile of the shared AWS files (default: AWS_PROFILE, then "
                "\"default\")"),
  GST_ANC_TEXT (
      S, ca_file, "ca-file", "CA file",
      "PEM file of authorities to trust (default: AWS_CA_BUNDLE, then the "
      "system's)"),
  GST_ANC_TEXT (
      S, access_key_id, "access-key-id", "Access key id",
      "Access key id, with secret-access-key (default: what every AWS "
      "program finds)"),
  GST_ANC_TEXT (S, role_arn, "role-arn", "Role ARN",
                "Role to assume with the credentials that are given or found"),
  GST_ANC_TEXT (S, role_session_name, "role-session-name", "Role session name",
                "Name of the session in the role's logs (default: made up)"),
  GST_ANC_TEXT (S, external_id, "external-id", "External id",
                "What the owner of a role in another account asks for"),
  GST_ANC_TEXT (
      S, iot_endpoint, "iot-credentials-endpoint", "IoT credentials endpoint",
      "Host of AWS IoT's iot:CredentialProvider, for a device that has a "
      "certificate and no keys"),
  GST_ANC_TEXT (S, iot_role_alias, "iot-role-alias", "IoT role alias",
                "Role alias of AWS IoT"),
  GST_ANC_TEXT (S, iot_thing_name, "iot-thing-name", "IoT thing name",
                "Name of the thing, if the role's policy asks for it"),
  GST_ANC_TEXT (S, iot_certificate_file, "iot-certificate-file",
                "IoT certificate file", "PEM file of the device's certificate"),
  GST_ANC_TEXT (S, iot_key_file, "iot-key-file", "IoT key file",
                "PEM file of the device's private key (default: in the "
                "certificate's)"),
  GST_ANC_TEXT (S, iot_ca_file, "iot-ca-file", "IoT CA file",
                "PEM file of authorities to trust at the credentials endpoint "
                "(default: the system's)"),
  GST_ANC_SWITCH (S, force_path_style, "force-path-style", "Force path style",
                  "Bucket in the path instead of the host name; always so for "
                  "IP addresses and localhost",
                  FALSE),
  GST_ANC_NUMBER (S, retry_attempts, "retry-attempts", "Retry attempts",
                  "How often each request is sent at most", 1, 100, 5),
  GST_ANC_NUMBER (S, timeout, "timeout", "Timeout",
                  "Seconds without progress after which a request has failed",
                  1, 3600, 15),
};

/* Of the source alone. */
static const GstAncField version_field
    = GST_ANC_TEXT (S, version_id, "version-id", "Version id",
                    "Version of the object (default: the latest)");
#undef S

/* What is not just kept, and where the tables begin. */
enum {
  PROP_URI = 1,
  PROP_SECRET_ACCESS_KEY,
  PROP_SESSION_TOKEN,
  PROP_VERSION_ID,
  PROP_FIELDS,
};

G_STATIC_ASSERT (PROP_FIELDS + G_N_ELEMENTS (fields) <= GST_ANC_S3_PROP_OWN);

void
gst_anc_s3_connection_init (GstAncS3Connection *self)
{
  *self = (GstAncS3Connection){ 0 };
  gst_anc_fields_init (self, fields, G_N_ELEMENTS (fields));
}

void
gst_anc_s3_connection_clear (GstAncS3Connection *self)
{
  gst_anc_fields_clear (self, fields, G_N_ELEMENTS (fields));
  gst_anc_fields_clear (self, &version_field, 1);
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
      klass, PROP_URI,
      g_param_spec_string (
          "uri", "URI", "Address as s3://BUCKET/KEY; %XX is always an escape",
          NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_READY));
  if (source)
    gst_anc_fields_install (klass, PROP_VERSION_ID, &version_field, 1,
                            GST_PARAM_MUTABLE_READY);
  gst_anc_fields_install (klass, PROP_FIELDS, fields, G_N_ELEMENTS (fields),
                          GST_PARAM_MUTABLE_READY);
  install_secret (klass, PROP_SECRET_ACCESS_KEY, "secret-access-key",
                  "Secret access key",
                  "Secret access key; cannot be read back");
  install_secret (klass, PROP_SESSION_TOKEN, "session-token", "Session token",
                  "Session token of temporary keys; cannot be read back");
}

gboolean
gst_anc_s3_connection_set (GstAncS3Connection *self, guint id,
                           const GValue *value)
{
  g_autoptr (GError) error = NULL;

  switch (id) {
  case PROP_URI:
    /* a bad one is said at the start, where there is an error to say it with */
    gst_anc_s3_connection_set_uri (self, g_value_get_string (value), &error);
    return TRUE;
  case PROP_SECRET_ACCESS_KEY:
    anc_secret_replace (&self->secret_access_key, g_value_get_string (value));
    return TRUE;
  case PROP_SESSION_TOKEN:
    anc_secret_replace (&self->session_token, g_value_get_string (value));
    return TRUE;
  default:
    return gst_anc_fields_set (self, PROP_VERSION_ID, &version_field, 1, id,
                               value)
           || gst_anc_fields_set (self, PROP_FIELDS, fields,
                                  G_N_ELEMENTS (fields), id, value);
  }
}

gboolean
gst_anc_s3_connection_get (const GstAncS3Connection *self, guint id,
                           GValue *value)
{
  if (id != PROP_URI)
    return gst_anc_fields_get (self, PROP_VERSION_ID, &version_field, 1, id,
                               value)
           || gst_anc_fields_get (self, PROP_FIELDS, fields,
                                  G_N_ELEMENTS (fields), id, value);
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
