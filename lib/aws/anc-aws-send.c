/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The sending half of a client: tries, and what happens between them. */
#include "anc-aws-call.h"
#include "anc-aws-error.h"
#include "anc-aws-fault.h"
#include "anc-aws-xml.h"

#include <string.h>

#define MAX_BODY (64 * 1024 * 1024)
/* SDKs take a signature error for a wrong clock when it is so far off. */
#define SKEW_US (4 * 60 * G_USEC_PER_SEC)

/* What one try brought. */
typedef struct {
  AncAwsReply reply;
  GBytes *body;      /* NULL: not read */
  AncAwsFault fault; /* if refused */
  gboolean refused;
  GError *error; /* if there was no answer */
} Outcome;

static void
outcome_clear (Outcome *self)
{
  anc_aws_reply_clear (&self->reply);
  g_clear_pointer (&self->body, g_bytes_unref);
  anc_aws_fault_clear (&self->fault);
  g_clear_error (&self->error);
  *self = (Outcome){ 0 };
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

/* CompleteMultipartUpload says 200 before it knows. */
static gboolean
hides_error (GBytes *body)
{
  gsize size;
  const gchar *text = g_bytes_get_data (body, &size);
  g_autoptr (AncAwsXml) root = anc_aws_xml_parse (text, size, NULL);

  return root == NULL || strcmp (root->name, "Error") == 0;
}

static void
read_body (AncAwsCall *call, Outcome *outcome)
{
  outcome->body
      = anc_aws_transport_read (outcome->reply.stream, call->host, MAX_BODY,
                                call->cancellable, &outcome->error);
  /* Given back to the pool now, not after a wait. */
  g_clear_object (&outcome->reply.stream);
}

static void
try_once (AncAwsCall *call, gboolean whole, Outcome *outcome)
{
  guint status;

  if (!anc_aws_call_try (call, &outcome->reply, &outcome->error))
    return;
  status = outcome->reply.status;
  if (status < 200 || status > 299)
    outcome->refused = TRUE;
  else if (!whole)
    return;
  read_body (call, outcome);
  if (outcome->body == NULL)
    return;
  if (!outcome->refused && call->request->flags & ANC_AWS_REQUEST_ERROR_IN_BODY)
    outcome->refused = hides_error (outcome->body);
  if (outcome->refused)
    anc_aws_fault_read (&outcome->fault, status, outcome->reply.headers,
                        outcome->body);
}

/* --- what to do about it --- */

/* It may have been carried out, and must not be twice. */
static gboolean
was_the_only_one (const AncAwsCall *call, const Outcome *outcome)
{
  return outcome->reply.sent
         && call->request->flags & ANC_AWS_REQUEST_NOT_IDEMPOTENT;
}

static AncAwsRetry
classify_error (const AncAwsCall *call, const Outcome *outcome)
{
  const GError *error = outcome->error;

  if (call->attempts == 0 || !anc_aws_error_get_details (error)->retryable
      || was_the_only_one (call, outcome))
    return ANC_AWS_RETRY_NEVER;
  return error->code == ANC_AWS_ERROR_TIMEOUT ? ANC_AWS_RETRY_TIMEOUT
                                              : ANC_AWS_RETRY_TRANSIENT;
}

static AncAwsRetry
classify_fault (const AncAwsCall *call, const AncAwsFault *fault)
{
  const gchar *code = fault->code;
  AncAwsRequestFlags flags = call->request->flags;
  AncAwsRetry kind = anc_aws_retry_classify (
      fault->status == 200 ? 500 : fault->status, code);

  if (kind == ANC_AWS_RETRY_TRANSIENT && flags & ANC_AWS_REQUEST_NOT_IDEMPOTENT)
    return ANC_AWS_RETRY_NEVER;
  if (flags & ANC_AWS_REQUEST_RETRY_CONFLICT
      && g_strcmp0 (code, "ConditionalRequestConflict") == 0)
    return ANC_AWS_RETRY_TRANSIENT;
  /* The answer to HEAD has no body that could say more. */
  if (code == NULL && fault->status == 403)
    return ANC_AWS_RETRY_PERHAPS_SKEW;
  if (code == NULL && fault->status == 400
      && strcmp (call->request->method, "HEAD") == 0)
    return ANC_AWS_RETRY_CREDENTIALS;
  return kind;
}

/* TRUE: the clock was wrong, and is corrected now. */
static gboolean
correct_clock (AncAwsCall *call, const AncAwsFields *headers, AncAwsRetry kind)
{
  const AncAwsClock *clock = anc_aws_context_clock (call->client->context);
  gint64 theirs = anc_aws_http_date (anc_aws_fields_get (headers, "Date"));
  gint64 offset = theirs - clock->now (clock->data);
  gint64 change = offset - anc_aws_client_clock_offset (call->client);
  gint64 least = kind == ANC_AWS_RETRY_SKEW ? G_USEC_PER_SEC : SKEW_US;

  if (theirs == 0 || ABS (change) <= least)
    return FALSE;
  g_mutex_lock (&call->client->lock);
  call->client->stats.clock_offset = offset;
  g_mutex_unlock (&call->client->lock);
  return TRUE;
}

/* TRUE: there are other credentials now than those that were refused. */
static gboolean
renew_credentials (AncAwsCall *call)
{
  AncAwsProvider *provider = call->client->provider;
  g_autoptr (AncAwsCredentials) renewed = NULL;

  if (call->credentials == NULL)
    return FALSE;
  anc_aws_provider_invalidate (provider, call->credentials);
  renewed = anc_aws_provider_get (provider, call->cancellable, NULL);
  return renewed != NULL && renewed != call->credentials
         && g_strcmp0 (anc_aws_credentials_session_token (renewed),
                       anc_aws_credentials_session_token (call->credentials))
                != 0;
}

static gboolean
wait_before_retry (AncAwsCall *call, const AncAwsFields *headers,
                   GError **error)
{
  const AncAwsClock *clock = anc_aws_context_clock (call->client->context);
  gint64 delay = anc_aws_retry_delay (call->attempts, headers, clock);

  return clock->sleep (clock->data, delay, call->cancellable, error);
}

/* Whoever is refused for these is refused for any request. */
static gboolean
is_about_us (const AncAwsFault *fault)
{
  static const gchar *const codes[]
      = { "InvalidAccessKeyId", "InvalidToken", "NoSuchBucket", NULL };

  switch (anc_aws_retry_classify (fault->status, fault->code)) {
  case ANC_AWS_RETRY_SKEW:
  case ANC_AWS_RETRY_PERHAPS_SKEW:
  case ANC_AWS_RETRY_CREDENTIALS:
    return TRUE;
  default:
    return fault->code != NULL && g_strv_contains (codes, fault->code);
  }
}

/* The body broke off. Once that may be chance, and the next try asks before it
 * sends; not every service answers that. */
static void
find_reason (AncAwsCall *call, Outcome *outcome)
{
  g_auto (AncAwsCall) inner = { 0 };
  g_auto (Outcome) answer = { 0 };

  if (!g_error_matches (outcome->error, ANC_AWS_ERROR, ANC_AWS_ERROR_CONNECTION)
      || call->request->body == NULL) {
    call->expect = FALSE;
    return;
  }
  if (!call->expect || call->request->probe == NULL) {
    call->expect = TRUE;
    return;
  }
  anc_aws_call_init (&inner, call->client, call->request->probe,
                     call->cancellable);
  try_once (&inner, TRUE, &answer);
  if (!answer.refused || !is_about_us (&answer.fault))
    return;
  outcome_clear (outcome);
  *outcome = answer;
  answer = (Outcome){ 0 };
}

typedef enum { STOP, AGAIN_NOW, AGAIN_LATER } Decision;

static gboolean
has_moved (AncAwsCall *call, const AncAwsFault *fault)
{
  gboolean told = fault->status == 301 || fault->status == 302
                  || fault->status == 307 || fault->status == 308
                  || fault->status == 400 || fault->status == 403;

  return told && anc_aws_call_redirect (call, fault->region);
}

static Decision
decide (AncAwsCall *call, const Outcome *outcome, AncAwsRetry kind)
{
  if (outcome->refused && has_moved (call, &outcome->fault))
    return AGAIN_NOW;
  if (call->attempts >= call->client->max_attempts)
    return STOP;
  switch (kind) {
  case ANC_AWS_RETRY_NEVER:
    return STOP;
  case ANC_AWS_RETRY_SKEW:
  case ANC_AWS_RETRY_PERHAPS_SKEW:
    return correct_clock (call, outcome->reply.headers, kind) ? AGAIN_NOW
                                                              : STOP;
  case ANC_AWS_RETRY_CREDENTIALS:
    return renew_credentials (call) ? AGAIN_NOW : STOP;
  default:
    call->taken = anc_aws_retry_bucket_take (&call->client->bucket, kind);
    return call->taken > 0 ? AGAIN_LATER : STOP;
  }
}

static void
count_throttled (AncAwsClient *client)
{
  g_mutex_lock (&client->lock);
  client->stats.throttled++;
  g_mutex_unlock (&client->lock);
}

/* The outcome as an error, in words about the request. */
static void
report (const AncAwsCall *call, const Outcome *outcome, AncAwsRetry kind,
        GError **error)
{
  const AncAwsRequest *request = call->request;
  AncAwsErrorDetails details;

  if (outcome->refused && outcome->error == NULL) {
    gboolean retryable = kind == ANC_AWS_RETRY_TRANSIENT
                         || kind == ANC_AWS_RETRY_THROTTLED
                         || outcome->fault.status == 409;

    anc_aws_fault_to_error (&outcome->fault, request->operation,
                            request->resource, retryable, call->attempts,
                            error);
    return;
  }
  if (outcome->error->domain != ANC_AWS_ERROR) {
    g_propagate_error (error, g_error_copy (outcome->error));
    return;
  }
  details = *anc_aws_error_get_details (outcome->error);
  details.attempts = call->attempts;
  details.unsent = !call->sent;
  anc_aws_error_set (error, outcome->error->code, &details,
                     "%s of %s failed: %s", request->operation,
                     request->resource, outcome->error->message);
}

/* A connection that broke off once is no news, one that cannot be made is. */
static void
tell_unreachable (const AncAwsCall *call, const Outcome *outcome)
{
  AncAwsClient *client = call->client;
  g_autoptr (GError) error = NULL;
  gboolean say;

  if (client->unreachable == NULL || outcome->error == NULL
      || (outcome->reply.sent
          && !g_error_matches (outcome->error, ANC_AWS_ERROR,
                               ANC_AWS_ERROR_TIMEOUT)))
    return;
  g_mutex_lock (&client->lock);
  say = !client->said_unreachable;
  client->said_unreachable = TRUE;
  g_mutex_unlock (&client->lock);
  if (!say)
    return;
  report (call, outcome, ANC_AWS_RETRY_TRANSIENT, &error);
  client->unreachable (error, client->unreachable_data);
}

/* TRUE: try again. */
static gboolean
settle (AncAwsCall *call, Outcome *outcome, GError **error)
{
  AncAwsRetry kind;
  Decision decision;

  if (outcome->error != NULL)
    find_reason (call, outcome);
  kind = outcome->error != NULL ? classify_error (call, outcome)
                                : classify_fault (call, &outcome->fault);
  if (kind == ANC_AWS_RETRY_THROTTLED)
    count_throttled (call->client);
  decision = decide (call, outcome, kind);
  /* of the one that must not be sent twice the caller finds out what became */
  if (decision == AGAIN_LATER || was_the_only_one (call, outcome))
    tell_unreachable (call, outcome);
  if (decision == STOP) {
    report (call, outcome, kind, error);
    return FALSE;
  }
  return decision == AGAIN_NOW
         || wait_before_retry (call, outcome->reply.headers, error);
}

static guint64
received (const Outcome *outcome)
{
  const gchar *length
      = anc_aws_fields_get (outcome->reply.headers, "Content-Length");
  guint64 size = 0;

  if (outcome->body != NULL)
    return g_bytes_get_size (outcome->body);
  if (length != NULL)
    g_ascii_string_to_unsigned (length, 10, 0, G_MAXINT64, &size, NULL);
  return size;
}

static AncAwsResponse *
succeed (AncAwsCall *call, Outcome *outcome)
{
  AncAwsClient *client = call->client;
  AncAwsResponse *response = g_new0 (AncAwsResponse, 1);

  anc_aws_retry_bucket_give (&client->bucket, call->taken);
  g_mutex_lock (&client->lock);
  client->stats.bytes_received += received (outcome);
  client->said_unreachable = FALSE;
  g_mutex_unlock (&client->lock);
  response->status = outcome->reply.status;
  response->headers = g_steal_pointer (&outcome->reply.headers);
  response->stream = g_steal_pointer (&outcome->reply.stream);
  response->body = g_steal_pointer (&outcome->body);
  response->attempts = call->attempts;
  return response;
}

static AncAwsResponse *
run (AncAwsClient *client, const AncAwsRequest *request, gboolean whole,
     GCancellable *cancellable, GError **error)
{
  g_auto (AncAwsCall) call = { 0 };

  anc_aws_call_init (&call, client, request, cancellable);
  for (;;) {
    g_auto (Outcome) outcome = { 0 };

    try_once (&call, whole, &outcome);
    if (outcome.error == NULL && !outcome.refused)
      return succeed (&call, &outcome);
    if (!settle (&call, &outcome, error))
      return NULL;
  }
}

AncAwsResponse *
anc_aws_client_send (AncAwsClient *self, const AncAwsRequest *request,
                     GCancellable *cancellable, GError **error)
{
  return run (self, request, TRUE, cancellable, error);
}

AncAwsResponse *
anc_aws_client_open (AncAwsClient *self, const AncAwsRequest *request,
                     GCancellable *cancellable, GError **error)
{
  return run (self, request, FALSE, cancellable, error);
}

void
anc_aws_response_free (AncAwsResponse *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->headers, anc_aws_fields_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->stream);
  g_free (self);
}
