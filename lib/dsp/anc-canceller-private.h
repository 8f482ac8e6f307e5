/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-canceller.h"
#include "anc-filter-private.h"

/* The filter inside: for tests and benchmarks that name the kernels to use. */
AncFilter *anc_canceller_filter (AncCanceller *self);
