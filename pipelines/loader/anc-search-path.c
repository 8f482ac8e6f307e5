/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "anc-search-path.h"

#include "anc-error.h"

#include <string.h>

#define SUFFIX ".json"

static void
add_environment (GStrvBuilder *builder)
{
  const gchar *path = g_getenv ("ANC_PIPELINE_PATH");
  g_auto (GStrv) parts = NULL;

  if (path == NULL)
    return;
  parts = g_strsplit (path, G_SEARCHPATH_SEPARATOR_S, -1);
  for (guint i = 0; parts[i] != NULL; i++) {
    if (*parts[i] != '\0')
      g_strv_builder_add (builder, parts[i]);
  }
}

static void
add_data_dir (GStrvBuilder *builder, const gchar *data_dir)
{
  g_autofree gchar *directory
      = g_build_filename (data_dir, PACKAGE, "pipelines", NULL);

  g_strv_builder_add (builder, directory);
}

static void
add_relative (GStrvBuilder *builder, const gchar *program_dir)
{
  static const gchar *const places[]
      = { "../share/" PACKAGE "/pipelines", "../presets" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autofree gchar *directory
        = g_build_filename (program_dir, places[i], NULL);

    g_strv_builder_add (builder, directory);
  }
}

GStrv
anc_search_path_new (const gchar *program_dir)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const gchar *const *system = g_get_system_data_dirs ();

  add_environment (builder);
  add_data_dir (builder, g_get_user_data_dir ());
  for (guint i = 0; system[i] != NULL; i++)
    add_data_dir (builder, system[i]);
  g_strv_builder_add (builder, ANC_DATADIR "/pipelines");
  if (program_dir != NULL)
    add_relative (builder, program_dir);
  return g_strv_builder_end (builder);
}

/* Not under the name that was given, but nearly. */
static gchar *
find_remedy (const gchar *const *directories, const gchar *name)
{
  g_auto (GStrv) names = anc_search_path_list (directories);
  g_autofree gchar *leaf = g_strconcat (name, SUFFIX, NULL);
  g_autofree gchar *suggestion = NULL;

  if (strchr (name, '=') != NULL)
    return g_strdup (", the name comes before the parameters");
  if (g_file_test (leaf, G_FILE_TEST_IS_REGULAR))
    return g_strdup_printf (", write %s for the file", leaf);
  suggestion = anc_error_suggestion (name, (const gchar *const *) names);
  return g_steal_pointer (&suggestion);
}

static void
not_found (const gchar *const *directories, const gchar *name, GError **error)
{
  g_autofree gchar *remedy = find_remedy (directories, name);

  if (strchr (name, G_DIR_SEPARATOR) != NULL
      && g_file_test (name, G_FILE_TEST_EXISTS))
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s is %s; name a config file", name,
                 g_file_test (name, G_FILE_TEST_IS_DIR) ? "a directory"
                                                        : "no regular file");
  else if (strchr (name, G_DIR_SEPARATOR) != NULL
           || g_str_has_suffix (name, SUFFIX))
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "there is no config file %s", name);
  else
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "there is no pipeline called %s%s; 'anc list' shows what "
                 "there is",
                 name, remedy);
}

gchar *
anc_search_path_find (const gchar *const *directories, const gchar *name,
                      GError **error)
{
  g_autofree gchar *leaf = g_strconcat (name, SUFFIX, NULL);

  if (strchr (name, G_DIR_SEPARATOR) != NULL
      || g_str_has_suffix (name, SUFFIX)) {
    if (g_file_test (name, G_FILE_TEST_IS_REGULAR))
      return g_strdup (name);
    if (g_file_test (leaf, G_FILE_TEST_IS_REGULAR))
      return g_steal_pointer (&leaf);
  } else {
    for (guint i = 0; directories[i] != NULL; i++) {
      g_autofree gchar *file = g_build_filename (directories[i], leaf, NULL);

      if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
        return g_canonicalize_filename (file, NULL);
    }
  }
  not_found (directories, name, error);
  return NULL;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

GStrv
anc_search_path_list (const gchar *const *directories)
{
  g_autoptr (GHashTable) names
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n;
  gchar **sorted;

  for (; *directories != NULL; directories++) {
    g_autoptr (GDir) dir = g_dir_open (*directories, 0, NULL);
    const gchar *leaf;

    while (dir != NULL && (leaf = g_dir_read_name (dir)) != NULL) {
      if (g_str_has_suffix (leaf, SUFFIX) && *leaf != '.')
        g_hash_table_add (names,
                          g_strndup (leaf, strlen (leaf) - strlen (SUFFIX)));
    }
  }
  sorted = (gchar **) g_hash_table_get_keys_as_array (names, &n);
  g_hash_table_steal_all (names);
  qsort (sorted, n, sizeof *sorted, compare_names);
  return sorted;
}
