/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-sandbox.h"

#include "anc-process.h"

#include <json-glib/json-glib.h>

#define INIT_MS 10000
#define GRACE_MS 500
#define REGION "us-east-1"
#define ACCOUNT "123456789012"
#define VERSION "$LATEST"

struct _AncSandbox {
  AncFunctionNames names;
  gchar *name, *handler, *arn;
  gchar **command;
  guint runtime_port;
  guint timeout_ms;
  guint memory_mb;
  gboolean quiet;
  AncFaults *faults;
  AncRuntimeObserver observer;
  gpointer observer_data;
  GMutex busy;            /* held for an invocation, and for all below */
  AncRuntimeState *state; /* of the process; NULL: there is none */
  AncRuntimeApi *api;
  AncProcess *process;
};

/* --- the process --- */

static gchar **
make_environment (AncSandbox *self)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  g_autofree gchar *folder = g_get_current_dir ();
  g_autofree gchar *memory = g_strdup_printf ("%u", self->memory_mb);
  g_autofree gchar *group = g_strconcat ("/aws/lambda/", self->name, NULL);
  g_autofree gchar *api
      = g_strdup_printf ("127.0.0.1:%u", anc_runtime_api_port (self->api));
  const gchar *const pairs[][2] = {
    { "AWS_LAMBDA_RUNTIME_API", api },
    { "_HANDLER", self->handler },
    { "LAMBDA_TASK_ROOT", folder },
    { "LAMBDA_RUNTIME_DIR", folder },
    { "AWS_LAMBDA_FUNCTION_NAME", self->name },
    { "AWS_LAMBDA_FUNCTION_VERSION", VERSION },
    { "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory },
    { "AWS_LAMBDA_LOG_GROUP_NAME", group },
    { "AWS_LAMBDA_LOG_STREAM_NAME", "local" },
    { "AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand" },
  };
  gchar **environment;

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autofree gchar *pair = g_strconcat (pairs[i][0], "=", pairs[i][1], NULL);

    g_strv_builder_add (builder, pair);
  }
  environment = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return environment;
}

static void
on_ended (gpointer state)
{
  anc_runtime_state_end (state);
}

static void
stop (AncSandbox *self)
{
  gboolean told
      = self->state != NULL && anc_runtime_state_has_extensions (self->state);

  if (self->process != NULL)
    anc_process_stop (self->process, told ? GRACE_MS : 0);
  g_clear_pointer (&self->process, anc_process_free);
  g_clear_pointer (&self->api, anc_runtime_api_free);
  g_clear_pointer (&self->state, anc_runtime_state_free);
}

static gboolean
listen_for_process (AncSandbox *self, GError **error)
{
  self->state = anc_runtime_state_new (&self->names);
  self->api
      = anc_runtime_api_new (self->runtime_port, self->state, self->faults,
                             self->observer, self->observer_data, error);
  if (self->api == NULL)
    g_clear_pointer (&self->state, anc_runtime_state_free);
  return self->api != NULL;
}

static gboolean
start (AncSandbox *self, GError **error)
{
  g_auto (GStrv) environment = NULL;

  if (!listen_for_process (self, error))
    return FALSE;
  environment = make_environment (self);
  self->process = anc_process_new ((const gchar *const *) self->command,
                                   (const gchar *const *) environment,
                                   self->quiet, on_ended, self->state, error);
  if (self->process == NULL)
    stop (self);
  return self->process != NULL;
}

/* --- one invocation --- */

static gchar *
now_text (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");
}

/* An answer that was there before stands. */
static void
fail_late (AncInvocation *invocation, guint ms)
{
  g_autofree gchar *now = now_text ();

  if (invocation->answered)
    return;
  anc_invocation_fail (invocation, "Sandbox.Timedout",
                       "%s %s Task timed out after %u.%02u seconds", now,
                       invocation->id, ms / 1000, ms % 1000 / 10);
}

/* The same. */
static void
fail_ended (AncSandbox *self, AncInvocation *invocation)
{
  g_autofree gchar *how = NULL;

  if (invocation->answered || self->process == NULL)
    return;
  how = anc_process_describe_end (self->process);
  anc_invocation_fail (invocation, "Runtime.ExitError",
                       "RequestId: %s Error: Runtime exited with error: %s",
                       invocation->id, how);
}

/* TRUE: the process has an ear for the event. */
static gboolean
prepare (AncSandbox *self, AncInvocation *invocation)
{
  g_autoptr (GError) error = NULL;
  gint64 end = g_get_monotonic_time ();

  if (self->state != NULL && anc_runtime_state_has_ended (self->state))
    stop (self);
  if (self->state == NULL) {
    invocation->cold_start = TRUE;
    invocation->init_begun = end;
    if (!start (self, &error)) {
      anc_invocation_fail (invocation, "Runtime.InvalidEntrypoint", "%s",
                           error->message);
      return FALSE;
    }
  }
  end += INIT_MS * (gint64) G_TIME_SPAN_MILLISECOND;
  switch (anc_runtime_state_wait_ready (self->state, invocation, end)) {
  case ANC_RUNTIME_DONE:
    invocation->init_done = g_get_monotonic_time ();
    return TRUE;
  case ANC_RUNTIME_LATE:
    fail_late (invocation, INIT_MS);
    break;
  case ANC_RUNTIME_ENDED:
    fail_ended (self, invocation);
    break;
  case ANC_RUNTIME_FAILED:
    break;
  }
  return FALSE;
}

static gboolean
run (AncSandbox *self, AncInvocation *invocation)
{
  gint64 given = self->timeout_ms * (gint64) G_TIME_SPAN_MILLISECOND;

  invocation->deadline = g_get_real_time () + given;
  switch (anc_runtime_state_invoke (self->state, invocation,
                                    g_get_monotonic_time () + given)) {
  case ANC_RUNTIME_DONE:
    return TRUE;
  case ANC_RUNTIME_LATE:
    fail_late (invocation, self->timeout_ms);
    break;
  default:
    fail_ended (self, invocation);
    break;
  }
  return FALSE;
}

gboolean
anc_sandbox_invoke (AncSandbox *self, AncInvocation *invocation)
{
  gboolean alive;

  if (!g_mutex_trylock (&self->busy))
    return FALSE;
  g_free (invocation->id);
  invocation->id = g_uuid_string_random ();
  if (self->process != NULL)
    g_free (anc_process_take_log (self->process));
  alive = prepare (self, invocation) && run (self, invocation);
  if (!alive && self->process != NULL) {
    gboolean told = anc_runtime_state_has_extensions (self->state);

    anc_process_stop (self->process, told ? GRACE_MS : 0);
  }
  if (self->process != NULL)
    invocation->log = anc_process_take_log (self->process);
  if (!alive && self->command != NULL)
    stop (self);
  g_mutex_unlock (&self->busy);
  return TRUE;
}

/* --- --- */

AncSandbox *
anc_sandbox_new (const AncSandboxOptions *options, GError **error)
{
  g_autoptr (AncSandbox) self = g_new0 (AncSandbox, 1);

  /* While there is one thread: at the first use would do, but nobody who looks
   * for races can follow that. */
  g_type_ensure (JSON_TYPE_PARSER);
  g_type_ensure (JSON_TYPE_GENERATOR);
  g_mutex_init (&self->busy);
  self->name = g_strdup (options->name != NULL ? options->name : "function");
  self->handler
      = g_strdup (options->handler != NULL ? options->handler : "bootstrap");
  self->arn = g_strdup_printf (
      "arn:aws:lambda:" REGION ":" ACCOUNT ":function:%s", self->name);
  self->names
      = (AncFunctionNames){ self->name, VERSION, self->handler, self->arn };
  self->command = g_strdupv ((gchar **) options->command);
  self->runtime_port = options->runtime_port;
  self->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : 3000;
  self->memory_mb = options->memory_mb > 0 ? options->memory_mb : 128;
  self->quiet = options->quiet;
  self->faults = options->faults;
  self->observer = options->observer;
  self->observer_data = options->observer_data;
  if (self->command == NULL && !listen_for_process (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
anc_sandbox_free (AncSandbox *self)
{
  if (self == NULL)
    return;
  stop (self);
  g_strfreev (self->command);
  g_free (self->name);
  g_free (self->handler);
  g_free (self->arn);
  g_mutex_clear (&self->busy);
  g_free (self);
}

const gchar *
anc_sandbox_name (const AncSandbox *self)
{
  return self->name;
}

const gchar *
anc_sandbox_arn (const AncSandbox *self)
{
  return self->arn;
}

GPid
anc_sandbox_pid (AncSandbox *self)
{
  GPid pid;

  g_mutex_lock (&self->busy);
  pid = self->process != NULL ? anc_process_pid (self->process) : 0;
  g_mutex_unlock (&self->busy);
  return pid;
}

guint
anc_sandbox_runtime_port (AncSandbox *self)
{
  guint port;

  g_mutex_lock (&self->busy);
  port = self->api != NULL ? anc_runtime_api_port (self->api) : 0;
  g_mutex_unlock (&self->busy);
  return port;
}
