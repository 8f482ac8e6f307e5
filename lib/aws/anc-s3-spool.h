/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-description.h"

#include <gio/gio.h>

/* Objects on their way to S3, kept on disk until they are there.
 *
 * Each has a folder of its own in the spool directory, UUID.upload:
 *
 *   part-00001 ...  the bytes of a part; the head part may be rewritten
 *   journal         one JSON object a line, only ever added to:
 *                     {"format": 1, "bucket", "key", "unique", "index",
 *                      "started", "attributes": {...}}  what it is
 *                     {"creating": TIME}  CreateMultipartUpload is to be sent
 *                     {"upload": ID}      it answered
 *                     {"part": N, "size", "etag", "checksum"}  UploadPart did
 *                     {"end": NS}         the stream ended; its duration
 *                     {"key": KEY}        goes to another key, all anew
 *                     {"done": true}      is durable in S3
 *
 * What makes it safe against a crash at any moment, kill -9 and loss of power:
 * - the journal is written as journal.new, synced, renamed, and the folder
 *   synced, before the first byte of a part is taken: a folder without a
 *   journal holds nothing that anyone was promised;
 * - a byte counts as taken once write () has returned (safe from the end of the
 *   process), and is synced to the disk when its part is full and at the end of
 *   the stream (safe from loss of power);
 * - a line counts once its newline is there; half a line at the end is cut off;
 * - a part's file is removed only after its line was synced;
 * - "done" is synced before anything else of the folder goes.
 * The journal is locked (flock) while a process works on it, so several may
 * share one directory. */
typedef struct _AncS3Spool AncS3Spool;
typedef struct _AncS3SpoolEntry AncS3SpoolEntry;

/* Makes the directory (mode 0700) if it has to. `limit`: bytes of parts in it;
 * 0: none. Errors are of G_FILE_ERROR. */
AncS3Spool *anc_s3_spool_open (const gchar *directory, guint64 limit,
                               GError **error);
void anc_s3_spool_free (AncS3Spool *self);
const gchar *anc_s3_spool_directory (const AncS3Spool *self);
guint64 anc_s3_spool_used (AncS3Spool *self);
guint64 anc_s3_spool_limit (const AncS3Spool *self);
/* Counts `size` more bytes; FALSE: they would exceed the limit. */
gboolean anc_s3_spool_reserve (AncS3Spool *self, gsize size);
/* Counts them whatever the limit: they are there already. */
void anc_s3_spool_force (AncS3Spool *self, guint64 size);
void anc_s3_spool_release (AncS3Spool *self, guint64 size);

/* What a journal says. */
typedef struct {
  gchar *bucket, *key;
  gboolean unique; /* no other stream makes this key */
  guint64 index;
  gint64 started; /* microseconds since 1970 */
  AncS3Description *description;
  gint64 creating;  /* an upload may have been begun then; 0: none */
  gchar *upload_id; /* NULL: none yet */
  GPtrArray *parts; /* of AncS3Part, by number - 1; NULL: not uploaded */
  gboolean ended;
  guint64 duration;
} AncS3SpoolRecord;

/* Copies what it needs of `record`. */
AncS3SpoolEntry *anc_s3_spool_entry_new (AncS3Spool *spool,
                                         const AncS3SpoolRecord *record,
                                         GError **error);
/* Leaves the files where they are. */
void anc_s3_spool_entry_free (AncS3SpoolEntry *self);
const gchar *anc_s3_spool_entry_folder (const AncS3SpoolEntry *self);

/* The file of a part, open for reading and writing; -1 with an error. */
gint anc_s3_spool_entry_open_part (AncS3SpoolEntry *self, guint number,
                                   gboolean create, GError **error);
void anc_s3_spool_entry_remove_part (AncS3SpoolEntry *self, guint number);

/* Each returns once it is on disk. */
gboolean anc_s3_spool_entry_log_creating (AncS3SpoolEntry *self, gint64 time,
                                          GError **error);
gboolean anc_s3_spool_entry_log_upload (AncS3SpoolEntry *self,
                                        const gchar *upload_id, GError **error);
gboolean anc_s3_spool_entry_log_part (AncS3SpoolEntry *self,
                                      const AncS3Part *part, GError **error);
gboolean anc_s3_spool_entry_log_end (AncS3SpoolEntry *self, guint64 duration,
                                     GError **error);
gboolean anc_s3_spool_entry_log_key (AncS3SpoolEntry *self, const gchar *key,
                                     GError **error);
/* It is durable elsewhere: the folder goes. The files' bytes are not released
 * here: remove_part () or the caller counts them. */
void anc_s3_spool_entry_finish (AncS3SpoolEntry *self);

/* --- after a crash --- */

/* An entry that no living process holds, with what its journal says; its bytes
 * are counted in the spool. */
typedef struct {
  AncS3SpoolEntry *entry;
  AncS3SpoolRecord record;
  GArray *sizes; /* of guint64: the file of part i + 1; G_MAXUINT64: no file */
} AncS3SpoolFound;

void anc_s3_spool_found_free (AncS3SpoolFound *self);

/* Takes all that were left behind, oldest first; `ret_problems` (of strings)
 * says which folders could not be read: those are left alone. */
GPtrArray *anc_s3_spool_recover (AncS3Spool *self, GPtrArray *ret_problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3Spool, anc_s3_spool_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3SpoolEntry, anc_s3_spool_entry_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3SpoolFound, anc_s3_spool_found_free)
