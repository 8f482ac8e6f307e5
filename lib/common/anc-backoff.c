/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-backoff.h"

guint
anc_backoff_bound (const AncBackoff *self)
{
  guint64 bound = (guint64) self->first_ms << MIN (self->tries, 31);

  return (guint) MIN (bound, self->longest_ms);
}

guint
anc_backoff_next (AncBackoff *self)
{
  guint bound = anc_backoff_bound (self);

  if (self->tries < G_MAXUINT)
    self->tries++;
  return (guint) (g_random_double () * bound);
}

void
anc_backoff_reset (AncBackoff *self)
{
  self->tries = 0;
}
