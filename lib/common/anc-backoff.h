/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Exponential backoff with full jitter: before try n + 1 a client waits a
 * random time between 0 and min (longest, first * 2^n), so that many clients
 * that lost the same server do not come back at the same moment.
 * AWS Architecture Blog, "Exponential Backoff And Jitter". */
typedef struct {
  guint first_ms;   /* bound of the first wait, 1 or more */
  guint longest_ms; /* bound of all waits */
  guint tries;      /* waits since the last success; 0 at the start */
} AncBackoff;

/* The bound of wait `tries`, in milliseconds. */
guint anc_backoff_bound (const AncBackoff *self);

/* The next wait in milliseconds, and counts it. */
guint anc_backoff_next (AncBackoff *self);

void anc_backoff_reset (AncBackoff *self);
