/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What differs between services before anything is sent. */
typedef struct {
  const gchar *name;   /* signing name */
  const gchar *id;     /* in AWS_ENDPOINT_URL_<ID> and, lower case, in the
                        * profile's services section; NULL: from the name */
  const gchar *prefix; /* of the host name; NULL: the name */
  gboolean s3_rules;   /* S3's own rules for signing */
} AncAwsService;

/* A service that is not in the table gets the general rules. */
AncAwsService anc_aws_service_find (const gchar *name);
/* AWS_ENDPOINT_URL's suffix. */
gchar *anc_aws_service_id (const AncAwsService *self);
