/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A function that makes a pipeline in its init phase and gives events back: what
 * a function that cleans sound starts with. */
#include "anc-lambda.h"

#include <gst/gst.h>

#define PIPELINE                                                               \
  "appsrc ! audioconvert ! ancnlms reference-channel=1 ! audioconvert ! "      \
  "appsink"

static gboolean
init (gpointer data, GError **error)
{
  GstElement **pipeline = data;

  if (!gst_init_check (NULL, NULL, error))
    return FALSE;
  *pipeline = gst_parse_launch_full (PIPELINE, NULL,
                                     GST_PARSE_FLAG_FATAL_ERRORS, error);
  return *pipeline != NULL;
}

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
  static const AncLambdaFunction function = { .init = init, .handle = handle };
  static GstElement *pipeline;

  return anc_lambda_run (&function, &pipeline);
}
