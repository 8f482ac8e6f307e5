/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* write () until all is out; FALSE: it cannot be written. Safe in a signal
 * handler. */
gboolean anc_lambda_write_all (int fd, gconstpointer data, gsize size);
