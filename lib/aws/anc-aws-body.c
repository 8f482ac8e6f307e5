/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libsoup sends a body in pieces of 8 KiB, each with a copy, a signal and a
 * system call of its own, which together cost a third of a large upload. So the
 * body goes past it: between the headers and libsoup's turn at the body, in the
 * thread that sends, all of it is written to the connection at once, and libsoup
 * finds its stream at the end. Where the connection is not known, or an answer
 * has to be awaited before the body, libsoup sends it. The transport asks for
 * HTTP/1.1 alone: HTTP/2 would frame the body. */
#include "anc-aws-body.h"

struct _AncAwsStreams {
  GMutex lock;
  GHashTable *streams; /* GWeakRef by connection id */
};

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

AncAwsStreams *
anc_aws_streams_new (void)
{
  AncAwsStreams *self = g_new0 (AncAwsStreams, 1);

  g_mutex_init (&self->lock);
  self->streams = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                         weak_ref_free);
  return self;
}

void
anc_aws_streams_free (AncAwsStreams *self)
{
  g_hash_table_unref (self->streams);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
is_gone (gpointer key, gpointer reference, gpointer data)
{
  g_autoptr (GObject) stream = g_weak_ref_get (reference);

  return stream == NULL;
}

static void
add_stream (AncAwsStreams *self, guint64 id, GIOStream *stream)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GWeakRef *reference = g_new0 (GWeakRef, 1);

  g_weak_ref_init (reference, stream);
  g_hash_table_foreach_remove (self->streams, is_gone, NULL);
  g_hash_table_replace (self->streams, g_memdup2 (&id, sizeof id), reference);
}

/* NULL: not known; else to be unreferenced. */
static GIOStream *
find_stream (AncAwsStreams *self, guint64 id)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GWeakRef *reference = g_hash_table_lookup (self->streams, &id);

  return reference != NULL ? g_weak_ref_get (reference) : NULL;
}

/* --- bodies --- */

static void
give_to_libsoup (AncAwsBody *self)
{
  g_clear_object (&self->source);
  self->source = g_memory_input_stream_new_from_bytes (self->bytes);
  soup_message_set_request_body (self->message, NULL, self->source,
                                 (gssize) g_bytes_get_size (self->bytes));
}

/* libsoup sends again by itself when a kept connection turned out to be closed,
 * but the stream of the body has been read by then. */
static void
on_restarted (SoupMessage *message, AncAwsBody *self)
{
  give_to_libsoup (self);
}

/* To be unreferenced; NULL: not known for sure. */
static GIOStream *
find_connection (AncAwsBody *self)
{
  guint64 id = soup_message_get_connection_id (self->message);
  GIOStream *stream = g_steal_pointer (&self->opened);

  if (stream != NULL)
    add_stream (self->streams, id, stream);
  else
    stream = find_stream (self->streams, id);
  /* nothing that is meant for TLS may go past it */
  if (stream != NULL && G_IS_TLS_CONNECTION (stream) != self->tls)
    g_clear_object (&stream);
  return stream;
}

/* What is left after an error is libsoup's, which meets the same error and knows
 * whether the message may be sent again. Only a time-out would be waited for a
 * second time. */
static void
write_body (AncAwsBody *self, GOutputStream *output)
{
  g_autoptr (GError) error = NULL;
  gsize size, written;
  gconstpointer data = g_bytes_get_data (self->bytes, &size);

  g_output_stream_write_all (output, data, size, &written, self->cancellable,
                             &error);
  g_input_stream_skip (self->source, written, NULL, NULL);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return;
  self->error = g_steal_pointer (&error);
  g_cancellable_cancel (self->cancellable);
}

static void
on_wrote_headers (SoupMessage *message, AncAwsBody *self)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autoptr (GIOStream) stream = find_connection (self);

  self->begun = TRUE;
  if (stream == NULL || self->bytes == NULL
      || soup_message_headers_get_expectations (headers)
             & SOUP_EXPECTATION_CONTINUE)
    return;
  write_body (self, g_io_stream_get_output_stream (stream));
}

static void
on_cancelled (GCancellable *outer, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

void
anc_aws_body_init (AncAwsBody *self, AncAwsStreams *streams,
                   SoupMessage *message, GBytes *bytes, gboolean tls,
                   GCancellable *cancellable)
{
  *self = (AncAwsBody){ .streams = streams,
                        .message = g_object_ref (message),
                        .bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL,
                        .cancellable = g_cancellable_new (),
                        .tls = tls };
  if (cancellable != NULL) {
    self->outer = g_object_ref (cancellable);
    self->handler = g_cancellable_connect (
        cancellable, G_CALLBACK (on_cancelled), self->cancellable, NULL);
  }
  g_signal_connect (message, "wrote-headers", G_CALLBACK (on_wrote_headers),
                    self);
  if (bytes == NULL)
    return;
  give_to_libsoup (self);
  g_signal_connect (message, "restarted", G_CALLBACK (on_restarted), self);
}

void
anc_aws_body_clear (AncAwsBody *self)
{
  g_signal_handlers_disconnect_by_data (self->message, self);
  if (self->outer != NULL)
    g_cancellable_disconnect (self->outer, self->handler);
  g_clear_object (&self->outer);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->message);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->source);
  g_clear_object (&self->opened);
  g_clear_error (&self->error);
}

void
anc_aws_body_note_connection (AncAwsBody *self, GIOStream *connection)
{
  g_set_object (&self->opened, connection);
}
