/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3.h"

/* Reads an object from anywhere, ahead of the reader: ranges are fetched by
 * threads of its own, several at a time, and are there to be read while they
 * arrive. All of them are of one object: its ETag is fixed at open (), and if
 * it is replaced meanwhile that is ANC_AWS_ERROR_PRECONDITION, never a mixture.
 * A range that breaks off goes on at the byte that was reached.
 *
 * After a jump ranges begin small and grow as long as reading goes on in
 * sequence, so that a demuxer that jumps about does not fetch what it will not
 * read. Memory: (parallel + 1) ranges at most.
 *
 * One thread reads; set_flushing () and get_stats () are for any. */
typedef struct _AncS3Reader AncS3Reader;

typedef struct {
  AncS3 *s3; /* borrowed for as long as the reader lives */
  const gchar *bucket, *key;
  const gchar *version_id; /* NULL: the latest */
  gsize range_size;        /* bytes of a request, 64 KiB and more */
  guint parallel;          /* 1 and more */
  guint attempts;          /* without a byte of progress, for each range */
} AncS3ReaderOptions;

/* Asks for size and ETag: waits for the network. Strings are copied. */
AncS3Reader *anc_s3_reader_open (const AncS3ReaderOptions *options,
                                 GCancellable *cancellable, GError **error);
void anc_s3_reader_free (AncS3Reader *self);

const AncS3ObjectInfo *anc_s3_reader_info (const AncS3Reader *self);

/* `size` bytes from `offset`; less come at the object's end alone. After
 * G_IO_ERROR_CANCELLED, which is set_flushing (TRUE), the same may be asked
 * again. */
gboolean anc_s3_reader_read (AncS3Reader *self, guint64 offset, gpointer data,
                             gsize size, gsize *ret_read, GError **error);
void anc_s3_reader_set_flushing (AncS3Reader *self, gboolean flushing);

typedef struct {
  guint64 bytes_read;     /* by the reader */
  guint64 bytes_received; /* from S3 */
  guint64 ranges;         /* begun */
  guint64 resumed;        /* broke off and went on */
  guint64 jumps;          /* reads that did not follow the one before */
  guint64 memory;         /* bytes in ranges now */
} AncS3ReaderStats;
void anc_s3_reader_get_stats (AncS3Reader *self, AncS3ReaderStats *ret_stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3Reader, anc_s3_reader_free)
