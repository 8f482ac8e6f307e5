/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-log-private.h"

#include "anc-lambda-json.h"
#include "anc-lambda-write.h"

#include <string.h>
#include <unistd.h>

/* Lambda takes 256 KiB a line. The rest of a longer message is no use. */
#define MESSAGE_MAX 16384
#define FIELDS_MAX 131072

static const gchar *const levels[]
    = { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL" };

struct _AncLambdaLog {
  const AncLambdaSettings *settings;
  AncLambdaMask *mask;
  GMutex lock; /* for all below, and for a line at a time */
  gchar *request_id;
  gchar *correlation_id;
  gchar *trace_id;
  gboolean cold_start;
};

const gchar *
anc_lambda_level_name (AncLambdaLevel level)
{
  return levels[MIN (level, ANC_LAMBDA_LEVEL_FATAL)];
}

AncLambdaLog *
anc_lambda_log_new (const AncLambdaSettings *settings, AncLambdaMask *mask)
{
  AncLambdaLog *self = g_new0 (AncLambdaLog, 1);

  self->settings = settings;
  self->mask = mask;
  g_mutex_init (&self->lock);
  return self;
}

void
anc_lambda_log_free (AncLambdaLog *self)
{
  if (self == NULL)
    return;
  g_free (self->request_id);
  g_free (self->correlation_id);
  g_free (self->trace_id);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
anc_lambda_log_begin (AncLambdaLog *self, const gchar *request_id,
                      const gchar *trace_id, gboolean cold_start)
{
  g_mutex_lock (&self->lock);
  g_free (self->request_id);
  g_free (self->trace_id);
  g_clear_pointer (&self->correlation_id, g_free);
  self->request_id = g_strdup (request_id);
  self->trace_id = g_strdup (trace_id);
  self->cold_start = cold_start;
  g_mutex_unlock (&self->lock);
}

void
anc_lambda_log_set_correlation_id (AncLambdaLog *self, const gchar *id)
{
  g_mutex_lock (&self->lock);
  g_free (self->correlation_id);
  self->correlation_id = g_strdup (id);
  g_mutex_unlock (&self->lock);
}

static gchar *
timestamp (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *seconds = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf ("%s.%03dZ", seconds,
                          g_date_time_get_microsecond (now) / 1000);
}

/* The members of `fields`, without the braces. */
static void
append_fields (AncLambdaLog *self, GString *line, JsonObject *fields)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) masked = NULL;
  gsize before = line->len;

  json_node_set_object (node, fields);
  masked = anc_lambda_mask_node (self->mask, node);
  if (json_object_get_size (fields) == 0)
    return;
  anc_lambda_json_append_node (line, masked);
  if (line->len - before > FIELDS_MAX) {
    g_string_truncate (line, before);
    g_string_append (line, ",\"fields\":\"too long\"");
    return;
  }
  line->str[before] = ',';
  g_string_truncate (line, line->len - 1);
}

static void
append_json (AncLambdaLog *self, GString *line, AncLambdaLevel level,
             const gchar *time, const gchar *message, JsonObject *fields)
{
  g_string_append_c (line, '{');
  anc_lambda_json_append_member (line, "timestamp", time);
  anc_lambda_json_append_member (line, "level", levels[level]);
  anc_lambda_json_append_member (line, "message", message);
  anc_lambda_json_append_member (line, "request_id", self->request_id);
  anc_lambda_json_append_member (line, "correlation_id", self->correlation_id);
  anc_lambda_json_append_member (line, "trace_id", self->trace_id);
  g_string_append_printf (line, ",\"cold_start\":%s",
                          self->cold_start ? "true" : "false");
  anc_lambda_json_append_member (line, "function", self->settings->function);
  if (fields != NULL)
    append_fields (self, line, fields);
  g_string_append (line, "}\n");
}

static void
append_text (AncLambdaLog *self, GString *line, AncLambdaLevel level,
             const gchar *time, const gchar *message, JsonObject *fields)
{
  g_string_append_printf (line, "%s %s", time, levels[level]);
  if (self->request_id != NULL)
    g_string_append_printf (line, " request_id=%s", self->request_id);
  if (self->correlation_id != NULL)
    g_string_append_printf (line, " correlation_id=%s", self->correlation_id);
  g_string_append_printf (line, " %s", message);
  if (fields != NULL)
    append_fields (self, line, fields);
  /* What is one message stays one line. */
  for (gchar *p = line->str; *p != '\0'; p++) {
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  }
  g_string_append_c (line, '\n');
}

void
anc_lambda_log_write (AncLambdaLog *self, AncLambdaLevel level,
                      JsonObject *fields, const gchar *message)
{
  g_autofree gchar *bounded = NULL, *masked = NULL, *time = NULL;
  GString *line;

  if (level < self->settings->log_level)
    return;
  bounded = g_strndup (message, MESSAGE_MAX);
  masked = anc_lambda_mask_text (self->mask, bounded);
  time = timestamp ();
  line = g_string_sized_new (512);
  g_mutex_lock (&self->lock);
  (self->settings->log_as_text ? append_text : append_json) (
      self, line, level, time, masked, fields);
  anc_lambda_write_all (STDERR_FILENO, line->str, line->len);
  g_mutex_unlock (&self->lock);
  g_string_free (line, TRUE);
}

void
anc_lambda_log_vprintf (AncLambdaLog *self, AncLambdaLevel level,
                        const gchar *format, va_list arguments)
{
  g_autofree gchar *message = g_strdup_vprintf (format, arguments);

  anc_lambda_log_write (self, level, NULL, message);
}

void
anc_lambda_log_printf (AncLambdaLog *self, AncLambdaLevel level,
                       const gchar *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  anc_lambda_log_vprintf (self, level, format, arguments);
  va_end (arguments);
}

static AncLambdaLevel
level_of_glib (GLogLevelFlags flags)
{
  if ((flags & G_LOG_LEVEL_ERROR) != 0)
    return ANC_LAMBDA_LEVEL_FATAL;
  if ((flags & G_LOG_LEVEL_CRITICAL) != 0)
    return ANC_LAMBDA_LEVEL_ERROR;
  if ((flags & G_LOG_LEVEL_WARNING) != 0)
    return ANC_LAMBDA_LEVEL_WARN;
  if ((flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO)) != 0)
    return ANC_LAMBDA_LEVEL_INFO;
  return ANC_LAMBDA_LEVEL_DEBUG;
}

static GLogWriterOutput
on_glib (GLogLevelFlags flags, const GLogField *fields, gsize count,
         gpointer data)
{
  for (gsize i = 0; i < count; i++) {
    if (strcmp (fields[i].key, "MESSAGE") == 0) {
      g_autofree gchar *message
          = fields[i].length < 0
                ? g_strdup (fields[i].value)
                : g_strndup (fields[i].value, (gsize) fields[i].length);

      anc_lambda_log_write (data, level_of_glib (flags), NULL, message);
    }
  }
  return G_LOG_WRITER_HANDLED;
}

void
anc_lambda_log_take_glib (AncLambdaLog *self)
{
  g_log_set_writer_func (on_glib, self, NULL);
}
