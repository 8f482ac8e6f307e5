/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The memory that parts are gathered in: blocks straight from the system, so
 * that what is given back is gone, a few kept for the next part, so that their
 * pages need not be mapped anew. All of it together is never above a limit.
 * Usable from any thread. */
typedef struct _AncS3Memory AncS3Memory;
typedef struct _AncS3Block AncS3Block;

/* Called in whichever thread let go of a block, with no lock of ours held. */
typedef void (*AncS3MemoryReleased) (gpointer data);

AncS3Memory *anc_s3_memory_new (AncS3MemoryReleased released, gpointer data);
/* Blocks may outlive it; `released` is not called any more after this. */
void anc_s3_memory_free (AncS3Memory *self);

/* In bytes. A single block is given out even if it is larger. */
void anc_s3_memory_set_limit (AncS3Memory *self, guint64 limit);
guint64 anc_s3_memory_used (AncS3Memory *self);

/* NULL: not now; `released` will be called. */
AncS3Block *anc_s3_memory_take (AncS3Memory *self, gsize size);

guint8 *anc_s3_block_data (AncS3Block *self);
AncS3Block *anc_s3_block_ref (AncS3Block *self);
void anc_s3_block_unref (AncS3Block *self);
