/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-checksum.h"
#include "anc-aws-client.h"
#include "anc-s3-types.h"

/* Amazon S3 and what speaks like it. Amazon S3 API Reference. Thread rules are
 * those of AncAwsClient. Keys are bytes in UTF-8 and go out exactly as given
 * ("//", "..", "+", "%", "#" included). `bucket` is a name or an access point
 * ARN. */
typedef struct _AncS3 AncS3;

typedef struct {
  AncAwsClientOptions aws; /* `service` may be NULL */
  /* bucket in the path, not in the host name. Always so for IP addresses,
   * localhost, custom endpoints of one label, and names with dots over TLS. */
  gboolean force_path_style;
} AncS3Options;

AncS3 *anc_s3_new (AncAwsContext *context, const AncS3Options *options,
                   GError **error);
AncS3 *anc_s3_ref (AncS3 *self);
void anc_s3_unref (AncS3 *self);
AncAwsClient *anc_s3_client (AncS3 *self);

/* ANC_AWS_ERROR_ARGUMENT with the rule that is broken. A key has 1 to 1,024
 * bytes of UTF-8. */
gboolean anc_s3_check_bucket (const gchar *bucket, GError **error);
/* The stricter rules of AWS itself, which other services need not have. */
gboolean anc_s3_check_bucket_of_aws (const gchar *bucket, GError **error);
gboolean anc_s3_check_key (const gchar *key, GError **error);
/* The same for attributes: storage class, ACL, SSE, tags (10 at most), metadata
 * (2 KB at most, names that can be headers). */
gboolean anc_s3_check_attributes (const AncS3Attributes *attributes,
                                  GError **error);

/* Where an out argument may be NULL, it says so; structs of results are filled
 * on success alone and cleared by the caller. */

/* --- write --- */

/* A whole object at once. `checksum`: base64 of the attributes' algorithm, NULL:
 * computed here. `ret_info` (may be NULL): etag, version, checksum, size. */
gboolean anc_s3_put_object (AncS3 *self, const gchar *bucket, const gchar *key,
                            const AncS3Attributes *attributes, GBytes *body,
                            const gchar *checksum, AncS3ObjectInfo *ret_info,
                            GCancellable *cancellable, GError **error);

gboolean anc_s3_create_multipart_upload (AncS3 *self, const gchar *bucket,
                                         const gchar *key,
                                         const AncS3Attributes *attributes,
                                         gchar **ret_upload_id,
                                         GCancellable *cancellable,
                                         GError **error);

/* `number` 1 to 10,000. `algorithm` as in the attributes of the upload;
 * `checksum` base64, NULL: computed here. Fills number, size, etag, checksum.
 * Sending a number again replaces the part. A 200 without an ETag, or with
 * another checksum than ours, is an error. */
gboolean anc_s3_upload_part (AncS3 *self, const gchar *bucket, const gchar *key,
                             const gchar *upload_id, guint number, GBytes *body,
                             AncAwsChecksumAlgorithm algorithm,
                             const gchar *checksum, AncS3Part *ret_part,
                             GCancellable *cancellable, GError **error);

/* What S3 checks when the parts are put together. */
typedef struct {
  /* That of the attributes; the parts carry theirs. */
  AncAwsChecksumAlgorithm algorithm;
  /* base64 over the whole object, for the CRCs (see anc_aws_crc32c_combine ());
   * NULL: not checked. */
  const gchar *checksum;
  guint64 size; /* of the object; 0: not checked */
  gboolean if_none_match;
} AncS3Completion;

/* `parts`: of AncS3Part, in ascending order. After an error that may hide a
 * success (details: attempts above 1 with NoSuchUpload or 412; CONNECTION;
 * TIMEOUT; SERVER) HeadObject tells. 409 means: begin the upload anew. */
gboolean anc_s3_complete_multipart_upload (
    AncS3 *self, const gchar *bucket, const gchar *key, const gchar *upload_id,
    GPtrArray *parts, const AncS3Completion *completion,
    AncS3ObjectInfo *ret_info, GCancellable *cancellable, GError **error);

/* An upload that is not there (any more) is success. */
gboolean anc_s3_abort_multipart_upload (AncS3 *self, const gchar *bucket,
                                        const gchar *key,
                                        const gchar *upload_id,
                                        GCancellable *cancellable,
                                        GError **error);

/* All pages. `ret_parts`: of AncS3Part, ascending. ANC_AWS_ERROR_NOT_FOUND when
 * there is no such upload. */
gboolean anc_s3_list_parts (AncS3 *self, const gchar *bucket, const gchar *key,
                            const gchar *upload_id, GPtrArray **ret_parts,
                            GCancellable *cancellable, GError **error);
/* All pages. `ret_uploads`: of AncS3Upload. `prefix` may be NULL. */
gboolean anc_s3_list_multipart_uploads (AncS3 *self, const gchar *bucket,
                                        const gchar *prefix,
                                        GPtrArray **ret_uploads,
                                        GCancellable *cancellable,
                                        GError **error);

/* --- read --- */

/* `version_id` may be NULL. */
gboolean anc_s3_head_object (AncS3 *self, const gchar *bucket, const gchar *key,
                             const gchar *version_id, AncS3ObjectInfo *ret_info,
                             GCancellable *cancellable, GError **error);

typedef struct {
  guint64 offset;
  guint64 length;          /* 0: to the end */
  const gchar *if_match;   /* ETag with its quotes; NULL: any */
  const gchar *version_id; /* NULL: the latest */
} AncS3Range;

/* `range` may be NULL: all. Opens; the stream is read by the caller in the same
 * thread, is exactly `ret_info->length` bytes long (reading less is
 * ANC_AWS_ERROR_CONNECTION by anc_s3_read ()) and is not tried again: that is
 * the caller's, with if_match and a later offset. Unref closes it.
 * PRECONDITION: the object changed. RANGE: begins past the end. */
gboolean anc_s3_get_object (AncS3 *self, const gchar *bucket, const gchar *key,
                            const AncS3Range *range, AncS3ObjectInfo *ret_info,
                            GInputStream **ret_stream,
                            GCancellable *cancellable, GError **error);

/* A range into memory: tried again, and continued where it broke, as often as
 * the client's attempts without progress allow. `size` bytes at `data`; less
 * arrive only at the object's end. */
gboolean anc_s3_read (AncS3 *self, const gchar *bucket, const gchar *key,
                      const AncS3Range *range, gpointer data, gsize size,
                      gsize *ret_read, AncS3ObjectInfo *ret_info,
                      GCancellable *cancellable, GError **error);

/* --- list, delete, share --- */

/* Whether there are credentials, the bucket is there and S3 knows who asks:
 * lists nothing of it. DENIED with the code AccessDenied means only that the
 * bucket may not be listed. */
gboolean anc_s3_check_access (AncS3 *self, const gchar *bucket,
                              GCancellable *cancellable, GError **error);

typedef struct {
  const gchar *prefix, *delimiter, *start_after;
  guint max_keys; /* of a page; 0: 1,000 */
} AncS3Listing;

/* One page. `token` NULL: the first. `ret_objects`: of AncS3Object;
 * `ret_prefixes` (may be NULL): of strings; `*ret_token` NULL: the last page. */
gboolean anc_s3_list_objects (AncS3 *self, const gchar *bucket,
                              const AncS3Listing *listing, const gchar *token,
                              GPtrArray **ret_objects, GPtrArray **ret_prefixes,
                              gchar **ret_token, GCancellable *cancellable,
                              GError **error);

/* `version_id` may be NULL. A key that is not there is success. */
gboolean anc_s3_delete_object (AncS3 *self, const gchar *bucket,
                               const gchar *key, const gchar *version_id,
                               GCancellable *cancellable, GError **error);
/* Any number of keys, by thousands. The first one that could not be deleted is
 * the error; all the others are tried. */
gboolean anc_s3_delete_objects (AncS3 *self, const gchar *bucket,
                                const gchar *const *keys,
                                GCancellable *cancellable, GError **error);

/* `method` "GET", "PUT", "HEAD" or "DELETE"; `query` (may be NULL): further
 * parameters such as response-content-type. A bearer secret. */
gchar *anc_s3_presign (AncS3 *self, const gchar *method, const gchar *bucket,
                       const gchar *key, const AncAwsFields *query,
                       guint expires_seconds, GCancellable *cancellable,
                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3, anc_s3_unref)
