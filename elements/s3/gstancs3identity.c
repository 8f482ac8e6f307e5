/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who asks: keys, a device's certificate, a role on top of either. */
#include "config.h"

#include "gstancs3connection.h"

#include "anc-aws-error.h"

/* FALSE: one property of a group without one that it needs. */
static gboolean
together (const gchar *one, const gchar *one_name, const gchar *other,
          const gchar *other_name, GError **error)
{
  if (one == NULL || other != NULL)
    return TRUE;
  anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                     "%s: needs %s; set both, or none to use what every AWS "
                     "program finds.",
                     one_name, other_name);
  return FALSE;
}

static gboolean
check_groups (const GstAncS3Connection *self, GError **error)
{
  const gchar *endpoint = "iot-credentials-endpoint";

  return together (self->access_key_id, "access-key-id",
                   self->secret_access_key, "secret-access-key", error)
         && together (self->secret_access_key, "secret-access-key",
                      self->access_key_id, "access-key-id", error)
         && together (self->external_id, "external-id", self->role_arn,
                      "role-arn", error)
         && together (self->role_session_name, "role-session-name",
                      self->role_arn, "role-arn", error)
         && together (self->iot_endpoint, endpoint, self->iot_role_alias,
                      "iot-role-alias", error)
         && together (self->iot_endpoint, endpoint, self->iot_certificate_file,
                      "iot-certificate-file", error)
         && together (self->iot_role_alias, "iot-role-alias",
                      self->iot_endpoint, endpoint, error)
         && together (self->iot_certificate_file, "iot-certificate-file",
                      self->iot_endpoint, endpoint, error)
         && together (self->iot_key_file, "iot-key-file", self->iot_endpoint,
                      endpoint, error)
         && together (self->iot_ca_file, "iot-ca-file", self->iot_endpoint,
                      endpoint, error)
         && together (self->iot_thing_name, "iot-thing-name",
                      self->iot_endpoint, endpoint, error);
}

static gboolean
check_one_identity (const GstAncS3Connection *self, GError **error)
{
  if (self->access_key_id == NULL || self->iot_endpoint == NULL)
    return TRUE;
  anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                     "access-key-id: iot-credentials-endpoint says who asks, "
                     "too; set one of them.");
  return FALSE;
}

static AncAwsProvider *
given (const GstAncS3Connection *self, AncAwsContext *context)
{
  AncAwsIotIdentity identity = { .endpoint = self->iot_endpoint,
                                 .role_alias = self->iot_role_alias,
                                 .thing_name = self->iot_thing_name,
                                 .certificate_file = self->iot_certificate_file,
                                 .key_file = self->iot_key_file,
                                 .ca_file = self->iot_ca_file };
  g_autoptr (AncAwsProvider) source = NULL;

  if (self->access_key_id != NULL)
    return anc_aws_provider_static (
        self->access_key_id, self->secret_access_key, self->session_token);
  if (self->iot_endpoint == NULL)
    return NULL;
  source = anc_aws_provider_iot (context, &identity);
  return anc_aws_provider_cached (source, anc_aws_context_clock (context));
}

static AncAwsProvider *
assumed (const GstAncS3Connection *self, AncAwsContext *context,
         AncAwsProvider *who)
{
  AncAwsRole role = { .role_arn = self->role_arn,
                      .session_name = self->role_session_name,
                      .external_id = self->external_id,
                      .region = self->region };
  g_autoptr (AncAwsProvider) source = who != NULL
                                          ? anc_aws_provider_ref (who)
                                          : anc_aws_provider_default (context);
  g_autoptr (AncAwsProvider) provider
      = anc_aws_provider_assume_role (context, &role, source);

  return anc_aws_provider_cached (provider, anc_aws_context_clock (context));
}

gboolean
gst_anc_s3_connection_identify (const GstAncS3Connection *self,
                                AncAwsContext *context,
                                AncAwsProvider **ret_provider, GError **error)
{
  g_autoptr (AncAwsProvider) who = NULL;

  if (!check_groups (self, error) || !check_one_identity (self, error))
    return FALSE;
  who = given (self, context);
  *ret_provider = self->role_arn != NULL ? assumed (self, context, who)
                                         : g_steal_pointer (&who);
  return TRUE;
}
