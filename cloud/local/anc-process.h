/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* The process of a function. What it writes goes on to standard error, unless
 * `quiet`, and its end is kept for the caller who asks for the log. */
typedef struct _AncProcess AncProcess;

/* `environment`: NAME=VALUE beside the own environment. `ended` is called once,
 * from a thread. */
AncProcess *anc_process_new (const gchar *const *command,
                             const gchar *const *environment, gboolean quiet,
                             void (*ended) (gpointer data), gpointer data,
                             GError **error);
/* SIGTERM and up to `grace_ms` if that is not 0, then SIGKILL; waits. */
void anc_process_stop (AncProcess *self, guint grace_ms);
/* Stops it at once if it still runs. */
void anc_process_free (AncProcess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncProcess, anc_process_free)

GPid anc_process_pid (AncProcess *self);
/* "exit status 1", "signal: segmentation fault"; waits until it has ended. Free
 * with g_free (). */
gchar *anc_process_describe_end (AncProcess *self);
/* The last 4 KiB since the last call. Free with g_free (). */
gchar *anc_process_take_log (AncProcess *self);
