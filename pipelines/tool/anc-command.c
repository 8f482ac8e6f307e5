/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-command.h"

#include "anc-error.h"
#include "anc-search-path.h"

#include <gst/gst.h>

int
anc_exit_code (const GError *error)
{
  if (g_error_matches (error, ANC_ERROR, ANC_ERROR_PARAMETER))
    return ANC_EXIT_USAGE;
  if (g_error_matches (error, ANC_ERROR, ANC_ERROR_CONFIG))
    return ANC_EXIT_CONFIG;
  return ANC_EXIT_FAILED;
}

int
anc_command_fail (const gchar *command, const GError *error)
{
  g_printerr ("anc %s: %s\n", command, error->message);
  return anc_exit_code (error);
}

void
anc_command_print_warning (const gchar *command, const gchar *sentence)
{
  g_printerr ("anc %s: warning: %s\n", command, sentence);
}

void
anc_command_print_warnings (const gchar *command, const AncResult *result)
{
  for (guint i = 0; i < result->warnings->len; i++)
    anc_command_print_warning (command, result->warnings->pdata[i]);
}

gboolean
anc_command_parse (const gchar *command, const gchar *synopsis,
                   const gchar *summary, const gchar *description,
                   const GOptionEntry *entries, int argc, char **argv,
                   GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (synopsis);
  g_autofree gchar *name = g_strconcat ("anc ", command, NULL);
  g_autoptr (GError) cause = NULL;

  g_set_prgname (name);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &cause))
    return TRUE;
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s (see %s --help)",
               cause->message, name);
  return FALSE;
}

gboolean
anc_command_wants_json (int argc, char **argv)
{
  for (int i = 1; i < argc && !g_str_equal (argv[i], "--"); i++) {
    if (g_str_equal (argv[i], "--json"))
      return TRUE;
  }
  return FALSE;
}

gboolean
anc_command_check_words (gchar **words, guint least, guint most,
                         const gchar *what, GError **error)
{
  guint n = words != NULL ? g_strv_length (words) : 0;

  if (n >= least && n <= most)
    return TRUE;
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s %s (see %s --help)",
               n < least ? "it needs" : "it takes no more than", what,
               g_get_prgname ());
  return FALSE;
}

static gchar *
program_dir (void)
{
  g_autofree gchar *program = g_file_read_link ("/proc/self/exe", NULL);

  return program != NULL ? g_path_get_dirname (program) : NULL;
}

/* <build>/pipelines/tool/anc and <build>/plugins, or <prefix>/bin/anc and
 * <prefix>/lib. */
static void
scan_own_plugins (void)
{
  static const gchar *const places[]
      = { "../../plugins/anc", "../" ANC_PLUGINS_DIR };
  g_autofree gchar *directory = program_dir ();

  for (guint i = 0; directory != NULL && i < G_N_ELEMENTS (places); i++) {
    g_autofree gchar *place = g_build_filename (directory, places[i], NULL);
    g_autofree gchar *module = g_build_filename (place, "libgstanc.so", NULL);

    if (g_file_test (module, G_FILE_TEST_EXISTS)) {
      gst_registry_scan_path (gst_registry_get (), place);
      return;
    }
  }
}

void
anc_command_start_gstreamer (void)
{
  g_autoptr (GstPluginFeature) feature = NULL;

  gst_init (NULL, NULL);
  feature = gst_registry_lookup_feature (gst_registry_get (), "ancnlms");
  if (feature == NULL)
    scan_own_plugins ();
}

GStrv
anc_command_search_path (void)
{
  g_autofree gchar *directory = program_dir ();

  return anc_search_path_new (directory);
}

gchar *
anc_command_find (const gchar *name, GError **error)
{
  g_auto (GStrv) directories = anc_command_search_path ();

  return anc_search_path_find ((const gchar *const *) directories, name, error);
}

AncPipelineFile *
anc_command_load (const gchar *name, GError **error)
{
  g_autofree gchar *file = anc_command_find (name, error);

  return file != NULL ? anc_pipeline_file_load (file, error) : NULL;
}

void
anc_command_print_json (JsonNode *node)
{
  g_autofree gchar *text = json_to_string (node, TRUE);
  /* A file's name may be any bytes; JSON is UTF-8. */
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);

  g_print ("%s\n", valid);
}

gchar *
anc_command_describe_fall (gdouble fall_db)
{
  if (ABS (fall_db) < 0.05)
    return g_strdup ("as before");
  return g_strdup_printf ("%.1f dB %s", ABS (fall_db),
                          fall_db < 0 ? "higher" : "lower");
}
