/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-calls.h"

/* A bucket in memory that answers an uploader's calls, checks them as S3 does,
 * and fails whichever it is told to, so that tens of thousands of upload
 * histories take seconds. */
typedef enum {
  STORE_OK,
  STORE_SERVER,     /* 500, not carried out */
  STORE_THROTTLED,  /* SlowDown until the tries are used up */
  STORE_RESET,      /* the connection, before the request arrived */
  STORE_LOST_REPLY, /* carried out, connection gone */
  STORE_TIMEOUT,    /* carried out, no reply in time */
  STORE_MALFORMED,  /* carried out, the reply cut short */
  STORE_WRONG_ETAG, /* carried out, the reply's ETag is another */
  STORE_DENIED,     /* 403 */
  STORE_FAULTS
} StoreFault;

typedef struct {
  GMutex lock;
  GHashTable *objects; /* key: GBytes */
  GHashTable *uploads; /* id: Upload */
  guint requests;      /* counted from 1 */
  guint fault_at;      /* the first request that fails; 0: none */
  guint fault_count;   /* so many from there on */
  StoreFault fault;
  const gchar *check_code; /* what the check is refused with; NULL: it is not */
  guint checks;
  guint delay_us; /* of each request */
  gboolean held;  /* no part is answered until it is FALSE (or cancelled) */
  guint running, most_running; /* parts at once */
  guint next_id;
} Store;

extern const AncS3Calls store_calls;

Store *store_new (void);
void store_free (Store *self);
/* NULL: there is none. */
GBytes *store_get (Store *self, const gchar *key);
guint store_count_uploads (Store *self);
/* Whether all uploads that are there are named in `ids`. */
gboolean store_uploads_are_named (Store *self, const gchar *ids);
void store_hold (Store *self, gboolean held);
