/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Uploads whose parts are files until the bucket has them. */
#include "bench.h"

static guint
count_folders (const gchar *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
test_spool (void)
{
  g_autofree guint8 *data = bench_pattern (9 * PART);
  AncS3UploaderStats stats;

  for (guint unique = 0; unique < 2; unique++) {
    g_autoptr (Bench) bench = bench_new ();

    bench_spool (bench, 0);
    bench_start (bench);
    bench_begin (bench, "a", unique == 1);
    g_assert_true (bench_write (bench, data, 9 * PART - 7));
    g_assert_true (bench_end (bench));
    bench_assert_object (bench, "a", data, 9 * PART - 7);
    g_assert_cmpuint (count_folders (bench->directory), ==, 0);
    anc_s3_uploader_get_stats (bench->uploader, &stats);
    g_assert_cmpuint (stats.memory, ==, 0);
    g_assert_cmpuint (stats.spool, ==, 0);
  }
}

/* An outage: the stream goes on, and all arrives when it is over. */
static void
test_spool_outage (void)
{
  g_autofree guint8 *data = bench_pattern (9 * PART);
  g_autoptr (Bench) bench = bench_new ();

  bench_spool (bench, 0);
  bench->store->fault = STORE_RESET;
  bench->store->fault_at = 3;
  bench->store->fault_count = 6;
  bench_start (bench);
  bench_begin (bench, "a", TRUE);
  g_assert_true (bench_write (bench, data, 9 * PART));
  g_assert_true (bench_end (bench));
  g_assert_cmpuint (bench->waits, >=, 1);
  g_assert_cmpuint (bench->failed, ==, 0);
  bench_assert_object (bench, "a", data, 9 * PART);
}

static void
test_spool_limit (void)
{
  g_autofree guint8 *data = bench_pattern (9 * PART);

  for (guint unique = 0; unique < 2; unique++) {
    g_autoptr (Bench) bench = bench_new ();

    bench_spool (bench, 3 * PART + 5);
    bench_start (bench);
    bench_begin (bench, "a", unique == 1);
    /* the parts of a fixed key cannot go before the end */
    g_assert_cmpint (bench_write (bench, data, 9 * PART), ==, unique == 1);
    if (unique == 1) {
      g_assert_true (bench_end (bench));
      bench_assert_object (bench, "a", data, 9 * PART);
    } else {
      g_assert_error (bench->error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
      g_assert_cmpuint (count_folders (bench->directory), ==, 1);
    }
  }
}

/* Stopped after `written` bytes while `at` requests succeed; then a new
 * uploader finishes it. */
static void
resume (guint at, StoreFault fault, gboolean unique, gsize written)
{
  g_autofree guint8 *data = bench_pattern (written);
  g_autoptr (Bench) bench = bench_new ();
  AncS3UploaderStats stats;

  bench_spool (bench, 0);
  bench->store->fault = fault;
  bench->store->fault_at = at;
  bench->store->fault_count = G_MAXUINT / 2;
  bench_start (bench);
  bench_begin (bench, "a", unique);
  bench_write (bench, data, written);
  anc_s3_uploader_stop (bench->uploader);
  g_assert_cmpuint (bench->done, ==, 0);
  anc_s3_uploader_get_stats (bench->uploader, &stats);
  written = stats.bytes_written;
  g_clear_pointer (&bench->uploader, anc_s3_uploader_free);

  bench->store->fault = STORE_OK;
  bench_start (bench);
  g_assert_true (anc_s3_uploader_drain (bench->uploader, NULL));
  if (written > 0) {
    g_assert_cmpuint (bench->done, ==, 1);
    if (unique)
      g_assert_cmpstr (bench->key, ==, "a");
    else
      g_assert_true (g_str_has_prefix (bench->key, "a.recovered-"));
    bench_assert_object (bench, bench->key, data, written);
  }
  g_assert_cmpuint (count_folders (bench->directory), ==, 0);
  g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
}

static void
test_spool_resume (void)
{
  for (guint at = 1; at < 9; at++) {
    resume (at, STORE_DENIED, TRUE, 6 * PART + 99);
    resume (at, STORE_DENIED, FALSE, 6 * PART + 99);
  }
  resume (1, STORE_DENIED, TRUE, 0);
  resume (1, STORE_DENIED, FALSE, 10);
  resume (1, STORE_DENIED, TRUE, PART);
}

/* All is carried out and nothing is heard of it any more: the next start finds
 * what is there, be it the whole object. */
static void
test_spool_resume_unheard (void)
{
  for (guint at = 1; at < 10; at++) {
    g_autofree guint8 *data = bench_pattern (6 * PART + 99);
    g_autoptr (Bench) bench = bench_new ();

    bench_spool (bench, 0);
    bench->store->fault = STORE_LOST_REPLY;
    bench->store->fault_at = at;
    bench->store->fault_count = G_MAXUINT / 2;
    bench_start (bench);
    bench_begin (bench, "a", TRUE);
    g_assert_true (bench_write (bench, data, 6 * PART + 99));
    g_assert_true (anc_s3_uploader_finish (bench->uploader, 0, NULL));
    g_usleep (400000);
    g_clear_pointer (&bench->uploader, anc_s3_uploader_free);
    g_assert_cmpuint (bench->done, ==, at > 9);

    bench->store->fault = STORE_OK;
    bench_start (bench);
    g_assert_true (anc_s3_uploader_drain (bench->uploader, NULL));
    g_assert_cmpuint (bench->done, ==, 1);
    bench_assert_object (bench, "a", data, 6 * PART + 99);
    g_assert_cmpuint (count_folders (bench->directory), ==, 0);
    g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                    \
  g_test_add_func ("/s3-uploader-spool/" name, function)
  ADD ("spool", test_spool);
  ADD ("outage", test_spool_outage);
  ADD ("limit", test_spool_limit);
  ADD ("resume", test_spool_resume);
  ADD ("resume-unheard", test_spool_resume_unheard);
  return g_test_run ();
}
