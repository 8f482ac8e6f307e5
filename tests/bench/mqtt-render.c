/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*   mqtt-render URI COUNT [PROPERTIES]
 *
 * Pushes COUNT buffers of 200 bytes into an ancmqttsink, as fast as it takes
 * them, and waits for EOS. Prints messages a second and the time in render.
 * With an env variable ANC_BENCH_STALL the broker is taken for stalled: 2,000
 * buffers a second, and no EOS. */
#include <gst/check/gstharness.h>
#include <stdlib.h>

static gint
by_size (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *line = NULL;
  g_autofree gint64 *times = NULL;
  gboolean stalled = g_getenv ("ANC_BENCH_STALL") != NULL;
  GstHarness *harness;
  gint64 start, end;
  guint count;

  gst_init (&argc, &argv);
  g_assert (argc >= 3);
  count = (guint) atoi (argv[2]);
  times = g_new (gint64, count);
  line = g_strdup_printf ("ancmqttsink uri=%s async=false %s", argv[1],
                          argc > 3 ? argv[3] : "");
  harness = gst_harness_new_parse (line);
  gst_harness_set_src_caps_str (harness, "application/x-test");
  start = g_get_monotonic_time ();
  for (guint i = 0; i < count; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 200, NULL);
    GstClockTime before = gst_util_get_timestamp ();

    g_assert (gst_harness_push (harness, buffer) == GST_FLOW_OK);
    times[i] = (gint64) (gst_util_get_timestamp () - before);
    if (stalled && i % 20 == 0)
      g_usleep (10000);
  }
  if (!stalled)
    gst_harness_push_event (harness, gst_event_new_eos ());
  end = g_get_monotonic_time ();
  qsort (times, count, sizeof *times, by_size);
  if (!stalled)
    g_print ("%8.0f messages/s  ",
             count * 1e6 / (gdouble) MAX (end - start, 1));
  g_print ("render median %.1f us, p99.9 %.1f us, longest %.1f us\n",
           times[count / 2] / 1e3, times[count - 1 - count / 1000] / 1e3,
           times[count - 1] / 1e3);
  gst_harness_teardown (harness);
  return 0;
}
