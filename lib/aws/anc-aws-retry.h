/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-clock.h"
#include "anc-aws-fields.h"

/* The standard retry mode of the AWS SDKs, without the sending: AWS SDKs and
 * Tools Reference Guide, "Retry behavior". */
typedef enum {
  ANC_AWS_RETRY_NEVER,
  ANC_AWS_RETRY_TRANSIENT,
  ANC_AWS_RETRY_TIMEOUT,
  ANC_AWS_RETRY_THROTTLED,
  ANC_AWS_RETRY_SKEW,         /* our clock is wrong */
  ANC_AWS_RETRY_PERHAPS_SKEW, /* if it is more than minutes off */
  ANC_AWS_RETRY_CREDENTIALS,  /* expired: with new ones */
} AncAwsRetry;

/* `code` of the service may be NULL. */
AncAwsRetry anc_aws_retry_classify (guint status, const gchar *code);

/* Tokens that all calls of a client share: 500; a retry takes 5, after a
 * time-out 10; success gives back what its last retry took, or 1. */
typedef struct {
  GMutex lock;
  guint tokens;
} AncAwsRetryBucket;

void anc_aws_retry_bucket_init (AncAwsRetryBucket *self);
void anc_aws_retry_bucket_clear (AncAwsRetryBucket *self);
/* 0: there are too few, do not retry; else what was taken. */
guint anc_aws_retry_bucket_take (AncAwsRetryBucket *self, AncAwsRetry kind);
void anc_aws_retry_bucket_give (AncAwsRetryBucket *self, guint taken);

/* Microseconds before try `attempt` + 1 (attempt is 1 after the first):
 * jitter below min (20 s, 1 s * 2^(attempt - 1)), more if the answer's headers
 * ask for it: x-amz-retry-after in milliseconds up to 5 s above the jitter,
 * Retry-After up to 20 s. `headers` may be NULL. */
gint64 anc_aws_retry_delay (guint attempt, const AncAwsFields *headers,
                            const AncAwsClock *clock);

/* Microseconds since 1970 of an HTTP date; 0: none. */
gint64 anc_aws_http_date (const gchar *text);
