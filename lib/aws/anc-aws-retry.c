/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-retry.h"

#include "anc-backoff.h"

#include <libsoup/soup.h>

#define FIRST_MS 1000
#define LONGEST_MS 20000
#define ABOVE_JITTER_US (5 * G_USEC_PER_SEC)
#define LONGEST_US (20 * G_USEC_PER_SEC)

#define TOKENS 500
#define COST 5
#define COST_TIMEOUT 10
#define GAIN 1

/* botocore's retries/standard.py lists the same codes. */
static const gchar *const transient_codes[]
    = { "RequestTimeout",      "RequestTimeoutException", "InternalError",
        "InternalServerError", "ServiceUnavailable",      NULL };
static const gchar *const throttle_codes[] = {
  "BandwidthLimitExceeded",
  "EC2ThrottledException",
  "LimitExceededException",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
  "TransactionInProgressException",
  NULL,
};
static const gchar *const skew_codes[]
    = { "RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired", NULL };
static const gchar *const perhaps_skew_codes[]
    = { "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure",
        NULL };
static const gchar *const expired_codes[]
    = { "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", NULL };

AncAwsRetry
anc_aws_retry_classify (guint status, const gchar *code)
{
  if (code != NULL) {
    if (g_strv_contains (throttle_codes, code))
      return ANC_AWS_RETRY_THROTTLED;
    if (g_strv_contains (transient_codes, code))
      return ANC_AWS_RETRY_TRANSIENT;
    if (g_strv_contains (skew_codes, code))
      return ANC_AWS_RETRY_SKEW;
    if (g_strv_contains (perhaps_skew_codes, code))
      return ANC_AWS_RETRY_PERHAPS_SKEW;
    if (g_strv_contains (expired_codes, code))
      return ANC_AWS_RETRY_CREDENTIALS;
  }
  switch (status) {
  case 429:
    return ANC_AWS_RETRY_THROTTLED;
  case 500:
  case 502:
  case 503:
  case 504:
    return ANC_AWS_RETRY_TRANSIENT;
  default:
    return ANC_AWS_RETRY_NEVER;
  }
}

void
anc_aws_retry_bucket_init (AncAwsRetryBucket *self)
{
  g_mutex_init (&self->lock);
  self->tokens = TOKENS;
}

void
anc_aws_retry_bucket_clear (AncAwsRetryBucket *self)
{
  g_mutex_clear (&self->lock);
}

guint
anc_aws_retry_bucket_take (AncAwsRetryBucket *self, AncAwsRetry kind)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint cost = kind == ANC_AWS_RETRY_TIMEOUT ? COST_TIMEOUT : COST;

  if (self->tokens < cost)
    return 0;
  self->tokens -= cost;
  return cost;
}

void
anc_aws_retry_bucket_give (AncAwsRetryBucket *self, guint taken)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->tokens = MIN (self->tokens + MAX (taken, GAIN), TOKENS);
}

gint64
anc_aws_http_date (const gchar *text)
{
  g_autoptr (GDateTime) time
      = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC : 0;
}

/* Seconds or a date. */
static gint64
retry_after (const gchar *text, const AncAwsClock *clock)
{
  guint64 seconds = 0;
  gint64 date;

  if (text == NULL)
    return 0;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &seconds, NULL))
    return (gint64) seconds * G_USEC_PER_SEC;
  date = anc_aws_http_date (text);
  return date != 0 ? date - clock->now (clock->data) : 0;
}

gint64
anc_aws_retry_delay (guint attempt, const AncAwsFields *headers,
                     const AncAwsClock *clock)
{
  AncBackoff backoff = { FIRST_MS, LONGEST_MS, attempt - 1 };
  gint64 jitter = (gint64) (clock->random (clock->data)
                            * anc_backoff_bound (&backoff) * 1000);
  const gchar *text = anc_aws_fields_get (headers, "x-amz-retry-after");
  gint64 after
      = retry_after (anc_aws_fields_get (headers, "Retry-After"), clock);
  guint64 exact = 0;

  if (text != NULL
      && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &exact, NULL))
    return MAX (jitter, MIN ((gint64) exact * 1000, jitter + ABOVE_JITTER_US));
  return MAX (jitter, MIN (after, LONGEST_US));
}
