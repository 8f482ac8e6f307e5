/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-checksum.h"
#include "anc-aws-fields.h"

/* What is said of an object when it is written. Borrowed; NULL and zero: not
 * sent. */
typedef struct {
  const gchar *content_type, *content_encoding, *content_language;
  const gchar *content_disposition, *cache_control;
  const AncAwsFields *metadata; /* without x-amz-meta-; not ASCII: RFC 2047 */
  const AncAwsFields *tags;
  const gchar *storage_class; /* "STANDARD_IA", ... */
  const gchar *acl;           /* canned: "private", "public-read", ... */
  const gchar *sse;           /* "AES256", "aws:kms", "aws:kms:dsse" */
  const gchar *sse_kms_key_id;
  AncAwsChecksumAlgorithm checksum;
  gboolean if_none_match; /* only if there is no such object: else 412 */
} AncS3Attributes;

/* What is known of an object; strings are owned, absent ones NULL. */
typedef struct {
  guint64 size;   /* of the whole object */
  guint64 offset; /* of the part that a GET returns */
  guint64 length;
  gchar *etag; /* with its quotes */
  gchar *version_id;
  gchar *content_type;
  gchar *storage_class;
  gint64 last_modified; /* microseconds since 1970; 0: not known */
  AncAwsChecksumAlgorithm checksum_algorithm;
  gchar *checksum;        /* base64, as it came */
  guint parts;            /* x-amz-mp-parts-count; 0: not known */
  AncAwsFields *metadata; /* may be NULL */
} AncS3ObjectInfo;

void anc_s3_object_info_clear (AncS3ObjectInfo *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncS3ObjectInfo, anc_s3_object_info_clear)

typedef struct {
  guint number; /* 1 to 10,000 */
  guint64 size;
  gchar *etag;     /* with its quotes */
  gchar *checksum; /* base64; NULL: none */
} AncS3Part;

AncS3Part *anc_s3_part_copy (const AncS3Part *self);
void anc_s3_part_clear (AncS3Part *self);
void anc_s3_part_free (AncS3Part *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncS3Part, anc_s3_part_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3Part, anc_s3_part_free)

/* A multi-part upload that was neither completed nor aborted. */
typedef struct {
  gchar *key;
  gchar *upload_id;
  gint64 initiated; /* microseconds since 1970 */
} AncS3Upload;

void anc_s3_upload_free (AncS3Upload *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3Upload, anc_s3_upload_free)

/* An entry of a listing. */
typedef struct {
  gchar *key;
  guint64 size;
  gchar *etag;
  gchar *storage_class;
  gint64 last_modified;
} AncS3Object;

void anc_s3_object_free (AncS3Object *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3Object, anc_s3_object_free)
