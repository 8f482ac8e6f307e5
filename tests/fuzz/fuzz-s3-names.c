/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a user names an object: an s3:// URI, and the template of a key. Two
 * lines: URI, template. */
#include "fuzz.h"

#include "anc-s3-key.h"
#include "anc-s3-uri.h"

#include <string.h>

#define LONGEST_KEY 1024 /* bytes; Amazon S3 User Guide, "Naming objects" */

/* What is built from a URI's fields has the same fields. */
static void
check_uri (const gchar *text)
{
  g_auto (AncS3Uri) uri = { NULL };
  g_auto (AncS3Uri) again = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *built = NULL;

  if (!anc_s3_uri_parse (text, &uri, &error)) {
    FUZZ_CHECK (error != NULL && uri.bucket == NULL && uri.key == NULL);
    return;
  }
  FUZZ_CHECK (error == NULL && uri.bucket != NULL && *uri.bucket != '\0');
  built = anc_s3_uri_build (uri.bucket, uri.key, uri.version_id);
  FUZZ_CHECK (g_str_is_ascii (built) && strpbrk (built, " \r\n") == NULL);
  FUZZ_CHECK (anc_s3_uri_parse (built, &again, NULL));
  FUZZ_CHECK (g_strcmp0 (uri.bucket, again.bucket) == 0);
  FUZZ_CHECK (g_strcmp0 (uri.key, again.key) == 0);
  FUZZ_CHECK (g_strcmp0 (uri.version_id, again.version_id) == 0);
}

static const gchar *
tag (const gchar *name, gpointer data)
{
  return strlen (name) % 2 == 0 ? "a/b" : NULL;
}

static void
check_key (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AncS3Key) key = anc_s3_key_parse (text, &error);
  g_autoptr (GDateTime) time = g_date_time_new_utc (2026, 2, 3, 4, 5, 6);
  AncS3KeyValues values
      = { .time = time, .index = 7, .element = "sink/0", .tag = tag };
  g_autofree gchar *name = NULL;

  FUZZ_CHECK ((key == NULL) == (error != NULL));
  if (key == NULL)
    return;
  FUZZ_CHECK (!anc_s3_key_is_unique (key) || anc_s3_key_varies (key));
  name = anc_s3_key_resolve (key, &values, &error);
  FUZZ_CHECK ((name == NULL) == (error != NULL));
  FUZZ_CHECK (name == NULL || strlen (name) <= LONGEST_KEY);
  FUZZ_CHECK (name == NULL || *name != '\0');
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 2);

  if (g_strv_length (lines) < 2)
    return 0;
  check_uri (lines[0]);
  check_key (lines[1]);
  return 0;
}
