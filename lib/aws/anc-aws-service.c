/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-service.h"

#include <string.h>

/* Names whose id or host is another; AWS SDKs and Tools Reference Guide,
 * "Service-specific endpoints". */
static const AncAwsService services[] = {
  { "s3", "S3", "s3", TRUE },
  { "execute-api", "APIGATEWAYMANAGEMENTAPI", "execute-api", FALSE },
  { "iotdata", "IOT_DATA_PLANE", "data-ats.iot", FALSE },
  { "logs", "CLOUDWATCH_LOGS", "logs", FALSE },
  { "monitoring", "CLOUDWATCH", "monitoring", FALSE },
  { "secretsmanager", "SECRETS_MANAGER", "secretsmanager", FALSE },
  { "states", "SFN", "states", FALSE },
};

AncAwsService
anc_aws_service_find (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    if (strcmp (services[i].name, name) == 0)
      return services[i];
  return (AncAwsService){ name, NULL, name, FALSE };
}

gchar *
anc_aws_service_id (const AncAwsService *self)
{
  g_autofree gchar *plain = NULL;

  if (self->id != NULL)
    return g_strdup (self->id);
  plain = g_ascii_strup (self->name, -1);
  return g_strdelimit (g_steal_pointer (&plain), "- .", '_');
}
