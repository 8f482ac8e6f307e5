/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Is there something to read? FALSE with one sentence: ANC_ERROR_PARAMETER
 * if the name is wrong, ANC_ERROR_RUN if the file is empty. */
gboolean anc_input_file_check (const gchar *parameter, const gchar *path,
                               GError **error);

/* Does a WAV, Ogg or MP3 file end before its own structure says? FALSE for
 * anything else: there, durations tell. */
gboolean anc_input_file_is_cut (const gchar *path);
