/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

/* The streams below libsoup's connections, by libsoup's number of them. Any
 * thread. */
typedef struct _AncAwsStreams AncAwsStreams;

AncAwsStreams *anc_aws_streams_new (void);
void anc_aws_streams_free (AncAwsStreams *self);

/* The body of a message while it is sent. */
typedef struct {
  AncAwsStreams *streams;
  SoupMessage *message;
  GBytes *bytes; /* NULL: there is none */
  gboolean tls;
  GInputStream *source;      /* what libsoup is to read and send */
  GIOStream *opened;         /* the connection, if it is a new one */
  GCancellable *cancellable; /* to send with */
  GCancellable *outer;       /* the caller's, which cancels it; may be NULL */
  gulong handler;
  gboolean begun; /* the headers have gone out */
  GError *error;  /* the time-out of a connection that takes no more */
} AncAwsBody;

/* To be cleared once the message has been sent. */
void anc_aws_body_init (AncAwsBody *self, AncAwsStreams *streams,
                        SoupMessage *message, GBytes *bytes, gboolean tls,
                        GCancellable *cancellable);
void anc_aws_body_clear (AncAwsBody *self);
/* A connection of the message is ready. */
void anc_aws_body_note_connection (AncAwsBody *self, GIOStream *connection);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncAwsBody, anc_aws_body_clear)
