/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What goes wrong in a function. Each has a type, which callers see as
 * `errorType` and Step Functions as the name of the error. */
#define ANC_LAMBDA_ERROR (anc_lambda_error_quark ())
GQuark anc_lambda_error_quark (void);

typedef enum {
  ANC_LAMBDA_ERROR_FUNCTION, /* the handler says so */
  /* The Runtime API: */
  ANC_LAMBDA_ERROR_SETTINGS,   /* the environment is not Lambda's */
  ANC_LAMBDA_ERROR_CONNECTION, /* no answer, or half of one */
  ANC_LAMBDA_ERROR_REFUSED,    /* an answer that ends this process */
} AncLambdaErrorCode;

/* An event that is not what the function takes. */
#define ANC_LAMBDA_INVALID_REQUEST "Function.InvalidRequest"

/* `type` is `Function.` or `Runtime.` and letters, the first a capital one;
 * Lambda keeps no others, so that anything else becomes `Function.Unknown`. The
 * message is one sentence for the caller: no secrets, no content. */
void anc_lambda_set_error (GError **error, const gchar *type,
                           const gchar *format, ...) G_GNUC_PRINTF (3, 4);

/* The type of any error: what anc_lambda_set_error () was given, else
 * `Function.` and the domain, as in `Function.GIoError`. Free with g_free (). */
gchar *anc_lambda_error_get_type_name (const GError *error);
