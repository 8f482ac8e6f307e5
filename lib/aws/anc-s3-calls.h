/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3.h"

/* The requests that an upload makes, as a table: a test puts a store in memory
 * in the place of the network and fails whichever request it likes. The
 * functions are those of anc-s3.h and keep their rules; the first argument is
 * handed through. */
typedef struct {
  gboolean (*put) (AncS3 *s3, const gchar *bucket, const gchar *key,
                   const AncS3Attributes *attributes, GBytes *body,
                   const gchar *checksum, AncS3ObjectInfo *ret_info,
                   GCancellable *cancellable, GError **error);
  gboolean (*create) (AncS3 *s3, const gchar *bucket, const gchar *key,
                      const AncS3Attributes *attributes, gchar **ret_upload_id,
                      GCancellable *cancellable, GError **error);
  gboolean (*upload_part) (AncS3 *s3, const gchar *bucket, const gchar *key,
                           const gchar *upload_id, guint number, GBytes *body,
                           AncAwsChecksumAlgorithm algorithm,
                           const gchar *checksum, AncS3Part *ret_part,
                           GCancellable *cancellable, GError **error);
  gboolean (*complete) (AncS3 *s3, const gchar *bucket, const gchar *key,
                        const gchar *upload_id, GPtrArray *parts,
                        const AncS3Completion *completion,
                        AncS3ObjectInfo *ret_info, GCancellable *cancellable,
                        GError **error);
  gboolean (*abort) (AncS3 *s3, const gchar *bucket, const gchar *key,
                     const gchar *upload_id, GCancellable *cancellable,
                     GError **error);
  gboolean (*list_parts) (AncS3 *s3, const gchar *bucket, const gchar *key,
                          const gchar *upload_id, GPtrArray **ret_parts,
                          GCancellable *cancellable, GError **error);
  gboolean (*list_uploads) (AncS3 *s3, const gchar *bucket, const gchar *prefix,
                            GPtrArray **ret_uploads, GCancellable *cancellable,
                            GError **error);
  gboolean (*head) (AncS3 *s3, const gchar *bucket, const gchar *key,
                    const gchar *version_id, AncS3ObjectInfo *ret_info,
                    GCancellable *cancellable, GError **error);
  gboolean (*check) (AncS3 *s3, const gchar *bucket, GCancellable *cancellable,
                     GError **error);
} AncS3Calls;

/* Those that go over the network. */
const AncS3Calls *anc_s3_calls (void);
