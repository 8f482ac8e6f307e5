/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Upload histories: what happens when any of the requests fails in any way. */
#include "bench.h"

static const gchar *const fault_names[]
    = { "none",    "server",    "throttled",  "reset", "lost reply",
        "timeout", "malformed", "wrong etag", "denied" };

/* Either the object is there, whole, and said to be; or an error is, and
 * nothing is there; in both cases no upload is left that is not named. With
 * `complete` an error may leave the first part of it. */
static void
judge (Bench *bench, gboolean ended, const guint8 *data, gsize size)
{
  g_autoptr (GBytes) object = store_get (bench->store, "a");

  g_assert_cmpint (bench->failed == 0, ==, ended);
  g_assert_true (bench->doubt
                 || store_uploads_are_named (bench->store, bench->left));
  /* asked in vain: only while S3 does not answer at all */
  g_assert_true (!bench->doubt || (!ended && bench->store->fault_count > 2));
  if (ended) {
    g_assert_cmpuint (bench->done, ==, 1);
    bench_assert_object (bench, "a", data, size);
    return;
  }
  g_assert_cmpuint (bench->failed, ==, 1);
  g_assert_nonnull (bench->error);
  if (bench->object_doubt) {
    /* the last reply was lost, and S3 has not answered since: said as such */
    g_assert_cmpuint (bench->store->fault_count, >, 2);
    g_assert_cmpuint (bench->done, ==, 0);
    if (object != NULL)
      bench_assert_object (bench, "a", data, size);
    return;
  }
  g_assert_cmpuint (bench->done, ==, object != NULL ? 1 : 0);
  if (object == NULL)
    return;
  g_assert_cmpint (bench->options.on_error, ==, ANC_S3_ON_ERROR_COMPLETE);
  g_assert_cmpuint (g_bytes_get_size (object), ==, bench->size);
  g_assert_cmpint (
      memcmp (g_bytes_get_data (object, NULL), data, g_bytes_get_size (object)),
      ==, 0);
}

static void
one_history (guint at, guint count, StoreFault fault, AncS3OnError policy,
             gboolean unique, const guint8 *data, gsize size)
{
  g_autoptr (Bench) bench = bench_new ();

  bench->options.on_error = policy;
  bench->store->fault_at = at;
  bench->store->fault_count = count;
  bench->store->fault = fault;
  bench_start (bench);
  bench_begin (bench, "a", unique);
  judge (bench, bench_write (bench, data, size) && bench_end (bench), data,
         size);
}

static void
test_each_request (void)
{
  gsize size = (g_test_slow () ? 19 : 3) * PART + 11;
  guint last = (guint) (size / PART) + 5;
  g_autofree guint8 *data = bench_pattern (size);

  for (guint fault = 1; fault < STORE_FAULTS; fault++) {
    g_test_message ("%s", fault_names[fault]);
    for (guint at = 1; at <= last; at++) {
      for (guint policy = 0; policy < 3; policy++) {
        one_history (at, 1, fault, policy, at % 2 == 0, data, size);
        if (g_test_slow ())
          one_history (at, 1, fault, policy, at % 2 == 1, data, size);
      }
    }
  }
}

/* From the N-th request on the network is gone for good, or for a while. */
static void
test_from_each_request_on (void)
{
  gsize size = 2 * PART + 11;
  g_autofree guint8 *data = bench_pattern (size);

  for (guint fault = 1; fault < STORE_FAULTS; fault++) {
    g_test_message ("%s", fault_names[fault]);
    for (guint at = 1; at <= 9; at++) {
      one_history (at, 2, fault, ANC_S3_ON_ERROR_ABORT, TRUE, data, size);
      if (g_test_slow ())
        one_history (at, G_MAXUINT / 2, fault, ANC_S3_ON_ERROR_ABORT,
                     at % 2 == 0, data, size);
    }
  }
}

static void
test_single_put (void)
{
  g_autofree guint8 *data = bench_pattern (1000);

  for (guint fault = 1; fault < STORE_FAULTS; fault++) {
    one_history (1, 1, fault, ANC_S3_ON_ERROR_ABORT, FALSE, data, 1000);
    one_history (1, 2, fault, ANC_S3_ON_ERROR_ABORT, FALSE, data, 1000);
  }
}

/* A single doubtful reply, and all is well. */
static void
test_lost_replies_are_settled (void)
{
  static const guint requests[] = { 1, 5 }; /* create, complete */
  static const StoreFault faults[]
      = { STORE_LOST_REPLY, STORE_TIMEOUT, STORE_MALFORMED };
  gsize size = 2 * PART + 11;
  g_autofree guint8 *data = bench_pattern (size);

  for (guint i = 0; i < 6; i++) {
    g_autoptr (Bench) bench = bench_new ();

    bench->attributes.if_none_match = TRUE;
    bench->store->fault_at = requests[i / 3];
    bench->store->fault_count = 1;
    bench->store->fault = faults[i % 3];
    bench_start (bench);
    bench_begin (bench, "a", TRUE);
    g_assert_true (bench_write (bench, data, size));
    g_assert_true (bench_end (bench));
    bench_assert_object (bench, "a", data, size);
    g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
  }
}

static void
test_if_none_match (void)
{
  static const gsize sizes[] = { 10, 3 * PART };
  g_autofree guint8 *data = bench_pattern (3 * PART);

  for (guint i = 0; i < 2; i++) {
    g_autoptr (Bench) bench = bench_new ();

    bench->attributes.if_none_match = TRUE;
    g_hash_table_insert (bench->store->objects, g_strdup ("a"),
                         g_bytes_new ("there", 5));
    bench_start (bench);
    bench_begin (bench, "a", FALSE);
    g_assert_true (bench_write (bench, data, sizes[i]));
    g_assert_false (bench_end (bench));
    g_assert_error (bench->error, ANC_AWS_ERROR, ANC_AWS_ERROR_PRECONDITION);
    bench_assert_object (bench, "a", (const guint8 *) "there", 5);
    g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
  }
}

/* Stopped in the middle, with requests in the air. */
static void
test_stop (void)
{
  g_autofree guint8 *data = bench_pattern (7 * PART);

  for (guint policy = 0; policy < 3; policy++) {
    for (guint held = 0; held < 2; held++) {
      g_autoptr (Bench) bench = bench_new ();
      g_autoptr (GBytes) object = NULL;

      bench->options.on_error = policy;
      /* an abort has all the time there is for it */
      bench->options.timeout_seconds = policy == ANC_S3_ON_ERROR_ABORT ? 9 : 1;
      store_hold (bench->store, held == 1);
      bench_start (bench);
      bench_begin (bench, "a", FALSE);
      g_assert_true (bench_write (bench, data, 5 * PART + 5));
      anc_s3_uploader_stop (bench->uploader);
      object = store_get (bench->store, "a");
      if (policy == ANC_S3_ON_ERROR_COMPLETE && held == 0) {
        g_assert_cmpuint (bench->failed, ==, 0);
        bench_assert_object (bench, "a", data, 5 * PART + 5);
      } else {
        g_assert_null (object);
        g_assert_cmpuint (bench->done, ==, 0);
        g_assert_cmpuint (bench->failed, ==, 1);
        g_assert_error (bench->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      }
      g_assert_true (store_uploads_are_named (bench->store, bench->left));
      if (policy == ANC_S3_ON_ERROR_ABORT)
        g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                    \
  g_test_add_func ("/s3-uploader-faults/" name, function)
  ADD ("each-request", test_each_request);
  ADD ("from-each-request-on", test_from_each_request_on);
  ADD ("single-put", test_single_put);
  ADD ("lost-replies-are-settled", test_lost_replies_are_settled);
  ADD ("if-none-match", test_if_none_match);
  ADD ("stop", test_stop);
  return g_test_run ();
}
