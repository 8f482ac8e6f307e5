/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where config files are looked for, in this order: a path as it stands,
 * ANC_PIPELINE_PATH, the user's data directory, the system's, the place this
 * was installed to, the tree it was built in. */
#pragma once

#include <glib.h>

/* `program_dir`: the folder of the running program, by which an installation
 * that was moved, and a build tree, find their own presets; or NULL. */
GStrv anc_search_path_new (const gchar *program_dir);

/* The file for NAME, PATH or PATH.json; NULL with ANC_ERROR_PARAMETER and a
 * suggestion. */
gchar *anc_search_path_find (const gchar *const *directories, const gchar *name,
                             GError **error);

/* The names of all files that can be found, sorted. */
GStrv anc_search_path_list (const gchar *const *directories);
