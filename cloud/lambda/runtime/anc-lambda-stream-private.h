/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-lambda-fault.h"
#include "anc-lambda-stream.h"
#include "anc-lambda-wire.h"

/* The type of a body that begins with status and headers in JSON and 8 NULs. */
#define ANC_LAMBDA_HTTP_TYPE                                                   \
  "application/vnd.awslambda.http-integration-response"

/* Sends the head of the request: a chunked response in mode "streaming" that
 * announces the trailers of an error. `wire` is borrowed. */
AncLambdaStream *anc_lambda_stream_open (const AncLambdaWire *wire,
                                         const gchar *id,
                                         const gchar *content_type,
                                         GError **error);
void anc_lambda_stream_free (AncLambdaStream *self);

/* The last chunk, with the fault in its trailers (NULL: all is well), and what
 * the Runtime API says to that; 0: nothing. */
guint anc_lambda_stream_end (AncLambdaStream *self,
                             const AncLambdaFault *fault);

/* From another thread, before the process ends: the same if nobody is writing
 * just now; does not wait for an answer for long. */
void anc_lambda_stream_abandon (AncLambdaStream *self,
                                const AncLambdaFault *fault);
