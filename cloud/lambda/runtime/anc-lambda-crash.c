/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-crash.h"

#include "anc-lambda-fault.h"
#include "anc-lambda-write.h"

#include <execinfo.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define REPORT_MAX 2048
/* For the report and the trace; whatever hangs dies by SIGALRM. */
#define PATIENCE_SECONDS 2
#define ANSWER_MS 1000
#define FRAMES_MAX 64
#define STACK_SIZE 65536

/* The end of the report, and of the line in the log. All are of one length, so
 * that the report's is known. */
static const struct {
  int number;
  const gchar *end;
} signals[] = {
  { SIGSEGV, "SIGSEGV\"}" }, { SIGABRT, "SIGABRT\"}" },
  { SIGBUS, "SIGBUS\" }" },  { SIGFPE, "SIGFPE\" }" },
  { SIGILL, "SIGILL\" }" },
};
#define END_LENGTH 9

typedef struct {
  gchar report[REPORT_MAX]; /* without its end; "": nowhere */
  gchar line[REPORT_MAX];   /* of the log, without its end */
} Aim;

static struct {
  const AncLambdaWire *wire;
  Aim aims[2];
  volatile gint aim;      /* which one counts, while the other is written */
  volatile gint crashing; /* the thread that is first reports */
  gchar stack[STACK_SIZE];
} crash;

static void
report (const gchar *end)
{
  gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX];
  const Aim *aim = &crash.aims[g_atomic_int_get (&crash.aim)];
  int fd;

  anc_lambda_write_all (STDERR_FILENO, aim->line, strlen (aim->line));
  anc_lambda_write_all (STDERR_FILENO, end, END_LENGTH);
  anc_lambda_write_all (STDERR_FILENO, "\n", 1);
  if (aim->report[0] == '\0')
    return;
  fd = anc_lambda_wire_connect (crash.wire);
  if (fd >= 0 && anc_lambda_write_all (fd, aim->report, strlen (aim->report))
      && anc_lambda_write_all (fd, end, END_LENGTH))
    anc_lambda_wire_read_answer (fd, ANSWER_MS, answer);
}

static void
on_crash (int number)
{
  void *frames[FRAMES_MAX];
  const gchar *end = signals[0].end;

  /* Another thread is at it, and ends us all. */
  if (!g_atomic_int_compare_and_exchange (&crash.crashing, FALSE, TRUE)) {
    for (;;)
      pause ();
  }
  signal (SIGALRM, SIG_DFL);
  alarm (PATIENCE_SECONDS);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++) {
    if (signals[i].number == number)
      end = signals[i].end;
  }
  report (end);
  backtrace_symbols_fd (frames, backtrace (frames, FRAMES_MAX), STDERR_FILENO);
  /* Delivered when this returns. */
  signal (number, SIG_DFL);
  raise (number);
}

void
anc_lambda_crash_install (const AncLambdaWire *wire)
{
  struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK };
  stack_t stack = { .ss_sp = crash.stack, .ss_size = STACK_SIZE };
  void *frame;

  crash.wire = wire;
  anc_lambda_crash_aim ("");
  /* The first call loads a library. */
  backtrace (&frame, 1);
  /* A stack that has overflowed is no place to report from. */
  sigaltstack (&stack, NULL);
  sigfillset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sigaction (signals[i].number, &action, NULL);
}

static void
fill (Aim *aim, const gchar *path, const gchar *request_id)
{
  static const gchar body[]
      = "{\"errorType\":\"Runtime.Crashed\",\"stackTrace\":[],"
        "\"errorMessage\":\"The function crashed: ";
  static const gchar cause[]
      = "{\"working_directory\":\"\",\"paths\":[],\"exceptions\":[{\"type\":"
        "\"Runtime.Crashed\",\"message\":\"The function crashed\","
        "\"stack\":[]}]}";

  g_snprintf (aim->line, REPORT_MAX,
              "{\"level\":\"FATAL\",\"request_id\":\"%s\","
              "\"message\":\"The function crashed: ",
              request_id);
  if (path == NULL)
    aim->report[0] = '\0';
  else
    g_snprintf (aim->report, REPORT_MAX,
                "POST %s HTTP/1.1\r\nHost: %s\r\n"
                "Content-Type: application/json\r\n"
                "Content-Length: %d\r\n"
                "Connection: close\r\n" ANC_LAMBDA_ERROR_TYPE_FIELD
                ": Runtime.Crashed\r\n" ANC_LAMBDA_CAUSE_FIELD ": %s\r\n\r\n%s",
                path, crash.wire->host, (int) sizeof body - 1 + END_LENGTH,
                cause, body);
}

void
anc_lambda_crash_aim (const gchar *request_id)
{
  gint next = 1 - g_atomic_int_get (&crash.aim);
  gchar path[256];

  if (request_id == NULL)
    fill (&crash.aims[next], NULL, "");
  else if (*request_id == '\0')
    fill (&crash.aims[next], "/2018-06-01/runtime/init/error", "");
  else {
    g_snprintf (path, sizeof path, "/2018-06-01/runtime/invocation/%s/error",
                request_id);
    fill (&crash.aims[next], path, request_id);
  }
  g_atomic_int_set (&crash.aim, next);
}
