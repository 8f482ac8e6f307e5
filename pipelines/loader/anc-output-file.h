/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A file that appears under its name only when it is whole: until then it is
 * written beside its target, under a temporary name. What a run that was killed
 * left goes with the next that writes the same file. */
#pragma once

#include <glib.h>

typedef struct _AncOutputFile AncOutputFile;

/* `parameter` is for messages. NULL with ANC_ERROR_PARAMETER if it exists
 * already, if its directory does not, or if it may not be written. */
AncOutputFile *anc_output_file_new (const gchar *parameter, const gchar *path,
                                    gboolean overwrite, GError **error);
/* Removes the temporary file unless it was committed. */
void anc_output_file_free (AncOutputFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncOutputFile, anc_output_file_free)

const gchar *anc_output_file_get_parameter (const AncOutputFile *self);
/* Where to write. */
const gchar *anc_output_file_get_path (const AncOutputFile *self);

/* Flushes it to the disk and gives it its name. */
gboolean anc_output_file_commit (AncOutputFile *self, GError **error);

/* Do two paths lead to the same existing file? */
gboolean anc_output_file_is_same (const gchar *a, const gchar *b);
