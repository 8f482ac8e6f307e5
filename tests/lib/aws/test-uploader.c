/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Upload histories against a bucket in memory: what happens when any of the
 * requests fails in any way. */
#include "anc-aws-error.h"
#include "anc-s3-plan.h"
#include "anc-s3-uploader.h"
#include "store.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB ((gsize) 1 << 20)
#define PART ((gsize) ANC_S3_MIN_PART_SIZE)

typedef struct {
  Store *store;
  AncS3UploaderOptions options;
  AncS3Attributes attributes;
  AncS3Uploader *uploader;
  GMutex lock;
  guint done, failed, partial, waits, problems;
  gchar *key;    /* of the last outcome */
  gchar *left;   /* upload_id and possible_uploads */
  GError *error; /* of the last failure */
  guint64 size, duration;
  guint parts;
  gboolean doubt;
  gchar *directory; /* of the spool */
} Bench;

static void
add_left (Bench *self, const gchar *ids)
{
  gchar *all
      = g_strconcat (self->left != NULL ? self->left : "", ids, ",", NULL);

  g_free (self->left);
  self->left = all;
}

static void
note (Bench *self, const AncS3Outcome *outcome)
{
  g_free (self->key);
  self->key = g_strdup (outcome->key);
  self->size = outcome->size;
  self->duration = outcome->duration;
  self->parts = outcome->parts;
  self->doubt = outcome->upload_in_doubt;
  if (outcome->possible_uploads != NULL)
    add_left (self, outcome->possible_uploads);
}

static void
on_done (const AncS3Outcome *outcome, gpointer data)
{
  Bench *self = data;

  g_mutex_lock (&self->lock);
  self->done++;
  self->partial += outcome->partial;
  g_assert_nonnull (outcome->info);
  note (self, outcome);
  g_mutex_unlock (&self->lock);
}

static void
on_failed (const AncS3Outcome *outcome, const GError *error, gpointer data)
{
  Bench *self = data;

  g_mutex_lock (&self->lock);
  self->failed++;
  note (self, outcome);
  if (outcome->upload_id != NULL)
    add_left (self, outcome->upload_id);
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  g_mutex_unlock (&self->lock);
}

static void
on_waiting (const gchar *key, const GError *error, gpointer data)
{
  Bench *self = data;

  g_mutex_lock (&self->lock);
  self->waits++;
  g_mutex_unlock (&self->lock);
}

static void
on_problem (const gchar *sentence, gpointer data)
{
  Bench *self = data;

  self->problems++;
}

static Bench *
bench_new (void)
{
  Bench *self = g_new0 (Bench, 1);

  g_mutex_init (&self->lock);
  self->store = store_new ();
  self->attributes.checksum = ANC_AWS_CHECKSUM_CRC32C;
  self->options = (AncS3UploaderOptions){
    .s3 = (AncS3 *) self->store,
    .calls = &store_calls,
    .bucket = "voices",
    .part_size = PART,
    .parallel = 4,
    .timeout_seconds = 5,
    .events = { .done = on_done,
                .failed = on_failed,
                .waiting = on_waiting,
                .problem = on_problem },
    .data = self,
  };
  return self;
}

static void
bench_free (Bench *self)
{
  const gchar *argv[] = { "rm", "-rf", self->directory, NULL };

  g_clear_pointer (&self->uploader, anc_s3_uploader_free);
  if (self->directory != NULL)
    g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                  NULL, NULL, NULL, NULL);
  store_free (self->store);
  g_mutex_clear (&self->lock);
  g_clear_error (&self->error);
  g_free (self->directory);
  g_free (self->key);
  g_free (self->left);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bench, bench_free)

static void
bench_spool (Bench *self, guint64 limit)
{
  self->directory = g_dir_make_tmp ("anc-upload-XXXXXX", NULL);
  self->options.spool_directory = self->directory;
  self->options.spool_limit = limit;
}

static void
bench_start (Bench *self)
{
  g_autoptr (GError) error = NULL;

  self->uploader = anc_s3_uploader_new (&self->options, &error);
  g_assert_no_error (error);
}

static void
bench_begin (Bench *self, const gchar *key, gboolean unique)
{
  g_autoptr (GError) error = NULL;

  anc_s3_uploader_begin (self->uploader, key, unique, 0, &self->attributes,
                         &error);
  g_assert_no_error (error);
}

/* Bytes that tell where they belong: a part lost, doubled or moved shows. */
static guint8 *
pattern (gsize size)
{
  guint32 *words = g_malloc (size + sizeof (guint32));

  for (gsize i = 0; i < size / sizeof *words + 1; i++)
    words[i] = (guint32) i * 2654435761u;
  return (guint8 *) words;
}

/* In pieces of an odd size. FALSE: failed. */
static gboolean
bench_write (Bench *self, const guint8 *data, gsize size)
{
  gsize step = 777777, n;

  for (gsize at = 0; at < size; at += step) {
    if (!anc_s3_uploader_write (self->uploader, data + at,
                                MIN (step, size - at), &n, NULL))
      return FALSE;
  }
  return TRUE;
}

static gboolean
bench_end (Bench *self)
{
  return anc_s3_uploader_finish (self->uploader, 9, NULL)
         && anc_s3_uploader_drain (self->uploader, NULL);
}

static void
assert_object (Bench *self, const gchar *key, const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = store_get (self->store, key);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   data, size);
}

/* --- without faults --- */

static void
test_sizes (void)
{
  static const gsize sizes[]
      = { 0,        1,        PART - 1,      PART,          PART + 1,
          2 * PART, 3 * PART, 20 * PART - 5, 12 * PART + 99 };
  static const gsize part_sizes[] = { PART, 8 * MIB, 10 * MIB, 16 * MIB };
  g_autofree guint8 *data = pattern (20 * PART);

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
    assert_object (bench, "a", data, size);
    /* one request is enough for one part */
    if (size <= bench->options.part_size)
      g_assert_cmpuint (bench->store->requests, ==, 1);
  }
}

static void
test_parallel (void)
{
  g_autofree guint8 *data = pattern (12 * PART);
  g_autoptr (Bench) bench = bench_new ();

  bench->store->delay_us = 2000;
  bench_start (bench);
  bench_begin (bench, "a", FALSE);
  g_assert_true (bench_write (bench, data, 12 * PART));
  g_assert_true (bench_end (bench));
  g_assert_cmpuint (bench->store->most_running, ==, 4);
  assert_object (bench, "a", data, 12 * PART);
}

static void
test_rewritten_head (void)
{
  static const gsize part_sizes[] = { PART, 10 * MIB };

  for (guint i = 0; i < G_N_ELEMENTS (part_sizes); i++) {
    g_autofree guint8 *data = pattern (50 * MIB);
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
    assert_object (bench, "a", data, 50 * MIB);
  }
}

/* Out of the first part into what was sent. */
static void
test_rewrite_runs_out (void)
{
  g_autofree guint8 *data = pattern (6 * PART);
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
  g_autofree guint8 *data = pattern (2 * PART);
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
    assert_object (bench, key, data, i * PART / 25 + i);
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
  g_autofree guint8 *data = pattern (20 * PART);
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
  assert_object (bench, "a", data, 20 * PART);
  anc_s3_uploader_get_stats (bench->uploader, &stats);
  g_assert_cmpuint (stats.memory, ==, 0);
  g_assert_cmpuint (stats.bytes_uploaded, ==, 20 * PART);
}

static void
test_max_memory (void)
{
  g_autofree guint8 *data = pattern (20 * PART);
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

/* --- faults --- */

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
    assert_object (bench, "a", data, size);
    return;
  }
  g_assert_cmpuint (bench->failed, ==, 1);
  g_assert_nonnull (bench->error);
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
  g_autofree guint8 *data = pattern (size);

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
  g_autofree guint8 *data = pattern (size);

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
  g_autofree guint8 *data = pattern (1000);

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
  g_autofree guint8 *data = pattern (size);

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
    assert_object (bench, "a", data, size);
    g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
  }
}

static void
test_if_none_match (void)
{
  static const gsize sizes[] = { 10, 3 * PART };
  g_autofree guint8 *data = pattern (3 * PART);

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
    assert_object (bench, "a", (const guint8 *) "there", 5);
    g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
  }
}

/* Stopped in the middle, with requests in the air. */
static void
test_stop (void)
{
  g_autofree guint8 *data = pattern (7 * PART);

  for (guint policy = 0; policy < 3; policy++) {
    for (guint held = 0; held < 2; held++) {
      g_autoptr (Bench) bench = bench_new ();
      g_autoptr (GBytes) object = NULL;

      bench->options.on_error = policy;
      bench->options.timeout_seconds = 1;
      store_hold (bench->store, held == 1);
      bench_start (bench);
      bench_begin (bench, "a", FALSE);
      g_assert_true (bench_write (bench, data, 5 * PART + 5));
      anc_s3_uploader_stop (bench->uploader);
      object = store_get (bench->store, "a");
      if (policy == ANC_S3_ON_ERROR_COMPLETE && held == 0) {
        g_assert_cmpuint (bench->failed, ==, 0);
        assert_object (bench, "a", data, 5 * PART + 5);
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

/* --- spool --- */

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
  g_autofree guint8 *data = pattern (9 * PART);
  AncS3UploaderStats stats;

  for (guint unique = 0; unique < 2; unique++) {
    g_autoptr (Bench) bench = bench_new ();

    bench_spool (bench, 0);
    bench_start (bench);
    bench_begin (bench, "a", unique == 1);
    g_assert_true (bench_write (bench, data, 9 * PART - 7));
    g_assert_true (bench_end (bench));
    assert_object (bench, "a", data, 9 * PART - 7);
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
  g_autofree guint8 *data = pattern (9 * PART);
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
  assert_object (bench, "a", data, 9 * PART);
}

static void
test_spool_limit (void)
{
  g_autofree guint8 *data = pattern (9 * PART);

  for (guint unique = 0; unique < 2; unique++) {
    g_autoptr (Bench) bench = bench_new ();

    bench_spool (bench, 3 * PART + 5);
    bench_start (bench);
    bench_begin (bench, "a", unique == 1);
    /* the parts of a fixed key cannot go before the end */
    g_assert_cmpint (bench_write (bench, data, 9 * PART), ==, unique == 1);
    if (unique == 1) {
      g_assert_true (bench_end (bench));
      assert_object (bench, "a", data, 9 * PART);
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
  g_autofree guint8 *data = pattern (written);
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
    assert_object (bench, bench->key, data, written);
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
    g_autofree guint8 *data = pattern (6 * PART + 99);
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
    assert_object (bench, "a", data, 6 * PART + 99);
    g_assert_cmpuint (count_folders (bench->directory), ==, 0);
    g_assert_cmpuint (store_count_uploads (bench->store), ==, 0);
  }
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
  ADD ("each-request", test_each_request);
  ADD ("from-each-request-on", test_from_each_request_on);
  ADD ("single-put", test_single_put);
  ADD ("lost-replies-are-settled", test_lost_replies_are_settled);
  ADD ("if-none-match", test_if_none_match);
  ADD ("stop", test_stop);
  ADD ("spool", test_spool);
  ADD ("spool-outage", test_spool_outage);
  ADD ("spool-limit", test_spool_limit);
  ADD ("spool-resume", test_spool_resume);
  ADD ("spool-resume-unheard", test_spool_resume_unheard);
  return g_test_run ();
}
