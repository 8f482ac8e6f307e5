/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A function that does what its event asks for: {"do": "error", ...}. */
#include "anc-lambda.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const gchar *
text_of (JsonObject *event, const gchar *name, const gchar *otherwise)
{
  return json_object_get_string_member_with_default (event, name, otherwise);
}

static gint64
number_of (JsonObject *event, const gchar *name, gint64 otherwise)
{
  return json_object_get_int_member_with_default (event, name, otherwise);
}

static gboolean
echo (AncLambdaContext *context, JsonObject *event, GError **error)
{
  anc_lambda_context_reply_bytes (context,
                                  anc_lambda_context_get_event (context), NULL);
  return TRUE;
}

static gboolean
nothing (AncLambdaContext *context, JsonObject *event, GError **error)
{
  return TRUE;
}

static gboolean
bytes (AncLambdaContext *context, JsonObject *event, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("\0\1\2\377", 4);

  anc_lambda_context_reply_bytes (context, body,
                                  text_of (event, "type", "audio/basic"));
  return TRUE;
}

static gboolean
large (AncLambdaContext *context, JsonObject *event, GError **error)
{
  gsize size = (gsize) number_of (event, "size", 0);
  gchar *text = g_malloc (size);
  g_autoptr (GBytes) body = NULL;

  memset (text, 'x', size);
  body = g_bytes_new_take (text, size);
  anc_lambda_context_reply_bytes (context, body, "text/plain");
  return TRUE;
}

static void
set (JsonObject *object, const gchar *name, const gchar *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

static gboolean
describe (AncLambdaContext *context, JsonObject *event, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonObject *client = anc_lambda_context_get_client_context (context);

  json_node_take_object (node, object);
  set (object, "request_id", anc_lambda_context_get_request_id (context));
  set (object, "arn", anc_lambda_context_get_function_arn (context));
  set (object, "trace_id", anc_lambda_context_get_trace_id (context));
  set (object, "tenant_id", anc_lambda_context_get_tenant_id (context));
  set (object, "identity",
       anc_lambda_context_get_cognito_identity_id (context));
  set (object, "pool", anc_lambda_context_get_cognito_pool_id (context));
  set (object, "content_type", anc_lambda_context_get_content_type (context));
  set (object, "trace_variable", g_getenv ("_X_AMZN_TRACE_ID"));
  if (client != NULL)
    json_object_set_object_member (object, "client", json_object_ref (client));
  json_object_set_boolean_member (object, "cold",
                                  anc_lambda_context_is_cold_start (context));
  json_object_set_int_member (object, "pid", getpid ());
  json_object_set_int_member (object, "remaining_ms",
                              anc_lambda_context_get_remaining_ms (context));
  anc_lambda_context_reply_json (context, node);
  return TRUE;
}

static gboolean
fail (AncLambdaContext *context, JsonObject *event, GError **error)
{
  const gchar *type = text_of (event, "type", NULL);
  const gchar *message = text_of (event, "message", "It went wrong.");

  if (type != NULL)
    anc_lambda_set_error (error, type, "%s", message);
  else if (!json_object_has_member (event, "silent"))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, message);
  return FALSE;
}

/* Deeper than any stack. */
static gint G_GNUC_NO_INLINE
sink (volatile gint depth)
{
  volatile gchar frame[4096];

  frame[0] = (gchar) depth;
  return depth < 0 ? frame[0] : sink (depth + 1) + frame[0];
}

static gpointer
raise_in_thread (gpointer number)
{
  raise (GPOINTER_TO_INT (number));
  return NULL;
}

static gboolean
crash (AncLambdaContext *context, JsonObject *event, GError **error)
{
  gint number = (gint) number_of (event, "signal", SIGSEGV);

  if (json_object_has_member (event, "deep"))
    return sink (0) == 1;
  if (json_object_has_member (event, "thread"))
    g_thread_join (
        g_thread_new ("doomed", raise_in_thread, GINT_TO_POINTER (number)));
  raise (number);
  return TRUE;
}

static gboolean
leave (AncLambdaContext *context, JsonObject *event, GError **error)
{
  _exit ((int) number_of (event, "code", 7));
}

/* Not by sleeping as long as asked: by stopping when that is asked for. */
static gboolean
work (AncLambdaContext *context, JsonObject *event, GError **error)
{
  gint64 end = g_get_monotonic_time () + number_of (event, "ms", 0) * 1000;
  gboolean obeys = json_object_has_member (event, "obeys");
  GCancellable *cancellable = anc_lambda_context_get_cancellable (context);
  g_autoptr (GBytes) body = NULL;

  while (g_get_monotonic_time () < end
         && !(obeys && g_cancellable_is_cancelled (cancellable)))
    g_usleep (1000);
  body = g_bytes_new_static ("\"worked\"", 8);
  if (obeys && g_cancellable_is_cancelled (cancellable)) {
    g_bytes_unref (body);
    body = g_bytes_new_static ("\"partly\"", 8);
  }
  anc_lambda_context_reply_bytes (context, body, NULL);
  return TRUE;
}

static AncLambdaStream *
open_stream (AncLambdaContext *context, JsonObject *event, GError **error)
{
  static const gchar *const cookies[] = { "a=1", "b=2", NULL };
  g_autoptr (JsonObject) headers = NULL;

  if (!json_object_has_member (event, "http"))
    return anc_lambda_context_open_stream (
        context, text_of (event, "type", "text/plain"), error);
  headers = json_object_new ();
  json_object_set_string_member (headers, "Content-Type", "text/plain");
  return anc_lambda_context_open_http_stream (context, 201, headers, cookies,
                                              error);
}

static gboolean
stream (AncLambdaContext *context, JsonObject *event, GError **error)
{
  gint64 pieces = number_of (event, "pieces", 3);
  gsize size = (gsize) number_of (event, "size", 10);
  g_autofree gchar *piece = g_malloc (size + 1);
  AncLambdaStream *out = open_stream (context, event, error);

  memset (piece, 'p', size);
  for (gint64 i = 0; out != NULL && i < pieces; i++) {
    /* An empty piece is not the end. */
    if (!anc_lambda_stream_write (out, piece, 0, error)
        || !anc_lambda_stream_write (out, piece, size, error))
      return FALSE;
  }
  if (out != NULL && json_object_has_member (event, "again"))
    return open_stream (context, event, error) != NULL;
  if (out != NULL && json_object_has_member (event, "then"))
    return g_str_equal (text_of (event, "then", ""), "crash")
               ? crash (context, event, error)
           : g_str_equal (text_of (event, "then", ""), "work")
               ? work (context, event, error)
               : fail (context, event, error);
  return out != NULL;
}

static gboolean
speak (AncLambdaContext *context, JsonObject *event, GError **error)
{
  JsonObject *fields = json_object_has_member (event, "fields")
                           ? json_object_get_object_member (event, "fields")
                           : NULL;
  const gchar *message = text_of (event, "message", "said");

  if (json_object_has_member (event, "correlation"))
    anc_lambda_context_set_correlation_id (
        context, text_of (event, "correlation", NULL));
  if (fields != NULL)
    anc_lambda_context_log_fields (context, ANC_LAMBDA_LEVEL_INFO, message,
                                   fields);
  else
    for (guint i = 0; i <= ANC_LAMBDA_LEVEL_FATAL; i++)
      anc_lambda_context_log (context, i, "%s", message);
  g_warning ("by GLib: %s", message);
  return TRUE;
}

static gboolean
measure (AncLambdaContext *context, JsonObject *event, GError **error)
{
  gint64 count = number_of (event, "count", 1);

  anc_lambda_context_add_dimension (context, "Algorithm", "NLMS");
  for (gint64 i = 0; i < count; i++)
    anc_lambda_context_add_metric (context, "NoiseReduction", "None",
                                   12.5 + (gdouble) i);
  anc_lambda_context_add_metric (context, "Duration", "Milliseconds", 3);
  if (json_object_has_member (event, "bad"))
    anc_lambda_context_add_metric (context, "Bad", NULL, G_MAXDOUBLE * 2);
  return TRUE;
}

static const struct {
  const gchar *name;
  gboolean (*deed) (AncLambdaContext *context, JsonObject *event,
                    GError **error);
} deeds[] = {
  { "echo", echo },     { "nothing", nothing },   { "bytes", bytes },
  { "large", large },   { "describe", describe }, { "fail", fail },
  { "crash", crash },   { "leave", leave },       { "work", work },
  { "stream", stream }, { "speak", speak },       { "measure", measure },
};

static gboolean
handle (AncLambdaContext *context, gpointer data, GError **error)
{
  JsonObject *event = anc_lambda_context_get_object (context, error);
  const gchar *wanted;

  if (event == NULL)
    return FALSE;
  wanted = text_of (event, "do", "echo");
  for (guint i = 0; i < G_N_ELEMENTS (deeds); i++) {
    if (g_str_equal (deeds[i].name, wanted))
      return deeds[i].deed (context, event, error);
  }
  anc_lambda_set_error (error, ANC_LAMBDA_INVALID_REQUEST,
                        "do: there is no \"%s\".", wanted);
  return FALSE;
}

/* _HANDLER says how this phase goes. */
static gboolean
init (gpointer data, GError **error)
{
  const gchar *way = g_getenv ("_HANDLER");

  if (g_strcmp0 (way, "init-fails") == 0) {
    anc_lambda_set_error (error, "Function.NoModel", "There is no model.");
    return FALSE;
  }
  if (g_strcmp0 (way, "init-crashes") == 0)
    raise (SIGSEGV);
  if (g_strcmp0 (way, "init-leaves") == 0)
    _exit (9);
  return TRUE;
}

static void
shut_down (gpointer data)
{
  const gchar *file = g_getenv ("ANC_TEST_SHUTDOWN");

  if (g_strcmp0 (g_getenv ("_HANDLER"), "shutdown-hangs") == 0)
    g_usleep (60 * G_USEC_PER_SEC);
  if (file != NULL)
    g_file_set_contents (file, "done", -1, NULL);
}

int
main (void)
{
  static const AncLambdaFunction function = { init, handle, shut_down };

  return anc_lambda_run (&function, NULL);
}
