/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-error.h"
#include "anc-s3-plan.h"
#include "anc-s3-uploader.h"
#include "store.h"

#include <string.h>

#define MIB ((gsize) 1 << 20)
#define PART ((gsize) ANC_S3_MIN_PART_SIZE)

/* An uploader against a bucket in memory, and what it said. */
typedef struct {
  Store *store;
  AncS3UploaderOptions options;
  AncS3Attributes attributes;
  AncS3Uploader *uploader;
  GMutex lock;
  guint done, failed, partial, waits, problems;
  guint doubts, refusals; /* of the check at the start */
  gchar *key;             /* of the last outcome */
  gchar *left;            /* upload_id and possible_uploads */
  GError *error;          /* of the last failure */
  guint64 size, duration;
  guint parts;
  gboolean doubt;        /* of an upload */
  gboolean object_doubt; /* of the object itself */
  gchar *directory;      /* of the spool */
} Bench;

Bench *bench_new (void);
void bench_free (Bench *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bench, bench_free)

/* In a folder of its own. */
void bench_spool (Bench *self, guint64 limit);
void bench_start (Bench *self);
void bench_begin (Bench *self, const gchar *key, gboolean unique);
/* In pieces of an odd size. FALSE: failed. */
gboolean bench_write (Bench *self, const guint8 *data, gsize size);
gboolean bench_end (Bench *self);

/* Bytes that tell where they belong: a part lost, doubled or moved shows. */
guint8 *bench_pattern (gsize size);
void bench_assert_object (Bench *self, const gchar *key, const guint8 *data,
                          gsize size);
