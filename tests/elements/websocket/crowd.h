/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Many clients of one server, in a thread of their own. */
typedef struct _Crowd Crowd;

typedef struct {
  guint messages; /* data */
  guint64 first_seq, last_seq;
  guint missing;    /* gaps in seq */
  gboolean greeted; /* the first message was a hello */
  gboolean ended;
  gboolean closed;
  guint close_code;
  GArray *delays; /* gint64, us: from the time in the payload to here */
} CrowdMember;

/* Connects `n` clients to ws://127.0.0.1:port/, the first `stalled` of which
 * never read. Each payload begins with the monotonic time at which it was made,
 * if `timed`. */
Crowd *crowd_new (guint port, guint n, guint stalled, gboolean timed);
void crowd_free (Crowd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Crowd, crowd_free)

/* A snapshot of one; delays are the crowd's. */
CrowdMember crowd_member (Crowd *self, guint i);

/* Until all that read have seen the end, or were closed. */
void crowd_wait_ended (Crowd *self);
/* Until all have closed. */
void crowd_wait_closed (Crowd *self);

/* Stalled ones begin to read. */
void crowd_wake (Crowd *self);

/* Connects and shakes hands, and never reads a byte, with next to no room in its
 * kernel. */
GSocketConnection *crowd_deaf (guint port);

/* A connection by TCP that says no more than this. */
GSocketConnection *crowd_say (guint port, const gchar *text);
