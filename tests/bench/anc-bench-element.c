/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* CPU time of elements for 10 ms stereo buffers at 48 kHz, each alone between
 * two pads of ours. No memory is allocated for the samples: where malloc finds
 * a large block depends on all that was freed before, and that would be the
 * greater part of the differences. Rounds are interleaved, so that a busy
 * machine slows all alike; no verdicts.
 *
 * usage: anc-bench-element ROUNDS BUFFERS LINE...
 * Lines are what gst_parse_launch takes, "" being nothing at all. Shown are the
 * medians of the rounds, above the first line and as a ratio to the second. */

#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FRAMES 480
#define SIZE (2 * FRAMES * sizeof (gfloat))
#define MAX_ROUNDS 1000

typedef struct {
  const gchar *text;
  GstPad *src;
  guint64 buffers; /* pushed so far */
  gdouble ns[MAX_ROUNDS];
} Line;

static gfloat noise[2 * FRAMES];
static gfloat room[2 * FRAMES];

static GstFlowReturn
swallow (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static void
link_element (const gchar *text, GstPad *src, GstPad *sink)
{
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_launch (text, &error);

  if (error != NULL)
    g_error ("%s: %s", text, error->message);
  gst_pad_link (src, gst_element_get_static_pad (element, "sink"));
  gst_pad_link (gst_element_get_static_pad (element, "src"), sink);
  gst_element_set_state (element, GST_STATE_PLAYING);
}

static void
start (Line *self, const gchar *text)
{
  GstPad *sink = gst_pad_new ("sink", GST_PAD_SINK);
  GstCaps *caps = gst_caps_from_string (
      "audio/x-raw, format=F32LE, layout=interleaved, rate=48000, channels=2, "
      "channel-mask=(bitmask)3");
  GstSegment segment;

  self->text = text;
  self->src = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_chain_function (sink, swallow);
  gst_pad_set_active (self->src, TRUE);
  gst_pad_set_active (sink, TRUE);
  if (*text != '\0')
    link_element (text, self->src, sink);
  else
    gst_pad_link (self->src, sink);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->src, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (self->src, gst_event_new_caps (caps));
  gst_pad_push_event (self->src, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

static void
push (Line *self)
{
  GstBuffer *buffer
      = gst_buffer_new_wrapped_full (0, room, SIZE, 0, SIZE, NULL, NULL);

  memcpy (room, noise, SIZE);
  GST_BUFFER_PTS (buffer) = self->buffers++ * 10 * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 10 * GST_MSECOND;
  if (gst_pad_push (self->src, buffer) != GST_FLOW_OK)
    g_error ("%s: the buffer was refused", self->text);
}

static gdouble
cpu_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return 1e9 * (gdouble) t.tv_sec + (gdouble) t.tv_nsec;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median (Line *self, guint rounds)
{
  qsort (self->ns, rounds, sizeof *self->ns, compare);
  return self->ns[rounds / 2];
}

int
main (int argc, char **argv)
{
  guint rounds, buffers, n, i, r, k;
  g_autofree Line *lines = NULL;

  gst_init (&argc, &argv);
  if (argc < 4)
    g_error ("usage: anc-bench-element ROUNDS BUFFERS LINE...");
  rounds = CLAMP (atoi (argv[1]), 1, MAX_ROUNDS);
  buffers = MAX (atoi (argv[2]), 1);
  n = argc - 3;
  lines = g_new0 (Line, n);
  for (i = 0; i < G_N_ELEMENTS (noise); i++)
    noise[i] = (gfloat) g_random_double_range (-0.5, 0.5);
  for (i = 0; i < n; i++)
    start (&lines[i], argv[3 + i]);
  for (r = 0; r < rounds; r++) {
    for (i = 0; i < n; i++) {
      gdouble began = cpu_ns ();

      for (k = 0; k < buffers; k++)
        push (&lines[i]);
      lines[i].ns[r] = (cpu_ns () - began) / buffers;
    }
  }
  for (i = 0; n > 2 && i < n; i++) {
    gdouble nothing = median (&lines[0], rounds);
    gdouble second = median (&lines[1], rounds) - nothing;

    if (i > 0)
      g_print ("%-60s %6.0f %8.2f\n", lines[i].text,
               median (&lines[i], rounds) - nothing,
               (median (&lines[i], rounds) - nothing) / second);
  }
  return 0;
}
