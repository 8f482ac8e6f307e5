/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-history.h"

#include "anc-filter.h"
#include "anc-memory.h"

#include <string.h>

int
anc_history_init (AncHistory *self, unsigned n_lines, size_t keep, size_t room)
{
  size_t past = keep > room ? keep : room;

  self->n_lines = n_lines;
  self->keep = keep;
  self->room = room;
  /* 16 more floats keep lines of a power of two from sharing cache sets. */
  self->stride = (keep + past + room + 15) / 16 * 16 + 16;
  self->lines = anc_memory_floats (self->stride * n_lines);
  self->end = keep;
  return self->lines != NULL ? ANC_OK : ANC_ERROR_MEMORY;
}

void
anc_history_clear (AncHistory *self)
{
  anc_memory_free (self->lines);
  self->lines = NULL;
}

void
anc_history_reset (AncHistory *self)
{
  memset (self->lines, 0, self->stride * self->n_lines * sizeof (float));
  self->end = self->keep;
}

void
anc_history_append (AncHistory *self, size_t n)
{
  unsigned i;

  if (self->end + n > self->stride) {
    for (i = 0; i < self->n_lines; i++) {
      float *line = self->lines + i * self->stride;

      memmove (line, line + self->end - self->keep,
               self->keep * sizeof (float));
    }
    self->end = self->keep;
  }
  self->end += n;
}
