/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

/* Plain sockets to the Runtime API, for what an HTTP library cannot do: trailers
 * behind a request, a report out of a signal handler, one beside a request that
 * another thread is at. The address is looked up once, so that connecting needs
 * no memory and no lock. */
typedef struct {
  gchar *host; /* as in the field Host */
  struct sockaddr_storage address;
  socklen_t size;
} AncLambdaWire;

#define ANC_LAMBDA_WIRE_ANSWER_MAX 4096

/* `api` is host:port. ANC_LAMBDA_ERROR_SETTINGS. */
gboolean anc_lambda_wire_init (AncLambdaWire *self, const gchar *api,
                               GError **error);
void anc_lambda_wire_clear (AncLambdaWire *self);

/* Both are safe in a signal handler. -1: nobody is there. */
int anc_lambda_wire_connect (const AncLambdaWire *self);
/* The head of the answer, NUL-terminated, into `answer`; its status. 0: none
 * that is whole within so many milliseconds (-1: wait). */
guint anc_lambda_wire_read_answer (int fd, int timeout_ms,
                                   gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX]);

/* A whole exchange on a connection of its own; `fields` are whole lines. The
 * status, 0: none. */
guint anc_lambda_wire_post (const AncLambdaWire *self, const gchar *path,
                            const gchar *fields, const gchar *body,
                            int timeout_ms,
                            gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX]);
