/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-api.h"

#include "anc-backoff.h"
#include "anc-lambda-error.h"

#include <libsoup/soup.h>
#include <string.h>

#define TRIES 5
#define FIRST_WAIT_MS 100
#define LONGEST_WAIT_MS 800
/* Of an answer that is only quoted. */
#define QUOTE_MAX 200

struct _AncLambdaApi {
  SoupSession *session;
  gchar *base; /* http://host:port/2018-06-01/runtime */
  AncLambdaLog *log;
};

AncLambdaApi *
anc_lambda_api_new (const gchar *api, AncLambdaLog *log)
{
  AncLambdaApi *self = g_new0 (AncLambdaApi, 1);

  self->session = soup_session_new_with_options (
      "timeout", 0, "idle-timeout", 0, "user-agent", "gst-plugins-anc", NULL);
  /* What http_proxy says is for the rest of the world. */
  soup_session_set_proxy_resolver (self->session, NULL);
  soup_session_remove_feature_by_type (self->session,
                                       SOUP_TYPE_CONTENT_DECODER);
  self->base = g_strdup_printf ("http://%s/2018-06-01/runtime", api);
  self->log = log;
  return self;
}

void
anc_lambda_api_free (AncLambdaApi *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->session);
  g_free (self->base);
  g_free (self);
}

/* --- one exchange, and again --- */

static SoupMessage *
make_message (AncLambdaApi *self, const gchar *method, const gchar *path)
{
  g_autofree gchar *uri = g_strconcat (self->base, path, NULL);
  SoupMessage *message = soup_message_new (method, uri);

  if (message != NULL)
    soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  return message;
}

/* The body of an answer of any status below 500. */
static GBytes *
exchange (AncLambdaApi *self, SoupMessage *message, const gchar *path,
          GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) body
      = soup_session_send_and_read (self->session, message, NULL, &local);

  if (body == NULL) {
    g_set_error (error, ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_CONNECTION,
                 "The Runtime API did not answer %s: %s", path, local->message);
    return NULL;
  }
  if (soup_message_get_status (message) >= 500) {
    g_set_error (error, ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_CONNECTION,
                 "The Runtime API answered %s with %u", path,
                 soup_message_get_status (message));
    return NULL;
  }
  return g_steal_pointer (&body);
}

/* FALSE: that was the last try. */
static gboolean
may_try_again (AncLambdaApi *self, AncBackoff *backoff, const GError *error)
{
  guint wait;

  if (backoff->tries + 1 >= TRIES)
    return FALSE;
  wait = anc_backoff_next (backoff);
  anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_WARN,
                         "%s. Again in %u ms.", error->message, wait);
  g_usleep (wait * 1000UL);
  return TRUE;
}

/* --- next --- */

/* It becomes part of a path. */
static gboolean
is_id (const gchar *id)
{
  return id != NULL && *id != '\0' && strlen (id) <= 128
         && id[strspn (id, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.")]
                == '\0';
}

static gchar *
field (SoupMessageHeaders *headers, const gchar *name)
{
  return g_strdup (soup_message_headers_get_one (headers, name));
}

static gint64
deadline_of (SoupMessageHeaders *headers)
{
  const gchar *text
      = soup_message_headers_get_one (headers, "Lambda-Runtime-Deadline-Ms");
  guint64 ms;

  if (text == NULL
      || !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64 / 1000, &ms,
                                      NULL))
    return G_MAXINT64;
  return (gint64) ms * 1000;
}

static AncLambdaEvent *
make_event (SoupMessageHeaders *headers, GBytes *body)
{
  AncLambdaEvent *event = g_new0 (AncLambdaEvent, 1);

  event->body = g_bytes_ref (body);
  event->id = field (headers, "Lambda-Runtime-Aws-Request-Id");
  event->content_type = field (headers, "Content-Type");
  event->function_arn = field (headers, "Lambda-Runtime-Invoked-Function-Arn");
  event->trace_id = field (headers, "Lambda-Runtime-Trace-Id");
  event->client_context = field (headers, "Lambda-Runtime-Client-Context");
  event->cognito_identity = field (headers, "Lambda-Runtime-Cognito-Identity");
  event->tenant_id = field (headers, "Lambda-Runtime-Aws-Tenant-Id");
  event->deadline = deadline_of (headers);
  return event;
}

static AncLambdaEvent *
next_once (AncLambdaApi *self, GError **error)
{
  static const gchar path[] = "/invocation/next";
  g_autoptr (SoupMessage) message = make_message (self, "GET", path);
  g_autoptr (AncLambdaEvent) event = NULL;
  g_autoptr (GBytes) body = exchange (self, message, path, error);
  guint status = soup_message_get_status (message);

  if (body == NULL)
    return NULL;
  event = make_event (soup_message_get_response_headers (message), body);
  if (status != 200)
    g_set_error (error, ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_REFUSED,
                 "The Runtime API answered %s with %u", path, status);
  else if (!is_id (event->id))
    g_set_error (error, ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_CONNECTION,
                 "The Runtime API sent an event without a request id that "
                 "could be answered");
  else
    return g_steal_pointer (&event);
  return NULL;
}

AncLambdaEvent *
anc_lambda_api_next (AncLambdaApi *self, GError **error)
{
  AncBackoff backoff = { FIRST_WAIT_MS, LONGEST_WAIT_MS, 0 };

  for (;;) {
    g_autoptr (GError) local = NULL;
    AncLambdaEvent *event = next_once (self, &local);

    if (event != NULL)
      return event;
    if (!g_error_matches (local, ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_CONNECTION)
        || !may_try_again (self, &backoff, local)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  }
}

/* --- answers --- */

typedef struct {
  const gchar *path;
  const gchar *content_type;
  GBytes *body;
  const AncLambdaFault *fault; /* NULL: a response */
} Post;

static SoupMessage *
make_post (AncLambdaApi *self, const Post *post)
{
  SoupMessage *message = make_message (self, "POST", post->path);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  if (post->fault != NULL) {
    soup_message_headers_append (headers, ANC_LAMBDA_ERROR_TYPE_FIELD,
                                 post->fault->type);
    soup_message_headers_append (headers, ANC_LAMBDA_CAUSE_FIELD,
                                 post->fault->cause);
  }
  soup_message_set_request_body_from_bytes (message, post->content_type,
                                            post->body);
  return message;
}

static AncLambdaPosted
judge (AncLambdaApi *self, const Post *post, guint status, GBytes *answer,
       guint tries)
{
  gsize size;
  const gchar *text = g_bytes_get_data (answer, &size);

  if (status == 202)
    return ANC_LAMBDA_POST_DONE;
  if (status == 413) {
    anc_lambda_log_printf (
        self->log, ANC_LAMBDA_LEVEL_ERROR,
        "A response of %" G_GSIZE_FORMAT " bytes is more than Lambda takes; "
        "the caller sees Function.ResponseSizeTooLarge. Put it into S3 and "
        "answer with a link.",
        g_bytes_get_size (post->body));
    return ANC_LAMBDA_POST_TOO_LARGE;
  }
  if (tries > 0 && (status == 400 || status == 403))
    return ANC_LAMBDA_POST_DONE;
  anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_ERROR,
                         "The Runtime API refused %s with %u: %.*s", post->path,
                         status, (int) MIN (size, QUOTE_MAX),
                         size > 0 ? text : "");
  return ANC_LAMBDA_POST_REFUSED;
}

static AncLambdaPosted
send_post (AncLambdaApi *self, const Post *post, GError **error)
{
  AncBackoff backoff = { FIRST_WAIT_MS, LONGEST_WAIT_MS, 0 };

  for (;;) {
    g_autoptr (GError) local = NULL;
    g_autoptr (SoupMessage) message = make_post (self, post);
    g_autoptr (GBytes) answer = exchange (self, message, post->path, &local);

    if (answer != NULL)
      return judge (self, post, soup_message_get_status (message), answer,
                    backoff.tries);
    if (!may_try_again (self, &backoff, local)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return ANC_LAMBDA_POST_FAILED;
    }
  }
}

AncLambdaPosted
anc_lambda_api_respond (AncLambdaApi *self, const gchar *id,
                        const gchar *content_type, GBytes *body, GError **error)
{
  g_autofree gchar *path = g_strdup_printf ("/invocation/%s/response", id);
  Post post = { path, content_type, body, NULL };

  return send_post (self, &post, error);
}

AncLambdaPosted
anc_lambda_api_report (AncLambdaApi *self, const gchar *id,
                       const AncLambdaFault *fault, GError **error)
{
  g_autofree gchar *path = id != NULL
                               ? g_strdup_printf ("/invocation/%s/error", id)
                               : g_strdup ("/init/error");
  g_autoptr (GBytes) body
      = g_bytes_new_static (fault->body, strlen (fault->body));
  Post post = { path, "application/json", body, fault };

  return send_post (self, &post, error);
}
