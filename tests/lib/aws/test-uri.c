/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-error.h"
#include "anc-s3-uri.h"

static const struct {
  const gchar *text, *bucket, *key, *version_id;
} good[] = {
  { "s3://voices/a/b.wav", "voices", "a/b.wav", NULL },
  { "S3://voices/a", "voices", "a", NULL },
  { "s3://voices", "voices", NULL, NULL },
  { "s3://voices/", "voices", NULL, NULL },
  { "s3://voices//a/../b", "voices", "/a/../b", NULL },
  { "s3://voices/a%20b%2Bc%25d", "voices", "a b+c%d", NULL },
  { "s3://voices/a+b", "voices", "a+b", NULL },
  { "s3://voices/a%3Fb%23c#d", "voices", "a?b#c#d", NULL },
  { "s3://voices/a%2fb", "voices", "a/b", NULL },
  { "s3://voices/%F0%9F%8E%A4.wav", "voices", "\360\237\216\244.wav", NULL },
  { "s3://voices/{time:%25Y}/{index}", "voices", "{time:%Y}/{index}", NULL },
  { "s3://voices/a?versionId=x%2Fy", "voices", "a", "x/y" },
  { "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/mine/a/b",
    "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine", "a/b", NULL },
};

static const struct {
  const gchar *text, *says;
} bad[] = {
  { "http://voices/a", "s3://BUCKET/KEY" },
  { "", "s3://BUCKET/KEY" },
  { "s3://", "bucket" },
  { "s3:///a", "bucket" },
  { "s3://a_b c/d", "bucket name" },
  { "s3://arn:aw89012:accesspoint", "ARN" },
  { "s3://voices/a%", "%25" },
  { "s3://voices/a%2", "%25" },
  { "s3://voices/{time:%Y}", "%Y}" },
  { "s3://voices/a%00b", "%00" },
  { "s3://voices/%FF", "UTF-8" },
  { "s3://voices/a?version=1", "versionId" },
  { "s3://voices/a?versionId=1&x", "versionId" },
};

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_auto (AncS3Uri) uri = { NULL }, again = { NULL };
    g_autoptr (GError) error = NULL;
    g_autofree gchar *text = NULL;

    anc_s3_uri_parse (good[i].text, &uri, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (uri.bucket, ==, good[i].bucket);
    g_assert_cmpstr (uri.key, ==, good[i].key);
    g_assert_cmpstr (uri.version_id, ==, good[i].version_id);
    text = anc_s3_uri_build (uri.bucket, uri.key, uri.version_id);
    anc_s3_uri_parse (text, &again, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (again.key, ==, uri.key);
    g_assert_cmpstr (again.version_id, ==, uri.version_id);
  }
}

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    AncS3Uri uri = { (gchar *) "untouched", NULL, NULL };
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i].text);
    g_assert_false (anc_s3_uri_parse (bad[i].text, &uri, &error));
    g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_ARGUMENT);
    g_assert_nonnull (strstr (error->message, bad[i].says));
    g_assert_cmpstr (uri.bucket, ==, "untouched");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/s3-uri/good", test_good);
  g_test_add_func ("/s3-uri/bad", test_bad);
  return g_test_run ();
}
