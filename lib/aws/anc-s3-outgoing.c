/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parts of an object on its way, in memory or in a spool. */
#include "anc-s3-uploader-private.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "anc-s3-plan.h"

static void
piece_free (AncS3Piece *piece)
{
  g_clear_pointer (&piece->block, anc_s3_block_unref);
  if (piece->fd >= 0)
    close (piece->fd);
  anc_s3_part_clear (&piece->result);
  g_free (piece);
}

AncS3Outgoing *
anc_s3_outgoing_new (AncS3Uploader *uploader, const gchar *key,
                     const AncS3Attributes *attributes)
{
  AncS3Outgoing *self = g_new0 (AncS3Outgoing, 1);

  self->uploader = uploader;
  self->key = g_strdup (key);
  self->description = anc_s3_description_new (attributes);
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
  self->cancellable = g_cancellable_new ();
  self->last = g_cancellable_new ();
  self->started = g_get_real_time ();
  self->backoff = (AncBackoff){ .first_ms = 500, .longest_ms = 60000 };
  g_queue_init (&self->queue);
  return self;
}

void
anc_s3_outgoing_free (AncS3Outgoing *self)
{
  g_queue_clear (&self->queue);
  g_ptr_array_unref (self->pieces);
  g_clear_pointer (&self->entry, anc_s3_spool_entry_free);
  g_clear_pointer (&self->description, anc_s3_description_free);
  g_clear_error (&self->error);
  g_object_unref (self->cancellable);
  g_object_unref (self->last);
  g_free (self->key);
  g_free (self->upload_id);
  g_free (self->old_key);
  g_free (self->old_upload_id);
  g_free (self->possible_uploads);
  g_free (self);
}

static AncS3Piece *
piece_new (guint number, guint64 offset, gsize capacity)
{
  AncS3Piece *piece = g_new0 (AncS3Piece, 1);

  piece->number = number;
  piece->offset = offset;
  piece->capacity = capacity;
  piece->fd = -1;
  return piece;
}

static gboolean
give_memory (AncS3Outgoing *self, AncS3Piece *piece)
{
  piece->block = anc_s3_memory_take (self->uploader->memory, piece->capacity);
  if (piece->block == NULL)
    return FALSE;
  piece->data = anc_s3_block_data (piece->block);
  return TRUE;
}

static guint64
largest_part (const AncS3Uploader *uploader)
{
  return uploader->spool == NULL ? uploader->options.max_memory / 2 : 0;
}

/* As parts grow, so does the room for them, unless it was given. */
static void
grow_memory (AncS3Uploader *uploader, guint64 part_size)
{
  guint64 head = part_size >= 2 * ANC_S3_MIN_PART_SIZE ? ANC_S3_MIN_PART_SIZE
                                                       : part_size;

  if (uploader->options.max_memory == 0)
    anc_s3_memory_set_limit (
        uploader->memory, (uploader->options.parallel + 1) * part_size + head);
}

AncS3Piece *
anc_s3_outgoing_add_piece (AncS3Outgoing *self, GError **error)
{
  AncS3Uploader *uploader = self->uploader;
  guint number = self->pieces->len + 1;
  gsize capacity = anc_s3_plan_part (uploader->options.part_size,
                                     largest_part (uploader), self->size);
  AncS3Piece *piece;
  gboolean good;

  if (number > ANC_S3_MAX_PARTS) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "s3://%s/%s has %u parts, and S3 takes no more: raise "
                       "max-memory or part-size, or begin a new object now "
                       "and then.",
                       uploader->options.bucket, self->key, ANC_S3_MAX_PARTS);
    return NULL;
  }
  piece = piece_new (number, self->size, capacity);
  if (self->entry != NULL) {
    piece->fd = anc_s3_spool_entry_open_part (self->entry, number, TRUE, error);
    good = piece->fd >= 0;
  } else {
    grow_memory (uploader, capacity);
    good = give_memory (self, piece);
  }
  if (!good) {
    piece_free (piece);
    return NULL;
  }
  g_ptr_array_add (self->pieces, piece);
  return piece;
}

AncS3Piece *
anc_s3_outgoing_restore_piece (AncS3Outgoing *self, guint64 size, gint fd,
                               AncS3Part *result)
{
  AncS3Piece *piece
      = piece_new (self->pieces->len + 1, self->size, (gsize) size);

  piece->used = (gsize) size;
  piece->fd = fd;
  if (result != NULL) {
    piece->sent = TRUE;
    piece->result = *result;
    *result = (AncS3Part){ 0 };
    self->uploaded += size;
  } else {
    g_queue_push_tail (&self->queue, piece);
  }
  self->size += size;
  g_ptr_array_add (self->pieces, piece);
  return piece;
}

gboolean
anc_s3_piece_write (AncS3Piece *self, gsize at, gconstpointer data, gsize size,
                    GError **error)
{
  if (self->data != NULL) {
    memcpy (self->data + at, data, size);
    return TRUE;
  }
  while (size > 0) {
    gssize n = pwrite (self->fd, data, size, (off_t) at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "Writing into the spool failed: %s.", g_strerror (errno));
      return FALSE;
    }
    data = (const guint8 *) data + n;
    at += n;
    size -= n;
  }
  return TRUE;
}

typedef struct {
  gpointer data;
  gsize size;
} Mapping;

static void
mapping_free (Mapping *mapping)
{
  munmap (mapping->data, mapping->size);
  g_free (mapping);
}

static GBytes *
map_file (AncS3Piece *self, GError **error)
{
  Mapping *mapping;
  gpointer data;

  if (self->used == 0)
    return g_bytes_new_static ("", 0);
  if (fdatasync (self->fd) != 0
      || (data = mmap (NULL, self->used, PROT_READ, MAP_SHARED, self->fd, 0))
             == MAP_FAILED) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                 "Reading a part from the spool failed: %s.",
                 g_strerror (errno));
    return NULL;
  }
  mapping = g_new (Mapping, 1);
  mapping->data = data;
  mapping->size = self->used;
  return g_bytes_new_with_free_func (data, self->used,
                                     (GDestroyNotify) mapping_free, mapping);
}

GBytes *
anc_s3_piece_bytes (AncS3Piece *self, GError **error)
{
  if (self->data == NULL)
    return map_file (self, error);
  return g_bytes_new_with_free_func (self->data, self->used,
                                     (GDestroyNotify) anc_s3_block_unref,
                                     anc_s3_block_ref (self->block));
}

void
anc_s3_piece_release (AncS3Outgoing *object, AncS3Piece *self)
{
  self->data = NULL;
  g_clear_pointer (&self->block, anc_s3_block_unref);
  if (self->fd < 0)
    return;
  close (self->fd);
  self->fd = -1;
  anc_s3_spool_entry_remove_part (object->entry, self->number);
  anc_s3_spool_release (object->uploader->spool, self->used);
}

/* The first bytes stay behind in a part of their own, which is the least S3
 * takes; the rest goes on as the second. FALSE: no memory now. */
static gboolean
split_first (AncS3Outgoing *self, AncS3Piece *first)
{
  gsize head = (gsize) ANC_S3_MIN_PART_SIZE;
  AncS3Block *block;
  AncS3Piece *rest;

  if (first->data == NULL || first->capacity < 2 * head)
    return TRUE;
  block = anc_s3_memory_take (self->uploader->memory, head);
  if (block == NULL)
    return FALSE;
  rest = piece_new (2, head, first->capacity - head);
  rest->used = first->used - head;
  rest->block = first->block;
  rest->data = first->data + head;
  memcpy (anc_s3_block_data (block), first->data, head);
  first->block = block;
  first->data = anc_s3_block_data (block);
  first->capacity = first->used = head;
  g_ptr_array_add (self->pieces, rest);
  g_queue_push_tail (&self->queue, rest);
  return TRUE;
}

gboolean
anc_s3_outgoing_queue_fill (AncS3Outgoing *self)
{
  AncS3Piece *piece = self->fill;

  if (self->multipart) {
    g_queue_push_tail (&self->queue, piece);
  } else {
    if (!split_first (self, piece))
      return FALSE;
    self->head = piece;
    self->multipart = TRUE;
  }
  self->fill = NULL;
  return TRUE;
}

static gboolean
sync_piece (AncS3Piece *piece, GError **error)
{
  if (piece == NULL || fdatasync (piece->fd) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
               "Writing into the spool failed: %s.", g_strerror (errno));
  return FALSE;
}

gboolean
anc_s3_outgoing_sync (AncS3Outgoing *self, guint64 duration, GError **error)
{
  return sync_piece (self->head, error) && sync_piece (self->fill, error)
         && anc_s3_spool_entry_log_end (self->entry, duration, error);
}

void
anc_s3_outgoing_end (AncS3Outgoing *self)
{
  self->ended = TRUE;
  if (!self->multipart)
    return;
  if (self->fill != NULL)
    g_queue_push_tail (&self->queue, g_steal_pointer (&self->fill));
  if (self->head != NULL)
    g_queue_push_head (&self->queue, g_steal_pointer (&self->head));
}
