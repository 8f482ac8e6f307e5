/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Uploads against a bucket in memory that works. */
#include "bench.h"

static void
test_sizes (void)
{
  static const gsize sizes[]
      = { 0,        1,        PART - 1,      PART,          PART + 1,
          2 * PART, 3 * PART, 20 * PART - 5, 12 * PART + 99 };
  static const gsize part_sizes[] = { PART, 8 * MIB, 10 * MIB, 16 * MIB };
  g_autofree guint8 *data = bench_pattern (20 * PART);

  for (guint i = 0; i < G_N_ELEMENTS (sizes) * G_N_ELEMENTS (part_sizes); i++) {
    gsize size = sizes[i % G_N_ELEMENTS (sizes)];
    g_autoptr (Bench) bench = bench_new ();

    bench->options.part_size = part_sizes[i / G_N_ELEMENTS (sizes)];
    bench_start (bench);
    bench_begin (bench, "a", FALSE);
    g_assert_true (bench_write (bench, data, size));
    g_assert_true (bench_end (bench));
    g_assert_cmpuint (bench->done, ==, 1);
    g_assert_cmpuint (bench->failed, ==, 0);
    g_assert_cmpuint (bench->size, ==, size);
    g_assert_cmpuint (bench->duration, ==, 9);
    g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
    bench_assert_object (bench, "a", data, size);
    /* one request is enough for one part */
    if (size <= bench->options.part_size)
      g_assert_cmpuint (bench->store->requests, ==, 1);
  }
}

static void
test_parallel (void)
{
  g_autofree guint8 *data = bench_pattern (12 * PART);
  g_autoptr (Bench) bench = bench_new ();

  bench->store->delay_us = 2000;
  bench_start (bench);
  bench_begin (bench, "a", FALSE);
  g_assert_true (bench_write (bench, data, 12 * PART));
  g_assert_true (bench_end (bench));
  g_assert_cmpuint (bench->store->most_running, ==, 4);
  bench_assert_object (bench, "a", data, 12 * PART);
}

static void
test_rewritten_head (void)
{
  static const gsize part_sizes[] = { PART, 10 * MIB };

  for (guint i = 0; i < G_N_ELEMENTS (part_sizes); i++) {
    g_autofree guint8 *data = bench_pattern (50 * MIB);
    g_autoptr (Bench) bench = bench_new ();
    g_autoptr (GError) error = NULL;
    gsize n;

    bench->options.part_size = part_sizes[i];
    bench_start (bench);
    bench_begin (bench, "a", FALSE);
    g_assert_true (bench_write (bench, data, 50 * MIB - 10));
    g_assert_true (anc_s3_uploader_seek (bench->uploader, 4, NULL));
    g_assert_true (
        anc_s3_uploader_write (bench->uploader, "RIFF", 4, &n, NULL));
    g_assert_cmpuint (anc_s3_uploader_position (bench->uploader), ==, 8);
    memcpy (data + 4, "RIFF", 4);
    /* what has gone is gone, and the object is still good */
    g_assert_false (anc_s3_uploader_seek (bench->uploader, 20 * MIB, &error));
    g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_ARGUMENT);
    g_assert_nonnull (strstr (error->message, "Byte 20971520"));
    g_clear_error (&error);
    g_assert_false (anc_s3_uploader_seek (bench->uploader, 50 * MIB, &error));
    /* and on at the end */
    g_assert_true (anc_s3_uploader_seek (bench->uploader, 50 * MIB - 10, NULL));
    g_assert_true (anc_s3_uploader_write (bench->uploader, data + 50 * MIB - 10,
                                          10, &n, NULL));
    g_assert_true (bench_end (bench));
    bench_assert_object (bench, "a", data, 50 * MIB);
  }
}

/* Out of the first part into what was sent. */
static void
test_rewrite_runs_out (void)
{
  g_autofree guint8 *data = bench_pattern (6 * PART);
  g_autoptr (Bench) bench = bench_new ();
  gsize n;

  bench_start (bench);
  bench_begin (bench, "a", FALSE);
  g_assert_true (bench_write (bench, data, 6 * PART));
  g_assert_true (anc_s3_uploader_seek (bench->uploader, PART - 2, NULL));
  g_assert_false (anc_s3_uploader_write (bench->uploader, data, 4, &n, NULL));
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (bench->failed, ==, 1);
  g_assert_error (bench->error, ANC_AWS_ERROR, ANC_AWS_ERROR_ARGUMENT);
  g_assert_null (store_get (bench->store, "a"));
  g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
}

static void
test_many_objects (void)
{
  g_autofree guint8 *data = bench_pattern (2 * PART);
  g_autoptr (Bench) bench = bench_new ();

  bench_start (bench);
  for (guint i = 0; i < 50; i++) {
    g_autofree gchar *key = g_strdup_printf ("k%u", i);
    bench_begin (bench, key, TRUE);
    g_assert_true (bench_write (bench, data, i * PART / 25 + i));
    g_assert_true (anc_s3_uploader_finish (bench->uploader, 0, NULL));
  }
  g_assert_true (anc_s3_uploader_drain (bench->uploader, NULL));
  g_assert_cmpuint (bench->done, ==, 50);
  for (guint i = 0; i < 50; i++) {
    g_autofree gchar *key = g_strdup_printf ("k%u", i);
    bench_assert_object (bench, key, data, i * PART / 25 + i);
  }
}

/* --- waiting --- */

static gpointer
release_later (gpointer data)
{
  Bench *bench = data;
  AncS3UploaderStats stats;

  do {
    g_usleep (5000);
    anc_s3_uploader_get_stats (bench->uploader, &stats);
  } while (stats.waits == 0);
  anc_s3_uploader_set_flushing (bench->uploader, TRUE);
  return NULL;
}

/* A peer that does not answer: the writer waits at the bound, unlock lets it
 * out with nothing lost, and it goes on where it was. */
static void
test_bound_and_interruption (void)
{
  g_autofree guint8 *data = bench_pattern (20 * PART);
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (GError) error = NULL;
  AncS3UploaderStats stats;
  GThread *thread;
  gsize n, more;

  store_hold (bench->store, TRUE);
  bench_start (bench);
  bench_begin (bench, "a", FALSE);
  thread = g_thread_new ("release", release_later, bench);
  g_assert_false (
      anc_s3_uploader_write (bench->uploader, data, 20 * PART, &n, &error));
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  /* four in the air, one filled, and the first */
  g_assert_cmpuint (n, ==, 6 * PART);
  anc_s3_uploader_get_stats (bench->uploader, &stats);
  g_assert_cmpuint (stats.memory, ==, 6 * PART);
  g_assert_cmpuint (stats.bytes_written, ==, n);
  anc_s3_uploader_set_flushing (bench->uploader, FALSE);
  store_hold (bench->store, FALSE);
  g_assert_true (anc_s3_uploader_write (bench->uploader, data + n,
                                        20 * PART - n, &more, NULL));
  g_assert_true (bench_end (bench));
  bench_assert_object (bench, "a", data, 20 * PART);
  anc_s3_uploader_get_stats (bench->uploader, &stats);
  g_assert_cmpuint (stats.memory, ==, 0);
  g_assert_cmpuint (stats.bytes_uploaded, ==, 20 * PART);
}

static void
test_max_memory (void)
{
  g_autofree guint8 *data = bench_pattern (20 * PART);
  g_autoptr (Bench) bench = bench_new ();
  GThread *thread;
  gsize n;

  bench->options.max_memory = 3 * PART + 5;
  store_hold (bench->store, TRUE);
  bench_start (bench);
  bench_begin (bench, "a", FALSE);
  thread = g_thread_new ("release", release_later, bench);
  g_assert_false (
      anc_s3_uploader_write (bench->uploader, data, 20 * PART, &n, NULL));
  g_thread_join (thread);
  g_assert_cmpuint (n, ==, 3 * PART);
}

static void
test_bad_options (void)
{
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (GError) error = NULL;

  bench->options.part_size = PART - 1;
  g_assert_null (anc_s3_uploader_new (&bench->options, &error));
  g_assert_nonnull (strstr (error->message, "part-size"));
  g_clear_error (&error);
  bench->options.part_size = PART;
  bench->options.max_memory = 2 * PART - 1;
  g_assert_null (anc_s3_uploader_new (&bench->options, &error));
  g_assert_nonnull (strstr (error->message, "max-memory"));
}

/* --- the check at the start --- */

static void
wait_for (Bench *bench, const guint *count)
{
  for (guint i = 0; i < 1000; i++) {
    g_mutex_lock (&bench->lock);
    if (*count > 0)
      i = 1000;
    g_mutex_unlock (&bench->lock);
    g_usleep (5000);
  }
  g_assert_cmpuint (*count, ==, 1);
}

/* Long before a part is full. */
static void
test_check_fails_the_object (void)
{
  g_autoptr (Bench) bench = bench_new ();
  gsize n;

  bench->options.check_after_ms = 20;
  bench->store->check_code = "InvalidAccessKeyId";
  bench_start (bench);
  bench_begin (bench, "a", FALSE);
  g_assert_true (anc_s3_uploader_write (bench->uploader, "data", 4, &n, NULL));
  wait_for (bench, &bench->failed);
  g_assert_error (bench->error, ANC_AWS_ERROR, ANC_AWS_ERROR_DENIED);
  g_assert_false (anc_s3_uploader_write (bench->uploader, "more", 4, &n, NULL));
  g_assert_cmpuint (bench->refusals + bench->doubts, ==, 0);
  g_assert_cmpuint (bench->store->requests, ==, 0);
}

/* There is none yet: then the next one is not taken. */
static void
test_check_without_object (void)
{
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (GError) error = NULL;
  gsize n;

  bench->options.check_after_ms = 20;
  bench->store->check_code = "SignatureDoesNotMatch";
  bench_start (bench);
  wait_for (bench, &bench->refusals);
  bench_begin (bench, "a", FALSE);
  g_assert_false (
      anc_s3_uploader_write (bench->uploader, "data", 4, &n, &error));
  g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_DENIED);
}

/* Who may write need not be allowed to list. */
static void
test_check_is_denied (void)
{
  g_autoptr (Bench) bench = bench_new ();

  bench->options.check_after_ms = 20;
  bench->store->check_code = "AccessDenied";
  bench_start (bench);
  bench_begin (bench, "a", FALSE);
  wait_for (bench, &bench->doubts);
  g_assert_true (bench_write (bench, (const guint8 *) "data", 4));
  g_assert_true (bench_end (bench));
  bench_assert_object (bench, "a", (const guint8 *) "data", 4);
  g_assert_cmpuint (bench->store->checks, ==, 1);
}

/* Whose first request is through has been told all. */
static void
test_check_is_not_needed (void)
{
  g_autoptr (Bench) bench = bench_new ();

  bench->options.check_after_ms = 200;
  bench_start (bench);
  bench_begin (bench, "a", FALSE);
  g_assert_true (bench_write (bench, (const guint8 *) "data", 4));
  g_assert_true (bench_end (bench));
  g_usleep (300000);
  g_assert_cmpuint (bench->store->checks, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/s3-uploader/" name, function)
  ADD ("sizes", test_sizes);
  ADD ("parallel", test_parallel);
  ADD ("rewritten-head", test_rewritten_head);
  ADD ("rewrite-runs-out", test_rewrite_runs_out);
  ADD ("many-objects", test_many_objects);
  ADD ("bound-and-interruption", test_bound_and_interruption);
  ADD ("max-memory", test_max_memory);
  ADD ("bad-options", test_bad_options);
  ADD ("check-fails-the-object", test_check_fails_the_object);
  ADD ("check-without-object", test_check_without_object);
  ADD ("check-is-denied", test_check_is_denied);
  ADD ("check-is-not-needed", test_check_is_not_needed);
  return g_test_run ();
}
