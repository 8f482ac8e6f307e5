/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc check: everything that can be found wrong without running. */
#include "anc-builder.h"
#include "anc-command.h"
#include "anc-error.h"

typedef struct {
  const gchar *name;
  AncMistakes *mistakes;
  GPtrArray *missing; /* sentences on what is not installed */
  gboolean partial;
} Outcome;

static int
check (Outcome *self)
{
  GError *error = NULL;
  g_autofree gchar *path = anc_command_find (self->name, &error);
  g_autoptr (AncPipelineFile) file = NULL;
  int worst = ANC_EXIT_OK;

  if (path == NULL)
    anc_mistakes_take (self->mistakes, &error);
  else
    file = anc_pipeline_file_load_all (path, self->mistakes);
  if (file != NULL)
    anc_builder_check (file, self->missing, &self->partial, self->mistakes);
  for (guint i = 0; i < anc_mistakes_count (self->mistakes); i++)
    worst = MAX (worst, anc_exit_code (anc_mistakes_get (self->mistakes, i)));
  return worst;
}

static void
print (const Outcome *self)
{
  for (guint i = 0; i < anc_mistakes_count (self->mistakes); i++)
    anc_command_fail ("check", anc_mistakes_get (self->mistakes, i));
  if (anc_mistakes_count (self->mistakes) > 0)
    return;
  g_print ("%s: no mistakes%s\n", self->name,
           self->partial
               ? "; of very many combinations, each value was tried once"
               : "");
  for (guint i = 0; i < self->missing->len; i++)
    g_print ("%s: on this machine %s\n", self->name,
             (const gchar *) self->missing->pdata[i]);
}

static void
add_mistakes (JsonBuilder *builder, const AncMistakes *mistakes)
{
  json_builder_set_member_name (builder, "mistakes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < anc_mistakes_count (mistakes); i++) {
    const GError *error = anc_mistakes_get (mistakes, i);
    const gchar *pointer = anc_error_get_pointer (error);

    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "domain");
    json_builder_add_string_value (builder, anc_error_domain_name (error));
    json_builder_set_member_name (builder, "pointer");
    json_builder_add_string_value (builder, pointer);
    json_builder_set_member_name (builder, "message");
    json_builder_add_string_value (builder, error->message);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add (JsonBuilder *builder, const Outcome *self)
{
  g_autofree gchar *name = g_utf8_make_valid (self->name, -1);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "file");
  json_builder_add_string_value (builder, name);
  add_mistakes (builder, self->mistakes);
  json_builder_set_member_name (builder, "not-installed");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->missing->len; i++)
    json_builder_add_string_value (builder, self->missing->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "all-combinations");
  json_builder_add_boolean_value (builder, !self->partial);
  json_builder_end_object (builder);
}

/* The worst of all; with a builder, into it, else printed as it comes. */
static int
check_each (gchar **words, JsonBuilder *builder)
{
  int worst = ANC_EXIT_OK;

  for (guint i = 0; words[i] != NULL; i++) {
    g_autoptr (AncMistakes) mistakes = anc_mistakes_new ();
    g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
    Outcome outcome = { words[i], mistakes, missing, FALSE };
    int code = check (&outcome);

    worst = MAX (worst, code);
    if (builder != NULL)
      add (builder, &outcome);
    else
      print (&outcome);
  }
  return worst;
}

static int
check_to_json (gchar **words)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) node = NULL;
  int worst;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "files");
  json_builder_begin_array (builder);
  worst = check_each (words, builder);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "result");
  json_builder_add_string_value (builder,
                                 worst == ANC_EXIT_OK ? "ok" : "failed");
  json_builder_end_object (builder);
  node = json_builder_get_root (builder);
  anc_command_print_json (node);
  return worst;
}

int
anc_command_check (int argc, char **argv)
{
  gboolean json = FALSE;
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[]
      = { { "json", 0, 0, G_OPTION_ARG_NONE, &json,
            "Print one JSON object with the mistakes of each file", NULL },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, NULL,
            NULL },
          { NULL } };
  g_autoptr (GError) error = NULL;

  if (!anc_command_parse ("check", "FILE...",
                          "Finds all mistakes in config files: keys, types, "
                          "ranges, targets, and every\npipeline that the "
                          "choices lead to. Nothing is run.",
                          "Exit code: 0 no mistakes, 2 there is no such file, "
                          "3 a mistake in one.\n",
                          entries, argc, argv, &error)
      || !anc_command_check_words (words, 1, G_MAXUINT, "a config file",
                                   &error))
    return anc_command_fail ("check", error);
  anc_command_start_gstreamer ();
  return json ? check_to_json (words) : check_each (words, NULL);
}
