/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a pipeline leaves behind when it is taken through its states again and
 * again:
 *
 *   cycler CYCLES LAUNCH
 *
 * In each three cycles it plays to its end, comes as far as PLAYING, and is
 * stopped before it is there; down it goes to READY or to NULL, in turns. The
 * first half is to fill caches and pools. Prints, as JSON, how the runs to the
 * end ended, the last error, and by how much memory, threads and files grew in
 * the second half. */
#include <gst/gst.h>
#include <malloc.h>

typedef struct {
  guint eos, errors;
  gchar *message; /* the last error's */
} Outcome;

typedef struct {
  gssize bytes;
  gint threads, files;
} Footprint;

/* Bytes that malloc has given out; a sanitizer's own allocator does not tell,
 * nor need it: it finds what is lost by itself. */
static gssize
bytes_in_use (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;
#else
  struct mallinfo2 info = mallinfo2 ();

  return (gssize) (info.uordblks + info.hblkhd);
#endif
}

static gint
count_names (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

/* A thread that was joined, or a pool has let go, may need a moment more: until
 * none has come or gone for 0.2 s. */
static Footprint
measure (void)
{
  gint threads = 0;

  for (guint same = 0; same < 20; same++) {
    gint now = count_names ("/proc/self/task");

    same = now == threads ? same : 0;
    threads = now;
    g_usleep (10000);
  }
  return (Footprint){ bytes_in_use (), threads, count_names ("/proc/self/fd") };
}

static void
forget_messages (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  gst_bus_set_flushing (bus, TRUE);
  gst_bus_set_flushing (bus, FALSE);
}

static void
play_to_end (GstElement *pipeline, Outcome *outcome)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    outcome->eos++;
  } else {
    g_autoptr (GError) error = NULL;

    gst_message_parse_error (message, &error, NULL);
    outcome->errors++;
    g_free (outcome->message);
    outcome->message = g_strescape (error->message, NULL);
  }
}

/* A pipeline of mistakes may fail at any of it. */
static void
cycle (GstElement *pipeline, guint i, Outcome *outcome)
{
  GstState down = i % 2 == 0 ? GST_STATE_READY : GST_STATE_NULL;

  forget_messages (pipeline);
  if (i % 3 == 0) {
    play_to_end (pipeline, outcome);
  } else {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    if (i % 3 == 1)
      gst_element_get_state (pipeline, NULL, NULL, GST_SECOND);
    else
      g_usleep (1000 * (i % 7));
  }
  gst_element_set_state (pipeline, down);
  gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
}

static void
set_down (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  forget_messages (pipeline);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline;
  Outcome outcome = { 0 };
  Footprint before, after;
  guint cycles;

  gst_init (&argc, &argv);
  g_assert (argc == 3);
  /* else idle ones stay for fifteen seconds */
  g_thread_pool_set_max_unused_threads (0);
  cycles = (guint) g_ascii_strtoull (argv[1], NULL, 10);
  pipeline = gst_parse_launch_full (argv[2], NULL, GST_PARSE_FLAG_FATAL_ERRORS,
                                    &error);
  g_assert_no_error (error);
  for (guint i = 0; i < cycles / 2; i++)
    cycle (pipeline, i, &outcome);
  set_down (pipeline);
  before = measure ();
  for (guint i = 0; i < cycles / 2; i++)
    cycle (pipeline, i, &outcome);
  set_down (pipeline);
  after = measure ();
  g_print ("{\"eos\": %u, \"errors\": %u, \"message\": \"%s\", "
           "\"bytes\": %" G_GSSIZE_FORMAT ", \"threads\": %d, "
           "\"files\": %d}\n",
           outcome.eos, outcome.errors,
           outcome.message != NULL ? outcome.message : "",
           after.bytes - before.bytes, after.threads - before.threads,
           after.files - before.files);
  gst_object_unref (pipeline);
  g_free (outcome.message);
  /* The leaks tracer reports here. */
  gst_deinit ();
  return 0;
}
