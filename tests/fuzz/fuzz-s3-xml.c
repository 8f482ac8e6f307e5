/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What S3 and other services answer: each parser takes it or refuses it with an
 * error, and what is taken keeps its promises. */
#include "fuzz.h"

#include "anc-aws-fault.h"
#include "anc-s3-xml.h"

static void
check_parts (GBytes *body)
{
  g_autoptr (GPtrArray) parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_part_free);
  g_autoptr (GError) error = NULL;
  guint marker = 0, last = 0;

  FUZZ_CHECK (anc_s3_xml_parse_parts (body, parts, &marker, &error)
              == (error == NULL));
  for (guint i = 0; i < parts->len; i++) {
    const AncS3Part *part = parts->pdata[i];

    FUZZ_CHECK (part->number > last && part->number <= 10000);
    FUZZ_CHECK (part->etag != NULL);
    last = part->number;
  }
  FUZZ_CHECK (error != NULL || marker == 0 || marker == last);
}

static void
check_lists (GBytes *body)
{
  g_autoptr (GPtrArray) objects
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_object_free);
  g_autoptr (GPtrArray) uploads
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_upload_free);
  g_autoptr (GPtrArray) prefixes = g_ptr_array_new_with_free_func (g_free);
  g_autofree gchar *token = NULL;
  g_autofree gchar *key = NULL;
  g_autofree gchar *id = NULL;

  anc_s3_xml_parse_objects (body, objects, prefixes, &token, NULL);
  anc_s3_xml_parse_uploads (body, uploads, &key, &id, NULL);
  for (guint i = 0; i < objects->len; i++)
    FUZZ_CHECK (((AncS3Object *) objects->pdata[i])->key != NULL);
  for (guint i = 0; i < uploads->len; i++)
    FUZZ_CHECK (((AncS3Upload *) uploads->pdata[i])->upload_id != NULL);
}

static void
check_answers (GBytes *body)
{
  g_auto (AncS3ObjectInfo) info = { 0 };
  g_autofree gchar *id = NULL;
  g_autofree gchar *key = NULL;
  g_autofree gchar *code = NULL;
  g_autofree gchar *message = NULL;
  g_autoptr (GError) error = NULL;

  id = anc_s3_xml_parse_upload_id (body, &error);
  FUZZ_CHECK ((id != NULL) == (error == NULL));
  if (anc_s3_xml_parse_complete (body, &info, NULL))
    FUZZ_CHECK (info.etag != NULL);
  anc_s3_xml_parse_deleted (body, &key, &code, &message, NULL);
}

static void
check_fault (GBytes *body)
{
  g_auto (AncAwsFault) fault = { 0 };
  g_autoptr (AncAwsFields) headers = anc_aws_fields_new ();
  g_autoptr (GError) error = NULL;

  anc_aws_fault_read (&fault, 400, headers, body);
  anc_aws_fault_to_error (&fault, "Operation", "s3://bucket/key", FALSE, 1,
                          &error);
  FUZZ_CHECK (g_utf8_validate (error->message, -1, NULL));
  for (const gchar *at = error->message; *at != '\0'; at++)
    FUZZ_CHECK ((guchar) *at >= ' ');
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) body = g_bytes_new (data, size);

  check_parts (body);
  check_lists (body);
  check_answers (body);
  check_fault (body);
  return 0;
}
