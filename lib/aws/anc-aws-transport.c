/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-transport.h"

#include "anc-aws-body.h"
#include "anc-aws-error.h"

#include <libsoup/soup.h>
#include <string.h>

/* Of all hosts together; one service is one or two hosts. */
#define HOSTS 4
#define READ_SIZE 65536

struct _AncAwsTransport {
  gatomicrefcount references;
  SoupSession *session;
  GTlsCertificate *certificate; /* or NULL */
  gboolean plain;
  AncAwsStreams *streams;
  GMutex resolving; /* see on_network_event () */
};

/* One request until its answer. */
typedef struct {
  GMutex *resolving;
  gboolean holds_resolving;
  AncAwsBody body;
} Sending;

static gboolean
set_authorities (SoupSession *session, const gchar *ca_file, gboolean plain,
                 GError **error)
{
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) local = NULL;

  /* else libsoup reads the system's before the first request: 10 ms */
  if (plain && ca_file == NULL)
    soup_session_set_tls_database (session, NULL);
  if (ca_file == NULL)
    return TRUE;
  database = g_tls_file_database_new (ca_file, &local);
  if (database == NULL) {
    anc_aws_error_set (error, ANC_AWS_ERROR_TLS, NULL,
                       "The file of certificate authorities %s cannot be used: "
                       "%s. Name a readable PEM file.",
                       ca_file, local->message);
    return FALSE;
  }
  soup_session_set_tls_database (session, database);
  return TRUE;
}

AncAwsTransport *
anc_aws_transport_new (const AncAwsTransportOptions *options, GError **error)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options (
      "max-conns", options->max_connections * HOSTS, "max-conns-per-host",
      options->max_connections, "timeout", options->timeout_seconds,
      /* libsoup's own timer would close an idle connection in the thread of
       * the main loop, while another thread may be taking it. */
      "idle-timeout", 0, "user-agent", "gst-plugins-anc", NULL);
  AncAwsTransport *self;

  /* An object that is stored compressed arrives compressed. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  if (options->direct)
    soup_session_set_proxy_resolver (session, NULL);
  if (!set_authorities (session, options->ca_file, options->plain, error))
    return NULL;
  self = g_new0 (AncAwsTransport, 1);
  g_atomic_ref_count_init (&self->references);
  self->session = g_steal_pointer (&session);
  self->plain = options->plain;
  self->streams = anc_aws_streams_new ();
  g_set_object (&self->certificate, options->certificate);
  g_mutex_init (&self->resolving);
  return self;
}

AncAwsTransport *
anc_aws_transport_ref (AncAwsTransport *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
anc_aws_transport_unref (AncAwsTransport *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_object_unref (self->session);
  anc_aws_streams_free (self->streams);
  g_clear_object (&self->certificate);
  g_mutex_clear (&self->resolving);
  g_free (self);
}

void
anc_aws_reply_clear (AncAwsReply *self)
{
  g_clear_pointer (&self->headers, anc_aws_fields_unref);
  g_clear_object (&self->stream);
}

/* --- errors --- */

static void
replace (GError **error, AncAwsError code, gboolean retryable,
         const gchar *host, const gchar *what)
{
  AncAwsErrorDetails details = { .retryable = retryable };

  g_clear_error (error);
  anc_aws_error_set (error, code, &details, what, host);
}

typedef struct {
  AncAwsError code;
  gboolean retryable;
  const gchar *what; /* with one %s: the host */
} Sentence;

static Sentence
sentence_of_io (gint code)
{
  switch (code) {
  case G_IO_ERROR_TIMED_OUT:
    return (Sentence){ ANC_AWS_ERROR_TIMEOUT, TRUE,
                       "%s did not answer in time. Check the network, or allow "
                       "a longer time-out." };
  case G_IO_ERROR_CONNECTION_REFUSED:
    return (Sentence){ ANC_AWS_ERROR_CONNECTION, TRUE,
                       "%s refuses connections. Check the endpoint and its "
                       "port, and that the service runs." };
  case G_IO_ERROR_HOST_UNREACHABLE:
  case G_IO_ERROR_NETWORK_UNREACHABLE:
    return (Sentence){ ANC_AWS_ERROR_CONNECTION, TRUE,
                       "There is no way to %s. Check the network." };
  default:
    return (Sentence){ ANC_AWS_ERROR_CONNECTION, TRUE,
                       "The connection to %s broke. Check the network." };
  }
}

static Sentence
sentence_of (const GError *error)
{
  if (error->domain == G_RESOLVER_ERROR)
    return (Sentence){ ANC_AWS_ERROR_CONNECTION, TRUE,
                       "The host %s is not known. Check the endpoint, the "
                       "region and the network." };
  if (error->domain == G_TLS_ERROR)
    return (Sentence){ ANC_AWS_ERROR_TLS,
                       error->code != G_TLS_ERROR_BAD_CERTIFICATE,
                       "TLS with %s failed. Check that the port speaks "
                       "https and which certificates it asks for." };
  if (error->domain == SOUP_SESSION_ERROR)
    return (Sentence){ ANC_AWS_ERROR_MALFORMED, TRUE,
                       "What %s answers is not HTTP. Check the endpoint and "
                       "its port, and whether it wants https." };
  return sentence_of_io (error->domain == G_IO_ERROR ? error->code
                                                     : G_IO_ERROR_FAILED);
}

void
anc_aws_transport_explain (const gchar *host, GError **error)
{
  Sentence sentence;

  if (error == NULL || *error == NULL
      || g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || (*error)->domain == ANC_AWS_ERROR)
    return;
  sentence = sentence_of (*error);
  replace (error, sentence.code, sentence.retryable, host, sentence.what);
}

/* GIO's message for a refused certificate is one for all causes. */
static const gchar *
certificate_fault (GTlsCertificateFlags flags)
{
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return "The certificate of %s is for another host name. Check the "
           "endpoint.";
  if (flags & G_TLS_CERTIFICATE_EXPIRED)
    return "The certificate of %s has expired. It must be renewed there; "
           "check this machine's clock, too.";
  if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return "The certificate of %s is not valid yet. Check this machine's "
           "clock.";
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return "The certificate of %s comes from an authority that is not trusted "
           "here. Name its CA file in AWS_CA_BUNDLE.";
  return "The certificate of %s is not acceptable.";
}

static void
explain_send (const gchar *host, SoupMessage *message, GError **error)
{
  GTlsCertificateFlags flags
      = soup_message_get_tls_peer_certificate_errors (message);

  if (g_error_matches (*error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE)
      && flags != 0)
    replace (error, ANC_AWS_ERROR_TLS, FALSE, host, certificate_fault (flags));
  else
    anc_aws_transport_explain (host, error);
}

/* --- requests --- */

static void
stop_resolving (Sending *self)
{
  if (self->holds_resolving)
    g_mutex_unlock (self->resolving);
  self->holds_resolving = FALSE;
}

/* All connections to a host share a GNetworkAddress in libsoup, and GLib's
 * list of addresses in it has no lock: who resolves second frees the list that
 * the first is reading. So one at a time; the next finds the list made.
 *
 * HTTP/2 binds a connection to a thread and has nothing for us: one request at
 * a time goes over a connection. */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event,
                  GIOStream *connection, gpointer data)
{
  static const gchar *const protocols[] = { "http/1.1", NULL };
  Sending *self = data;

  if (event == G_SOCKET_CLIENT_RESOLVING && !self->holds_resolving) {
    g_mutex_lock (self->resolving);
    self->holds_resolving = TRUE;
  } else if (event == G_SOCKET_CLIENT_RESOLVED) {
    stop_resolving (self);
  } else if (event == G_SOCKET_CLIENT_COMPLETE) {
    anc_aws_body_note_connection (&self->body, connection);
  }
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING
      && G_IS_TLS_CONNECTION (connection))
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection),
                                               protocols);
}

/* g_uri_build () keeps "..", "//" and the case of %2f; parsing does not. */
static SoupMessage *
build_message (AncAwsTransport *self, const AncAwsExchange *exchange)
{
  g_autoptr (GUri) uri = g_uri_build (
      SOUP_HTTP_URI_FLAGS | G_URI_FLAGS_ENCODED, exchange->scheme, NULL,
      exchange->host, exchange->port != 0 ? (gint) exchange->port : -1,
      exchange->path, exchange->query, NULL);
  SoupMessage *message = soup_message_new_from_uri (exchange->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  /* Else libsoup takes a new one for each POST. */
  soup_message_add_flags (message, exchange->fresh ? SOUP_MESSAGE_NEW_CONNECTION
                                                   : SOUP_MESSAGE_IDEMPOTENT);
  for (guint i = 0; exchange->headers != NULL
                    && i < anc_aws_fields_length (exchange->headers);
       i++)
    soup_message_headers_append (headers,
                                 anc_aws_fields_name (exchange->headers, i),
                                 anc_aws_fields_value (exchange->headers, i));
  if (self->certificate != NULL)
    soup_message_set_tls_client_certificate (message, self->certificate);
  return message;
}

static void
copy_header (const gchar *name, const gchar *value, gpointer fields)
{
  anc_aws_fields_add (fields, name, value);
}

static GInputStream *
send_message (AncAwsTransport *self, SoupMessage *message,
              const AncAwsExchange *exchange, gboolean *ret_sent,
              GCancellable *cancellable, GError **error)
{
  gboolean tls = strcmp (exchange->scheme, "https") == 0;
  Sending sending = { .resolving = &self->resolving };
  gulong handler;
  GInputStream *stream;

  g_assert (!tls || !self->plain);
  anc_aws_body_init (&sending.body, self->streams, message, exchange->body, tls,
                     cancellable);
  handler = g_signal_connect (message, "network-event",
                              G_CALLBACK (on_network_event), &sending);
  stream = soup_session_send (self->session, message, sending.body.cancellable,
                              error);
  g_signal_handler_disconnect (message, handler);
  stop_resolving (&sending);
  if (stream == NULL && sending.body.error != NULL) {
    g_clear_error (error);
    g_propagate_error (error, g_steal_pointer (&sending.body.error));
  }
  *ret_sent = sending.body.begun;
  anc_aws_body_clear (&sending.body);
  return stream;
}

gboolean
anc_aws_transport_open (AncAwsTransport *self, const AncAwsExchange *exchange,
                        AncAwsReply *ret_reply, GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (SoupMessage) message = build_message (self, exchange);
  g_autoptr (GError) local = NULL;
  g_autoptr (GInputStream) stream = send_message (
      self, message, exchange, &ret_reply->sent, cancellable, &local);

  if (stream == NULL) {
    explain_send (exchange->host, message, &local);
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  ret_reply->status = soup_message_get_status (message);
  ret_reply->headers = anc_aws_fields_new ();
  soup_message_headers_foreach (soup_message_get_response_headers (message),
                                copy_header, ret_reply->headers);
  ret_reply->stream = g_steal_pointer (&stream);
  return TRUE;
}

GBytes *
anc_aws_transport_read (GInputStream *stream, const gchar *host, gsize limit,
                        GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GError) local = NULL;
  g_autofree guint8 *piece = g_malloc (READ_SIZE);
  gssize size;

  while ((size
          = g_input_stream_read (stream, piece, READ_SIZE, cancellable, &local))
         > 0) {
    if (body->len + (gsize) size > limit) {
      anc_aws_error_set (error, ANC_AWS_ERROR_MALFORMED, NULL,
                         "The answer of %s is larger than the %" G_GSIZE_FORMAT
                         " bytes that an answer may have.",
                         host, limit);
      return NULL;
    }
    g_byte_array_append (body, piece, (guint) size);
  }
  if (size < 0) {
    anc_aws_transport_explain (host, &local);
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&body));
}
