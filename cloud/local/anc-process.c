/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-process.h"

#include <gio/gunixinputstream.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LOG_MAX 4096
#define PIECE 4096

struct _AncProcess {
  GSubprocess *child;
  GPid pid;
  gboolean quiet;
  int out; /* the child's, of which we read */
  GCancellable *enough;
  GThread *reader;
  GThread *waiter;
  void (*ended) (gpointer data);
  gpointer data;
  GMutex lock; /* for all below */
  GCond changed;
  gboolean has_ended;
  GString *log;
};

/* What is in the pipe, now; with the lock held. */
static void
drain (AncProcess *self)
{
  gchar piece[PIECE];
  int waiting;

  while (ioctl (self->out, FIONREAD, &waiting) == 0 && waiting > 0) {
    gssize got = read (self->out, piece, MIN ((gsize) waiting, PIECE));

    if (got <= 0)
      return;
    g_string_append_len (self->log, piece, got);
    /* Nobody to tell. */
    if (!self->quiet && write (STDERR_FILENO, piece, (gsize) got) < 0)
      continue;
  }
  if (self->log->len > LOG_MAX)
    g_string_erase (self->log, 0, (gssize) (self->log->len - LOG_MAX));
}

/* Until the other end is closed, or longer held by a child's child than that is
 * worth waiting for. */
static gpointer
read_log (gpointer data)
{
  AncProcess *self = data;
  GPollFD fds[2] = { { .fd = self->out, .events = G_IO_IN } };

  g_cancellable_make_pollfd (self->enough, &fds[1]);
  do {
    g_poll (fds, 2, -1);
    g_mutex_lock (&self->lock);
    drain (self);
    g_mutex_unlock (&self->lock);
  } while ((fds[0].revents & G_IO_HUP) == 0 && fds[1].revents == 0);
  g_cancellable_release_fd (self->enough);
  return NULL;
}

static gpointer
wait_for_end (gpointer data)
{
  AncProcess *self = data;

  g_subprocess_wait (self->child, NULL, NULL);
  g_mutex_lock (&self->lock);
  self->has_ended = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  self->ended (self->data);
  return NULL;
}

AncProcess *
anc_process_new (const gchar *const *command, const gchar *const *environment,
                 gboolean quiet, void (*ended) (gpointer data), gpointer data,
                 GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  GSubprocess *child;
  AncProcess *self;

  for (; *environment != NULL; environment++) {
    g_auto (GStrv) pair = g_strsplit (*environment, "=", 2);

    g_subprocess_launcher_setenv (launcher, pair[0], pair[1], TRUE);
  }
  child = g_subprocess_launcher_spawnv (launcher, command, error);
  if (child == NULL)
    return NULL;
  self = g_new0 (AncProcess, 1);
  self->child = child;
  self->pid = atoi (g_subprocess_get_identifier (child));
  self->out = g_unix_input_stream_get_fd (
      G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (child)));
  self->enough = g_cancellable_new ();
  self->quiet = quiet;
  self->ended = ended;
  self->data = data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->log = g_string_new (NULL);
  self->reader = g_thread_new ("function-log", read_log, self);
  self->waiter = g_thread_new ("function-end", wait_for_end, self);
  return self;
}

/* FALSE: not within that time. */
static gboolean
wait_ended (AncProcess *self, gint64 end)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  while (!self->has_ended
         && g_cond_wait_until (&self->changed, &self->lock, end))
    ;
  ended = self->has_ended;
  g_mutex_unlock (&self->lock);
  return ended;
}

void
anc_process_stop (AncProcess *self, guint grace_ms)
{
  gint64 end
      = g_get_monotonic_time () + grace_ms * (gint64) G_TIME_SPAN_MILLISECOND;

  if (grace_ms > 0) {
    g_subprocess_send_signal (self->child, SIGTERM);
    if (wait_ended (self, end))
      return;
  }
  g_subprocess_force_exit (self->child);
  wait_ended (self, G_MAXINT64);
}

void
anc_process_free (AncProcess *self)
{
  if (self == NULL)
    return;
  anc_process_stop (self, 0);
  g_thread_join (self->waiter);
  g_cancellable_cancel (self->enough);
  g_thread_join (self->reader);
  g_object_unref (self->enough);
  g_object_unref (self->child);
  g_string_free (self->log, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

GPid
anc_process_pid (AncProcess *self)
{
  return self->pid;
}

gchar *
anc_process_describe_end (AncProcess *self)
{
  wait_ended (self, G_MAXINT64);
  if (g_subprocess_get_if_signaled (self->child))
    return g_strdup_printf (
        "signal: %s", g_strsignal (g_subprocess_get_term_sig (self->child)));
  return g_strdup_printf ("exit status %d",
                          g_subprocess_get_exit_status (self->child));
}

gchar *
anc_process_take_log (AncProcess *self)
{
  gchar *log;

  g_mutex_lock (&self->lock);
  drain (self);
  log = g_utf8_make_valid (self->log->str, (gssize) self->log->len);
  g_string_truncate (self->log, 0);
  g_mutex_unlock (&self->lock);
  return log;
}
