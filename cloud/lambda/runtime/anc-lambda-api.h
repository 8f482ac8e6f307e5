/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-event.h"
#include "anc-lambda-fault.h"
#include "anc-lambda-log-private.h"

/* The Runtime API of Lambda, 2018-06-01, as a client of one thread.
 *
 * What got no answer, or 5xx, is tried again a few times within some two
 * seconds. That is safe: `next` brings the same event until it is answered, and
 * a second answer that finds the first one there is refused, which then counts
 * as success. */
typedef struct _AncLambdaApi AncLambdaApi;

/* An answer of this size is still taken: 6 MiB and 100 bytes. */
#define ANC_LAMBDA_RESPONSE_MAX 6291556

typedef enum {
  ANC_LAMBDA_POST_FAILED, /* with an error: the process ends */
  ANC_LAMBDA_POST_DONE,
  ANC_LAMBDA_POST_REFUSED,   /* it is in the log; the process goes on */
  ANC_LAMBDA_POST_TOO_LARGE, /* the same */
} AncLambdaPosted;

AncLambdaApi *anc_lambda_api_new (const gchar *api, AncLambdaLog *log);
void anc_lambda_api_free (AncLambdaApi *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLambdaApi, anc_lambda_api_free)

/* Waits without a time-out: the process may be frozen for hours meanwhile. */
AncLambdaEvent *anc_lambda_api_next (AncLambdaApi *self, GError **error);

AncLambdaPosted anc_lambda_api_respond (AncLambdaApi *self, const gchar *id,
                                        const gchar *content_type, GBytes *body,
                                        GError **error);
/* `id` NULL: what went wrong is the init phase. */
AncLambdaPosted anc_lambda_api_report (AncLambdaApi *self, const gchar *id,
                                       const AncLambdaFault *fault,
                                       GError **error);
