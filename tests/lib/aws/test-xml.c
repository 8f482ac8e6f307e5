/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-error.h"
#include "anc-aws-fault.h"
#include "anc-aws-xml.h"
#include "anc-s3-xml.h"

#include <string.h>

#define HEAD "<?xml version=\"1.0\"?>\n"

static GBytes *
bytes (const gchar *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
test_tree (void)
{
  const gchar *text = "\n " HEAD "<!-- c --><s:A xmlns:s='x' b='c'><B>a&amp;"
                      "<!-- c -->b<![CDATA[<c>]]></B><N>12</N><N>13</N>"
                      "<T>2024-02-29T12:00:00.250Z</T><W> 1</W></s:A>";
  g_autoptr (AncAwsXml) root = anc_aws_xml_parse (text, strlen (text), NULL);
  guint64 number = 0;

  g_assert_cmpstr (root->name, ==, "A");
  g_assert_cmpstr (anc_aws_xml_text (root, "B"), ==, "a&b<c>");
  g_assert_true (anc_aws_xml_number (root, "N", &number));
  g_assert_cmpuint (number, ==, 12);
  g_assert_false (anc_aws_xml_number (root, "W", &number));
  g_assert_false (anc_aws_xml_number (root, "X", &number));
  g_assert_cmpint (anc_aws_xml_time (root, "T"), ==,
                   G_GINT64_CONSTANT (1709208000250000));
  g_assert_cmpint (anc_aws_xml_time (root, "B"), ==, 0);
  g_assert_null (anc_aws_xml_text (NULL, "B"));
}

static void
test_bad_trees (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  const gchar *table[] = {
    "",  " ", "x", "<a>", "<a></b>", "<a/><b/>", "<a>&lol;</a>", "<a>\xff</a>",
    NULL
  };

  for (guint i = 0; i < 100; i++)
    g_string_append (deep, "<a>");
  for (guint i = 0; i < 100; i++)
    g_string_append (deep, "</a>");
  table[G_N_ELEMENTS (table) - 1] = deep->str;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (anc_aws_xml_parse (table[i], strlen (table[i]), &error));
    g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_MALFORMED);
  }
}

/* What is written is read back the same. */
static void
test_escaping (void)
{
  const gchar *text = "a<b>&\"'\r\n\t\303\274";
  g_autoptr (GString) xml = g_string_new (NULL);
  g_autoptr (AncAwsXml) root = NULL;

  anc_aws_xml_append (xml, "K", text);
  anc_aws_xml_append (xml, "L", NULL);
  root = anc_aws_xml_parse (xml->str, xml->len, NULL);
  g_assert_cmpstr (root->text, ==, text);
}

static void
test_parts (void)
{
  g_autoptr (GPtrArray) parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_part_free);
  g_autoptr (GBytes) page = bytes (
      HEAD "<ListPartsResult><IsTruncated>true</IsTruncated>"
           "<Part><PartNumber>1</PartNumber><ETag>&quot;e&quot;</ETag>"
           "<Size>5242880</Size><ChecksumCRC32C>AAAAAA==</ChecksumCRC32C>"
           "</Part><Part><PartNumber>3</PartNumber><ETag>f</ETag>"
           "<Size>1</Size></Part></ListPartsResult>");
  g_autoptr (GError) error = NULL;
  const AncS3Part *part;
  guint marker = 0;

  g_assert_true (anc_s3_xml_parse_parts (page, parts, &marker, &error));
  g_assert_cmpuint (parts->len, ==, 2);
  g_assert_cmpuint (marker, ==, 3);
  part = parts->pdata[0];
  g_assert_cmpuint (part->number, ==, 1);
  g_assert_cmpuint (part->size, ==, 5242880);
  g_assert_cmpstr (part->etag, ==, "\"e\"");
  g_assert_cmpstr (part->checksum, ==, "AAAAAA==");
  /* The same page again would go on for ever. */
  g_assert_false (anc_s3_xml_parse_parts (page, parts, &marker, &error));
  g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_MALFORMED);
}

static void
test_bad_parts (void)
{
  static const gchar *const table[] = {
    "<ListPartsResult><Part/></ListPartsResult>",
    "<ListPartsResult><Part><PartNumber>0</PartNumber><ETag>e</ETag>"
    "<Size>1</Size></Part></ListPartsResult>",
    "<ListPartsResult><Part><PartNumber>10001</PartNumber><ETag>e</ETag>"
    "<Size>1</Size></Part></ListPartsResult>",
    "<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>e</ETag>"
    "<Size>-1</Size></Part></ListPartsResult>",
    "<ListPartsResult><IsTruncated>true</IsTruncated></ListPartsResult>",
    "<ListBucketResult/>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GPtrArray) parts
        = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_part_free);
    g_autoptr (GBytes) page = bytes (table[i]);
    g_autoptr (GError) error = NULL;
    guint marker;

    g_assert_false (anc_s3_xml_parse_parts (page, parts, &marker, &error));
    g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_MALFORMED);
  }
}

static void
test_lists (void)
{
  g_autoptr (GPtrArray) objects
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_object_free);
  g_autoptr (GPtrArray) prefixes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) uploads
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_upload_free);
  g_autoptr (GBytes) page = bytes (
      "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true"
      "</IsTruncated><NextContinuationToken>tok+en</NextContinuationToken>"
      "<Contents><Key>a+b%2Bc%26</Key><Size>7</Size></Contents>"
      "<CommonPrefixes><Prefix>p%2F</Prefix></CommonPrefixes>"
      "</ListBucketResult>");
  g_autoptr (GBytes) open = bytes (
      "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload>"
      "<Key>a+b</Key><UploadId>id</UploadId><Initiated>2024-02-29T12:00:00Z"
      "</Initiated></Upload></ListMultipartUploadsResult>");
  g_autofree gchar *token = NULL;
  gchar *key = NULL, *id = NULL;

  g_assert_true (
      anc_s3_xml_parse_objects (page, objects, prefixes, &token, NULL));
  g_assert_cmpstr (token, ==, "tok+en");
  g_assert_cmpstr (((AncS3Object *) objects->pdata[0])->key, ==, "a b+c&");
  g_assert_cmpstr (prefixes->pdata[0], ==, "p/");
  g_assert_true (anc_s3_xml_parse_uploads (open, uploads, &key, &id, NULL));
  g_assert_null (key);
  g_assert_cmpstr (((AncS3Upload *) uploads->pdata[0])->key, ==, "a+b");
  g_assert_cmpint (((AncS3Upload *) uploads->pdata[0])->initiated, ==,
                   G_GINT64_CONSTANT (1709208000000000));
}

static void
test_written (void)
{
  g_autoptr (GPtrArray) parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_part_free);
  static const gchar *const keys[] = { "a&b", NULL };
  gchar etag[] = "\"e\"", checksum[] = "AA==";
  AncS3Part part = { .number = 2, .etag = etag, .checksum = checksum };
  g_autoptr (GBytes) body = NULL;
  g_autofree gchar *text = NULL;
  g_autoptr (GBytes) deletion = anc_s3_xml_delete (keys, 1);

  g_ptr_array_add (parts, anc_s3_part_copy (&part));
  body = anc_s3_xml_complete (parts, ANC_AWS_CHECKSUM_CRC32C);
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_cmpstr (
      text, ==,
      "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/"
      "2006-03-01/\"><Part><ETag>&#34;e&#34;</ETag><ChecksumCRC32C>AA=="
      "</ChecksumCRC32C><PartNumber>2</PartNumber></Part>"
      "</CompleteMultipartUpload>");
  g_assert_nonnull (strstr (g_bytes_get_data (deletion, NULL), "a&#38;b"));
}

/* --- what services say when they refuse --- */

static void
test_faults (void)
{
  static const struct {
    const gchar *name, *value, *body, *code, *message;
  } table[] = {
    { NULL, NULL, "<Error><Code>A</Code><Message>m\n</Message></Error>", "A",
      "m" },
    { NULL, NULL,
      "<ErrorResponse><Error><Code>B</Code></Error></ErrorResponse>", "B",
      NULL },
    { NULL, NULL, "{\"__type\":\"com.x#C\",\"message\":\"m\"}", "C", "m" },
    { NULL, NULL, "{\"code\":\"D\",\"Message\":\"m\"}", "D", "m" },
    { "x-amzn-ErrorType", "E:http://x/", "{\"message\":[1]}", "E", NULL },
    { NULL, NULL, "<html><body>no</body></html>", NULL, NULL },
    { NULL, NULL, "{", NULL, NULL },
    { NULL, NULL, "{\"__type\":\"\\ud83d\\u0041\"}", NULL, NULL },
    { NULL, NULL, "[1]", NULL, NULL },
    { NULL, NULL, "", NULL, NULL },
    { NULL, NULL, "<Error><Code>F\r\nX: y</Code></Error>", "F", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (AncAwsFields) headers = anc_aws_fields_new ();
    g_autoptr (GBytes) body = bytes (table[i].body);
    g_auto (AncAwsFault) fault = { 0 };

    if (table[i].name != NULL)
      anc_aws_fields_add (headers, table[i].name, table[i].value);
    anc_aws_fault_read (&fault, 400, headers, body);
    g_assert_cmpstr (fault.code, ==, table[i].code);
    g_assert_cmpstr (fault.message, ==, table[i].message);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/xml/tree", test_tree);
  g_test_add_func ("/xml/bad-trees", test_bad_trees);
  g_test_add_func ("/xml/escaping", test_escaping);
  g_test_add_func ("/xml/parts", test_parts);
  g_test_add_func ("/xml/bad-parts", test_bad_parts);
  g_test_add_func ("/xml/lists", test_lists);
  g_test_add_func ("/xml/written", test_written);
  g_test_add_func ("/xml/faults", test_faults);
  return g_test_run ();
}
