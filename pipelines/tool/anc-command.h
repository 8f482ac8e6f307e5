/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the commands of `anc` share. Each has a file of its own with one
 * function: argv[0] is the command's name, the exit code is returned. */
#pragma once

#include "anc-parameters.h"
#include "anc-result.h"

enum {
  ANC_EXIT_OK = 0,
  ANC_EXIT_FAILED = 1, /* the pipeline */
  ANC_EXIT_USAGE = 2,  /* command line, values, unknown preset */
  ANC_EXIT_CONFIG = 3, /* a config file */
  ANC_EXIT_SIGNAL = 128,
};

int anc_command_run (int argc, char **argv);
int anc_command_list (int argc, char **argv);
int anc_command_describe (int argc, char **argv);
int anc_command_check (int argc, char **argv);
int anc_command_graph (int argc, char **argv);
int anc_command_compare (int argc, char **argv);

int anc_exit_code (const GError *error);

/* "anc COMMAND: message" on standard error; returns the exit code. */
int anc_command_fail (const gchar *command, const GError *error);

/* "anc COMMAND: warning: ..." on standard error, for one or for each. */
void anc_command_print_warning (const gchar *command, const gchar *sentence);
void anc_command_print_warnings (const gchar *command, const AncResult *result);

/* Parses options and sets the program name, so that --help and messages say
 * "anc COMMAND". `rest`: where entries leave the words that are no options.
 * FALSE with an ANC_ERROR_PARAMETER error. */
gboolean anc_command_parse (const gchar *command, const gchar *synopsis,
                            const gchar *summary, const gchar *description,
                            const GOptionEntry *entries, int argc, char **argv,
                            GError **error);

/* Is --json among the words? Parsing that fails leaves no option set. */
gboolean anc_command_wants_json (int argc, char **argv);

/* FALSE with an error if there are not `least` to `most` words. */
gboolean anc_command_check_words (gchar **words, guint least, guint most,
                                  const gchar *what, GError **error);

/* Starts GStreamer, and makes a build tree or a moved installation find the
 * plugin that belongs to it. */
void anc_command_start_gstreamer (void);

GStrv anc_command_search_path (void);
/* Where the file of that name is; NULL with an error if there is none. */
gchar *anc_command_find (const gchar *name, GError **error);
AncPipelineFile *anc_command_load (const gchar *name, GError **error);

/* "12.3 dB lower", "0.5 dB higher" or "as before". */
gchar *anc_command_describe_fall (gdouble fall_db);

void anc_command_print_json (JsonNode *node);
