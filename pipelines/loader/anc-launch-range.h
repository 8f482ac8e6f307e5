/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What the parser of GStreamer would leave unset, with nothing but a warning
 * for programmers: a sentence if "FACTORY PROPERTY=NUMBER" is out of the range
 * of the property, else NULL. */
gchar *anc_launch_out_of_range (const gchar *setting);
