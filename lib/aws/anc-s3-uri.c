/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-uri.h"

#include <string.h>

#include "anc-aws-error.h"
#include "anc-s3.h"

#define SCHEME "s3://"
/* What a key keeps in a URI besides letters, digits and -._~; the braces are
 * those of a key template. */
#define KEY_CHARACTERS "/!$&'()*+,;=:@{}"

void
anc_s3_uri_clear (AncS3Uri *self)
{
  g_clear_pointer (&self->bucket, g_free);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->version_id, g_free);
}

/* A % that begins no escape is refused: guessing would make two URIs of one. */
static gchar *
unescape (const gchar *from, const gchar *until, GError **error)
{
  const gchar *percent = from;
  gchar *plain;

  while ((percent = memchr (percent, '%', until - percent)) != NULL) {
    if (until - percent < 3 || !g_ascii_isxdigit (percent[1])
        || !g_ascii_isxdigit (percent[2])) {
      anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                         "\"%.*s\" in the URI is no escape: write %%25 for a "
                         "percent sign, or use the properties bucket and key.",
                         (gint) MIN (until - percent, 3), percent);
      return NULL;
    }
    percent += 3;
  }
  plain = g_uri_unescape_segment (from, until, NULL);
  if (plain == NULL)
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "The URI holds %%00, which no key can hold.");
  return plain;
}

static gboolean
parse_query (const gchar *query, AncS3Uri *uri, GError **error)
{
  static const gchar name[] = "versionId=";

  if (!g_str_has_prefix (query, name) || strchr (query, '&') != NULL) {
    anc_aws_error_set (
        error, ANC_AWS_ERROR_ARGUMENT, NULL,
        "\"?%s\" in the URI is unknown: only ?versionId=ID is; a "
        "question mark in a key is written %%3F.",
        query);
    return FALSE;
  }
  query += strlen (name);
  uri->version_id = unescape (query, query + strlen (query), error);
  return uri->version_id != NULL;
}

static gboolean
parse_key (const gchar *at, AncS3Uri *uri, GError **error)
{
  const gchar *end = at + strcspn (at, "?");

  if (*end == '?' && !parse_query (end + 1, uri, error))
    return FALSE;
  if (end == at)
    return TRUE;
  uri->key = unescape (at, end, error);
  return uri->key != NULL && anc_s3_check_key (uri->key, error);
}

/* An access point's ARN has a slash of its own: arn:...:accesspoint/NAME. */
static const gchar *
bucket_end (const gchar *at)
{
  gsize length = strcspn (at, "/?");
  static const gchar kind[] = ":accesspoint/";

  if (g_str_has_prefix (at, "arn:")) {
    const gchar *point = g_strstr_len (at, length + 1, kind);
    if (point != NULL && point + strlen (kind) - 1 == at + length)
      length += 1 + strcspn (at + length + 1, "/?");
  }
  return at + length;
}

gboolean
anc_s3_uri_parse (const gchar *text, AncS3Uri *ret_uri, GError **error)
{
  g_auto (AncS3Uri) uri = { NULL };
  const gchar *at, *slash;

  if (text == NULL
      || g_ascii_strncasecmp (text, SCHEME, strlen (SCHEME)) != 0) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "\"%s\" is not an S3 URI; write s3://BUCKET/KEY.",
                       text != NULL ? text : "");
    return FALSE;
  }
  at = text + strlen (SCHEME);
  slash = bucket_end (at);
  uri.bucket = g_strndup (at, slash - at);
  if (!anc_s3_check_bucket (uri.bucket, error))
    return FALSE;
  if (*slash == '/')
    slash++;
  if (!parse_key (slash, &uri, error))
    return FALSE;
  *ret_uri = uri;
  uri = (AncS3Uri){ NULL };
  return TRUE;
}

gchar *
anc_s3_uri_build (const gchar *bucket, const gchar *key,
                  const gchar *version_id)
{
  GString *text = g_string_new (SCHEME);

  g_string_append (text, bucket);
  g_string_append_c (text, '/');
  if (key != NULL)
    g_string_append_uri_escaped (text, key, KEY_CHARACTERS, FALSE);
  if (version_id != NULL) {
    g_string_append (text, "?versionId=");
    g_string_append_uri_escaped (text, version_id, NULL, FALSE);
  }
  return g_string_free (text, FALSE);
}
