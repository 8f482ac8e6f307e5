/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-metrics.h"

#include "anc-lambda-json.h"
#include "anc-lambda-write.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define METRICS_MAX 100
#define VALUES_MAX 100
#define DIMENSIONS_MAX 30
/* CloudWatch's limits. */
#define NAME_MAX_BYTES 1024
#define DIMENSION_NAME_MAX 250
#define EXPONENT_MAX 360

typedef struct {
  gchar *name;
  gchar *unit;
  GArray *values; /* gdouble */
} Metric;

typedef struct {
  gchar *name;
  gchar *value;
} Dimension;

struct _AncLambdaMetrics {
  const AncLambdaSettings *settings;
  AncLambdaLog *log;
  GMutex lock; /* for all below */
  GPtrArray *metrics;
  GPtrArray *dimensions;
};

static void
metric_free (gpointer data)
{
  Metric *metric = data;

  g_free (metric->name);
  g_free (metric->unit);
  g_array_unref (metric->values);
  g_free (metric);
}

static void
dimension_free (gpointer data)
{
  Dimension *dimension = data;

  g_free (dimension->name);
  g_free (dimension->value);
  g_free (dimension);
}

AncLambdaMetrics *
anc_lambda_metrics_new (const AncLambdaSettings *settings, AncLambdaLog *log)
{
  AncLambdaMetrics *self = g_new0 (AncLambdaMetrics, 1);

  self->settings = settings;
  self->log = log;
  g_mutex_init (&self->lock);
  self->metrics = g_ptr_array_new_with_free_func (metric_free);
  self->dimensions = g_ptr_array_new_with_free_func (dimension_free);
  return self;
}

void
anc_lambda_metrics_free (AncLambdaMetrics *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->metrics);
  g_ptr_array_unref (self->dimensions);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- the line --- */

static void
append_number (GString *line, gdouble value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (line, g_ascii_dtostr (text, sizeof text, value));
}

static void
append_list (GString *line, GPtrArray *dimensions)
{
  g_string_append (line, "\"Dimensions\":[[\"FunctionName\"");
  for (guint i = 0; i < dimensions->len; i++) {
    const Dimension *dimension = g_ptr_array_index (dimensions, i);

    g_string_append_c (line, ',');
    anc_lambda_json_append_string (line, dimension->name);
  }
  g_string_append (line, "]],\"Metrics\":[");
}

static void
append_directive (AncLambdaMetrics *self, GString *line)
{
  g_string_append_printf (line,
                          "{\"_aws\":{\"Timestamp\":%" G_GINT64_FORMAT
                          ",\"CloudWatchMetrics\":[{",
                          g_get_real_time () / 1000);
  anc_lambda_json_append_member (line, "Namespace",
                                 self->settings->metrics_namespace);
  g_string_append_c (line, ',');
  append_list (line, self->dimensions);
  for (guint i = 0; i < self->metrics->len; i++) {
    const Metric *metric = g_ptr_array_index (self->metrics, i);

    g_string_append (line, i > 0 ? ",{" : "{");
    anc_lambda_json_append_member (line, "Name", metric->name);
    anc_lambda_json_append_member (line, "Unit", metric->unit);
    g_string_append_c (line, '}');
  }
  g_string_append (line, "]}]}");
}

static void
append_values (GString *line, const Metric *metric)
{
  gboolean many = metric->values->len > 1;

  g_string_append_c (line, ',');
  anc_lambda_json_append_string (line, metric->name);
  g_string_append (line, many ? ":[" : ":");
  for (guint i = 0; i < metric->values->len; i++) {
    if (i > 0)
      g_string_append_c (line, ',');
    append_number (line, g_array_index (metric->values, gdouble, i));
  }
  if (many)
    g_string_append_c (line, ']');
}

static void
append_roots (AncLambdaMetrics *self, GString *line, const gchar *request_id)
{
  anc_lambda_json_append_member (line, "FunctionName",
                                 self->settings->function);
  anc_lambda_json_append_member (line, "request_id", request_id);
  for (guint i = 0; i < self->dimensions->len; i++) {
    const Dimension *dimension = g_ptr_array_index (self->dimensions, i);

    anc_lambda_json_append_member (line, dimension->name, dimension->value);
  }
  for (guint i = 0; i < self->metrics->len; i++)
    append_values (line, g_ptr_array_index (self->metrics, i));
  g_string_append (line, "}\n");
}

/* With the lock held. */
static void
write_out (AncLambdaMetrics *self, const gchar *request_id)
{
  GString *line;

  if (self->metrics->len == 0)
    return;
  line = g_string_sized_new (512);
  append_directive (self, line);
  append_roots (self, line, request_id);
  anc_lambda_write_all (STDOUT_FILENO, line->str, line->len);
  g_string_free (line, TRUE);
  g_ptr_array_set_size (self->metrics, 0);
}

/* --- what comes in --- */

/* Names that the line has for itself would stand there twice. */
static gboolean
is_name (const gchar *name, gsize longest)
{
  return name != NULL && *name != '\0' && strlen (name) <= longest
         && !g_str_equal (name, "_aws") && !g_str_equal (name, "request_id")
         && !g_str_equal (name, "FunctionName");
}

static Metric *
find (AncLambdaMetrics *self, const gchar *name)
{
  for (guint i = 0; i < self->metrics->len; i++) {
    Metric *metric = g_ptr_array_index (self->metrics, i);

    if (g_str_equal (metric->name, name))
      return metric;
  }
  return NULL;
}

static void
put (AncLambdaMetrics *self, const gchar *name, const gchar *unit,
     gdouble value)
{
  Metric *metric = find (self, name);

  if (metric == NULL ? self->metrics->len >= METRICS_MAX
                     : metric->values->len >= VALUES_MAX) {
    write_out (self, NULL);
    metric = NULL;
  }
  if (metric == NULL) {
    metric = g_new0 (Metric, 1);
    metric->name = g_strdup (name);
    metric->unit = g_strdup (unit != NULL ? unit : "None");
    metric->values = g_array_new (FALSE, FALSE, sizeof (gdouble));
    g_ptr_array_add (self->metrics, metric);
  }
  g_array_append_val (metric->values, value);
}

void
anc_lambda_metrics_add (AncLambdaMetrics *self, const gchar *name,
                        const gchar *unit, gdouble value)
{
  /* CloudWatch takes -2^360 to 2^360. */
  if (!is_name (name, NAME_MAX_BYTES) || !isfinite (value)
      || fabs (value) > ldexp (1, EXPONENT_MAX)) {
    anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_WARN,
                           "Metric %s: left out, as CloudWatch takes finite "
                           "numbers below 2^360 under names of up to %d bytes.",
                           name, NAME_MAX_BYTES);
    return;
  }
  g_mutex_lock (&self->lock);
  put (self, name, unit, value);
  g_mutex_unlock (&self->lock);
}

static gboolean
set_dimension (AncLambdaMetrics *self, const gchar *name, const gchar *value)
{
  Dimension *dimension;

  for (guint i = 0; i < self->dimensions->len; i++) {
    dimension = g_ptr_array_index (self->dimensions, i);
    if (g_str_equal (dimension->name, name)) {
      g_free (dimension->value);
      dimension->value = g_strdup (value);
      return TRUE;
    }
  }
  /* FunctionName is one. */
  if (self->dimensions->len + 1 >= DIMENSIONS_MAX)
    return FALSE;
  dimension = g_new0 (Dimension, 1);
  dimension->name = g_strdup (name);
  dimension->value = g_strdup (value);
  g_ptr_array_add (self->dimensions, dimension);
  return TRUE;
}

void
anc_lambda_metrics_add_dimension (AncLambdaMetrics *self, const gchar *name,
                                  const gchar *value)
{
  gboolean taken = FALSE;

  g_mutex_lock (&self->lock);
  if (is_name (name, DIMENSION_NAME_MAX) && value != NULL && *value != '\0'
      && strlen (value) <= NAME_MAX_BYTES && find (self, name) == NULL)
    taken = set_dimension (self, name, value);
  g_mutex_unlock (&self->lock);
  if (!taken)
    anc_lambda_log_printf (self->log, ANC_LAMBDA_LEVEL_WARN,
                           "Dimension %s: left out; there are at most %d, each "
                           "with a name of its own and a value.",
                           name, DIMENSIONS_MAX);
}

void
anc_lambda_metrics_flush (AncLambdaMetrics *self, const gchar *request_id)
{
  g_mutex_lock (&self->lock);
  write_out (self, request_id);
  g_ptr_array_set_size (self->dimensions, 0);
  g_mutex_unlock (&self->lock);
}
