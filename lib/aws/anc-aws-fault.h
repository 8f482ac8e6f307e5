/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-error.h"
#include "anc-aws-fields.h"

/* What a service says when it refuses: XML (S3 and the query protocol), JSON,
 * or a status alone. Untrusted input. */
typedef struct {
  guint status;
  gchar *code;    /* "NoSuchKey"; NULL: none */
  gchar *message; /* of the service, cleaned; NULL: none */
  gchar *region;  /* where the bucket is; NULL: not said */
  gchar *request_id, *extended_request_id;
} AncAwsFault;

/* `body` may be NULL. */
void anc_aws_fault_read (AncAwsFault *self, guint status,
                         const AncAwsFields *headers, GBytes *body);
void anc_aws_fault_clear (AncAwsFault *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AncAwsFault, anc_aws_fault_clear)

/* A sentence that names operation, resource and remedy. */
void anc_aws_fault_to_error (const AncAwsFault *self, const gchar *operation,
                             const gchar *resource, gboolean retryable,
                             guint attempts, GError **error);
