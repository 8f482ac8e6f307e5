/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The `anc-cloud` program: a function of Lambda on this machine. */
#include "config.h"

#include "anc-invoke-api.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_USAGE 2

typedef struct {
  gchar *name;
  gchar *handler;
  gint port;
  gint runtime_port;
  gdouble timeout;
  gint memory;
  gchar **rules;
  gchar *trace;
  gboolean version;
  gchar **command;
} Options;

static const gchar summary[]
    = "Starts COMMAND as AWS Lambda would, at the first call, and lets it be\n"
      "called:\n\n"
      "  curl -d '{}' http://127.0.0.1:PORT/2015-03-31/functions/NAME/"
      "invocations\n\n"
      "Without COMMAND a function that is started elsewhere, for example in a\n"
      "debugger, is waited for; it needs AWS_LAMBDA_RUNTIME_API=127.0.0.1:PORT"
      ".\n\n"
      "Not as in AWS: no signatures and permissions, no freezing, no limit of\n"
      "memory, one event at a time, no Event invocations, no external\n"
      "extensions.";

static gboolean
parse (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "name", 'n', 0, G_OPTION_ARG_STRING, &options->name,
      "name of the function (function)", "NAME" },
    { "handler", 0, 0, G_OPTION_ARG_STRING, &options->handler,
      "what it finds in _HANDLER (bootstrap)", "TEXT" },
    { "port", 'p', 0, G_OPTION_ARG_INT, &options->port,
      "where it is called (any free one)", "PORT" },
    { "runtime-port", 0, 0, G_OPTION_ARG_INT, &options->runtime_port,
      "of the Runtime API (any free one)", "PORT" },
    { "timeout", 't', 0, G_OPTION_ARG_DOUBLE, &options->timeout,
      "seconds for an event (3)", "SECONDS" },
    { "memory", 'm', 0, G_OPTION_ARG_INT, &options->memory,
      "megabytes that it is told to have (128)", "MB" },
    { "fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->rules,
      "CALL:N:WHAT, what goes wrong in the Runtime API; CALL is next, "
      "response, error, init-error, register or event-next, N a number or *, "
      "WHAT is status:CODE, reset, lose, stall:MS or cut:BYTES",
      "RULE" },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &options->trace,
      "write each call of the Runtime API to FILE, content and all", "FILE" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "show the version",
      NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->command,
      NULL, "[-- COMMAND [ARGUMENT...]]" },
    { NULL, 0, 0, 0, NULL, NULL, NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
is_in_range (const gchar *name, gdouble value, gdouble least, gdouble most,
             GError **error)
{
  if (value >= least && value <= most)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "%s: %g is not from %g to %g", name, value, least, most);
  return FALSE;
}

/* As Lambda's own; the shorter time-outs are for tests. */
static gboolean
check (const Options *options, GError **error)
{
  if (options->name != NULL
      && !g_regex_match_simple ("^[a-zA-Z0-9-_]{1,64}$", options->name, 0, 0)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 "name: \"%s\" is not 1 to 64 letters, digits, - or _",
                 options->name);
    return FALSE;
  }
  return is_in_range ("port", options->port, 0, 65535, error)
         && is_in_range ("runtime-port", options->runtime_port, 0, 65535, error)
         && is_in_range ("timeout", options->timeout, 0.1, 900, error)
         && is_in_range ("memory", options->memory, 128, 10240, error);
}

static void
on_call (const gchar *line, gpointer file)
{
  /* A line at a time: each stdio call locks the file. */
  fprintf (file, "%s\n", line);
}

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static void
announce (AncSandbox *sandbox, AncInvokeApi *api)
{
  g_print ("http://127.0.0.1:%u/2015-03-31/functions/%s/invocations\n",
           anc_invoke_api_port (api), anc_sandbox_name (sandbox));
  if (anc_sandbox_runtime_port (sandbox) > 0)
    g_print ("AWS_LAMBDA_RUNTIME_API=127.0.0.1:%u\n",
             anc_sandbox_runtime_port (sandbox));
  fflush (stdout);
}

static gboolean
serve (const AncSandboxOptions *wanted, guint port, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (AncSandbox) sandbox = NULL;
  g_autoptr (AncInvokeApi) api = NULL;
  guint signals[] = { g_unix_signal_add (SIGINT, on_signal, loop),
                      g_unix_signal_add (SIGTERM, on_signal, loop) };

  sandbox = anc_sandbox_new (wanted, error);
  if (sandbox != NULL)
    api = anc_invoke_api_new (port, sandbox, error);
  if (api != NULL) {
    announce (sandbox, api);
    g_main_loop_run (loop);
  }
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (signals[i]);
  return api != NULL;
}

static gboolean
serve_as (const Options *options, AncFaults *faults, FILE *trace,
          GError **error)
{
  AncSandboxOptions wanted = {
    .name = options->name,
    .handler = options->handler,
    .command = (const gchar *const *) options->command,
    .runtime_port = (guint) options->runtime_port,
    .timeout_ms = (guint) (options->timeout * 1000),
    .memory_mb = (guint) options->memory,
    .faults = faults,
    .observer = trace != NULL ? on_call : NULL,
    .observer_data = trace,
  };

  return serve (&wanted, (guint) options->port, error);
}

static int
run (const Options *options)
{
  g_autoptr (AncFaults) faults = anc_faults_new ();
  g_autoptr (GError) error = NULL;
  FILE *trace = NULL;
  gboolean served;

  for (guint i = 0; options->rules != NULL && options->rules[i] != NULL; i++) {
    if (!anc_faults_add (faults, options->rules[i], &error)) {
      g_printerr ("anc-cloud: %s\n", error->message);
      return EXIT_USAGE;
    }
  }
  if (options->trace != NULL
      && (trace = fopen (options->trace, "we")) == NULL) {
    g_printerr ("anc-cloud: trace: %s cannot be written\n", options->trace);
    return EXIT_USAGE;
  }
  if (trace != NULL)
    setvbuf (trace, NULL, _IOLBF, 0);
  served = serve_as (options, faults, trace, &error);
  if (trace != NULL)
    fclose (trace);
  if (!served)
    g_printerr ("anc-cloud: %s\n", error->message);
  return served ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
clear (Options *options)
{
  g_free (options->name);
  g_free (options->handler);
  g_strfreev (options->rules);
  g_free (options->trace);
  g_strfreev (options->command);
}

int
main (int argc, char **argv)
{
  Options options = { .timeout = 3, .memory = 128 };
  g_autoptr (GError) error = NULL;
  int code = EXIT_SUCCESS;

  setlocale (LC_CTYPE, "");
  g_set_prgname ("anc-cloud");
  if (!parse (&options, &argc, &argv, &error) || !check (&options, &error)) {
    g_printerr ("anc-cloud: %s; 'anc-cloud --help' shows the options\n",
                error->message);
    code = EXIT_USAGE;
  } else if (options.version) {
    g_print ("anc-cloud %s\n", PACKAGE_VERSION);
  } else {
    code = run (&options);
  }
  clear (&options);
  return code;
}
