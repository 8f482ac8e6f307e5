/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-endpoint.h"

#include "anc-aws-error.h"

#define PARTS 6

gboolean
anc_aws_is_arn (const gchar *text)
{
  return g_str_has_prefix (text, "arn:");
}

AncAwsArn *
anc_aws_arn_parse (const gchar *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", PARTS);
  AncAwsArn *self;

  if (!anc_aws_is_arn (text) || g_strv_length (parts) != PARTS
      || *parts[1] == '\0' || *parts[2] == '\0' || *parts[5] == '\0'
      || !g_utf8_validate (text, -1, NULL)) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "This is no ARN. Its form is "
                       "arn:partition:service:region:account:resource.");
    return NULL;
  }
  self = g_new0 (AncAwsArn, 1);
  self->partition = g_strdup (parts[1]);
  self->service = g_strdup (parts[2]);
  self->region = g_strdup (parts[3]);
  self->account = g_strdup (parts[4]);
  self->resource = g_strdup (parts[5]);
  return self;
}

void
anc_aws_arn_free (AncAwsArn *self)
{
  if (self == NULL)
    return;
  g_free (self->partition);
  g_free (self->service);
  g_free (self->region);
  g_free (self->account);
  g_free (self->resource);
  g_free (self);
}

/* AWS General Reference, "Partitions"; the suffixes as botocore's
 * partitions.json has them. */
const AncAwsPartition *
anc_aws_partition_of (const gchar *region)
{
  static const struct {
    const gchar *prefix;
    AncAwsPartition partition;
  } partitions[] = {
    { "cn-",
      { "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn",
        "cn-northwest-1" } },
    { "us-gov-",
      { "aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1" } },
    { "us-iso-",
      { "aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1" } },
    { "us-isob-",
      { "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1" } },
    { "eu-isoe-",
      { "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk",
        "eu-isoe-west-1" } },
    { "us-isof-",
      { "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov",
        "us-isof-south-1" } },
    { "eusc-",
      { "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu",
        "eusc-de-east-1" } },
    { "", { "aws", "amazonaws.com", "api.aws", "us-east-1" } },
  };
  guint i = 0;

  while (!g_str_has_prefix (region, partitions[i].prefix))
    i++;
  return &partitions[i].partition;
}
