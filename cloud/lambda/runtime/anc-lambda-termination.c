/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-termination.h"

#include "anc-lambda-error.h"
#include "anc-lambda-write.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define NAME "anc-lambda-runtime"
#define NAME_FIELD "Lambda-Extension-Name: " NAME "\r\n"
#define IDENTIFIER_FIELD "\r\nLambda-Extension-Identifier:"
#define REGISTER_MS 2000
/* Of the 500 that Lambda gives. */
#define SHUTDOWN_MS 300

typedef struct {
  AncLambdaLog *log;
  void (*shutdown) (gpointer data);
  gpointer data;
  GMutex lock;
  GCond changed;
  gboolean done; /* under the lock */
} Termination;

static gpointer
run_shutdown (gpointer data)
{
  Termination *self = data;

  self->shutdown (self->data);
  g_mutex_lock (&self->lock);
  self->done = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

static void
shut_down (Termination *self)
{
  gint64 begun = g_get_monotonic_time ();
  gint64 end = begun + SHUTDOWN_MS * G_TIME_SPAN_MILLISECOND;
  gboolean done;

  g_thread_unref (g_thread_new ("anc-shutdown", run_shutdown, self));
  g_mutex_lock (&self->lock);
  while (!self->done && g_cond_wait_until (&self->changed, &self->lock, end))
    ;
  done = self->done;
  g_mutex_unlock (&self->lock);
  anc_lambda_log_printf (self->log,
                         done ? ANC_LAMBDA_LEVEL_INFO : ANC_LAMBDA_LEVEL_WARN,
                         "Shutdown %s after %d ms.", done ? "done" : "given up",
                         (int) ((g_get_monotonic_time () - begun) / 1000));
}

static gpointer
wait_for_signal (gpointer data)
{
  Termination *self = data;
  sigset_t set;
  int number;

  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  while (sigwait (&set, &number) != 0)
    ;
  anc_lambda_log_write (self->log, ANC_LAMBDA_LEVEL_INFO, NULL,
                        "SIGTERM: shutting down.");
  if (self->shutdown != NULL)
    shut_down (self);
  /* Not exit (): other threads are at work. */
  _exit (0);
}

/* What the answer's head says; NULL: nothing. */
static gchar *
identifier_in (const gchar *answer)
{
  gsize length = strlen (IDENTIFIER_FIELD);

  for (; *answer != '\0'; answer++) {
    if (g_ascii_strncasecmp (answer, IDENTIFIER_FIELD, length) == 0) {
      answer += length;
      return g_strstrip (g_strndup (answer, strcspn (answer, "\r\n")));
    }
  }
  return NULL;
}

/* That never gets an answer: the socket stays open, and nobody looks. */
static void
ask_for_event (const AncLambdaWire *wire, const gchar *identifier)
{
  g_autofree gchar *request = g_strdup_printf (
      "GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: %s\r\n"
      "Lambda-Extension-Identifier: %s\r\n\r\n",
      wire->host, identifier);
  int fd = anc_lambda_wire_connect (wire);

  if (fd >= 0)
    anc_lambda_write_all (fd, request, strlen (request));
}

static guint
register_once (const AncLambdaWire *wire,
               gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX])
{
  return anc_lambda_wire_post (wire, "/2020-01-01/extension/register",
                               NAME_FIELD, "{\"events\":[]}", REGISTER_MS,
                               answer);
}

static gboolean
become_extension (const AncLambdaWire *wire, AncLambdaLog *log, GError **error)
{
  gchar answer[ANC_LAMBDA_WIRE_ANSWER_MAX];
  guint status = register_once (wire, answer);
  g_autofree gchar *identifier = NULL;

  /* The first answer was lost. If it was a good one, this one is a refusal, and
   * Lambda waits for an extension whose identifier nobody has. */
  if (status == 0 && (status = register_once (wire, answer)) == 403) {
    g_set_error_literal (error, ANC_LAMBDA_ERROR, ANC_LAMBDA_ERROR_CONNECTION,
                         "The answer to the registration as an extension was "
                         "lost; only a new process can try again");
    return FALSE;
  }
  identifier = status == 200 ? identifier_in (answer) : NULL;
  if (identifier != NULL)
    ask_for_event (wire, identifier);
  else
    anc_lambda_log_printf (log, ANC_LAMBDA_LEVEL_WARN,
                           "No extension could be registered (status %u): "
                           "this process will end without a SIGTERM before.",
                           status);
  return TRUE;
}

gboolean
anc_lambda_termination_install (const AncLambdaWire *wire, AncLambdaLog *log,
                                void (*shutdown) (gpointer data), gpointer data,
                                GError **error)
{
  Termination *self = g_new0 (Termination, 1);
  sigset_t set;

  self->log = log;
  self->shutdown = shutdown;
  self->data = data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  g_thread_unref (g_thread_new ("anc-termination", wait_for_signal, self));
  return become_extension (wire, log, error);
}
