/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A pipeline that a test in Python steers: `player LAUNCH-LINE`. Commands come
 * a line each on standard input: play, pause, ready, null, end (EOS), rotate,
 * stats, set PROPERTY VALUE, dot (a graph, see GST_DEBUG_DUMP_DOT_DIR), quit. What the bus says goes to standard output, a line each: a word,
 * a tab and a structure. Each command is answered by `did COMMAND`. The element
 * that rotate, stats and set concern is named "s3". */
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  GMainLoop *loop;
  GstElement *pipeline;
} Player;

static void
say (const gchar *word, const gchar *text)
{
  printf ("%s\t%s\n", word, text != NULL ? text : "");
  fflush (stdout);
}

static void
say_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  const GstStructure *details = NULL;
  GstStructure *told;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    gst_message_parse_error_details (message, &details);
  } else {
    gst_message_parse_warning (message, &error, NULL);
    gst_message_parse_warning_details (message, &details);
  }
  told = details != NULL ? gst_structure_copy (details)
                         : gst_structure_new_empty ("details");
  gst_structure_set (
      told, "domain", G_TYPE_STRING, g_quark_to_string (error->domain), "code",
      G_TYPE_INT, error->code, "text", G_TYPE_STRING, error->message, "source",
      G_TYPE_STRING, GST_MESSAGE_SRC_NAME (message), NULL);
  text = gst_structure_to_string (told);
  gst_structure_free (told);
  say (GST_MESSAGE_TYPE_NAME (message), text);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Player *self = data;
  g_autofree gchar *text = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ERROR:
  case GST_MESSAGE_WARNING:
    say_error (message);
    break;
  case GST_MESSAGE_ELEMENT:
  case GST_MESSAGE_PROGRESS:
    text = gst_structure_to_string (gst_message_get_structure (message));
    say (GST_MESSAGE_TYPE_NAME (message), text);
    break;
  case GST_MESSAGE_EOS:
    say ("eos", NULL);
    break;
  case GST_MESSAGE_ASYNC_DONE:
    if (GST_MESSAGE_SRC (message) == GST_OBJECT (self->pipeline))
      say ("async-done", NULL);
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static void
set_state (Player *self, const gchar *command, GstState state)
{
  gboolean good = gst_element_set_state (self->pipeline, state)
                  != GST_STATE_CHANGE_FAILURE;

  say (good ? "did" : "failed", command);
}

static void
rotate (GstElement *element)
{
  gboolean good = FALSE;

  g_signal_emit_by_name (element, "rotate", &good);
  say (good ? "did" : "failed", "rotate");
}

static void
tell_stats (GstElement *element)
{
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *text = NULL;

  g_object_get (element, "stats", &stats, NULL);
  text = gst_structure_to_string (stats);
  say ("stats", text);
  say ("did", "stats");
}

static void
set_property (GstElement *element, const gchar *words)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", 2);

  g_object_set (element, parts[0], parts[1], NULL);
  say ("did", "set");
}

static void
obey (Player *self, const gchar *command)
{
  g_autoptr (GstElement) element
      = gst_bin_get_by_name (GST_BIN (self->pipeline), "s3");

  if (g_str_equal (command, "play"))
    set_state (self, command, GST_STATE_PLAYING);
  else if (g_str_equal (command, "pause"))
    set_state (self, command, GST_STATE_PAUSED);
  else if (g_str_equal (command, "ready"))
    set_state (self, command, GST_STATE_READY);
  else if (g_str_equal (command, "null"))
    set_state (self, command, GST_STATE_NULL);
  else if (g_str_equal (command, "end")) {
    gst_element_send_event (self->pipeline, gst_event_new_eos ());
    say ("did", command);
  } else if (g_str_equal (command, "rotate"))
    rotate (element);
  else if (g_str_equal (command, "stats"))
    tell_stats (element);
  else if (g_str_has_prefix (command, "set "))
    set_property (element, command + strlen ("set "));
  else if (g_str_equal (command, "dot")) {
    GST_DEBUG_BIN_TO_DOT_FILE (GST_BIN (self->pipeline),
                               GST_DEBUG_GRAPH_SHOW_ALL, "player");
    say ("did", command);
  } else if (g_str_equal (command, "quit"))
    g_main_loop_quit (self->loop);
  else
    say ("unknown", command);
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  Player *self = data;
  g_autofree gchar *line = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL)
      != G_IO_STATUS_NORMAL) {
    g_main_loop_quit (self->loop);
    return G_SOURCE_REMOVE;
  }
  obey (self, g_strstrip (line));
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Player self = { NULL };
  GIOChannel *input;
  GstBus *bus;

  gst_init (&argc, &argv);
  self.pipeline = gst_parse_launch_full (argv[1], NULL,
                                         GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (self.pipeline == NULL) {
    fprintf (stderr, "%s\n", error->message);
    return 1;
  }
  self.loop = g_main_loop_new (NULL, FALSE);
  bus = gst_element_get_bus (self.pipeline);
  gst_bus_add_watch (bus, on_message, &self);
  input = g_io_channel_unix_new (0);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, on_input, &self);
  g_main_loop_run (self.loop);
  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  gst_object_unref (bus);
  gst_object_unref (self.pipeline);
  g_io_channel_unref (input);
  g_main_loop_unref (self.loop);
  gst_deinit ();
  return 0;
}
