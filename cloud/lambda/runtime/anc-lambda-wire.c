/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-wire.h"

#include "anc-lambda-error.h"
#include "anc-lambda-write.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

gboolean
anc_lambda_wire_init (AncLambdaWire *self, const gchar *api, GError **error)
{
  g_autoptr (GSocketConnectable) host = g_network_address_parse (api, 80, NULL);
  g_autoptr (GSocketAddressEnumerator) addresses
      = host != NULL ? g_socket_connectable_enumerate (host) : NULL;
  g_autoptr (GSocketAddress) address
      = addresses != NULL
            ? g_socket_address_enumerator_next (addresses, NULL, NULL)
            : NULL;

  if (address == NULL
      || !g_socket_address_to_native (address, &self->address,
                                      sizeof self->address, NULL)) {
    g_set_error (error, ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_SETTINGS,
                 "AWS_LAMBDA_RUNTIME_API: \"%s\" is no host:port that can be "
                 "reached. Lambda and anc-cloud set it.",
                 api);
    return FALSE;
  }
  self->size = (socklen_t) g_socket_address_get_native_size (address);
  self->host = g_strdup (api);
  return TRUE;
}

void
anc_lambda_wire_clear (AncLambdaWire *self)
{
  g_clear_pointer (&self->host, g_free);
}

int
anc_lambda_wire_connect (const AncLambdaWire *self)
{
  int fd = socket (self->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;

  /* A last small piece does not wait for the receipt of those before it. */
  if (fd >= 0)
    setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (fd >= 0
      && connect (fd, (const struct sockaddr *) &self->address, self->size)
             != 0) {
    close (fd);
    fd = -1;
  }
  return fd;
}

static gboolean
wait_readable (int fd, int timeout_ms)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  int ready;

  do
    ready = poll (&poll_fd, 1, timeout_ms);
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

/* "HTTP/1.1 202 ...": no library here, see the header. */
static guint
status_of (const gchar *answer)
{
  guint status = 0;

  if (strncmp (answer, "HTTP/1.1 ", 9) != 0)
    return 0;
  for (guint i = 9; i < 12; i++) {
    if (answer[i] < '0' || answer[i] > '9')
      return 0;
    status = status * 10 + (guint) (answer[i] - '0');
  }
  return status;
}

guint
anc_lambda_wire_read_answer (int fd, int timeout_ms,
                             gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX])
{
  gsize filled = 0;

  while (filled < ANC_LAMBDA_WIRE_ANSWER_MAX - 1
         && wait_readable (fd, timeout_ms)) {
    ssize_t got
        = read (fd, answer + filled, ANC_LAMBDA_WIRE_ANSWER_MAX - 1 - filled);

    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return 0;
    filled += (gsize) got;
    answer[filled] = '\0';
    if (strstr (answer, "\r\n\r\n") != NULL)
      return status_of (answer);
  }
  return 0;
}

guint
anc_lambda_wire_post (const AncLambdaWire *self, const gchar *path,
                      const gchar *fields, const gchar *body, int timeout_ms,
                      gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX])
{
  g_autofree gchar *request = g_strdup_printf (
      "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
      "Content-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n%s\r\n%s",
      path, self->host, strlen (body), fields, body);
  int fd = anc_lambda_wire_connect (self);
  guint status = 0;

  if (fd < 0)
    return 0;
  if (anc_lambda_write_all (fd, request, strlen (request)))
    status = anc_lambda_wire_read_answer (fd, timeout_ms, answer);
  close (fd);
  return status;
}
