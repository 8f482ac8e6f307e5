/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-memory.h"

#include <sys/mman.h>

/* Shared by the memory and its blocks; `lock` guards all but `references`. */
typedef struct {
  gint references;
  GMutex lock;
  AncS3MemoryReleased released;
  gpointer data;
  guint64 limit;
  guint64 used;  /* bytes given out */
  guint64 spare; /* bytes in `blocks` */
  GQueue blocks; /* given back, to be used again */
} Pool;

struct _AncS3Memory {
  Pool *pool;
};

struct _AncS3Block {
  gint references;
  gsize size;
  guint8 *data;
  Pool *pool;
};

static void
pool_unref (Pool *pool)
{
  if (!g_atomic_int_dec_and_test (&pool->references))
    return;
  g_mutex_clear (&pool->lock);
  g_free (pool);
}

static void
block_free (AncS3Block *block)
{
  munmap (block->data, block->size);
  g_free (block);
}

static void
drop_spare (Pool *pool)
{
  g_queue_clear_full (&pool->blocks, (GDestroyNotify) block_free);
  pool->spare = 0;
}

AncS3Memory *
anc_s3_memory_new (AncS3MemoryReleased released, gpointer data)
{
  AncS3Memory *self = g_new (AncS3Memory, 1);

  self->pool = g_new0 (Pool, 1);
  self->pool->references = 1;
  self->pool->released = released;
  self->pool->data = data;
  g_mutex_init (&self->pool->lock);
  g_queue_init (&self->pool->blocks);
  return self;
}

void
anc_s3_memory_free (AncS3Memory *self)
{
  g_mutex_lock (&self->pool->lock);
  self->pool->released = NULL;
  self->pool->limit = 0;
  drop_spare (self->pool);
  g_mutex_unlock (&self->pool->lock);
  pool_unref (self->pool);
  g_free (self);
}

void
anc_s3_memory_set_limit (AncS3Memory *self, guint64 limit)
{
  g_mutex_lock (&self->pool->lock);
  self->pool->limit = limit;
  g_mutex_unlock (&self->pool->lock);
}

guint64
anc_s3_memory_used (AncS3Memory *self)
{
  guint64 used;

  g_mutex_lock (&self->pool->lock);
  used = self->pool->used;
  g_mutex_unlock (&self->pool->lock);
  return used;
}

static AncS3Block *
block_new (Pool *pool, gsize size)
{
  AncS3Block *block;
  guint8 *data = mmap (NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (data == MAP_FAILED)
    g_error ("no memory for a part of %" G_GSIZE_FORMAT " bytes", size);
  /* fewer page faults; it is as well without */
  madvise (data, size, MADV_HUGEPAGE);
  block = g_new0 (AncS3Block, 1);
  block->size = size;
  block->data = data;
  return block;
}

AncS3Block *
anc_s3_memory_take (AncS3Memory *self, gsize size)
{
  Pool *pool = self->pool;
  AncS3Block *block = NULL;

  g_mutex_lock (&pool->lock);
  if (pool->used == 0 || pool->used + size <= pool->limit) {
    block = g_queue_peek_head (&pool->blocks);
    if (block != NULL && block->size == size) {
      g_queue_pop_head (&pool->blocks);
      pool->spare -= size;
    } else {
      /* what is kept must not make the whole too large */
      drop_spare (pool);
      block = block_new (pool, size);
    }
    block->references = 1;
    block->pool = pool;
    g_atomic_int_inc (&pool->references);
    pool->used += size;
  }
  g_mutex_unlock (&pool->lock);
  return block;
}

guint8 *
anc_s3_block_data (AncS3Block *self)
{
  return self->data;
}

AncS3Block *
anc_s3_block_ref (AncS3Block *self)
{
  g_atomic_int_inc (&self->references);
  return self;
}

void
anc_s3_block_unref (AncS3Block *self)
{
  Pool *pool = self->pool;
  AncS3MemoryReleased released;
  gpointer data;

  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  g_mutex_lock (&pool->lock);
  pool->used -= self->size;
  released = pool->released;
  data = pool->data;
  if (pool->used + pool->spare + self->size <= pool->limit) {
    pool->spare += self->size;
    g_queue_push_head (&pool->blocks, self);
  } else {
    block_free (self);
  }
  g_mutex_unlock (&pool->lock);
  if (released != NULL)
    released (data);
  pool_unref (pool);
}
