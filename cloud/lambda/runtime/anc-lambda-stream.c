/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-stream-private.h"

#include "anc-lambda-error.h"
#include "anc-lambda-write.h"

#include <string.h>
#include <unistd.h>

#define ERROR_BODY_FIELD "Lambda-Runtime-Function-Error-Body"
/* Up to here a chunk goes out in one write. */
#define COPY_MAX 65536
#define ABANDONED_ANSWER_MS 50

struct _AncLambdaStream {
  GMutex lock; /* held while a chunk is on its way */
  int fd;
  gboolean broken;
};

static gboolean
broke (GError **error)
{
  g_set_error_literal (error, ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_CONNECTION,
                       "The Runtime API takes no more of the response");
  return FALSE;
}

AncLambdaStream *
anc_lambda_stream_open (const AncLambdaWire *wire, const gchar *id,
                        const gchar *content_type, GError **error)
{
  g_autofree gchar *head = g_strdup_printf (
      "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\n"
      "Host: %s\r\n"
      "Content-Type: %s\r\n"
      "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
      "Transfer-Encoding: chunked\r\n"
      "Trailer: " ANC_LAMBDA_ERROR_TYPE_FIELD ", " ERROR_BODY_FIELD "\r\n"
      "\r\n",
      id, wire->host, content_type);
  AncLambdaStream *self;
  int fd = anc_lambda_wire_connect (wire);

  if (fd < 0 || !anc_lambda_write_all (fd, head, strlen (head))) {
    if (fd >= 0)
      close (fd);
    broke (error);
    return NULL;
  }
  self = g_new0 (AncLambdaStream, 1);
  g_mutex_init (&self->lock);
  self->fd = fd;
  return self;
}

void
anc_lambda_stream_free (AncLambdaStream *self)
{
  if (self == NULL)
    return;
  close (self->fd);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
write_chunk (AncLambdaStream *self, gconstpointer data, gsize size)
{
  gchar length[24];
  gsize digits = (gsize) g_snprintf (length, sizeof length,
                                     "%" G_GSIZE_MODIFIER "x\r\n", size);

  if (size <= COPY_MAX) {
    g_autofree gchar *chunk = g_malloc (digits + size + 2);

    memcpy (chunk, length, digits);
    memcpy (chunk + digits, data, size);
    memcpy (chunk + digits + size, "\r\n", 2);
    return anc_lambda_write_all (self->fd, chunk, digits + size + 2);
  }
  return anc_lambda_write_all (self->fd, length, digits)
         && anc_lambda_write_all (self->fd, data, size)
         && anc_lambda_write_all (self->fd, "\r\n", 2);
}

gboolean
anc_lambda_stream_write (AncLambdaStream *self, gconstpointer data, gsize size,
                         GError **error)
{
  gboolean done;

  /* An empty chunk would be the last. */
  if (size == 0)
    return TRUE;
  g_mutex_lock (&self->lock);
  self->broken = self->broken || !write_chunk (self, data, size);
  done = !self->broken;
  g_mutex_unlock (&self->lock);
  return done || broke (error);
}

/* With the lock held. */
static void
write_end (AncLambdaStream *self, const AncLambdaFault *fault)
{
  g_autofree gchar *body = fault != NULL
                               ? g_base64_encode ((const guchar *) fault->body,
                                                  strlen (fault->body))
                               : NULL;
  g_autofree gchar *end
      = fault != NULL
            ? g_strdup_printf ("0\r\n" ANC_LAMBDA_ERROR_TYPE_FIELD
                               ": %s\r\n" ERROR_BODY_FIELD ": %s\r\n\r\n",
                               fault->type, body)
            : g_strdup ("0\r\n\r\n");

  self->broken
      = self->broken || !anc_lambda_write_all (self->fd, end, strlen (end));
}

guint
anc_lambda_stream_end (AncLambdaStream *self, const AncLambdaFault *fault)
{
  gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX];
  guint status;

  g_mutex_lock (&self->lock);
  write_end (self, fault);
  /* Also if it broke: that may be why. */
  status = anc_lambda_wire_read_answer (self->fd, -1, answer);
  g_mutex_unlock (&self->lock);
  return status;
}

void
anc_lambda_stream_abandon (AncLambdaStream *self, const AncLambdaFault *fault)
{
  gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX];

  if (!g_mutex_trylock (&self->lock))
    return;
  write_end (self, fault);
  anc_lambda_wire_read_answer (self->fd, ABANDONED_ANSWER_MS, answer);
  g_mutex_unlock (&self->lock);
}
