/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The function of cloud/lambda/README.md. */
#include "anc-lambda.h"

static gboolean
handle (AncLambdaContext *context, gpointer data, GError **error)
{
  anc_lambda_context_reply_bytes (context,
                                  anc_lambda_context_get_event (context), NULL);
  return TRUE;
}

int
main (void)
{
  static const AncLambdaFunction echo = { .handle = handle };

  return anc_lambda_run (&echo, NULL);
}
