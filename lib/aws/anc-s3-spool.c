/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-spool-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FORMAT 1
#define TRIES 3u

struct _AncS3Spool {
  gchar *directory;
  guint64 limit;
  GMutex lock; /* guards `used` */
  guint64 used;
};

struct _AncS3SpoolEntry {
  AncS3Spool *spool;
  gchar *folder;
  gint journal;
};

void
anc_s3_spool_error (GError **error, const gchar *doing, const gchar *path,
                    gint number)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number),
               "%s \"%s\" failed: %s.", doing, path, g_strerror (number));
}

AncS3Spool *
anc_s3_spool_open (const gchar *directory, guint64 limit, GError **error)
{
  AncS3Spool *self;

  if (g_mkdir_with_parents (directory, 0700) != 0) {
    anc_s3_spool_error (error, "Making the spool directory", directory, errno);
    return NULL;
  }
  if (g_access (directory, R_OK | W_OK | X_OK) != 0) {
    anc_s3_spool_error (error, "Writing into the spool directory", directory,
                        errno);
    return NULL;
  }
  self = g_new0 (AncS3Spool, 1);
  self->directory = g_strdup (directory);
  self->limit = limit;
  g_mutex_init (&self->lock);
  return self;
}

void
anc_s3_spool_free (AncS3Spool *self)
{
  g_mutex_clear (&self->lock);
  g_free (self->directory);
  g_free (self);
}

const gchar *
anc_s3_spool_directory (const AncS3Spool *self)
{
  return self->directory;
}

guint64
anc_s3_spool_limit (const AncS3Spool *self)
{
  return self->limit;
}

guint64
anc_s3_spool_used (AncS3Spool *self)
{
  guint64 used;

  g_mutex_lock (&self->lock);
  used = self->used;
  g_mutex_unlock (&self->lock);
  return used;
}

gboolean
anc_s3_spool_reserve (AncS3Spool *self, gsize size)
{
  gboolean fits;

  g_mutex_lock (&self->lock);
  fits = self->limit == 0 || self->used + size <= self->limit;
  if (fits)
    self->used += size;
  g_mutex_unlock (&self->lock);
  return fits;
}

void
anc_s3_spool_force (AncS3Spool *self, guint64 size)
{
  g_mutex_lock (&self->lock);
  self->used += size;
  g_mutex_unlock (&self->lock);
}

void
anc_s3_spool_release (AncS3Spool *self, guint64 size)
{
  g_mutex_lock (&self->lock);
  self->used -= MIN (size, self->used);
  g_mutex_unlock (&self->lock);
}

gboolean
anc_s3_spool_sync_folder (const gchar *folder)
{
  gint fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean good = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return good;
}

void
anc_s3_spool_remove_folder (const gchar *folder)
{
  g_autofree gchar *journal
      = g_build_filename (folder, ANC_S3_SPOOL_JOURNAL, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  if (dir == NULL)
    return;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);
    if (g_str_has_prefix (name, "part-")
        || g_str_equal (name, ANC_S3_SPOOL_NEW_JOURNAL))
      g_unlink (path);
  }
  /* last: what is left without it counts as nothing */
  g_unlink (journal);
  g_rmdir (folder);
}

AncS3SpoolEntry *
anc_s3_spool_entry_adopt (AncS3Spool *spool, const gchar *folder, gint journal)
{
  AncS3SpoolEntry *self = g_new0 (AncS3SpoolEntry, 1);

  self->spool = spool;
  self->folder = g_strdup (folder);
  self->journal = journal;
  return self;
}

void
anc_s3_spool_entry_free (AncS3SpoolEntry *self)
{
  if (self->journal >= 0)
    close (self->journal);
  g_free (self->folder);
  g_free (self);
}

const gchar *
anc_s3_spool_entry_folder (const AncS3SpoolEntry *self)
{
  return self->folder;
}

/* --- the journal --- */

static gboolean
write_all (gint fd, const gchar *data, gsize size)
{
  while (size > 0) {
    gssize n = write (fd, data, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return FALSE;
    data += n;
    size -= n;
  }
  return TRUE;
}

/* Adds the object that `builder` has open as a line. */
static gboolean
add_line (AncS3SpoolEntry *self, JsonBuilder *builder, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *text = NULL, *line = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  line = g_strconcat (text, "\n", NULL);
  if (write_all (self->journal, line, strlen (line))
      && fdatasync (self->journal) == 0)
    return TRUE;
  anc_s3_spool_error (error, "Writing the journal of", self->folder, errno);
  return FALSE;
}

static JsonBuilder *
line_new (const gchar *member)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, member);
  return builder;
}

static void
add_string (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_integer (JsonBuilder *builder, const gchar *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static gboolean
log_record (AncS3SpoolEntry *self, const AncS3SpoolRecord *record,
            GError **error)
{
  g_autoptr (JsonBuilder) builder = line_new ("format");

  json_builder_add_int_value (builder, FORMAT);
  add_string (builder, "bucket", record->bucket);
  add_string (builder, "key", record->key);
  json_builder_set_member_name (builder, "unique");
  json_builder_add_boolean_value (builder, record->unique);
  add_integer (builder, "index", (gint64) record->index);
  add_integer (builder, "started", record->started);
  json_builder_set_member_name (builder, "attributes");
  json_builder_begin_object (builder);
  anc_s3_description_to_json (&record->description->attributes, builder);
  json_builder_end_object (builder);
  return add_line (self, builder, error);
}

gboolean
anc_s3_spool_entry_log_creating (AncS3SpoolEntry *self, gint64 time,
                                 GError **error)
{
  g_autoptr (JsonBuilder) builder = line_new ("creating");

  json_builder_add_int_value (builder, time);
  return add_line (self, builder, error);
}

gboolean
anc_s3_spool_entry_log_upload (AncS3SpoolEntry *self, const gchar *upload_id,
                               GError **error)
{
  g_autoptr (JsonBuilder) builder = line_new ("upload");

  json_builder_add_string_value (builder, upload_id);
  return add_line (self, builder, error);
}

gboolean
anc_s3_spool_entry_log_part (AncS3SpoolEntry *self, const AncS3Part *part,
                             GError **error)
{
  g_autoptr (JsonBuilder) builder = line_new ("part");

  json_builder_add_int_value (builder, part->number);
  add_integer (builder, "size", (gint64) part->size);
  add_string (builder, "etag", part->etag);
  if (part->checksum != NULL)
    add_string (builder, "checksum", part->checksum);
  return add_line (self, builder, error);
}

gboolean
anc_s3_spool_entry_log_end (AncS3SpoolEntry *self, guint64 duration,
                            GError **error)
{
  g_autoptr (JsonBuilder) builder = line_new ("end");

  json_builder_add_int_value (builder, (gint64) duration);
  return add_line (self, builder, error);
}

gboolean
anc_s3_spool_entry_log_key (AncS3SpoolEntry *self, const gchar *key,
                            GError **error)
{
  g_autoptr (JsonBuilder) builder = line_new ("key");

  json_builder_add_string_value (builder, key);
  return add_line (self, builder, error);
}

void
anc_s3_spool_entry_finish (AncS3SpoolEntry *self)
{
  g_autoptr (JsonBuilder) builder = line_new ("done");

  json_builder_add_boolean_value (builder, TRUE);
  /* Without it the parts must stay: the next start finds the object complete
   * and says so again. */
  if (add_line (self, builder, NULL))
    anc_s3_spool_remove_folder (self->folder);
}

/* --- folders and parts --- */

static gboolean
make_journal (AncS3SpoolEntry *self, const AncS3SpoolRecord *record,
              GError **error)
{
  g_autofree gchar *made
      = g_build_filename (self->folder, ANC_S3_SPOOL_NEW_JOURNAL, NULL);
  g_autofree gchar *final
      = g_build_filename (self->folder, ANC_S3_SPOOL_JOURNAL, NULL);

  self->journal
      = g_open (made, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (self->journal < 0 || flock (self->journal, LOCK_EX | LOCK_NB) != 0) {
    anc_s3_spool_error (error, "Making", made, errno);
    return FALSE;
  }
  if (!log_record (self, record, error))
    return FALSE;
  if (g_rename (made, final) != 0 || !anc_s3_spool_sync_folder (self->folder)
      || !anc_s3_spool_sync_folder (self->spool->directory)) {
    anc_s3_spool_error (error, "Making", final, errno);
    return FALSE;
  }
  return TRUE;
}

static AncS3SpoolEntry *
try_entry (AncS3Spool *spool, const AncS3SpoolRecord *record, GError **error)
{
  g_autofree gchar *uuid = g_uuid_string_random ();
  g_autofree gchar *folder
      = g_strconcat (spool->directory, "/", uuid, ANC_S3_SPOOL_SUFFIX, NULL);
  g_autoptr (AncS3SpoolEntry) self = NULL;

  if (g_mkdir (folder, 0700) != 0) {
    anc_s3_spool_error (error, "Making", folder, errno);
    return NULL;
  }
  self = anc_s3_spool_entry_adopt (spool, folder, -1);
  if (!make_journal (self, record, error)) {
    anc_s3_spool_remove_folder (folder);
    return NULL;
  }
  return g_steal_pointer (&self);
}

AncS3SpoolEntry *
anc_s3_spool_entry_new (AncS3Spool *spool, const AncS3SpoolRecord *record,
                        GError **error)
{
  AncS3SpoolEntry *self = NULL;

  /* Another process that starts now may take the empty folder for garbage. */
  for (guint i = 0; self == NULL && i < TRIES; i++) {
    g_clear_error (error);
    self = try_entry (spool, record, error);
  }
  return self;
}

static gchar *
part_path (const AncS3SpoolEntry *self, guint number)
{
  g_autofree gchar *name = g_strdup_printf (ANC_S3_SPOOL_PART, number);

  return g_build_filename (self->folder, name, NULL);
}

gint
anc_s3_spool_entry_open_part (AncS3SpoolEntry *self, guint number,
                              gboolean create, GError **error)
{
  g_autofree gchar *path = part_path (self, number);
  gint fd = g_open (path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);

  if (fd < 0)
    anc_s3_spool_error (error, create ? "Making" : "Opening", path, errno);
  return fd;
}

void
anc_s3_spool_entry_remove_part (AncS3SpoolEntry *self, guint number)
{
  g_autofree gchar *path = part_path (self, number);

  g_unlink (path);
}
