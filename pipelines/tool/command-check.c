/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc check: everything that can be found wrong without running. */
#include "anc-builder.h"
#include "anc-command.h"

static int
check (const gchar *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AncPipelineFile) file = anc_command_load (name, &error);
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
  gboolean partial;

  if (file == NULL || !anc_builder_check (file, missing, &partial, &error))
    return anc_command_fail ("check", error);
  g_print ("%s: no mistakes%s\n", name,
           partial ? "; of very many combinations, each value was tried once"
                   : "");
  for (guint i = 0; i < missing->len; i++)
    g_print ("%s: on this machine %s\n", name,
             (const gchar *) missing->pdata[i]);
  return ANC_EXIT_OK;
}

int
anc_command_check (int argc, char **argv)
{
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[]
      = { { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, NULL,
            NULL },
          { NULL } };
  g_autoptr (GError) error = NULL;
  int worst = ANC_EXIT_OK;

  if (!anc_command_parse ("check", "FILE...",
                          "Finds mistakes in config files: keys, types, "
                          "ranges, targets, and every\npipeline that the "
                          "choices lead to. Nothing is run.",
                          "Exit code: 0 no mistakes, 2 there is no such file, "
                          "3 a mistake in one.\n",
                          entries, argc, argv, &error)
      || !anc_command_check_words (words, 1, G_MAXUINT, "a config file",
                                   &error))
    return anc_command_fail ("check", error);
  anc_command_start_gstreamer ();
  for (guint i = 0; words[i] != NULL; i++) {
    int code = check (words[i]);

    worst = MAX (worst, code);
  }
  return worst;
}
