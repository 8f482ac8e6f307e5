/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The checksums that S3 verifies. Amazon S3 User Guide, "Checking object
 * integrity". */
typedef enum {
  ANC_AWS_CHECKSUM_NONE,
  ANC_AWS_CHECKSUM_CRC32C,    /* RFC 3720, Castagnoli */
  ANC_AWS_CHECKSUM_CRC64NVME, /* NVM Express, reflected */
  ANC_AWS_CHECKSUM_SHA256,
} AncAwsChecksumAlgorithm;

/* "CRC32C", "CRC64NVME", "SHA256" as S3 spells them; NULL for NONE. */
const gchar *anc_aws_checksum_name (AncAwsChecksumAlgorithm algorithm);
/* "x-amz-checksum-crc32c", ...; NULL for NONE. */
const gchar *anc_aws_checksum_header (AncAwsChecksumAlgorithm algorithm);
/* Letter case ignored; FALSE: not one of them. */
gboolean anc_aws_checksum_from_name (const gchar *name,
                                     AncAwsChecksumAlgorithm *ret_algorithm);

/* Goes on from `crc`, which is 0 at the start: crc (crc (0, a), b) is the CRC of
 * a and b together. Hardware where there is some. */
guint32 anc_aws_crc32c (guint32 crc, gconstpointer data, gsize size);
guint64 anc_aws_crc64nvme (guint64 crc, gconstpointer data, gsize size);
/* The CRC of a followed by b from theirs and the size of b. */
guint32 anc_aws_crc32c_combine (guint32 a, guint32 b, guint64 size_b);
guint64 anc_aws_crc64nvme_combine (guint64 a, guint64 b, guint64 size_b);
/* "sse4.2", "pclmul", "table": what the functions above use here. */
const gchar *anc_aws_checksum_kernel (AncAwsChecksumAlgorithm algorithm);

/* The value as S3 headers have it: big-endian, base64. NULL for NONE. */
gchar *anc_aws_checksum_base64 (AncAwsChecksumAlgorithm algorithm,
                                gconstpointer data, gsize size);
/* The same, and the SHA-256 in lower-case hex, in one pass over the memory. */
gchar *anc_aws_checksum_and_sha256 (AncAwsChecksumAlgorithm algorithm,
                                    gconstpointer data, gsize size,
                                    gchar **ret_sha256);
gchar *anc_aws_crc32c_to_base64 (guint32 crc);
gchar *anc_aws_crc64nvme_to_base64 (guint64 crc);
/* FALSE: no such value. */
gboolean anc_aws_crc32c_from_base64 (const gchar *text, guint32 *ret_crc);
gboolean anc_aws_crc64nvme_from_base64 (const gchar *text, guint64 *ret_crc);

/* The checksum of checksums that S3 calls COMPOSITE, "-<parts>" included, from
 * the base64 values of the parts in order. NULL if one of them is not valid or
 * the algorithm has no such form (NONE, CRC64NVME). */
gchar *anc_aws_checksum_composite (AncAwsChecksumAlgorithm algorithm,
                                   const gchar *const *parts, guint count);
