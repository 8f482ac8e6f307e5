/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Time and chance, injected so that tests neither wait nor guess. Called from
 * several threads at once. */
typedef struct {
  /* Microseconds since 1970-01-01 UTC, as g_get_real_time (). */
  gint64 (*now) (gpointer data);
  /* Waits; FALSE with G_IO_ERROR_CANCELLED as soon as it is cancelled. */
  gboolean (*sleep) (gpointer data, gint64 microseconds,
                     GCancellable *cancellable, GError **error);
  /* A number in [0, 1): the jitter of waits. */
  gdouble (*random) (gpointer data);
  gpointer data;
} AncAwsClock;

/* The machine's clock. */
const AncAwsClock *anc_aws_clock_system (void);
