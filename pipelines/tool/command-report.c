/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc report BEFORE AFTER: what a cancellation did, in figures and a picture. */
#include "report/anc-report.h"

#include "anc-command.h"
#include "anc-error.h"
#include "anc-input-file.h"
#include "report/anc-report-picture.h"

#include <gst/gst.h>
#include <json-glib/json-glib.h>

#define EXIT_UNREADABLE 1
#define EXIT_USAGE 2

typedef struct {
  gchar *output;
  gchar *title;
  gchar *voice;
  gboolean json;
  gboolean overwrite;
  gchar **files;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->output);
  g_free (self->title);
  g_free (self->voice);
  g_strfreev (self->files);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Beside the cleaned recording and named after it. */
static gchar *
default_output (const gchar *after)
{
  g_autofree gchar *directory = g_path_get_dirname (after);
  g_autofree gchar *base = g_path_get_basename (after);
  gchar *dot = strrchr (base, '.');
  g_autofree gchar *name = NULL;

  if (dot != NULL && dot != base)
    *dot = '\0';
  name = g_strconcat (base, "-report.png", NULL);
  return g_strcmp0 (directory, ".") == 0
             ? g_steal_pointer (&name)
             : g_build_filename (directory, name, NULL);
}

static gboolean
check_files (const Options *options, GError **error)
{
  const gchar *files[]
      = { options->files[0], options->files[1], options->voice };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    if (files[i] != NULL && !anc_input_file_check (NULL, files[i], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_output (const Options *options, GError **error)
{
  g_autofree gchar *directory = g_path_get_dirname (options->output);

  if (!g_str_has_suffix (options->output, ".png")) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "%s: the picture is a PNG; give it a name that ends in .png",
                 options->output);
    return FALSE;
  }
  if (!g_file_test (directory, G_FILE_TEST_IS_DIR)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "%s: there is no folder %s; make it first", options->output,
                 directory);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_options (Options *options, GError **error)
{
  guint n = options->files != NULL ? g_strv_length (options->files) : 0;

  if (n != 2) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "report needs two recordings, BEFORE and AFTER, not %u", n);
    return FALSE;
  }
  if (options->output == NULL)
    options->output = default_output (options->files[1]);
  if (!options->overwrite
      && g_file_test (options->output, G_FILE_TEST_EXISTS)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "%s exists; choose another name with -o, or --overwrite",
                 options->output);
    return FALSE;
  }
  return check_files (options, error) && check_output (options, error);
}

static gboolean
parse_options (Options *options, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[]
      = { { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
            "The picture (default: AFTER-report.png beside AFTER)",
            "FILE.png" },
          /* Bytes, or the C locale would refuse all but ASCII. */
          { "title", 0, 0, G_OPTION_ARG_FILENAME, &options->title,
            "Heading of the picture", "TEXT" },
          { "voice", 0, 0, G_OPTION_ARG_FILENAME, &options->voice,
            "The voice alone: adds its ratio to all else", "FILE" },
          { "json", 0, 0, G_OPTION_ARG_NONE, &options->json,
            "Print the figures as one JSON object", NULL },
          { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options->overwrite,
            "Replace a picture of that name", NULL },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY,
            &options->files, NULL, NULL },
          { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new ("BEFORE AFTER");

  g_option_context_set_summary (
      context, "Compares two recordings: levels, noise reduction, and a "
               "picture with the waves\nand spectrograms of both on the same "
               "scales. Reads whatever GStreamer decodes.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_set_prgname ("anc report");
  return g_option_context_parse (context, &argc, &argv, error)
         && check_options (options, error);
}

static void
add_figure (JsonBuilder *json, const gchar *name, gdouble value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_double_value (json, value);
}

static void
add_track (JsonBuilder *json, const gchar *name, const AncTrack *track,
           gboolean voice_known)
{
  const struct {
    const gchar *name;
    gdouble value;
  } figures[] = {
    { "seconds", track->seconds },
    { "peak-db", track->levels->peak },
    { "rms-db", track->levels->rms },
    { "noise-floor-db", track->levels->floor },
    { "p10-db", track->levels->low },
    { "p50-db", track->levels->median },
    { "p95-db", track->levels->high },
  };

  json_builder_set_member_name (json, name);
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "file");
  json_builder_add_string_value (json, track->filename);
  json_builder_set_member_name (json, "rate");
  json_builder_add_int_value (json, track->rate);
  json_builder_set_member_name (json, "channels");
  json_builder_add_int_value (json, track->channels);
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    add_figure (json, figures[i].name, figures[i].value);
  if (voice_known) {
    add_figure (json, "voice-to-rest-db", track->voice_ratio);
    add_figure (json, "voice-to-rest-end-db", track->voice_ratio_end);
  }
  json_builder_end_object (json);
}

static void
print_json (const AncTrack *before, const AncTrack *after,
            const Options *options)
{
  gboolean voice_known = options->voice != NULL;
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "result");
  json_builder_add_string_value (json, "ok");
  add_track (json, "before", before, voice_known);
  add_track (json, "after", after, voice_known);
  add_figure (json, "level-reduction-db",
              before->levels->rms - after->levels->rms);
  add_figure (json, "noise-floor-reduction-db",
              before->levels->floor - after->levels->floor);
  json_builder_set_member_name (json, "picture");
  json_builder_add_string_value (json, options->output);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  anc_command_print_json (root);
}

static void
print_level (const gchar *name, gdouble before, gdouble after)
{
  g_print ("%-28s %9.1f %9.1f %+9.1f\n", name, before, after, after - before);
}

static void
print_text (const AncTrack *before, const AncTrack *after,
            const Options *options)
{
  const AncLevels *a = before->levels, *b = after->levels;

  g_print ("%-28s %9s %9s %9s\n", "dB of full scale", "before", "after",
           "change");
  print_level ("peak", a->peak, b->peak);
  print_level ("level (RMS)", a->rms, b->rms);
  print_level ("noise floor", a->floor, b->floor);
  print_level ("10 % of the time below", a->low, b->low);
  print_level ("50 % of the time below", a->median, b->median);
  print_level ("95 % of the time below", a->high, b->high);
  if (options->voice != NULL) {
    print_level ("voice to all else", before->voice_ratio, after->voice_ratio);
    print_level ("  in the last 10 seconds", before->voice_ratio_end,
                 after->voice_ratio_end);
  }
  g_print ("%-28s %9.2f %9.2f\n", "seconds", before->seconds, after->seconds);
  g_print ("%-28s %9u %9u\n", "channels", before->channels, after->channels);
  g_print ("%-28s %9u %9u\n", "samples a second", before->rate, after->rate);
  g_print ("picture: %s\n", options->output);
}

static void
warn_of_cuts (const Options *options)
{
  for (guint i = 0; options->files[i] != NULL; i++) {
    if (anc_input_file_is_cut (options->files[i]))
      g_printerr ("anc report: warning: %s is cut off; what is there was "
                  "used\n",
                  options->files[i]);
  }
}

static gboolean
report (const Options *options, GError **error)
{
  g_autoptr (AncSound) voice = NULL;
  g_autoptr (AncTrack) before = NULL;
  g_autoptr (AncTrack) after = NULL;
  g_autoptr (AncPicture) picture = NULL;

  if (options->voice != NULL
      && (voice = anc_sound_read (options->voice, error)) == NULL)
    return FALSE;
  if ((before = anc_track_read (options->files[0], voice, error)) == NULL
      || (after = anc_track_read (options->files[1], voice, error)) == NULL)
    return FALSE;
  picture = anc_report_picture_new (
      before, after,
      options->title != NULL ? options->title : "Noise cancellation");
  if (!anc_picture_write (picture, options->output, error))
    return FALSE;
  if (options->json)
    print_json (before, after, options);
  else
    print_text (before, after, options);
  return TRUE;
}

int
anc_command_report (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;

  if (!parse_options (&options, argc, argv, &error)) {
    /* A good name of a bad file is no mistake of usage. */
    gboolean usage = !g_error_matches (error, ANC_ERROR, ANC_ERROR_RUN);

    g_printerr ("anc report: %s%s\n", error->message,
                usage ? " (see anc report --help)" : "");
    return usage ? EXIT_USAGE : EXIT_UNREADABLE;
  }
  warn_of_cuts (&options);
  gst_init (NULL, NULL);
  if (!report (&options, &error)) {
    g_printerr ("anc report: %s\n", error->message);
    return EXIT_UNREADABLE;
  }
  return 0;
}
