/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-types.h"

#include <glib.h>

/* The XML of S3, text to structs and back: no network. Untrusted input: anything
 * is parsed or refused with ANC_AWS_ERROR_MALFORMED, in a sentence that has no
 * subject yet ("a part number is missing"). */

/* The answer to CreateMultipartUpload. Free with g_free (). */
gchar *anc_s3_xml_parse_upload_id (GBytes *body, GError **error);

/* A page of ListParts; appends to `parts` (of AncS3Part). `*ret_marker` 0: the
 * last page. */
gboolean anc_s3_xml_parse_parts (GBytes *body, GPtrArray *parts,
                                 guint *ret_marker, GError **error);

/* A page of ListMultipartUploads; appends to `uploads` (of AncS3Upload).
 * `*ret_key_marker` NULL: the last page. */
gboolean anc_s3_xml_parse_uploads (GBytes *body, GPtrArray *uploads,
                                   gchar **ret_key_marker,
                                   gchar **ret_id_marker, GError **error);

/* A page of ListObjectsV2; appends to `objects` (of AncS3Object) and `prefixes`
 * (of strings; may be NULL). `*ret_token` NULL: the last page. */
gboolean anc_s3_xml_parse_objects (GBytes *body, GPtrArray *objects,
                                   GPtrArray *prefixes, gchar **ret_token,
                                   GError **error);

/* The answer to CompleteMultipartUpload: etag and checksum. */
gboolean anc_s3_xml_parse_complete (GBytes *body, AncS3ObjectInfo *ret_info,
                                    GError **error);

/* The first key that DeleteObjects could not delete; NULL: all are gone. */
gboolean anc_s3_xml_parse_deleted (GBytes *body, gchar **ret_key,
                                   gchar **ret_code, gchar **ret_message,
                                   GError **error);

/* The bodies of requests. */
GBytes *anc_s3_xml_complete (GPtrArray *parts,
                             AncAwsChecksumAlgorithm algorithm);
GBytes *anc_s3_xml_delete (const gchar *const *keys, guint count);
