/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*   survivor RUN COUNT LAUNCH
 *
 * Publishes "RUN NUMBER" for COUNT numbers, 4,000 a second at most, through the sink in LAUNCH (appsrc
 * name=src ! ancmqttsink name=sink ...), and prints how many of them are safe
 * in the sink's queue, again and again until all are delivered. To be killed
 * at any moment. */
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

static GstBuffer *
make (const gchar *run, guint number)
{
  gchar *text = g_strdup_printf ("%s %u", run, number);

  return gst_buffer_new_wrapped (text, strlen (text));
}

static void
report (GstElement *sink)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 durable = 0;

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "durable", &durable);
  g_print ("%" G_GUINT64_FORMAT "\n", durable);
}

int
main (int argc, char **argv)
{
  g_autoptr (GstElement) pipeline = NULL, src = NULL, sink = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstBus) bus = NULL;
  GstFlowReturn flow;
  guint count;

  gst_init (&argc, &argv);
  g_assert (argc == 4);
  count = (guint) atoi (argv[2]);
  pipeline = gst_parse_launch (argv[3], NULL);
  g_assert (pipeline != NULL);
  src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < count; i++) {
    GstBuffer *buffer = make (argv[1], i);

    g_signal_emit_by_name (src, "push-buffer", buffer, &flow);
    gst_buffer_unref (buffer);
    if (i % 40 == 0) {
      report (sink);
      g_usleep (10000);
    }
  }
  g_signal_emit_by_name (src, "end-of-stream", &flow);
  while ((message = gst_bus_timed_pop_filtered (
              bus, 20 * GST_MSECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR))
         == NULL)
    report (sink);
  report (sink);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS ? 0 : 1;
}
