/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Objects that a spool still has when an uploader starts. A key that is the
 * object's alone is finished under its name: parts that S3 has are not sent
 * again. A key that the new stream will use again is given way to: the object
 * goes, all anew, to KEY.recovered-TIME, which is when it began; that is why
 * such objects keep all of their parts in the spool. */
#include "anc-s3-uploader-private.h"

#include <unistd.h>

static void
problem (AncS3Uploader *self, const gchar *sentence)
{
  if (self->options.events.problem != NULL)
    self->options.events.problem (sentence, self->options.data);
}

static gchar *
recovered_key (const AncS3SpoolRecord *record)
{
  g_autoptr (GDateTime) began
      = g_date_time_new_from_unix_utc (record->started / G_USEC_PER_SEC);
  g_autofree gchar *time = began != NULL
                               ? g_date_time_format (began, "%Y%m%dT%H%M%SZ")
                               : g_strdup ("unknown");

  return g_strdup_printf ("%s.recovered-%s", record->key, time);
}

/* Before anything is sent under the new name the journal has it, so that the
 * next crash finds the same. */
static gboolean
rename_object (AncS3SpoolFound *found, gchar **ret_old_key,
               gchar **ret_old_upload_id, gint64 *ret_old_doubt)
{
  AncS3SpoolRecord *record = &found->record;
  g_autofree gchar *key = recovered_key (record);

  if (!anc_s3_spool_entry_log_key (found->entry, key, NULL))
    return FALSE;
  *ret_old_upload_id = g_steal_pointer (&record->upload_id);
  *ret_old_doubt = record->creating;
  record->creating = 0;
  *ret_old_key = g_steal_pointer (&record->key);
  record->key = g_steal_pointer (&key);
  record->unique = TRUE;
  g_ptr_array_set_size (record->parts, 0);
  return TRUE;
}

static gboolean
restore_piece (AncS3Outgoing *object, AncS3SpoolFound *found, guint number)
{
  GPtrArray *parts = found->record.parts;
  AncS3Part *part
      = number <= parts->len ? g_ptr_array_index (parts, number - 1) : NULL;
  guint64 size = number <= found->sizes->len
                     ? g_array_index (found->sizes, guint64, number - 1)
                     : G_MAXUINT64;
  AncS3Piece *piece;
  gint fd = -1;

  if (size == G_MAXUINT64 && part == NULL)
    return FALSE;
  if (size != G_MAXUINT64) {
    fd = anc_s3_spool_entry_open_part (found->entry, number, FALSE, NULL);
    if (fd < 0)
      return FALSE;
    /* what was written after it was sent is not what S3 has */
    if (part != NULL && part->size != size)
      part = NULL;
  } else {
    size = part->size;
  }
  piece = anc_s3_outgoing_restore_piece (object, size, fd, part);
  if (piece->sent && piece->fd >= 0 && number > 1) {
    object->entry = found->entry;
    anc_s3_piece_release (object, piece);
    object->entry = NULL;
  }
  return TRUE;
}

static gboolean
restore_pieces (AncS3Outgoing *object, AncS3SpoolFound *found)
{
  GArray *sizes = found->sizes;
  guint count;

  /* a file that was made and not written is no part */
  while (sizes->len > 0 && g_array_index (sizes, guint64, sizes->len - 1) == 0)
    g_array_set_size (sizes, sizes->len - 1);
  count = MAX (found->record.parts->len, sizes->len);
  for (guint i = 1; i <= count; i++) {
    if (!restore_piece (object, found, i))
      return FALSE;
  }
  object->multipart
      = count > 1 || object->upload_id != NULL || object->doubt_since != 0;
  if (!object->multipart)
    g_queue_clear (&object->queue);
  return TRUE;
}

static AncS3Outgoing *
restore (AncS3Uploader *self, AncS3SpoolFound *found)
{
  gchar *old_key = NULL, *old_upload_id = NULL;
  gint64 old_doubt = 0;
  AncS3Outgoing *object;

  if (!found->record.unique
      && !rename_object (found, &old_key, &old_upload_id, &old_doubt))
    return NULL;
  object = anc_s3_outgoing_new (self, found->record.key,
                                &found->record.description->attributes);
  object->old_key = old_key;
  object->old_upload_id = old_upload_id;
  object->old_doubt_since = old_doubt;
  object->doubt_since = found->record.creating;
  object->upload_id = g_steal_pointer (&found->record.upload_id);
  object->recovered = object->unique = object->ended = TRUE;
  object->index = found->record.index;
  object->started = found->record.started;
  object->duration = found->record.duration;
  if (!restore_pieces (object, found)) {
    anc_s3_outgoing_free (object);
    return NULL;
  }
  object->entry = g_steal_pointer (&found->entry);
  return object;
}

static gboolean
is_empty (const AncS3SpoolFound *found)
{
  for (guint i = 0; i < found->sizes->len; i++) {
    if (g_array_index (found->sizes, guint64, i) != 0)
      return FALSE;
  }
  return found->record.parts->len == 0 && !found->record.ended;
}

static void
recover_one (AncS3Uploader *self, AncS3SpoolFound *found)
{
  AncS3Outgoing *object;
  g_autofree gchar *sentence = NULL;

  /* somebody else's: an uploader into that bucket will find it */
  if (!g_str_equal (found->record.bucket, self->options.bucket))
    return;
  if (is_empty (found)) {
    anc_s3_spool_entry_finish (found->entry);
    return;
  }
  object = restore (self, found);
  if (object != NULL) {
    g_queue_push_tail (&self->objects, object);
    return;
  }
  sentence = g_strdup_printf (
      "\"%s\" has parts that are missing or cannot be read; the folder is left "
      "as it is.",
      anc_s3_spool_entry_folder (found->entry));
  problem (self, sentence);
}

void
anc_s3_uploader_recover (AncS3Uploader *self)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) all = anc_s3_spool_recover (self->spool, problems);

  for (guint i = 0; i < problems->len; i++)
    problem (self, g_ptr_array_index (problems, i));
  for (guint i = 0; i < all->len; i++)
    recover_one (self, g_ptr_array_index (all, i));
}
