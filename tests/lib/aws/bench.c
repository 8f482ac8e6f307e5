/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench.h"

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
  self->object_doubt = outcome->object_in_doubt;
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

static void
on_checked (const GError *error, gboolean final, gpointer data)
{
  Bench *self = data;

  g_mutex_lock (&self->lock);
  if (final)
    self->refusals++;
  else
    self->doubts++;
  g_mutex_unlock (&self->lock);
}

Bench *
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
                .problem = on_problem,
                .checked = on_checked },
    .data = self,
  };
  return self;
}

void
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

void
bench_spool (Bench *self, guint64 limit)
{
  self->directory = g_dir_make_tmp ("anc-upload-XXXXXX", NULL);
  self->options.spool_directory = self->directory;
  self->options.spool_limit = limit;
}

void
bench_start (Bench *self)
{
  g_autoptr (GError) error = NULL;

  self->uploader = anc_s3_uploader_new (&self->options, &error);
  g_assert_no_error (error);
}

void
bench_begin (Bench *self, const gchar *key, gboolean unique)
{
  g_autoptr (GError) error = NULL;

  anc_s3_uploader_begin (self->uploader, key, unique, 0, &self->attributes,
                         &error);
  g_assert_no_error (error);
}

guint8 *
bench_pattern (gsize size)
{
  guint32 *words = g_malloc (size + sizeof (guint32));

  for (gsize i = 0; i < size / sizeof *words + 1; i++)
    words[i] = (guint32) i * 2654435761u;
  return (guint8 *) words;
}

gboolean
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

gboolean
bench_end (Bench *self)
{
  return anc_s3_uploader_finish (self->uploader, 9, NULL)
         && anc_s3_uploader_drain (self->uploader, NULL);
}

void
bench_assert_object (Bench *self, const gchar *key, const guint8 *data,
                     gsize size)
{
  g_autoptr (GBytes) bytes = store_get (self->store, key);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   data, size);
}
