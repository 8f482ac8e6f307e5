/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-sandbox.h"

/* Of a process, in bytes; 0: it is gone. */
gsize memory_resident (GPid pid);

/* One event through, which is to come back well unless `fails`; the caller frees
 * it. */
AncInvocation *memory_invoke (AncSandbox *sandbox, const gchar *event,
                              gboolean fails);
