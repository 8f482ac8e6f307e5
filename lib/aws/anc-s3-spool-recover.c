/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a process that is gone left in a spool. The files are ours, but a disk
 * may have been full and a person may have edited them: nothing is believed. */
#include "anc-s3-spool-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "anc-one-object.h"
#include "anc-s3-plan.h"

#define FORMAT 1

static void
part_free (AncS3Part *part)
{
  if (part != NULL)
    anc_s3_part_free (part);
}

void
anc_s3_spool_record_init (AncS3SpoolRecord *record)
{
  *record = (AncS3SpoolRecord){ NULL };
  record->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) part_free);
}

void
anc_s3_spool_record_clear (AncS3SpoolRecord *record)
{
  g_free (record->bucket);
  g_free (record->key);
  g_free (record->upload_id);
  g_clear_pointer (&record->description, anc_s3_description_free);
  g_clear_pointer (&record->parts, g_ptr_array_unref);
}

void
anc_s3_spool_found_free (AncS3SpoolFound *self)
{
  g_clear_pointer (&self->entry, anc_s3_spool_entry_free);
  anc_s3_spool_record_clear (&self->record);
  g_array_unref (self->sizes);
  g_free (self);
}

static gboolean
get_string (JsonObject *object, const gchar *name, gchar **ret_value)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;
  g_free (*ret_value);
  *ret_value = json_node_dup_string (node);
  return TRUE;
}

static gboolean
get_integer (JsonObject *object, const gchar *name, gint64 *ret_value)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *ret_value = json_node_get_int (node);
  return *ret_value >= 0;
}

static gboolean
read_header (JsonObject *object, AncS3SpoolRecord *record)
{
  JsonNode *unique = json_object_get_member (object, "unique");
  JsonNode *attributes = json_object_get_member (object, "attributes");
  gint64 format, index;

  if (!get_integer (object, "format", &format) || format != FORMAT
      || !get_string (object, "bucket", &record->bucket)
      || !get_string (object, "key", &record->key)
      || !get_integer (object, "index", &index)
      || !get_integer (object, "started", &record->started) || unique == NULL
      || !JSON_NODE_HOLDS_VALUE (unique)
      || json_node_get_value_type (unique) != G_TYPE_BOOLEAN
      || attributes == NULL || !JSON_NODE_HOLDS_OBJECT (attributes))
    return FALSE;
  record->index = (guint64) index;
  record->unique = json_node_get_boolean (unique);
  record->description
      = anc_s3_description_from_json (json_node_get_object (attributes));
  return record->description != NULL;
}

static gboolean
read_part (JsonObject *object, AncS3SpoolRecord *record)
{
  g_autoptr (AncS3Part) part = g_new0 (AncS3Part, 1);
  gint64 number, size;

  if (!get_integer (object, "part", &number) || number < 1
      || number > ANC_S3_MAX_PARTS || !get_integer (object, "size", &size)
      || !get_string (object, "etag", &part->etag))
    return FALSE;
  if (json_object_has_member (object, "checksum")
      && !get_string (object, "checksum", &part->checksum))
    return FALSE;
  part->number = (guint) number;
  part->size = (guint64) size;
  if (record->parts->len < part->number)
    g_ptr_array_set_size (record->parts, (gint) part->number);
  g_clear_pointer (&record->parts->pdata[number - 1], anc_s3_part_free);
  record->parts->pdata[number - 1] = g_steal_pointer (&part);
  return TRUE;
}

static gboolean
read_line (JsonObject *object, AncS3SpoolRecord *record, gboolean *ret_done)
{
  gint64 duration;

  if (json_object_has_member (object, "creating"))
    return get_integer (object, "creating", &record->creating);
  if (json_object_has_member (object, "upload")) {
    record->creating = 0;
    return get_string (object, "upload", &record->upload_id);
  }
  if (json_object_has_member (object, "part"))
    return read_part (object, record);
  if (json_object_has_member (object, "done")) {
    *ret_done = TRUE;
    return TRUE;
  }
  if (json_object_has_member (object, "key")) {
    g_clear_pointer (&record->upload_id, g_free);
    record->creating = 0;
    g_ptr_array_set_size (record->parts, 0);
    record->unique = TRUE;
    return get_string (object, "key", &record->key);
  }
  if (!get_integer (object, "end", &duration))
    return FALSE;
  record->ended = TRUE;
  record->duration = (guint64) duration;
  return TRUE;
}

/* A line is an object of plain values. */
#define JOURNAL_DEPTH 4

static gboolean
read_text (const gchar *text, AncS3SpoolRecord *record, gboolean *ret_done)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
    JsonNode *root;

    if (!anc_is_one_object (lines[i], strlen (lines[i]), JOURNAL_DEPTH)
        || !json_parser_load_from_data (parser, lines[i], -1, NULL))
      return FALSE;
    root = json_parser_get_root (parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
      return FALSE;
    if (i == 0 ? !read_header (json_node_get_object (root), record)
               : !read_line (json_node_get_object (root), record, ret_done))
      return FALSE;
  }
  return record->key != NULL;
}

gboolean
anc_s3_spool_parse_journal (gchar *text, gsize size, AncS3SpoolRecord *record,
                            gboolean *ret_done, gsize *ret_whole)
{
  gchar *end = strrchr (text, '\n');

  if (end == NULL || memchr (text, '\0', size) != NULL)
    return FALSE;
  end[1] = '\0';
  *ret_whole = (gsize) (end + 1 - text);
  return read_text (text, record, ret_done);
}

/* Reads a journal and cuts half a line off its end. */
static gboolean
read_journal (const gchar *path, gint fd, AncS3SpoolRecord *record,
              gboolean *ret_done)
{
  g_autofree gchar *text = NULL;
  gsize size, whole;

  return g_file_get_contents (path, &text, &size, NULL)
         && anc_s3_spool_parse_journal (text, size, record, ret_done, &whole)
         && (whole == size || ftruncate (fd, (off_t) whole) == 0);
}

static void
add_size (GArray *sizes, guint number, guint64 size)
{
  const guint64 none = G_MAXUINT64;

  while (sizes->len < number)
    g_array_append_val (sizes, none);
  g_array_index (sizes, guint64, number - 1) = size;
}

static void
find_parts (AncS3Spool *spool, const gchar *folder, GArray *sizes)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);
    guint64 number;
    GStatBuf status;

    if (!g_str_has_prefix (name, "part-")
        || !g_ascii_string_to_unsigned (name + strlen ("part-"), 10, 1,
                                        ANC_S3_MAX_PARTS, &number, NULL)
        || g_stat (path, &status) != 0)
      continue;
    add_size (sizes, (guint) number, (guint64) status.st_size);
  }
}

/* No journal: born and never named, or all but gone. One that is locked is
 * being born now. */
static void
remove_remains (const gchar *folder)
{
  g_autofree gchar *path
      = g_build_filename (folder, ANC_S3_SPOOL_NEW_JOURNAL, NULL);
  gint fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);

  if (fd < 0) {
    g_rmdir (folder);
    return;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    anc_s3_spool_remove_folder (folder);
  close (fd);
}

static AncS3SpoolFound *
recover_folder (AncS3Spool *spool, const gchar *folder, GPtrArray *problems)
{
  g_autofree gchar *path
      = g_build_filename (folder, ANC_S3_SPOOL_JOURNAL, NULL);
  gint fd = g_open (path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
  g_autoptr (AncS3SpoolFound) found = NULL;
  gboolean done = FALSE;

  if (fd < 0 && errno == ENOENT) {
    remove_remains (folder);
    return NULL;
  }
  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) != 0) {
    if (fd >= 0)
      close (fd);
    return NULL;
  }
  found = g_new0 (AncS3SpoolFound, 1);
  found->sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  anc_s3_spool_record_init (&found->record);
  found->entry = anc_s3_spool_entry_adopt (spool, folder, fd);
  if (!read_journal (path, fd, &found->record, &done)) {
    g_ptr_array_add (
        problems, g_strdup_printf ("The journal of \"%s\" cannot be read; the "
                                   "folder is left as it is.",
                                   folder));
    return NULL;
  }
  if (done) {
    anc_s3_spool_remove_folder (folder);
    return NULL;
  }
  find_parts (spool, folder, found->sizes);
  return g_steal_pointer (&found);
}

static gint
compare_started (gconstpointer a, gconstpointer b)
{
  const AncS3SpoolFound *const *x = a, *const *y = b;
  gint64 difference = (*x)->record.started - (*y)->record.started;

  return difference < 0 ? -1 : difference > 0;
}

static void
count_bytes (AncS3Spool *spool, const AncS3SpoolFound *found)
{
  for (guint i = 0; i < found->sizes->len; i++) {
    guint64 size = g_array_index (found->sizes, guint64, i);
    if (size != G_MAXUINT64)
      anc_s3_spool_force (spool, size);
  }
}

GPtrArray *
anc_s3_spool_recover (AncS3Spool *self, GPtrArray *ret_problems)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (
      (GDestroyNotify) anc_s3_spool_found_free);
  g_autoptr (GDir) dir = g_dir_open (anc_s3_spool_directory (self), 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *folder
        = g_build_filename (anc_s3_spool_directory (self), name, NULL);
    AncS3SpoolFound *found;

    if (!g_str_has_suffix (name, ANC_S3_SPOOL_SUFFIX))
      continue;
    found = recover_folder (self, folder, ret_problems);
    if (found == NULL)
      continue;
    count_bytes (self, found);
    g_ptr_array_add (all, found);
  }
  g_ptr_array_sort (all, compare_started);
  return all;
}
