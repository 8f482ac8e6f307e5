/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Watches the time of one event at a time, from a thread of its own. Lambda ends
 * a process at the deadline without a word to the caller of what it was at; the
 * guard comes first: it asks to stop, and when that does not help, has it
 * reported. While nothing is armed it sleeps, and a frozen process does not see
 * time pass. */
typedef struct _AncLambdaGuard AncLambdaGuard;

/* `expired` is called in the guard's thread, with `data`; the event is the
 * guard's from then on. */
AncLambdaGuard *anc_lambda_guard_new (void (*expired) (gpointer data),
                                      gpointer data);
/* Not while it is armed. */
void anc_lambda_guard_free (AncLambdaGuard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncLambdaGuard, anc_lambda_guard_free)

/* `deadline` in microseconds since 1970; G_MAXINT64: nothing to watch. */
void anc_lambda_guard_arm (AncLambdaGuard *self, gint64 deadline,
                           GCancellable *cancellable);
/* FALSE: too late, it has expired, and the answer is not the caller's to give. */
gboolean anc_lambda_guard_disarm (AncLambdaGuard *self);
