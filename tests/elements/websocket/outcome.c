/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plays a pipeline to its end and prints what that was, as a line of JSON:
 *
 *   outcome LAUNCH [ELEMENT.PROPERTY=ENVIRONMENT-VARIABLE...]
 *
 * Prints "PORT n" first for an element named `ws` that listens. Properties are
 * set from the environment, so that a secret is on no command line. */
#include <gst/gst.h>
#include <string.h>

static void
set_from_environment (GstElement *pipeline, const gchar *word)
{
  g_auto (GStrv) parts = g_strsplit_set (word, ".=", 3);
  g_autoptr (GstElement) element
      = gst_bin_get_by_name (GST_BIN (pipeline), parts[0]);

  gst_util_set_object_arg (G_OBJECT (element), parts[1], g_getenv (parts[2]));
}

static void
print_port (GstElement *pipeline)
{
  g_autoptr (GstElement) ws = gst_bin_get_by_name (GST_BIN (pipeline), "ws");
  guint port = 0;

  if (ws != NULL)
    g_object_get (ws, "port", &port, NULL);
  g_print ("PORT %u\n", port);
}

static guint
detail (const GstStructure *details, const gchar *name)
{
  guint value = 0;

  if (details != NULL)
    gst_structure_get_uint (details, name, &value);
  return value;
}

/* For JSON: quotes, and what is not a character of a line. */
static gchar *
escape (const gchar *text)
{
  GString *escaped = g_string_new (NULL);

  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_c (escaped, '\\');
    if (g_ascii_iscntrl (*text))
      g_string_append_printf (escaped, "\\u%04x", *text);
    else
      g_string_append_c (escaped, *text);
  }
  return g_string_free (escaped, FALSE);
}

/* All fields of the details; empty if there is none. */
static gchar *
show (const GstStructure *details)
{
  g_autofree gchar *text = NULL;

  if (details == NULL || gst_structure_n_fields (details) == 0)
    return g_strdup ("");
  text = gst_structure_to_string (details);
  return escape (text);
}

static void
print_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *escaped = NULL, *shown = NULL;
  const GstStructure *details;

  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  escaped = escape (error->message);
  shown = show (details);
  g_print ("{\"end\": \"error\", \"domain\": \"%s\", \"code\": %d, "
           "\"message\": \"%s\", \"status\": %u, \"close\": %u, "
           "\"details\": \"%s\"}\n",
           g_quark_to_string (error->domain), error->code, escaped,
           detail (details, "http-status-code"), detail (details, "close-code"),
           shown);
}

int
main (int argc, char **argv)
{
  GstElement *pipeline;
  GstBus *bus;
  GstMessage *message;
  GError *error = NULL;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch_full (argv[1], NULL, GST_PARSE_FLAG_FATAL_ERRORS,
                                    &error);
  g_assert_no_error (error);
  for (int i = 2; i < argc; i++)
    set_from_environment (pipeline, argv[i]);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  print_port (pipeline);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    print_error (message);
  else
    g_print ("{\"end\": \"eos\"}\n");
  gst_message_unref (message);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  /* The leaks tracer reports here. */
  gst_deinit ();
  return 0;
}
