/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-credentials.h"
#include "anc-aws-fields.h"

/* AWS Signature Version 4. IAM User Guide, "Create a signed AWS API request";
 * Amazon S3 API Reference, "Authenticating Requests". Pure: text in, text out;
 * every stage can be read. */

#define ANC_AWS_UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"
#define ANC_AWS_EMPTY_SHA256                                                   \
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

typedef enum {
  /* The path is signed as it is sent. Else (all services but S3) it is
   * normalised and encoded once more. */
  ANC_AWS_SIGN_S3 = 1 << 0,
  /* Only with the general rules: keep dot segments and empty ones. */
  ANC_AWS_SIGN_PATH_AS_IS = 1 << 1,
  /* Adds and signs x-amz-content-sha256; S3 requires it in headers. */
  ANC_AWS_SIGN_CONTENT_SHA256 = 1 << 2,
  /* The session token is added after signing (AWS IoT does so). */
  ANC_AWS_SIGN_OMIT_TOKEN = 1 << 3,
} AncAwsSignFlags;

typedef struct {
  const gchar *method;
  const gchar *path;           /* as sent, begins with a slash */
  const gchar *query;          /* as sent, without "?"; NULL: none */
  const AncAwsFields *headers; /* with Host; all are signed but those that
                                * proxies change (User-Agent, Connection, ...) */
  const gchar *payload_hash;   /* lower-case hex SHA-256, or
                                * ANC_AWS_UNSIGNED_PAYLOAD */
  const gchar *region, *service;
  gint64 time;           /* microseconds since 1970 */
  guint expires_seconds; /* query form; 0: no X-Amz-Expires */
  AncAwsSignFlags flags;
} AncAwsSignable;

typedef struct {
  gchar *canonical_request;
  gchar *string_to_sign;
  gchar *signature; /* lower-case hex */
  /* Header form: what to add to the request's headers, Authorization last. */
  AncAwsFields *headers;
  /* Query form: the whole query to send. A bearer secret: never log it. */
  gchar *query;
} AncAwsSignature;

/* Never fail; the arguments are the caller's to check. */
AncAwsSignature *anc_aws_sign_headers (const AncAwsSignable *request,
                                       AncAwsCredentials *credentials);
AncAwsSignature *anc_aws_sign_query (const AncAwsSignable *request,
                                     AncAwsCredentials *credentials);
void anc_aws_signature_free (AncAwsSignature *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsSignature, anc_aws_signature_free)
