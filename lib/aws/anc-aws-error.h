/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What went wrong, as far as a caller acts on it. Messages are whole sentences
 * that name the bucket, key or host and the remedy; they hold no secrets.
 * A cancelled call is G_IO_ERROR_CANCELLED, never one of these. */
typedef enum {
  ANC_AWS_ERROR_FAILED,         /* refused for a reason not listed here */
  ANC_AWS_ERROR_NO_CREDENTIALS, /* none configured; a chain asks the next */
  ANC_AWS_ERROR_CREDENTIALS,    /* configured, but broken or unreachable */
  ANC_AWS_ERROR_NO_REGION,
  ANC_AWS_ERROR_ARGUMENT,      /* a value that no server would take */
  ANC_AWS_ERROR_NOT_FOUND,     /* bucket, key, upload */
  ANC_AWS_ERROR_DENIED,        /* 403: wrong keys, no permission */
  ANC_AWS_ERROR_EXPIRED,       /* token or presigned URL past its time */
  ANC_AWS_ERROR_PRECONDITION,  /* 412: If-Match, If-None-Match; 304 */
  ANC_AWS_ERROR_CONFLICT,      /* 409 */
  ANC_AWS_ERROR_RANGE,         /* 416: the range begins past the end */
  ANC_AWS_ERROR_CHECKSUM,      /* data arrived changed, at them or at us */
  ANC_AWS_ERROR_CONNECTION,    /* no such host, refused, reset, cut short */
  ANC_AWS_ERROR_TLS,           /* certificate or handshake */
  ANC_AWS_ERROR_TIMEOUT,       /* nothing moved for the time-out */
  ANC_AWS_ERROR_THROTTLED,     /* asked to slow down, and tries used up */
  ANC_AWS_ERROR_SERVER,        /* 5xx, and tries used up */
  ANC_AWS_ERROR_MALFORMED,     /* a response that is not what AWS documents */
  ANC_AWS_ERROR_NOT_SUPPORTED, /* known to AWS, not to this library */
} AncAwsError;

#define ANC_AWS_ERROR (anc_aws_error_quark ())
GQuark anc_aws_error_quark (void);

/* What came with an error of this domain. Absent strings are NULL. */
typedef struct {
  guint http_status;          /* 0: there was no HTTP response */
  gchar *code;                /* of the service, e.g. "NoSuchKey" */
  gchar *request_id;          /* x-amz-request-id, x-amzn-RequestId */
  gchar *extended_request_id; /* x-amz-id-2 */
  /* The same call may succeed later without a change by the user. */
  gboolean retryable;
  /* Requests sent for this call. Above 1 an earlier one may have been carried
   * out although its reply was lost: a 404 NoSuchUpload after Complete or a 412
   * after If-None-Match may then be our own success; HeadObject settles it. */
  guint attempts;
  /* Not one of them left this machine: nothing can have been carried out. */
  gboolean unsent;
} AncAwsErrorDetails;

/* The details of an error, owned by it; all zero if it is of another domain. */
const AncAwsErrorDetails *anc_aws_error_get_details (const GError *error);

/* A new error with details, copied; `details` may be NULL. */
void anc_aws_error_set (GError **error, AncAwsError code,
                        const AncAwsErrorDetails *details, const gchar *format,
                        ...) G_GNUC_PRINTF (4, 5);
