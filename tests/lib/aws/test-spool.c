/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-spool.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  gchar *directory;
  AncS3Spool *spool;
  AncS3Description *description;
  AncS3SpoolRecord record;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  AncAwsFields *tags = anc_aws_fields_new ();
  AncS3Attributes attributes = { .content_type = "audio/\"x\"\n",
                                 .sse = "aws:kms",
                                 .tags = tags,
                                 .checksum = ANC_AWS_CHECKSUM_CRC64NVME,
                                 .if_none_match = TRUE };

  anc_aws_fields_add (tags, "one", "1");
  anc_aws_fields_add (tags, "two", "2");
  self->directory = g_dir_make_tmp ("anc-spool-XXXXXX", &error);
  g_assert_no_error (error);
  self->spool = anc_s3_spool_open (self->directory, 100, &error);
  g_assert_no_error (error);
  self->description = anc_s3_description_new (&attributes);
  anc_aws_fields_unref (tags);
  self->record = (AncS3SpoolRecord){ .bucket = (gchar *) "voices",
                                     .key = (gchar *) "a/\303\244",
                                     .unique = TRUE,
                                     .index = 3,
                                     .started = 1234567,
                                     .description = self->description };
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  const gchar *argv[] = { "rm", "-rf", self->directory, NULL };

  anc_s3_spool_free (self->spool);
  anc_s3_description_free (self->description);
  g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                NULL, NULL, NULL, NULL);
  g_free (self->directory);
}

static AncS3SpoolEntry *
entry_new (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  AncS3SpoolEntry *entry
      = anc_s3_spool_entry_new (self->spool, &self->record, &error);

  g_assert_no_error (error);
  return entry;
}

static void
write_part (AncS3SpoolEntry *entry, guint number, const gchar *text)
{
  g_autoptr (GError) error = NULL;
  gint fd = anc_s3_spool_entry_open_part (entry, number, TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, strlen (text));
  close (fd);
}

static void
log_part (AncS3SpoolEntry *entry, guint number, guint64 size)
{
  AncS3Part part = { number, size, (gchar *) "\"e\"", (gchar *) "AAAAAA==" };
  g_autoptr (GError) error = NULL;

  anc_s3_spool_entry_log_part (entry, &part, &error);
  g_assert_no_error (error);
}

/* The only one that is found; NULL: none. */
static AncS3SpoolFound *
recover (Fixture *self, guint problems)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) all = anc_s3_spool_recover (self->spool, said);

  g_assert_cmpuint (said->len, ==, problems);
  g_assert_cmpuint (all->len, <=, 1);
  return all->len == 1 ? g_ptr_array_steal_index (all, 0) : NULL;
}

static guint
count_folders (Fixture *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->directory, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
test_round_trip (Fixture *self, gconstpointer unused)
{
  AncS3SpoolEntry *entry = entry_new (self);
  g_autoptr (AncS3SpoolFound) found = NULL;
  const AncS3Part *part;
  const AncS3Attributes *attributes;

  write_part (entry, 1, "head");
  write_part (entry, 3, "tail of it");
  g_assert_true (anc_s3_spool_entry_log_creating (entry, 99, NULL));
  g_assert_true (anc_s3_spool_entry_log_upload (entry, "id/1+2=", NULL));
  log_part (entry, 2, 77);
  g_assert_true (anc_s3_spool_entry_log_end (entry, 42, NULL));
  g_assert_null (recover (self, 0)); /* it is held */
  anc_s3_spool_entry_free (entry);

  found = recover (self, 0);
  g_assert_nonnull (found);
  g_assert_cmpstr (found->record.bucket, ==, "voices");
  g_assert_cmpstr (found->record.key, ==, "a/\303\244");
  g_assert_true (found->record.unique);
  g_assert_cmpuint (found->record.index, ==, 3);
  g_assert_cmpint (found->record.started, ==, 1234567);
  g_assert_cmpstr (found->record.upload_id, ==, "id/1+2=");
  g_assert_true (found->record.ended);
  g_assert_cmpuint (found->record.duration, ==, 42);
  g_assert_cmpuint (found->record.parts->len, ==, 2);
  g_assert_null (g_ptr_array_index (found->record.parts, 0));
  part = g_ptr_array_index (found->record.parts, 1);
  g_assert_cmpuint (part->size, ==, 77);
  g_assert_cmpstr (part->etag, ==, "\"e\"");
  g_assert_cmpstr (part->checksum, ==, "AAAAAA==");
  g_assert_cmpuint (found->sizes->len, ==, 3);
  g_assert_cmpuint (g_array_index (found->sizes, guint64, 0), ==, 4);
  g_assert_cmpuint (g_array_index (found->sizes, guint64, 1), ==, G_MAXUINT64);
  g_assert_cmpuint (g_array_index (found->sizes, guint64, 2), ==, 10);
  g_assert_cmpuint (anc_s3_spool_used (self->spool), ==, 14);
  attributes = &found->record.description->attributes;
  g_assert_cmpstr (attributes->content_type, ==, "audio/\"x\"\n");
  g_assert_cmpstr (attributes->sse, ==, "aws:kms");
  g_assert_null (attributes->acl);
  g_assert_true (attributes->if_none_match);
  g_assert_cmpint (attributes->checksum, ==, ANC_AWS_CHECKSUM_CRC64NVME);
  g_assert_cmpuint (anc_aws_fields_length (attributes->tags), ==, 2);
  g_assert_cmpstr (anc_aws_fields_get (attributes->tags, "two"), ==, "2");
  g_assert_null (recover (self, 0)); /* found and held */
}

static gchar *
journal_of (AncS3SpoolEntry *entry)
{
  return g_build_filename (anc_s3_spool_entry_folder (entry), "journal", NULL);
}

/* Killed at any byte of a line: what came before counts, and lines added after
 * it are read. */
static void
test_torn_line (Fixture *self, gconstpointer unused)
{
  AncS3SpoolEntry *entry = entry_new (self);
  g_autofree gchar *journal = journal_of (entry), *text = NULL;
  gsize before, after;

  g_assert_true (g_file_get_contents (journal, &text, &before, NULL));
  g_clear_pointer (&text, g_free);
  g_assert_true (anc_s3_spool_entry_log_upload (entry, "whole", NULL));
  g_assert_true (g_file_get_contents (journal, &text, &after, NULL));
  anc_s3_spool_entry_free (entry);
  for (gsize size = before; size <= after; size++) {
    g_autoptr (AncS3SpoolFound) found = NULL, again = NULL;

    g_assert_true (g_file_set_contents (journal, text, (gssize) size, NULL));
    found = recover (self, 0);
    g_assert_nonnull (found);
    g_assert_cmpstr (found->record.upload_id, ==,
                     size == after ? "whole" : NULL);
    g_assert_true (anc_s3_spool_entry_log_end (found->entry, 5, NULL));
    g_clear_pointer (&found, anc_s3_spool_found_free);
    again = recover (self, 0);
    g_assert_true (again->record.ended);
  }
}

static void
test_done (Fixture *self, gconstpointer unused)
{
  AncS3SpoolEntry *entry = entry_new (self);

  write_part (entry, 1, "x");
  anc_s3_spool_entry_finish (entry);
  anc_s3_spool_entry_free (entry);
  g_assert_cmpuint (count_folders (self), ==, 0);
}

/* Killed after "done" and before the last file went. */
static void
test_half_removed (Fixture *self, gconstpointer unused)
{
  AncS3SpoolEntry *entry = entry_new (self);
  g_autofree gchar *journal = journal_of (entry), *text = NULL, *more = NULL;

  write_part (entry, 1, "x");
  g_assert_true (g_file_get_contents (journal, &text, NULL, NULL));
  more = g_strconcat (text, "{\"done\":true}\n", NULL);
  anc_s3_spool_entry_free (entry);
  g_assert_true (g_file_set_contents (journal, more, -1, NULL));
  g_assert_null (recover (self, 0));
  g_assert_cmpuint (count_folders (self), ==, 0);
}

/* Killed before the journal had its name. */
static void
test_unborn (Fixture *self, gconstpointer unused)
{
  g_autofree gchar *a = g_build_filename (self->directory, "a.upload", NULL);
  g_autofree gchar *b = g_build_filename (self->directory, "b.upload", NULL);
  g_autofree gchar *other = g_build_filename (self->directory, "keep", NULL);
  g_autofree gchar *made = g_build_filename (b, "journal.new", NULL);

  g_mkdir (a, 0700);
  g_mkdir (b, 0700);
  g_mkdir (other, 0700);
  g_assert_true (g_file_set_contents (made, "{\"form", -1, NULL));
  g_assert_null (recover (self, 0));
  g_assert_cmpuint (count_folders (self), ==, 1);
}

static void
test_new_key (Fixture *self, gconstpointer unused)
{
  AncS3SpoolEntry *entry;
  g_autoptr (AncS3SpoolFound) found = NULL;

  self->record.unique = FALSE;
  entry = entry_new (self);
  g_assert_true (anc_s3_spool_entry_log_upload (entry, "old", NULL));
  log_part (entry, 1, 7);
  g_assert_true (anc_s3_spool_entry_log_key (entry, "other", NULL));
  anc_s3_spool_entry_free (entry);
  found = recover (self, 0);
  g_assert_cmpstr (found->record.key, ==, "other");
  g_assert_true (found->record.unique);
  g_assert_null (found->record.upload_id);
  g_assert_cmpuint (found->record.parts->len, ==, 0);
}

/* What is not a journal is told and left alone. */
static void
test_bad_journals (Fixture *self, gconstpointer unused)
{
  static const gchar *const texts[] = {
    "",
    "\n",
    "{\"format\":2}\n",
    "[1]\n",
    "{\"format\":1,\"bucket\":3}\n",
    "{\"format\":1,\"bucket\":\"b\",\"key\":\"k\",\"unique\":1,\"index\":0,"
    "\"started\":0,\"attributes\":{}}\n",
    "{\"format\":1,\"bucket\":\"b\",\"key\":\"k\",\"unique\":true,\"index\":0,"
    "\"started\":0,\"attributes\":{\"acl\":[]}}\n",
    "{\"format\":1,\"bucket\":\"b\",\"key\":\"k\",\"unique\":true,\"index\":0,"
    "\"started\":0,\"attributes\":{}}\n{\"part\":0,\"size\":1,\"etag\":\"\"}\n",
    "{\"format\":1,\"bucket\":\"b\",\"key\":\"k\",\"unique\":true,\"index\":0,"
    "\"started\":0,\"attributes\":{}}\n{\"part\":10001,\"size\":1,"
    "\"etag\":\"\"}\n",
    "{\"format\":1,\"bucket\":\"b\",\"key\":\"k\",\"unique\":true,\"index\":0,"
    "\"started\":0,\"attributes\":{}}\nnot JSON\n{\"done\":true}\n",
  };
  AncS3SpoolEntry *entry = entry_new (self);
  g_autofree gchar *journal = journal_of (entry);

  write_part (entry, 1, "precious");
  anc_s3_spool_entry_free (entry);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_test_message ("%s", texts[i]);
    g_assert_true (g_file_set_contents (journal, texts[i], -1, NULL));
    g_assert_null (recover (self, 1));
    g_assert_cmpuint (count_folders (self), ==, 1);
  }
}

static void
test_limit (Fixture *self, gconstpointer unused)
{
  g_assert_true (anc_s3_spool_reserve (self->spool, 60));
  g_assert_false (anc_s3_spool_reserve (self->spool, 41));
  g_assert_true (anc_s3_spool_reserve (self->spool, 40));
  anc_s3_spool_release (self->spool, 100);
  g_assert_cmpuint (anc_s3_spool_used (self->spool), ==, 0);
}

static void
test_no_directory (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (anc_s3_spool_open ("/proc/nowhere/spool", 0, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/proc/nowhere/spool"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                    \
  g_test_add ("/s3-spool/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("round-trip", test_round_trip);
  ADD ("torn-line", test_torn_line);
  ADD ("done", test_done);
  ADD ("half-removed", test_half_removed);
  ADD ("unborn", test_unborn);
  ADD ("new-key", test_new_key);
  ADD ("bad-journals", test_bad_journals);
  ADD ("limit", test_limit);
  g_test_add_func ("/s3-spool/no-directory", test_no_directory);
  return g_test_run ();
}
