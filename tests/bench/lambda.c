/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the runtime adds to a function: from exec to its first `next`, and from
 * an event's way out of the Runtime API until the next one is asked for, with a
 * handler that does nothing but give the event back. Arguments: the function,
 * and --json FILE. */
#include "anc-sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STARTS 50
#define EVENTS 5000
/* Of issue 5; printed beside the figures, judged by who reads them. */
#define START_LIMIT_MS 25.0
#define EVENT_LIMIT_MS 1.0

typedef struct {
  gdouble least, median, p99;
} Spread;

static int
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return x < y ? -1 : x > y;
}

static Spread
spread (gdouble *values, guint count)
{
  qsort (values, count, sizeof *values, compare);
  return (Spread){ values[0], values[count / 2], values[count * 99 / 100] };
}

static AncInvocation *
invoke (AncSandbox *sandbox)
{
  g_autoptr (GBytes) payload = g_bytes_new_static ("{\"a\": 1}", 8);
  AncInvocation *invocation = anc_invocation_new (payload);

  if (!anc_sandbox_invoke (sandbox, invocation)
      || invocation->error_type != NULL)
    g_error ("The function failed");
  return invocation;
}

static AncSandbox *
make_sandbox (const gchar *function)
{
  const gchar *command[] = { function, NULL };
  AncSandboxOptions options
      = { .command = command, .timeout_ms = 10000, .quiet = TRUE };
  GError *error = NULL;
  AncSandbox *sandbox = anc_sandbox_new (&options, &error);

  if (sandbox == NULL)
    g_error ("%s", error->message);
  return sandbox;
}

static Spread
measure_starts (const gchar *function)
{
  gdouble values[STARTS];

  for (guint i = 0; i < STARTS; i++) {
    g_autoptr (AncSandbox) sandbox = make_sandbox (function);
    g_autoptr (AncInvocation) invocation = invoke (sandbox);

    values[i]
        = (gdouble) (invocation->init_done - invocation->init_begun) / 1000;
  }
  return spread (values, STARTS);
}

static Spread
measure_events (const gchar *function)
{
  g_autofree gdouble *values = g_new (gdouble, EVENTS);
  g_autoptr (AncSandbox) sandbox = make_sandbox (function);

  for (guint i = 0; i < EVENTS; i++) {
    g_autoptr (AncInvocation) invocation = invoke (sandbox);

    values[i] = (gdouble) (invocation->done - invocation->handed) / 1000;
  }
  return spread (values, EVENTS);
}

static void
show (const gchar *what, Spread figures, gdouble limit)
{
  printf ("%-28s min %7.3f  median %7.3f  99 %% %7.3f ms   (limit %g)\n", what,
          figures.least, figures.median, figures.p99, limit);
}

static void
write_json (const gchar *path, Spread starts, Spread events)
{
  FILE *file = fopen (path, "we");

  if (file == NULL)
    g_error ("%s cannot be written", path);
  fprintf (file,
           "{\"start-ms\": {\"min\": %f, \"median\": %f, \"p99\": %f},\n"
           " \"event-ms\": {\"min\": %f, \"median\": %f, \"p99\": %f}}\n",
           starts.least, starts.median, starts.p99, events.least, events.median,
           events.p99);
  fclose (file);
}

int
main (int argc, char **argv)
{
  Spread starts, events;

  if (argc != 2 && !(argc == 4 && g_str_equal (argv[2], "--json"))) {
    fprintf (stderr, "Usage: lambda-bench FUNCTION [--json FILE]\n");
    return 2;
  }
  starts = measure_starts (argv[1]);
  show ("from exec to the first next", starts, START_LIMIT_MS);
  events = measure_events (argv[1]);
  show ("the runtime's part of an event", events, EVENT_LIMIT_MS);
  if (argc == 4)
    write_json (argv[3], starts, events);
  return 0;
}
