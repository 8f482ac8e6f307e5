/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What to install when an element is missing. */
#pragma once

#include <glib.h>

/* The Debian package of an element; NULL if it is not one we know, or is here,
 * so that it is the name that is wrong. */
const gchar *anc_packages_for_element (const gchar *factory);
