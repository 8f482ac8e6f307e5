/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-endpoint.h"

/* Where a bucket and a key are: Amazon S3 User Guide, "Virtual hosting of
 * buckets" and "Using access points". */
typedef struct {
  gchar *host;
  gchar *path;   /* encoded once, to go after the endpoint's own path */
  gchar *region; /* of an access point's ARN; NULL: the client's */
} AncS3Address;

/* `key` NULL: the bucket itself. ANC_AWS_ERROR_ARGUMENT, _NOT_SUPPORTED. */
gboolean anc_s3_address_init (AncS3Address *self,
                              const AncAwsEndpoint *endpoint,
                              gboolean force_path_style, const gchar *bucket,
                              const gchar *key, GError **error);
void anc_s3_address_clear (AncS3Address *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncS3Address, anc_s3_address_clear)
