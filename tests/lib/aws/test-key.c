/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-error.h"
#include "anc-s3-key.h"

static const gchar *
tag (const gchar *name, gpointer data)
{
  return g_str_equal (name, "artist") ? "AC/DC" : NULL;
}

static gchar *
resolve (const gchar *pattern, guint64 index)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (2026, 2, 3, 4, 5, 6);
  AncS3KeyValues values = { time, index, "sink/0", tag, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (AncS3Key) key = anc_s3_key_parse (pattern, &error);
  gchar *text;

  g_assert_no_error (error);
  text = anc_s3_key_resolve (key, &values, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_resolve (void)
{
  static const gchar *const table[][2] = {
    { "plain/key.wav", "plain/key.wav" },
    { "{time}", "20260203T040506Z" },
    { "{time:%Y/%m/%d}/{index:3}.flac", "2026/02/03/007.flac" },
    { "{time:%H:%M:%S}", "04:05:06" },
    { "{index}", "00007" },
    { "{index:1}", "7" },
    { "{element}", "sink_0" },
    { "{tag:artist}-{tag:title}", "AC_DC-unknown" },
    { "{{a}}{{{index:1}}}", "{a}{7}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree gchar *key = resolve (table[i][0], 7);
    g_assert_cmpstr (key, ==, table[i][1]);
  }
}

static void
test_uuid (void)
{
  g_autofree gchar *a = resolve ("{uuid}", 0), *b = resolve ("{uuid}", 0);

  g_assert_true (g_uuid_string_is_valid (a));
  g_assert_cmpstr (a, !=, b);
}

static void
test_large_index (void)
{
  g_autofree gchar *key = resolve ("{index:2}", 12345);

  g_assert_cmpstr (key, ==, "12345");
}

static void
test_kinds (void)
{
  static const struct {
    const gchar *pattern;
    gboolean varies, unique;
  } table[] = {
    { "a", FALSE, FALSE },
    { "{element}-{tag:title}", FALSE, FALSE },
    { "{index}", TRUE, FALSE },
    { "{uuid}", TRUE, TRUE },
    { "{time}", TRUE, TRUE },
    { "{time:%s}", TRUE, TRUE },
    { "{time:%Y-%m-%d}", TRUE, FALSE },
    { "{time:%Y}/{uuid}", TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (AncS3Key) key = anc_s3_key_parse (table[i].pattern, NULL);
    g_test_message ("%s", table[i].pattern);
    g_assert_cmpint (anc_s3_key_varies (key), ==, table[i].varies);
    g_assert_cmpint (anc_s3_key_is_unique (key), ==, table[i].unique);
  }
}

static void
test_bad (void)
{
  static const gchar *const table[][2] = {
    { "", "There is no key" },
    { "a{", "{{" },
    { "a}b", "}}" },
    { "{time", "{time" },
    { "{nosuch}", "{uuid}" },
    { "{}", "{uuid}" },
    { "{uuid:4}", "{uuid}" },
    { "{index:0}", "1 to 9" },
    { "{index:12}", "1 to 9" },
    { "{index:a}", "1 to 9" },
    { "{tag}", "{tag:NAME}" },
    { "{tag:}", "{tag:NAME}" },
    { "{time:}", "time format" },
    { "{time:%Q}", "time format" },
    { "{a{b}}", "{{" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (AncS3Key) key = anc_s3_key_parse (table[i][0], &error);

    g_test_message ("%s", table[i][0]);
    g_assert_null (key);
    g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_ARGUMENT);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, table[i][1]));
  }
}

static const gchar *
long_tag (const gchar *name, gpointer data)
{
  return data;
}

static void
test_too_long (void)
{
  g_autoptr (GDateTime) time = g_date_time_new_now_utc ();
  g_autofree gchar *text = g_strnfill (1025, 'x');
  AncS3KeyValues values = { time, 0, "e", long_tag, text };
  g_autoptr (AncS3Key) key = anc_s3_key_parse ("{tag:title}", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (anc_s3_key_resolve (key, &values, &error));
  g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/s3-key/resolve", test_resolve);
  g_test_add_func ("/s3-key/uuid", test_uuid);
  g_test_add_func ("/s3-key/large-index", test_large_index);
  g_test_add_func ("/s3-key/kinds", test_kinds);
  g_test_add_func ("/s3-key/bad", test_bad);
  g_test_add_func ("/s3-key/too-long", test_too_long);
  return g_test_run ();
}
