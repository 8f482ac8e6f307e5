/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-fault.h"

#include "anc-lambda-json.h"

#define MESSAGE_MAX 8192
/* Of the cause, which is a field: servers allow 8 KiB of those at least, and six
 * bytes of it may stand for one of the message. */
#define CAUSE_MESSAGE_MAX 512

/* g_strndup () for UTF-8. */
static gchar *
shorten (const gchar *text, gsize size)
{
  g_autofree gchar *cut = g_strndup (text, size);

  return g_utf8_make_valid (cut, -1);
}

static gchar *
make_body (const gchar *type, const gchar *message)
{
  GString *out = g_string_new ("{");

  anc_lambda_json_append_member (out, "errorMessage", message);
  anc_lambda_json_append_member (out, "errorType", type);
  g_string_append (out, ",\"stackTrace\":[]}");
  return g_string_free (out, FALSE);
}

static gchar *
make_cause (const gchar *type, const gchar *message)
{
  GString *out = g_string_new ("{");
  g_autofree gchar *folder = g_get_current_dir ();
  g_autofree gchar *folder_cut = shorten (folder, CAUSE_MESSAGE_MAX);
  g_autofree gchar *cut = shorten (message, CAUSE_MESSAGE_MAX);

  anc_lambda_json_append_member (out, "working_directory", folder_cut);
  g_string_append (out, ",\"paths\":[],\"exceptions\":[{");
  anc_lambda_json_append_member (out, "type", type);
  anc_lambda_json_append_member (out, "message", cut);
  g_string_append (out, ",\"stack\":[]}]}");
  return g_string_free (out, FALSE);
}

AncLambdaFault *
anc_lambda_fault_new (AncLambdaMask *mask, const gchar *type,
                      const gchar *message)
{
  AncLambdaFault *self = g_new0 (AncLambdaFault, 1);
  g_autofree gchar *cut = shorten (message, MESSAGE_MAX);
  g_autofree gchar *masked = anc_lambda_mask_text (mask, cut);

  self->type = g_strdup (type);
  self->body = make_body (type, masked);
  self->cause = make_cause (type, masked);
  return self;
}

void
anc_lambda_fault_free (AncLambdaFault *self)
{
  if (self == NULL)
    return;
  g_free (self->type);
  g_free (self->body);
  g_free (self->cause);
  g_free (self);
}
