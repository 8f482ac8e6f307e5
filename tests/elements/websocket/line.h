/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* A pipeline under test: launch text in which an element named `out` (fakesink)
 * or `in` (identity) has its buffers recorded. */
typedef struct {
  GstElement *pipeline;
  GstElement *ws; /* the element named `ws` */
  GMutex lock;
  GCond cond;
  GByteArray *bytes;
  GByteArray *back; /* at `back` (fakesink), a second one */
  GArray *buffers;  /* LineBuffer */
  GstCaps *caps;    /* at `out`, of the last buffer */
} Line;

typedef struct {
  gsize size;
  GstClockTime pts, duration;
  GstBufferFlags flags;
} LineBuffer;

/* printf-like */
Line *line_new (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
void line_free (Line *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Line, line_free)

/* To PLAYING, and the port of `ws`, which is a server. */
guint line_listen (Line *self);
void line_play (Line *self);

/* Until EOS; an error fails the test. */
void line_wait_eos (Line *self);

/* Until an error; its message, which the caller owns. */
GstMessage *line_wait_error (Line *self);

/* Until a warning; an error fails the test. The caller owns it. */
GstMessage *line_wait_warning (Line *self);

/* Until an element message of this name. */
GstMessage *line_wait_message (Line *self, const gchar *name);

/* Until so much has been recorded; fails after 30 s. */
void line_wait_bytes (Line *self, gsize size);
void line_wait_buffers (Line *self, guint n);

/* Recorded so far. */
guint line_n_buffers (Line *self);

guint64 line_stat (Line *self, const gchar *name);

/* Until this figure has come so far; fails after 30 s. */
void line_wait_stat (Line *self, const gchar *name, guint64 value);
