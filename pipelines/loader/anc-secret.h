/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values that are not to be seen, taken out of text that others wrote:
 * messages of GStreamer, its debug text, its drawings. */
#pragma once

#include <glib.h>

/* `text` with `shown` wherever `secret` stands as a word of its own, plain or
 * in the escapes of GStreamer. With `file` it is a path, and its parts are
 * kept secret too. */
gchar *anc_secret_mask (const gchar *text, const gchar *secret, gboolean file,
                        const gchar *shown);
