/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Is there something to read? FALSE with one sentence: ANC_ERROR_PARAMETER
 * if the name is wrong, ANC_ERROR_RUN if the file is empty. */
gboolean anc_input_file_check (const gchar *parameter, const gchar *path,
                               GError **error);

/* For a RIFF/WAVE file whose header promises more data than there is: how
 * many bytes are missing; 0 for anything else. */
guint64 anc_input_file_missing (const gchar *path);
