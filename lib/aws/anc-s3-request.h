/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-address.h"
#include "anc-s3.h"

/* The inside of AncS3, for its own files. */
struct _AncS3 {
  gatomicrefcount references;
  AncAwsClient *client;
  gboolean force_path_style;
};

/* One operation while it is put together. */
typedef struct {
  AncS3 *s3;
  AncAwsRequest request; /* points into what follows */
  AncAwsRequest probe;   /* lists nothing of the bucket */
  AncS3Address address, probe_address;
  AncAwsFields *headers, *parameters;
  gchar *resource, *query, *body_sha256;
} AncS3Request;

/* Refuses names that no server takes. `key` NULL: on the bucket. */
gboolean anc_s3_request_init (AncS3Request *self, AncS3 *s3,
                              const gchar *operation, const gchar *method,
                              const gchar *bucket, const gchar *key,
                              GError **error);
void anc_s3_request_clear (AncS3Request *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncS3Request, anc_s3_request_clear)

/* Sent with the request; not copied. */
void anc_s3_request_body (AncS3Request *self, GBytes *body);
/* The same of one that goes with a checksum: `given`, else computed. Returns it;
 * NULL for NONE. */
gchar *anc_s3_request_body_with_checksum (AncS3Request *self, GBytes *body,
                                          AncAwsChecksumAlgorithm algorithm,
                                          const gchar *given);
/* NULL values add nothing. */
void anc_s3_request_parameter (AncS3Request *self, const gchar *name,
                               const gchar *value);
void anc_s3_request_number (AncS3Request *self, const gchar *name, guint value);
AncAwsResponse *anc_s3_request_send (AncS3Request *self,
                                     GCancellable *cancellable, GError **error);
AncAwsResponse *anc_s3_request_open (AncS3Request *self,
                                     GCancellable *cancellable, GError **error);
/* The answer is not what S3 documents. */
gboolean anc_s3_request_malformed (const AncS3Request *self,
                                   const AncAwsResponse *response,
                                   const gchar *what, GError **error);
/* The same of an answer whose XML has this fault. */
gboolean anc_s3_request_unusable (const AncS3Request *self,
                                  const AncAwsResponse *response,
                                  const GError *fault, GError **error);

/* An ETag, and our checksum if it names one. */
gboolean anc_s3_check_answer (const AncS3Request *request,
                              const AncAwsResponse *response,
                              AncAwsChecksumAlgorithm algorithm,
                              const gchar *checksum, GError **error);
