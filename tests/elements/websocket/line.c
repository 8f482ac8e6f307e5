/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "line.h"

#define PATIENCE (30 * GST_SECOND)

static void
on_handoff (GstElement *element, GstBuffer *buffer, gpointer data)
{
  Line *self = data;
  LineBuffer record
      = { gst_buffer_get_size (buffer), GST_BUFFER_PTS (buffer),
          GST_BUFFER_DURATION (buffer), GST_BUFFER_FLAGS (buffer) };
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&self->lock);
  g_byte_array_append (self->bytes, map.data, (guint) map.size);
  g_array_append_val (self->buffers, record);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static void
on_back_handoff (GstElement *element, GstBuffer *buffer, GstPad *pad,
                 gpointer data)
{
  Line *self = data;
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&self->lock);
  g_byte_array_append (self->back, map.data, (guint) map.size);
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static void
on_pad_handoff (GstElement *element, GstBuffer *buffer, GstPad *pad,
                gpointer data)
{
  Line *self = data;

  g_mutex_lock (&self->lock);
  gst_clear_caps (&self->caps);
  self->caps = gst_pad_get_current_caps (pad);
  g_mutex_unlock (&self->lock);
  on_handoff (element, buffer, data);
}

static void
record (Line *self, const gchar *name, GCallback callback)
{
  g_autoptr (GstElement) element
      = gst_bin_get_by_name (GST_BIN (self->pipeline), name);

  if (element == NULL)
    return;
  g_object_set (element, "signal-handoffs", TRUE, NULL);
  g_signal_connect (element, "handoff", callback, self);
}

Line *
line_new (const gchar *format, ...)
{
  Line *self = g_new0 (Line, 1);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->bytes = g_byte_array_new ();
  self->back = g_byte_array_new ();
  self->buffers = g_array_new (FALSE, FALSE, sizeof (LineBuffer));
  self->pipeline
      = gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_assert_no_error (error);
  self->ws = gst_bin_get_by_name (GST_BIN (self->pipeline), "ws");
  record (self, "out", G_CALLBACK (on_pad_handoff));
  record (self, "in", G_CALLBACK (on_handoff));
  record (self, "back", G_CALLBACK (on_back_handoff));
  return self;
}

void
line_free (Line *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_object (&self->ws);
  gst_object_unref (self->pipeline);
  g_byte_array_unref (self->bytes);
  g_byte_array_unref (self->back);
  g_array_unref (self->buffers);
  gst_clear_caps (&self->caps);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
line_play (Line *self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING),
                   !=, GST_STATE_CHANGE_FAILURE);
}

guint
line_listen (Line *self)
{
  guint port;

  line_play (self);
  g_object_get (self->ws, "port", &port, NULL);
  g_assert_cmpuint (port, >, 0);
  return port;
}

static GstMessage *
wait_for (Line *self, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, PATIENCE, types);

  g_assert_nonnull (message);
  return message;
}

static void
assert_no_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return;
  gst_message_parse_error (message, &error, NULL);
  g_assert_no_error (error);
}

void
line_wait_eos (Line *self)
{
  g_autoptr (GstMessage) message
      = wait_for (self, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  assert_no_error (message);
}

GstMessage *
line_wait_error (Line *self)
{
  return wait_for (self, GST_MESSAGE_ERROR);
}

GstMessage *
line_wait_warning (Line *self)
{
  GstMessage *message
      = wait_for (self, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);

  assert_no_error (message);
  return message;
}

GstMessage *
line_wait_message (Line *self, const gchar *name)
{
  for (;;) {
    g_autoptr (GstMessage) message
        = wait_for (self, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

    assert_no_error (message);
    if (gst_message_has_name (message, name))
      return g_steal_pointer (&message);
  }
}

void
line_wait_bytes (Line *self, gsize size)
{
  gint64 end = g_get_monotonic_time () + PATIENCE / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->bytes->len < size) {
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("%u bytes came, not %" G_GSIZE_FORMAT, self->bytes->len, size);
  }
  g_mutex_unlock (&self->lock);
}

void
line_wait_buffers (Line *self, guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->buffers->len < n) {
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("%u buffers came, not %u", self->buffers->len, n);
  }
  g_mutex_unlock (&self->lock);
}

guint
line_n_buffers (Line *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->buffers->len;
  g_mutex_unlock (&self->lock);
  return n;
}

guint64
line_stat (Line *self, const gchar *name)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (self->ws, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

void
line_wait_stat (Line *self, const gchar *name, guint64 value)
{
  gint64 end = g_get_monotonic_time () + PATIENCE / GST_USECOND;
  guint64 now;

  while ((now = line_stat (self, name)) < value) {
    if (g_get_monotonic_time () > end)
      g_error ("%s is %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, name, now,
               value);
    g_usleep (1000);
  }
}
