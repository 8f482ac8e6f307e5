/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-headers.h"

#include "anc-aws-error.h"
#include "anc-aws-retry.h"
#include "anc-s3.h"

#include <string.h>

#define META "x-amz-meta-"
#define ENCODED "=?UTF-8?B?"
#define ENCODED_END "?="
#define MAX_METADATA 2048
#define MAX_TAGS 10
#define MAX_TAG_NAME 128
#define MAX_TAG_VALUE 256

/* --- checks --- */

static gboolean
refuse (GError **error, const gchar *name, const gchar *rule)
{
  anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL, "The %s %s.", name,
                     rule);
  return FALSE;
}

static gboolean
is_line (const gchar *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text < ' ' || *text == 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean
check_lines (const AncS3Attributes *self, GError **error)
{
  const struct {
    const gchar *name, *value;
  } texts[] = {
    { "content type", self->content_type },
    { "content encoding", self->content_encoding },
    { "content language", self->content_language },
    { "content disposition", self->content_disposition },
    { "cache control", self->cache_control },
    { "storage class", self->storage_class },
    { "ACL", self->acl },
    { "server-side encryption", self->sse },
    { "KMS key id", self->sse_kms_key_id },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].value != NULL
        && (!is_line (texts[i].value) || !g_str_is_ascii (texts[i].value)))
      return refuse (error, texts[i].name,
                     "must be one line of ASCII text; correct it");
  return TRUE;
}

static gboolean
check_metadata (const AncAwsFields *metadata, GError **error)
{
  gsize size = 0;

  for (guint i = 0; metadata != NULL && i < anc_aws_fields_length (metadata);
       i++) {
    const gchar *name = anc_aws_fields_name (metadata, i);
    const gchar *value = anc_aws_fields_value (metadata, i);

    if (*name == '\0'
        || strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.")
               != strlen (name))
      return refuse (error, "names of metadata",
                     "may have letters, digits, '-', '_' and '.' only");
    if (!g_utf8_validate (value, -1, NULL) || !is_line (value))
      return refuse (error, "values of metadata",
                     "must be one line of UTF-8 text");
    size += strlen (name) + strlen (value);
  }
  if (size > MAX_METADATA)
    return refuse (error, "metadata",
                   "may have 2,048 bytes in all; leave some out");
  return TRUE;
}

/* Amazon S3 User Guide, "Categorizing your storage using tags". */
static gboolean
is_tag (const gchar *text, glong longest)
{
  if (!g_utf8_validate (text, -1, NULL) || g_utf8_strlen (text, -1) > longest)
    return FALSE;
  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    gunichar c = g_utf8_get_char (text);

    if (!g_unichar_isalnum (c) && !g_unichar_ismark (c) && c != ' '
        && (c > 0x7e || strchr ("+-=._:/@", (gint) c) == NULL))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_tags (const AncAwsFields *tags, GError **error)
{
  if (tags == NULL)
    return TRUE;
  if (anc_aws_fields_length (tags) > MAX_TAGS)
    return refuse (error, "tags", "of an object are 10 at most");
  for (guint i = 0; i < anc_aws_fields_length (tags); i++) {
    const gchar *name = anc_aws_fields_name (tags, i);
    const gchar *value = anc_aws_fields_value (tags, i);

    if (*name == '\0' || !is_tag (name, MAX_TAG_NAME)
        || !is_tag (value, MAX_TAG_VALUE))
      return refuse (error, "tags",
                     "have names of 1 to 128 characters and values of at most "
                     "256: letters, digits, spaces and + - = . _ : / @");
  }
  return TRUE;
}

gboolean
anc_s3_check_attributes (const AncS3Attributes *attributes, GError **error)
{
  if (attributes->sse_kms_key_id != NULL
      && (attributes->sse == NULL
          || !g_str_has_prefix (attributes->sse, "aws:kms")))
    return refuse (
        error, "KMS key id",
        "needs server-side encryption by \"aws:kms\"; set that, too");
  return check_lines (attributes, error)
         && check_metadata (attributes->metadata, error)
         && check_tags (attributes->tags, error);
}

/* --- writing --- */

/* RFC 2047: S3 takes and gives what is not ASCII in this form. */
static gchar *
encode_metadata (const gchar *value)
{
  g_autofree gchar *base64 = NULL;

  if (g_str_is_ascii (value))
    return g_strdup (value);
  base64 = g_base64_encode ((const guchar *) value, strlen (value));
  return g_strconcat (ENCODED, base64, ENCODED_END, NULL);
}

static void
add_metadata (AncAwsFields *headers, const AncAwsFields *metadata)
{
  for (guint i = 0; metadata != NULL && i < anc_aws_fields_length (metadata);
       i++) {
    g_autofree gchar *lower
        = g_ascii_strdown (anc_aws_fields_name (metadata, i), -1);
    g_autofree gchar *name = g_strconcat (META, lower, NULL);
    g_autofree gchar *value
        = encode_metadata (anc_aws_fields_value (metadata, i));

    anc_aws_fields_add (headers, name, value);
  }
}

void
anc_s3_headers_add_attributes (AncAwsFields *headers,
                               const AncS3Attributes *attributes)
{
  const struct {
    const gchar *name, *value;
  } texts[] = {
    { "Content-Type", attributes->content_type },
    { "Content-Encoding", attributes->content_encoding },
    { "Content-Language", attributes->content_language },
    { "Content-Disposition", attributes->content_disposition },
    { "Cache-Control", attributes->cache_control },
    { "x-amz-storage-class", attributes->storage_class },
    { "x-amz-acl", attributes->acl },
    { "x-amz-server-side-encryption", attributes->sse },
    { "x-amz-server-side-encryption-aws-kms-key-id",
      attributes->sse_kms_key_id },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    anc_aws_fields_add_optional (headers, texts[i].name, texts[i].value);
  add_metadata (headers, attributes->metadata);
  if (attributes->tags != NULL
      && anc_aws_fields_length (attributes->tags) > 0) {
    g_autofree gchar *tags = anc_aws_fields_to_query (attributes->tags);

    anc_aws_fields_add (headers, "x-amz-tagging", tags);
  }
}

void
anc_s3_headers_add_checksum (AncAwsFields *headers,
                             AncAwsChecksumAlgorithm algorithm,
                             const gchar *checksum)
{
  if (algorithm == ANC_AWS_CHECKSUM_NONE)
    return;
  anc_aws_fields_add (headers, "x-amz-sdk-checksum-algorithm",
                      anc_aws_checksum_name (algorithm));
  anc_aws_fields_add (headers, anc_aws_checksum_header (algorithm), checksum);
}

const gchar *
anc_s3_checksum_type (AncAwsChecksumAlgorithm algorithm)
{
  if (algorithm == ANC_AWS_CHECKSUM_NONE)
    return NULL;
  return algorithm == ANC_AWS_CHECKSUM_SHA256 ? "COMPOSITE" : "FULL_OBJECT";
}

/* --- reading --- */

static guint64
number (const AncAwsFields *headers, const gchar *name)
{
  const gchar *text = anc_aws_fields_get (headers, name);
  guint64 value = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &value, NULL);
  return value;
}

static gchar *
decode_metadata (const gchar *value)
{
  gsize length = strlen (value), size = 0;
  g_autofree gchar *base64 = NULL;
  g_autofree guchar *bytes = NULL;

  if (g_ascii_strncasecmp (value, ENCODED, strlen (ENCODED)) != 0
      || !g_str_has_suffix (value, ENCODED_END)
      || length < strlen (ENCODED ENCODED_END))
    return g_utf8_make_valid (value, -1);
  base64 = g_strndup (value + strlen (ENCODED),
                      length - strlen (ENCODED ENCODED_END));
  bytes = g_base64_decode (base64, &size);
  return g_utf8_make_valid ((const gchar *) bytes, (gssize) size);
}

static void
read_metadata (const AncAwsFields *headers, AncS3ObjectInfo *info)
{
  info->metadata = anc_aws_fields_new ();
  for (guint i = 0; i < anc_aws_fields_length (headers); i++) {
    const gchar *name = anc_aws_fields_name (headers, i);
    g_autofree gchar *lower = NULL;
    g_autofree gchar *value = NULL;

    if (g_ascii_strncasecmp (name, META, strlen (META)) != 0)
      continue;
    lower = g_ascii_strdown (name + strlen (META), -1);
    value = decode_metadata (anc_aws_fields_value (headers, i));
    anc_aws_fields_add (info->metadata, lower, value);
  }
}

static void
read_checksum (const AncAwsFields *headers, AncS3ObjectInfo *info)
{
  for (AncAwsChecksumAlgorithm i = ANC_AWS_CHECKSUM_CRC32C;
       i <= ANC_AWS_CHECKSUM_SHA256; i++) {
    const gchar *value
        = anc_aws_fields_get (headers, anc_aws_checksum_header (i));

    if (value != NULL) {
      info->checksum_algorithm = i;
      info->checksum = g_strdup (value);
      return;
    }
  }
}

/* "bytes 0-9/100" */
static void
read_range (const AncAwsFields *headers, AncS3ObjectInfo *info)
{
  const gchar *text = anc_aws_fields_get (headers, "Content-Range");
  const gchar *slash = text != NULL ? strchr (text, '/') : NULL;
  guint64 size = 0;

  info->size = info->length;
  if (slash == NULL || !g_str_has_prefix (text, "bytes "))
    return;
  info->offset = g_ascii_strtoull (text + strlen ("bytes "), NULL, 10);
  if (g_ascii_string_to_unsigned (slash + 1, 10, 0, G_MAXINT64, &size, NULL))
    info->size = size;
}

void
anc_s3_headers_read (const AncAwsFields *headers, AncS3ObjectInfo *ret_info)
{
  *ret_info = (AncS3ObjectInfo){
    .length = number (headers, "Content-Length"),
    .etag = g_strdup (anc_aws_fields_get (headers, "ETag")),
    .version_id = g_strdup (anc_aws_fields_get (headers, "x-amz-version-id")),
    .content_type = g_strdup (anc_aws_fields_get (headers, "Content-Type")),
    .storage_class
    = g_strdup (anc_aws_fields_get (headers, "x-amz-storage-class")),
    .last_modified
    = anc_aws_http_date (anc_aws_fields_get (headers, "Last-Modified")),
    .parts = (guint) number (headers, "x-amz-mp-parts-count"),
  };
  read_range (headers, ret_info);
  read_metadata (headers, ret_info);
  read_checksum (headers, ret_info);
}
