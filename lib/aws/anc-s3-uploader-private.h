/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-error.h"
#include "anc-backoff.h"
#include "anc-s3-memory.h"
#include "anc-s3-spool.h"
#include "anc-s3-uploader.h"

/* A part from its first byte to S3's confirmation. */
typedef struct {
  guint number;   /* from 1 */
  guint64 offset; /* of its first byte in the object */
  gsize capacity;
  gsize used;
  guint8 *data; /* in `block`; NULL with a spool */
  AncS3Block *block;
  gint fd;       /* of the spool's file; -1 without */
  gboolean sent; /* confirmed: `result` holds */
  AncS3Part result;
} AncS3Piece;

/* An object from begin () to done or failed. The writer alone touches `head`'s
 * and `fill`'s bytes before they are queued; all the rest is guarded by the
 * uploader's lock. A thread that runs a request has counted itself in `busy`,
 * so that the object stays. */
typedef struct {
  AncS3Uploader *uploader;
  gchar *key;
  gboolean unique, recovered;
  guint64 index;
  AncS3Description *description;
  gint64 started; /* microseconds since 1970 */
  guint64 size;
  guint64 duration;
  GPtrArray *pieces; /* of AncS3Piece, by number */
  AncS3Piece *head;  /* kept until the end; NULL: not yet, or queued */
  AncS3Piece *fill;  /* being filled; NULL: the next write takes one */
  GQueue queue;      /* of pieces to send, borrowed */
  gchar *upload_id;  /* NULL: not created */
  gchar *old_key, *old_upload_id; /* recovered: to be aborted first, or NULL */
  gint64 old_doubt_since; /* likewise, an upload of unknown id; 0: none */
  gchar *possible_uploads;
  gint64 doubt_since; /* real time: an upload may have been begun; 0: no */
  gboolean object_in_doubt; /* it may be there, and S3 could not be asked */
  gboolean multipart;       /* more than one piece: needs an upload */
  gboolean ended;           /* no byte follows */
  gboolean partial;
  GError *error;      /* failed: to be cleaned up */
  gboolean cut_short; /* the failure has cancelled requests under way */
  gboolean cleaning;  /* what is sent now is to clean up after a failure */
  guint busy;         /* requests running, and the writer while it copies */
  gboolean exclusive; /* one of them suffers no other */
  guint64 uploaded;   /* bytes confirmed */
  AncBackoff backoff; /* spool: tries go on */
  gint64 not_before;  /* monotonic time; 0: at once */
  gboolean said_waiting;
  GCancellable *cancellable; /* of its requests: cancelled by failure */
  GCancellable *last;        /* of cleaning up: cancelled at the very end */
  AncS3SpoolEntry *entry;    /* NULL: no spool */
} AncS3Outgoing;

struct _AncS3Uploader {
  AncS3UploaderOptions options; /* strings owned */
  AncS3Memory *memory;
  AncS3Spool *spool; /* NULL: none */
  GPtrArray *threads;
  GCancellable *check_cancellable;

  GMutex lock;            /* guards what follows, and the objects */
  GCond work;             /* for the threads */
  GCond room;             /* for the writer: memory, spool, outcome, flushing */
  GQueue objects;         /* oldest first */
  AncS3Outgoing *current; /* being written, also in `objects` */
  guint64 position;       /* in `current` */
  gboolean flushing, quit;
  gint64 check_at; /* monotonic time; 0: never, not any more */
  GError *error;   /* the first of a failed object; then nothing is taken */
  AncS3UploaderStats stats;
};

/* --- anc-s3-outgoing.c --- */

AncS3Outgoing *anc_s3_outgoing_new (AncS3Uploader *uploader, const gchar *key,
                                    const AncS3Attributes *attributes);
/* Gives back memory and files; never under the lock. */
void anc_s3_outgoing_free (AncS3Outgoing *self);
/* NULL with the lock held: no room now, or an error. */
AncS3Piece *anc_s3_outgoing_add_piece (AncS3Outgoing *self, GError **error);
gboolean anc_s3_piece_write (AncS3Piece *self, gsize at, gconstpointer data,
                             gsize size, GError **error);
/* Its bytes, not copied. */
GBytes *anc_s3_piece_bytes (AncS3Piece *self, GError **error);
/* A part whose file is in the spool, or that S3 has (`result` is taken over;
 * NULL: not). Not under the lock. */
AncS3Piece *anc_s3_outgoing_restore_piece (AncS3Outgoing *self, guint64 size,
                                           gint fd, AncS3Part *result);
/* Lets the bytes go; never under the lock. */
void anc_s3_piece_release (AncS3Outgoing *object, AncS3Piece *self);
/* The lock is held: `fill` is full. FALSE: no memory to do so now. */
gboolean anc_s3_outgoing_queue_fill (AncS3Outgoing *self);
/* Writes down in the spool that no byte follows; the lock is not held. */
gboolean anc_s3_outgoing_sync (AncS3Outgoing *self, guint64 duration,
                               GError **error);
/* The lock is held: no byte follows. */
void anc_s3_outgoing_end (AncS3Outgoing *self);

/* --- anc-s3-uploader-write.c --- */

/* The lock is held. FALSE: an object has failed, or the stream is flushed. */
gboolean anc_s3_uploader_may_go_on (AncS3Uploader *self, GError **error);

/* --- anc-s3-uploader-work.c --- */

gpointer anc_s3_uploader_work (gpointer uploader);
/* The lock is held. The first error counts. */
void anc_s3_outgoing_fail (AncS3Outgoing *self, const GError *error);

/* --- anc-s3-uploader-request.c: one request each, without the lock --- */

gboolean anc_s3_request_put (AncS3Outgoing *self, AncS3ObjectInfo *ret_info,
                             GError **error);
gboolean anc_s3_request_create (AncS3Outgoing *self, GError **error);
gboolean anc_s3_request_part (AncS3Outgoing *self, AncS3Piece *piece,
                              GError **error);
gboolean anc_s3_request_complete (AncS3Outgoing *self,
                                  AncS3ObjectInfo *ret_info, GError **error);

/* --- anc-s3-uploader-check.c --- */

/* Whether every other request will fail for it, too. */
gboolean anc_s3_error_is_final (const GError *error);
/* The lock is held, and let go for the request. */
void anc_s3_uploader_check (AncS3Uploader *self);

/* --- anc-s3-uploader-settle.c --- */

/* The request may have been carried out although it failed. */
gboolean anc_s3_error_is_doubtful (const GError *error);
/* Whether the object that is there is ours: asks S3. */
gboolean anc_s3_settle_put (AncS3Outgoing *self, GBytes *body,
                            AncS3ObjectInfo *ret_info);
gboolean anc_s3_settle_complete (AncS3Outgoing *self, GPtrArray *parts,
                                 const gchar *checksum,
                                 AncS3ObjectInfo *ret_info);
/* An upload that a lost reply began: adopts it or notes it. FALSE: it could not
 * be found out, and `doubt_since` stays. */
gboolean anc_s3_settle_create (AncS3Outgoing *self, GError **error);
/* Notes as possibly ours what was begun for `key` since then. */
void anc_s3_note_uploads (AncS3Outgoing *self, const gchar *key, gint64 since);
/* By on_error. TRUE: it became an object after all (COMPLETE). `ret_left`:
 * the upload that stays, NULL: none. */
gboolean anc_s3_clean_up (AncS3Outgoing *self, AncS3ObjectInfo *ret_info,
                          gchar **ret_left);

/* --- anc-s3-uploader-recover.c --- */

/* Adds what the spool has; the threads do not run yet. */
void anc_s3_uploader_recover (AncS3Uploader *self);
