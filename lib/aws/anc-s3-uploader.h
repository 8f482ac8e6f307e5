/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-calls.h"

/* Turns a stream of bytes into objects in S3. One thread writes; it copies what
 * it has into the part being filled and never touches the network. Full parts
 * are sent by threads of the uploader's own, several at a time. An object that
 * fits into one part is one PutObject; a longer one is a multipart upload whose
 * parts grow (anc-s3-plan.h).
 *
 * The first part stays until the object ends, so that a muxer may come back and
 * write its header anew: the first part whole, or its first 5 MiB where parts
 * are of 10 MiB and more.
 *
 * Memory: (parallel + 1) parts and the first one; `max_memory` is a hard bound.
 * With a spool directory the parts are files and the memory is next to none.
 *
 * Outcome of each object: `done` is called when S3 has confirmed it, or `failed`
 * with the error and what could not be cleaned up; never both. A lost reply is
 * settled by asking what is there. */
typedef struct _AncS3Uploader AncS3Uploader;

/* What becomes of an object that cannot be finished, or whose stream stopped
 * without an end. With a spool: nothing, the spool keeps it. */
typedef enum {
  ANC_S3_ON_ERROR_ABORT,    /* nothing of it stays */
  ANC_S3_ON_ERROR_COMPLETE, /* what was uploaded becomes the object */
  ANC_S3_ON_ERROR_KEEP,     /* the upload stays, its id is told */
} AncS3OnError;

typedef struct {
  const gchar *bucket, *key;
  guint64 index;
  guint64 size;
  guint64 duration; /* nanoseconds, as given to finish () */
  guint parts;      /* 0: a single PutObject */
  gboolean recovered;
  gboolean partial;              /* on_error COMPLETE has cut it */
  const AncS3ObjectInfo *info;   /* of done (): etag, version, checksum */
  const gchar *upload_id;        /* of failed (): what could not be, or by
                                 * on_error is not, removed; else NULL */
  const gchar *possible_uploads; /* ids, by commas, of uploads that may be ours:
                                  * begun by a request whose reply was lost */
  /* One more may have been begun, and S3 could not be asked for its id. */
  gboolean upload_in_doubt;
  /* The object itself may be complete, and S3 could not be asked. */
  gboolean object_in_doubt;
  const gchar *spool_folder; /* of failed (): where the bytes are kept */
} AncS3Outcome;

/* Called from any thread, with no lock held; must not call back. */
typedef struct {
  void (*done) (const AncS3Outcome *outcome, gpointer data);
  /* Frees nothing; `error` is the call's that failed. */
  void (*failed) (const AncS3Outcome *outcome, const GError *error,
                  gpointer data);
  /* A part was confirmed. */
  void (*progress) (const gchar *key, guint64 uploaded, guint64 size,
                    gpointer data);
  /* With a spool: the network is gone, tries go on. Once until it is back. */
  void (*waiting) (const gchar *key, const GError *error, gpointer data);
  void (*problem) (const gchar *sentence, gpointer data);
  /* The check at the start failed. `final`: no object was there to fail for it,
   * and none will be taken; else it may be no obstacle (no right to list, a
   * network that is away) and uploads are tried all the same. */
  void (*checked) (const GError *error, gboolean final, gpointer data);
} AncS3UploaderEvents;

typedef struct {
  AncS3 *s3; /* borrowed for as long as the uploader lives */
  const AncS3Calls *calls;
  const gchar *bucket;
  guint64 part_size;  /* bytes, 5 MiB to 5 GiB */
  guint parallel;     /* 1 and more */
  guint64 max_memory; /* bytes; 0: as above; else two parts or more */
  AncS3OnError on_error;
  guint timeout_seconds;        /* what stop () waits at most for a clean end */
  const gchar *spool_directory; /* NULL: none */
  guint64 spool_limit;          /* bytes; 0: none. Writers wait for room */
  /* Asks whether bucket and credentials are good once nothing was sent for so
   * long after the start; 0: never. */
  guint check_after_ms;
  AncS3UploaderEvents events;
  gpointer data;
} AncS3UploaderOptions;

/* Starts the threads, and takes up what a spool has. Strings are copied. */
AncS3Uploader *anc_s3_uploader_new (const AncS3UploaderOptions *options,
                                    GError **error);
/* Stops first if need be. */
void anc_s3_uploader_free (AncS3Uploader *self);

/* Begins an object; the one before must have been finished. `unique`: no other
 * stream will make this key (see AncS3UploaderOptions.spool_directory). */
gboolean anc_s3_uploader_begin (AncS3Uploader *self, const gchar *key,
                                gboolean unique, guint64 index,
                                const AncS3Attributes *attributes,
                                GError **error);

/* Writes at the position; waits for room. `*ret_written` tells how much was
 * taken, also on failure: after G_IO_ERROR_CANCELLED, which is
 * set_flushing (TRUE), go on from there. Any other error: `failed` was called,
 * or will be, for the object. */
gboolean anc_s3_uploader_write (AncS3Uploader *self, gconstpointer data,
                                gsize size, gsize *ret_written, GError **error);

/* Where the next byte goes: into the first part, into the last, or at the end.
 * What lies between has been sent: ANC_AWS_ERROR_ARGUMENT. */
gboolean anc_s3_uploader_seek (AncS3Uploader *self, guint64 position,
                               GError **error);
guint64 anc_s3_uploader_position (AncS3Uploader *self);
guint64 anc_s3_uploader_size (AncS3Uploader *self);

/* Ends the object; what is left to do is the threads'. */
gboolean anc_s3_uploader_finish (AncS3Uploader *self, guint64 duration,
                                 GError **error);

/* Waits until everything begun is done or failed: FALSE with the first error,
 * or G_IO_ERROR_CANCELLED by set_flushing (TRUE). */
gboolean anc_s3_uploader_drain (AncS3Uploader *self, GError **error);

/* TRUE makes the calls that wait return, and not wait until FALSE. What is
 * being sent goes on. */
void anc_s3_uploader_set_flushing (AncS3Uploader *self, gboolean flushing);

/* Ends without the end of the stream: on_error decides about the object being
 * written; to clean it up 1.5 s are allowed. Finished ones are still completed,
 * for `timeout_seconds` at most. Nothing may be written after it. */
void anc_s3_uploader_stop (AncS3Uploader *self);

typedef struct {
  guint64 bytes_written;  /* taken from the stream */
  guint64 bytes_uploaded; /* confirmed */
  guint64 parts_uploaded;
  guint64 objects_done, objects_failed, objects_recovered;
  guint64 memory;    /* bytes in parts now */
  guint64 spool;     /* bytes on disk now */
  guint64 waits;     /* times that the writer had to wait for room */
  guint64 wait_time; /* microseconds that it did */
} AncS3UploaderStats;
void anc_s3_uploader_get_stats (AncS3Uploader *self,
                                AncS3UploaderStats *ret_stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3Uploader, anc_s3_uploader_free)
