/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Is there something to read? FALSE with one sentence: ANC_ERROR_PARAMETER
 * if the name is wrong, ANC_ERROR_RUN if nothing in the file can be
 * decoded. `parameter` is for messages, or NULL. */
gboolean anc_input_file_check (const gchar *parameter, const gchar *path,
                               GError **error);

/* Does a WAV, Ogg or MP3 file end before its own structure says? FALSE for
 * anything else: there, durations tell. */
gboolean anc_input_file_is_cut (const gchar *path);

/* Is it a WAV file that has all the sound its header tells of? */
gboolean anc_input_file_is_whole_wav (const gchar *path);

/* Does an m4a or mp4 file end before the index of its samples? decodebin of
 * GStreamer 1.22 sometimes waits for ever on such a file. */
gboolean anc_input_file_lacks_index (const gchar *path);
