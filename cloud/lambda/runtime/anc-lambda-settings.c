/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-settings.h"

#include "anc-lambda-log-private.h"

static gchar *
word (const gchar *name, const gchar *otherwise)
{
  const gchar *value = g_getenv (name);

  return g_strdup (value != NULL && *value != '\0' ? value : otherwise);
}

static AncLambdaLevel
level (const gchar *name)
{
  for (guint i = ANC_LAMBDA_LEVEL_TRACE; i <= ANC_LAMBDA_LEVEL_FATAL; i++) {
    if (g_ascii_strcasecmp (name, anc_lambda_level_name (i)) == 0)
      return i;
  }
  return ANC_LAMBDA_LEVEL_INFO;
}

static gboolean
is (const gchar *name, const gchar *wanted)
{
  const gchar *value = g_getenv (name);

  return value != NULL && g_ascii_strcasecmp (value, wanted) == 0;
}

AncLambdaSettings *
anc_lambda_settings_new (void)
{
  AncLambdaSettings *self = g_new0 (AncLambdaSettings, 1);
  g_autofree gchar *least = word ("AWS_LAMBDA_LOG_LEVEL", "INFO");

  self->api = word ("AWS_LAMBDA_RUNTIME_API", NULL);
  self->function = word ("AWS_LAMBDA_FUNCTION_NAME", "function");
  self->version = word ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
  self->handler = word ("_HANDLER", NULL);
  self->metrics_namespace = word ("ANC_METRICS_NAMESPACE", "ANC");
  self->log_level = level (least);
  self->log_as_text = is ("AWS_LAMBDA_LOG_FORMAT", "Text");
  self->log_events = is ("ANC_LAMBDA_LOG_EVENT", "1");
  return self;
}

void
anc_lambda_settings_free (AncLambdaSettings *self)
{
  if (self == NULL)
    return;
  g_free (self->api);
  g_free (self->function);
  g_free (self->version);
  g_free (self->handler);
  g_free (self->metrics_namespace);
  g_free (self);
}
