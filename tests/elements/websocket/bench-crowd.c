/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What clients that stall cost the others: one server sink, 200 clients, 10 ms
 * of sound to each a hundred times a second. The delay of a message is from the
 * source to the client's callback, both on this machine; the same 180 clients
 * are measured while the other 20 read, and while they do not. Runs alternate;
 * prints medians over them.
 *
 *   bench-crowd [--json FILE] [--runs N] */
#include "crowd.h"
#include "line.h"

#include <string.h>

#define CLIENTS 200
#define STALLED 20
#define BUFFERS 1000

typedef struct {
  gdouble p50, p99, p999; /* ms */
  guint missing;
} Figures;

/* The time of making goes into the first samples. */
static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  GstBuffer *buffer
      = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  gint64 now = g_get_monotonic_time ();

  gst_buffer_fill (buffer, 0, &now, sizeof now);
  info->data = buffer;
  return GST_PAD_PROBE_OK;
}

static void
stamp (Line *line)
{
  g_autoptr (GstElement) source
      = gst_bin_get_by_name (GST_BIN (line->pipeline), "source");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, NULL, NULL);
}

static gint
by_value (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static gdouble
quantile (GArray *sorted, gdouble q)
{
  return (gdouble) g_array_index (sorted, gint64,
                                  (guint) (q * (sorted->len - 1)))
         / 1000;
}

static Figures
summarise (Crowd *crowd, guint from, guint to)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gint64));
  Figures figures = { 0 };

  for (guint i = from; i < to; i++) {
    CrowdMember member = crowd_member (crowd, i);

    figures.missing += BUFFERS - member.messages;
    /* The first tenth is a warm-up. */
    g_array_append_vals (all, (gint64 *) member.delays->data + BUFFERS / 10,
                         member.delays->len - BUFFERS / 10);
  }
  g_array_sort (all, by_value);
  figures.p50 = quantile (all, .5);
  figures.p99 = quantile (all, .99);
  figures.p999 = quantile (all, .999);
  return figures;
}

static Figures
run (gboolean stalled)
{
  g_autoptr (Line) line = line_new (
      "audiotestsrc name=source is-live=true num-buffers=%u "
      "samplesperbuffer=480 ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! "
      "ancwssink name=ws mode=server uri=ws://127.0.0.1:0/ drain-timeout=500 "
      "ping-interval=0",
      BUFFERS);
  g_autoptr (GPtrArray) deaf = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = CLIENTS - (stalled ? STALLED : 0), port;
  g_autoptr (Crowd) crowd = NULL;

  stamp (line);
  gst_element_set_state (line->pipeline, GST_STATE_PAUSED);
  g_object_get (line->ws, "port", &port, NULL);
  for (guint i = 0; stalled && i < STALLED; i++)
    g_ptr_array_add (deaf, crowd_deaf (port));
  crowd = crowd_new (port, n, 0, TRUE);
  line_play (line);
  line_wait_eos (line);
  crowd_wait_ended (crowd);
  return summarise (crowd, n - (CLIENTS - STALLED), n);
}

static gint
by_p99 (gconstpointer a, gconstpointer b)
{
  gdouble x = ((const Figures *) a)->p99, y = ((const Figures *) b)->p99;

  return x < y ? -1 : x > y;
}

static Figures
median (GArray *runs)
{
  g_array_sort (runs, by_p99);
  return g_array_index (runs, Figures, runs->len / 2);
}

static void
report (const gchar *json, const Figures *reading, const Figures *stalled)
{
  gdouble moved = (stalled->p99 / reading->p99 - 1) * 100;

  g_print ("%-28s %8s %8s %8s %8s\n", "delay in ms", "median", "p99", "p99.9",
           "missing");
  g_print ("%-28s %8.2f %8.2f %8.2f %8u\n", "200 clients", reading->p50,
           reading->p99, reading->p999, reading->missing);
  g_print ("%-28s %8.2f %8.2f %8.2f %8u\n", "20 of them stalled", stalled->p50,
           stalled->p99, stalled->p999, stalled->missing);
  g_print ("p99 of the others moved by %+.1f %%\n", moved);
  if (json != NULL) {
    g_autofree gchar *text = g_strdup_printf (
        "{\"p99-ms\": %g, \"p99-stalled-ms\": %g, \"moved-percent\": %g, "
        "\"missing\": %u}\n",
        reading->p99, stalled->p99, moved, stalled->missing);

    g_file_set_contents (json, text, -1, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_autofree gchar *json = NULL;
  gint runs = 3;
  const GOptionEntry entries[]
      = { { "json", 0, 0, G_OPTION_ARG_FILENAME, &json, "Figures", "FILE" },
          { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "Runs of each", "N" },
          G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GArray) reading = g_array_new (FALSE, FALSE, sizeof (Figures));
  g_autoptr (GArray) stalled = g_array_new (FALSE, FALSE, sizeof (Figures));
  Figures a, b;

  gst_init (NULL, NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL) || runs < 1)
    return 2;
  for (gint i = 0; i < runs; i++) {
    Figures figures = run (FALSE);

    g_array_append_val (reading, figures);
    figures = run (TRUE);
    g_array_append_val (stalled, figures);
  }
  a = median (reading);
  b = median (stalled);
  report (json, &a, &b);
  return 0;
}
