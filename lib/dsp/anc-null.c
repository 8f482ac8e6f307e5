/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* No filter at all: the output is the primary. The baseline that every other
 * class is measured against, in tests and in benchmarks. */

#include "anc-filter-private.h"

const AncFilterClass anc_null_class = {
  .name = "null",
  .instance_size = sizeof (AncFilter),
  .defaults = { .forgetting_factor = 1.0, .guard = true },
  .lines_per_reference = 1,
};
