/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The `anc` program: picks the command. */
#include "config.h"

#include "anc-command.h"
#include "anc-error.h"
#include "report/anc-report.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const gchar *name;
  int (*main) (int argc, char **argv);
  const gchar *synopsis;
  const gchar *text;
} Command;

static const Command commands[] = {
  { "run", anc_command_run, "NAME|FILE KEY=VALUE...",
    "run a pipeline, for example to clean a recording" },
  { "list", anc_command_list, "", "show the pipelines there are" },
  { "describe", anc_command_describe, "NAME|FILE",
    "show the parameters of a pipeline" },
  { "check", anc_command_check, "FILE...", "find mistakes in config files" },
  { "graph", anc_command_graph, "NAME|FILE [KEY=VALUE...]", "draw a pipeline" },
  { "compare", anc_command_compare,
    "primary=FILE reference=FILE [ALGORITHM...]",
    "run several algorithms on the same recordings" },
  { "report", anc_command_report, "BEFORE AFTER",
    "levels and a picture of two recordings" },
};

static const Command *
find_command (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    if (g_str_equal (commands[i].name, name))
      return &commands[i];
  }
  return NULL;
}

static int
no_command (const gchar *name)
{
  const gchar *names[G_N_ELEMENTS (commands) + 1] = { NULL };
  g_autofree gchar *suggestion = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i].name;
  suggestion = anc_error_suggestion (name, names);
  g_printerr ("anc: there is no command %s%s; 'anc --help' shows them\n", name,
              suggestion);
  return ANC_EXIT_USAGE;
}

static gboolean
is_help (const gchar *word)
{
  static const gchar *const words[] = { "--help", "-h", "help", NULL };

  return word != NULL && g_strv_contains (words, word);
}

static void
print_help (void)
{
  g_print ("Usage: anc COMMAND [ARGUMENT...]\n\n"
           "Takes noise out of recordings and live sound.\n\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-9s %s\n", commands[i].name, commands[i].text);
  g_print ("\n'anc COMMAND --help' explains a command. To begin with:\n\n"
           "  anc run cancel primary=noisy.wav reference=noise.wav "
           "output=clean.wav\n");
}

/* What was asked for is only there if it could be written: the disk may be
 * full. At exit, as GLib ends the program after --help. */
static void
check_output (void)
{
  gboolean good = ferror (stdout) == 0;

  errno = 0;
  /* Closed from the start, and nothing to say: fine. */
  if ((fclose (stdout) == 0 || errno == EBADF) && good)
    return;
  g_printerr ("%s: standard output could not be written; is the disk full?\n",
              g_get_prgname ());
  _exit (ANC_EXIT_FAILED);
}

/* GLib would turn what the locale lacks into question marks: in the C locale,
 * which is what cron, containers and ssh often leave, each letter of a file's
 * name beyond ASCII. A name is to be seen as it is on the disk. */
static void
print_as_it_is (const gchar *text)
{
  fputs (text, stdout);
  fflush (stdout);
}

static void
complain_as_it_is (const gchar *text)
{
  fputs (text, stderr);
  fflush (stderr);
}

int
main (int argc, char **argv)
{
  const gchar *word = argc > 1 ? argv[1] : NULL;
  const Command *command;

  /* Not the numbers: a decimal comma would not come back from JSON. */
  setlocale (LC_CTYPE, "");
  g_set_print_handler (print_as_it_is);
  g_set_printerr_handler (complain_as_it_is);
  g_set_prgname ("anc");
  atexit (check_output);
  if (word != NULL && g_str_equal (word, "--version")) {
    g_print ("anc %s\n", PACKAGE_VERSION);
    return ANC_EXIT_OK;
  }
  if (is_help (word)) {
    gchar *words[] = { argv[1], (gchar *) "--help", NULL };

    command = argc > 2 ? find_command (argv[2]) : NULL;
    if (argc > 2 && command == NULL)
      return no_command (argv[2]);
    if (command != NULL)
      return command->main (2, words);
    print_help ();
    return ANC_EXIT_OK;
  }
  if (word == NULL) {
    g_printerr ("anc: a command is missing; 'anc --help' shows them\n");
    return ANC_EXIT_USAGE;
  }
  command = find_command (word);
  return command != NULL ? command->main (argc - 1, argv + 1)
                         : no_command (word);
}
