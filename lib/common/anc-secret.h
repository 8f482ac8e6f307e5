/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Overwrites a string before it is freed, so that no later owner of the memory
 * and no core file finds it. NULL is fine. */
void anc_secret_free (gchar *secret);

/* Puts a copy of `value` in the place of a secret. */
void anc_secret_replace (gchar **secret, const gchar *value);
