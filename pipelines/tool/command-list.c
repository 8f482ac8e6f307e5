/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc list: the pipelines that can be found by name. */
#include "anc-command.h"
#include "anc-search-path.h"

static JsonNode *
to_json (GPtrArray *files)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_array (json);
  for (guint i = 0; i < files->len; i++) {
    const AncPipelineFile *file = files->pdata[i];

    json_builder_begin_object (json);
    json_builder_set_member_name (json, "name");
    json_builder_add_string_value (json, file->name);
    json_builder_set_member_name (json, "version");
    json_builder_add_string_value (json, file->version);
    json_builder_set_member_name (json, "description");
    json_builder_add_string_value (json, file->description);
    json_builder_set_member_name (json, "file");
    json_builder_add_string_value (json, file->file);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
  return json_builder_get_root (json);
}

static void
print (GPtrArray *files, gboolean names)
{
  for (guint i = 0; i < files->len; i++) {
    const AncPipelineFile *file = files->pdata[i];

    if (names)
      g_print ("%s\n", file->name);
    else
      g_print ("%-16s %s\n", file->name, file->description);
  }
}

/* A broken file is reported and does not hide the others. */
static int
load_all (GPtrArray *files)
{
  g_auto (GStrv) directories = anc_command_search_path ();
  g_auto (GStrv) names
      = anc_search_path_list ((const gchar *const *) directories);
  int code = ANC_EXIT_OK;

  for (guint i = 0; names[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    AncPipelineFile *file = anc_command_load (names[i], &error);

    if (file != NULL)
      g_ptr_array_add (files, file);
    else
      code = anc_command_fail ("list", error);
  }
  return code;
}

int
anc_command_list (int argc, char **argv)
{
  gboolean json = FALSE, only_names = FALSE;
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[]
      = { { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print a JSON array",
            NULL },
          { "names", 0, 0, G_OPTION_ARG_NONE, &only_names,
            "Print only the names", NULL },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, NULL,
            NULL },
          { NULL } };
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (
      (GDestroyNotify) anc_pipeline_file_unref);
  g_autoptr (GError) error = NULL;
  int code;

  if (!anc_command_parse ("list", NULL,
                          "Shows the pipelines in ANC_PIPELINE_PATH, in the "
                          "data directories of the user\nand of the system, "
                          "and those that come with this program.",
                          NULL, entries, argc, argv, &error)
      || !anc_command_check_words (words, 0, 0, "options", &error))
    return anc_command_fail ("list", error);
  code = load_all (files);
  if (json) {
    g_autoptr (JsonNode) node = to_json (files);

    anc_command_print_json (node);
  } else {
    print (files, only_names);
  }
  return code;
}
