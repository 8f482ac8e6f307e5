/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-types.h"

/* Attributes and object information as HTTP headers. */

/* Everything but the checksum, which differs between operations. */
void anc_s3_headers_add_attributes (AncAwsFields *headers,
                                    const AncS3Attributes *attributes);
/* The value of a body: x-amz-checksum-... */
void anc_s3_headers_add_checksum (AncAwsFields *headers,
                                  AncAwsChecksumAlgorithm algorithm,
                                  const gchar *checksum);
/* "FULL_OBJECT" or "COMPOSITE": what an upload in parts has; NULL for NONE. */
const gchar *anc_s3_checksum_type (AncAwsChecksumAlgorithm algorithm);
/* Fills all that the headers say; Content-Length is the length. */
void anc_s3_headers_read (const AncAwsFields *headers,
                          AncS3ObjectInfo *ret_info);
