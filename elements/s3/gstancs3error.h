/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What is known beside the error; absent strings are NULL. */
typedef struct {
  const gchar *bucket, *key;
  const gchar *upload_id; /* of an upload that stays */
  const gchar *spool_folder;
  GstResourceError fallback; /* for what has no code of its own */
} GstAncS3ErrorPlace;

/* Posts an error message: the sentence of `error`, and details "details" with
 * bucket, key, http-status-code, error-code, request-id, upload-id,
 * spool-folder as far as they are known. */
void gst_anc_s3_post_error (GstElement *element, const GError *error,
                            const gchar *remark,
                            const GstAncS3ErrorPlace *place);
/* The same as a warning. */
void gst_anc_s3_post_warning (GstElement *element, const GError *error,
                              const gchar *remark,
                              const GstAncS3ErrorPlace *place);

G_END_DECLS
