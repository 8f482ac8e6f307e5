/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* s3://BUCKET/KEY[?versionId=ID]; BUCKET may be an access point ARN. In a URI %XX always stands for a byte; the
 * fields here are what it stands for. Nothing in a key is special: `//`, `..`
 * and a leading or trailing slash are part of its name. */
typedef struct {
  gchar *bucket;
  gchar *key;        /* NULL: the URI names the bucket alone */
  gchar *version_id; /* NULL: none given */
} AncS3Uri;

void anc_s3_uri_clear (AncS3Uri *self);

/* Errors are ANC_AWS_ERROR_ARGUMENT; `ret_uri` is then untouched. */
gboolean anc_s3_uri_parse (const gchar *text, AncS3Uri *ret_uri,
                           GError **error);

/* The URI of an object; `key` and `version_id` may be NULL. */
gchar *anc_s3_uri_build (const gchar *bucket, const gchar *key,
                         const gchar *version_id);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncS3Uri, anc_s3_uri_clear)
