/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-xml.h"

#include "anc-aws-error.h"
#include "anc-aws-xml.h"

#include <string.h>

#define NAMESPACE "http://s3.amazonaws.com/doc/2006-03-01/"
#define MAX_PARTS 10000

static gboolean
refuse (GError **error, const gchar *what)
{
  anc_aws_error_set (error, ANC_AWS_ERROR_MALFORMED, NULL, "%s", what);
  return FALSE;
}

/* Servers agree on how the root's name begins, not on Result or Response. */
static AncAwsXml *
parse (GBytes *body, const gchar *root, GError **error)
{
  gsize size = 0;
  const gchar *text = g_bytes_get_data (body, &size);
  g_autoptr (AncAwsXml) xml
      = anc_aws_xml_parse (text != NULL ? text : "", size, error);

  if (xml == NULL)
    return NULL;
  if (!g_str_has_prefix (xml->name, root)) {
    refuse (error, "the answer is another than the one asked for");
    return NULL;
  }
  return g_steal_pointer (&xml);
}

/* With encoding-type=url names come like form values: + is a space. */
static gchar *
decode_name (const AncAwsXml *root, const gchar *text)
{
  const gchar *encoding = anc_aws_xml_text (root, "EncodingType");
  g_autofree gchar *spaces = NULL;

  if (text == NULL || g_strcmp0 (encoding, "url") != 0)
    return g_strdup (text);
  spaces = g_strdelimit (g_strdup (text), "+", ' ');
  return g_uri_unescape_string (spaces, NULL);
}

static gboolean
is_truncated (const AncAwsXml *root)
{
  return g_strcmp0 (anc_aws_xml_text (root, "IsTruncated"), "true") == 0;
}

gchar *
anc_s3_xml_parse_upload_id (GBytes *body, GError **error)
{
  g_autoptr (AncAwsXml) root = parse (body, "InitiateMultipartUpload", error);
  const gchar *id = anc_aws_xml_text (root, "UploadId");

  if (root != NULL && (id == NULL || *id == '\0'))
    refuse (error, "there is no upload id");
  return id != NULL && *id != '\0' ? g_strdup (id) : NULL;
}

/* --- checksums by element: ChecksumCRC32C --- */

static gchar *
checksum_element (AncAwsChecksumAlgorithm algorithm)
{
  return g_strconcat ("Checksum", anc_aws_checksum_name (algorithm), NULL);
}

static const gchar *
find_checksum (const AncAwsXml *xml, AncAwsChecksumAlgorithm *ret_algorithm)
{
  for (AncAwsChecksumAlgorithm i = ANC_AWS_CHECKSUM_CRC32C;
       i <= ANC_AWS_CHECKSUM_SHA256; i++) {
    g_autofree gchar *name = checksum_element (i);
    const gchar *value = anc_aws_xml_text (xml, name);

    if (value != NULL && *value != '\0') {
      *ret_algorithm = i;
      return value;
    }
  }
  return NULL;
}

/* --- lists --- */

static gboolean
add_part (const AncAwsXml *xml, GPtrArray *parts, GError **error)
{
  AncAwsChecksumAlgorithm algorithm;
  guint64 number = 0, size = 0;
  AncS3Part *part;

  if (!anc_aws_xml_number (xml, "PartNumber", &number) || number < 1
      || number > MAX_PARTS || !anc_aws_xml_number (xml, "Size", &size)
      || anc_aws_xml_text (xml, "ETag") == NULL)
    return refuse (error, "a part has no valid number, size or ETag");
  if (parts->len >= MAX_PARTS
      || (parts->len > 0
          && ((AncS3Part *) parts->pdata[parts->len - 1])->number >= number))
    return refuse (error, "the parts are not in ascending order");
  part = g_new0 (AncS3Part, 1);
  part->number = (guint) number;
  part->size = size;
  part->etag = g_strdup (anc_aws_xml_text (xml, "ETag"));
  part->checksum = g_strdup (find_checksum (xml, &algorithm));
  g_ptr_array_add (parts, part);
  return TRUE;
}

gboolean
anc_s3_xml_parse_parts (GBytes *body, GPtrArray *parts, guint *ret_marker,
                        GError **error)
{
  g_autoptr (AncAwsXml) root = parse (body, "ListParts", error);
  guint before = parts->len;

  if (root == NULL)
    return FALSE;
  for (guint i = 0; i < root->children->len; i++) {
    const AncAwsXml *child = root->children->pdata[i];

    if (strcmp (child->name, "Part") == 0 && !add_part (child, parts, error))
      return FALSE;
  }
  *ret_marker = 0;
  if (!is_truncated (root))
    return TRUE;
  /* The last one here; a server's own marker can only say the same. */
  if (parts->len == before)
    return refuse (error, "a page of parts is empty");
  *ret_marker = ((AncS3Part *) parts->pdata[parts->len - 1])->number;
  return TRUE;
}

static gboolean
add_upload (const AncAwsXml *root, const AncAwsXml *xml, GPtrArray *uploads,
            GError **error)
{
  const gchar *id = anc_aws_xml_text (xml, "UploadId");
  g_autofree gchar *key = decode_name (root, anc_aws_xml_text (xml, "Key"));
  AncS3Upload *upload;

  if (id == NULL || key == NULL)
    return refuse (error, "an upload has no key or no id");
  upload = g_new0 (AncS3Upload, 1);
  upload->key = g_steal_pointer (&key);
  upload->upload_id = g_strdup (id);
  upload->initiated = anc_aws_xml_time (xml, "Initiated");
  g_ptr_array_add (uploads, upload);
  return TRUE;
}

gboolean
anc_s3_xml_parse_uploads (GBytes *body, GPtrArray *uploads,
                          gchar **ret_key_marker, gchar **ret_id_marker,
                          GError **error)
{
  g_autoptr (AncAwsXml) root = parse (body, "ListMultipartUploads", error);
  g_autofree gchar *key = NULL;

  if (root == NULL)
    return FALSE;
  for (guint i = 0; i < root->children->len; i++) {
    const AncAwsXml *child = root->children->pdata[i];

    if (strcmp (child->name, "Upload") == 0
        && !add_upload (root, child, uploads, error))
      return FALSE;
  }
  *ret_key_marker = *ret_id_marker = NULL;
  if (!is_truncated (root))
    return TRUE;
  key = decode_name (root, anc_aws_xml_text (root, "NextKeyMarker"));
  if (key == NULL || *key == '\0')
    return refuse (error, "the list goes on, but does not say where");
  *ret_key_marker = g_steal_pointer (&key);
  *ret_id_marker = g_strdup (anc_aws_xml_text (root, "NextUploadIdMarker"));
  return TRUE;
}

static gboolean
add_object (const AncAwsXml *root, const AncAwsXml *xml, GPtrArray *objects,
            GError **error)
{
  g_autofree gchar *key = decode_name (root, anc_aws_xml_text (xml, "Key"));
  guint64 size = 0;
  AncS3Object *object;

  if (key == NULL || !anc_aws_xml_number (xml, "Size", &size))
    return refuse (error, "an object has no key or no size");
  object = g_new0 (AncS3Object, 1);
  object->key = g_steal_pointer (&key);
  object->size = size;
  object->etag = g_strdup (anc_aws_xml_text (xml, "ETag"));
  object->storage_class = g_strdup (anc_aws_xml_text (xml, "StorageClass"));
  object->last_modified = anc_aws_xml_time (xml, "LastModified");
  g_ptr_array_add (objects, object);
  return TRUE;
}

static void
add_prefix (const AncAwsXml *root, const AncAwsXml *xml, GPtrArray *prefixes)
{
  gchar *prefix = decode_name (root, anc_aws_xml_text (xml, "Prefix"));

  if (prefix != NULL && prefixes != NULL)
    g_ptr_array_add (prefixes, prefix);
  else
    g_free (prefix);
}

gboolean
anc_s3_xml_parse_objects (GBytes *body, GPtrArray *objects, GPtrArray *prefixes,
                          gchar **ret_token, GError **error)
{
  g_autoptr (AncAwsXml) root = parse (body, "ListBucket", error);
  const gchar *token;

  if (root == NULL)
    return FALSE;
  for (guint i = 0; i < root->children->len; i++) {
    const AncAwsXml *child = root->children->pdata[i];

    if (strcmp (child->name, "Contents") == 0
        && !add_object (root, child, objects, error))
      return FALSE;
    if (strcmp (child->name, "CommonPrefixes") == 0)
      add_prefix (root, child, prefixes);
  }
  *ret_token = NULL;
  if (!is_truncated (root))
    return TRUE;
  token = anc_aws_xml_text (root, "NextContinuationToken");
  if (token == NULL || *token == '\0')
    return refuse (error, "the list goes on, but does not say where");
  *ret_token = g_strdup (token);
  return TRUE;
}

/* --- single answers --- */

gboolean
anc_s3_xml_parse_complete (GBytes *body, AncS3ObjectInfo *ret_info,
                           GError **error)
{
  g_autoptr (AncAwsXml) root = parse (body, "CompleteMultipartUpload", error);
  const gchar *etag = anc_aws_xml_text (root, "ETag");

  if (root == NULL)
    return FALSE;
  if (etag == NULL || *etag == '\0')
    return refuse (error, "there is no ETag");
  *ret_info = (AncS3ObjectInfo){ .etag = g_strdup (etag) };
  ret_info->checksum
      = g_strdup (find_checksum (root, &ret_info->checksum_algorithm));
  return TRUE;
}

gboolean
anc_s3_xml_parse_deleted (GBytes *body, gchar **ret_key, gchar **ret_code,
                          gchar **ret_message, GError **error)
{
  g_autoptr (AncAwsXml) root = parse (body, "Delete", error);
  const AncAwsXml *fault = anc_aws_xml_child (root, "Error");
  const gchar *key = anc_aws_xml_text (fault, "Key");

  if (root == NULL)
    return FALSE;
  *ret_key = fault != NULL ? g_strdup (key != NULL ? key : "") : NULL;
  *ret_code = g_strdup (anc_aws_xml_text (fault, "Code"));
  *ret_message = g_strdup (anc_aws_xml_text (fault, "Message"));
  return TRUE;
}

/* --- writing --- */

GBytes *
anc_s3_xml_complete (GPtrArray *parts, AncAwsChecksumAlgorithm algorithm)
{
  g_autofree gchar *element = algorithm != ANC_AWS_CHECKSUM_NONE
                                  ? checksum_element (algorithm)
                                  : NULL;
  GString *xml
      = g_string_new ("<CompleteMultipartUpload xmlns=\"" NAMESPACE "\">");

  for (guint i = 0; i < parts->len; i++) {
    const AncS3Part *part = parts->pdata[i];

    g_string_append (xml, "<Part>");
    anc_aws_xml_append (xml, "ETag", part->etag);
    if (element != NULL)
      anc_aws_xml_append (xml, element, part->checksum);
    g_string_append_printf (xml, "<PartNumber>%u</PartNumber></Part>",
                            part->number);
  }
  g_string_append (xml, "</CompleteMultipartUpload>");
  return g_string_free_to_bytes (xml);
}

GBytes *
anc_s3_xml_delete (const gchar *const *keys, guint count)
{
  GString *xml = g_string_new ("<Delete xmlns=\"" NAMESPACE "\">");

  for (guint i = 0; i < count; i++) {
    g_string_append (xml, "<Object>");
    anc_aws_xml_append (xml, "Key", keys[i]);
    g_string_append (xml, "</Object>");
  }
  g_string_append (xml, "<Quiet>true</Quiet></Delete>");
  return g_string_free_to_bytes (xml);
}
