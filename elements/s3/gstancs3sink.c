/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-ancs3sink
 * @title: ancs3sink
 * @see_also: ancs3src
 *
 * Writes a stream into objects of Amazon S3, or of what speaks like it. The
 * streaming thread only copies into the part being filled; full parts are sent
 * by threads of their own, #GstAncS3Sink:parallel-uploads at a time, and the
 * stream waits only when all the memory for parts is taken. What fits into one
 * part is a single request.
 *
 * A second after the start, if nothing was sent by then, S3 is asked for the
 * bucket, so that a live stream learns of wrong keys or names at once
 * (#GstAncS3Sink:check-access).
 *
 * EOS is answered when S3 has confirmed the last object; until then nothing
 * counts as written, and whatever goes wrong is an error with the HTTP status,
 * S3's code and request id in its details. Each object is told by the element
 * message `anc-s3-object` (bucket, key, uri, etag, version, size, duration,
 * checksum, parts, index). A pause loses nothing.
 *
 * #GstAncS3Sink:key is a template: `{time:%Y/%m/%d}`, `{index}`, `{uuid}`,
 * `{element}`, `{tag:title}`. With #GstAncS3Sink:rotate-size or
 * #GstAncS3Sink:rotate-duration, or on the action signal `rotate`, the stream
 * goes on in a new object, which begins at a buffer that is no delta unit and
 * with the stream headers of the caps.
 *
 * With #GstAncS3Sink:spool-directory the parts are files until S3 has them. An
 * outage of the network then stops nothing, and what a crash left behind is
 * uploaded at the next start: under its own key if no other stream makes the
 * same, else under that key with `.recovered-` and the time at which it began.
 *
 * Muxers may come back to write their header anew, as wavenc and mp4mux do: the
 * first part stays here until the end (its first 5 MiB, where parts are of
 * 10 MiB and more). To go back to what was sent already is an error.
 *
 * Credentials are found as every AWS program does it: environment, shared
 * files, web identity, container, EC2 instance. Latency: none, the sink does
 * not wait for the clock.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 filesrc location=noisy.wav ! wavparse ! audioconvert ! wavenc ! ancs3sink uri=s3://voices/clean.wav
 * ]| A file to one object.
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=500 ! audioconvert ! wavenc ! ancs3sink bucket=voices key="takes/{time:%Y-%m-%d}/{uuid}.wav" part-size=5242880 storage-class=STANDARD_IA
 * ]| Names that never collide.
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=500 ! audio/x-raw,rate=16000,channels=1 ! flacenc ! ancs3sink bucket=voices key="live/{time}-{index}.flac" rotate-duration=5000000000 spool-directory=spool
 * ]| A new object every five seconds, safe from a crash.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstancs3sink-private.h"

#include "anc-aws-error.h"
#include "gstancs3error.h"

GST_DEBUG_CATEGORY (gst_anc_s3_sink_debug);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

enum { SIGNAL_ROTATE, N_SIGNALS };
static guint signals[N_SIGNALS];

static void uri_handler_init (gpointer iface, gpointer unused);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstAncS3Sink, gst_anc_s3_sink,
                               GST_TYPE_BASE_SINK,
                               G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
                                                      uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (
    ancs3sink, "ancs3sink", GST_RANK_PRIMARY, GST_TYPE_ANC_S3_SINK,
    GST_DEBUG_CATEGORY_INIT (gst_anc_s3_sink_debug, "ancs3sink", 0,
                             "objects in S3"))

void
gst_anc_s3_sink_post_error (GstAncS3Sink *self, const GError *error,
                            GstResourceError fallback)
{
  GstAncS3ErrorPlace place
      = { .bucket = self->bucket, .key = self->key, .fallback = fallback };

  gst_anc_s3_post_error (GST_ELEMENT (self), error, NULL, &place);
}

/* --- the stream --- */

static gboolean
gst_anc_s3_sink_unlock (GstBaseSink *base)
{
  anc_s3_uploader_set_flushing (GST_ANC_S3_SINK (base)->uploader, TRUE);
  return TRUE;
}

static gboolean
gst_anc_s3_sink_unlock_stop (GstBaseSink *base)
{
  anc_s3_uploader_set_flushing (GST_ANC_S3_SINK (base)->uploader, FALSE);
  return TRUE;
}

/* A call has come back without having done it all: after a pause it goes on,
 * after an error the uploader has told it and the stream ends. */
static GstFlowReturn
after_failure (GstAncS3Sink *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return GST_FLOW_ERROR;
  return gst_base_sink_wait_preroll (GST_BASE_SINK (self));
}

GstFlowReturn
gst_anc_s3_sink_write (GstAncS3Sink *self, GstMemory *memory)
{
  GstFlowReturn result = GST_FLOW_OK;
  GstMapInfo map;
  gsize done = 0;

  if (!gst_memory_map (memory, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ,
                       ("The memory of a buffer cannot be read."), (NULL));
    return GST_FLOW_ERROR;
  }
  while (result == GST_FLOW_OK && done < map.size) {
    g_autoptr (GError) error = NULL;
    gsize n;

    if (!anc_s3_uploader_write (self->uploader, map.data + done,
                                map.size - done, &n, &error))
      result = after_failure (self, error);
    done += n;
  }
  self->next += done;
  gst_memory_unmap (memory, &map);
  return result;
}

/* An object for the buffer: the one there is, or a new one. */
static GstFlowReturn
find_object (GstAncS3Sink *self, GstBuffer *buffer)
{
  if (self->open && gst_anc_s3_sink_is_due (self, buffer)
      && !gst_anc_s3_sink_finish (self))
    return GST_FLOW_ERROR;
  return self->open ? GST_FLOW_OK : gst_anc_s3_sink_begin (self);
}

static GstFlowReturn
gst_anc_s3_sink_render (GstBaseSink *base, GstBuffer *buffer)
{
  GstAncS3Sink *self = GST_ANC_S3_SINK (base);
  GstFlowReturn result = find_object (self, buffer);

  if (result == GST_FLOW_OK)
    gst_anc_s3_sink_note_time (self, buffer);
  for (guint i = 0; result == GST_FLOW_OK && i < gst_buffer_n_memory (buffer);
       i++)
    result = gst_anc_s3_sink_write (self, gst_buffer_peek_memory (buffer, i));
  return result;
}

/* A stream that ended without a byte is an empty object, as it is an empty
 * file elsewhere. */
static GstFlowReturn
finish_stream (GstAncS3Sink *self)
{
  GstFlowReturn result = GST_FLOW_OK;

  if (!self->open && self->objects == 0)
    result = gst_anc_s3_sink_begin (self);
  if (result == GST_FLOW_OK && self->open && !gst_anc_s3_sink_finish (self))
    result = GST_FLOW_ERROR;
  while (result == GST_FLOW_OK) {
    g_autoptr (GError) error = NULL;
    if (anc_s3_uploader_drain (self->uploader, &error))
      break;
    result = after_failure (self, error);
  }
  return result;
}

static GstFlowReturn
gst_anc_s3_sink_wait_event (GstBaseSink *base, GstEvent *event)
{
  GstFlowReturn result = GST_BASE_SINK_CLASS (gst_anc_s3_sink_parent_class)
                             ->wait_event (base, event);

  if (result == GST_FLOW_OK && GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    result = finish_stream (GST_ANC_S3_SINK (base));
  return result;
}

/* Bytes of the stream to bytes of the object. */
static gboolean
seek (GstAncS3Sink *self, guint64 position)
{
  g_autoptr (GError) error = NULL;

  if (!self->open) {
    self->next = position;
    return TRUE;
  }
  if (position == self->next)
    return TRUE;
  if (position < self->base)
    anc_aws_error_set (&error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "Byte %" G_GUINT64_FORMAT " of the stream is in an "
                       "object that has ended; a muxer that goes back to its "
                       "header cannot be rotated.",
                       position);
  else if (anc_s3_uploader_seek (self->uploader, position - self->base,
                                 &error)) {
    self->next = position;
    return TRUE;
  }
  gst_anc_s3_sink_post_error (self, error, GST_RESOURCE_ERROR_SEEK);
  return FALSE;
}

static gboolean
note_segment (GstAncS3Sink *self, GstEvent *event)
{
  const GstSegment *segment;

  gst_event_parse_segment (event, &segment);
  return segment->format != GST_FORMAT_BYTES || seek (self, segment->start);
}

static void
note_tags (GstAncS3Sink *self, GstEvent *event)
{
  GstTagList *tags, *merged;

  gst_event_parse_tag (event, &tags);
  merged = gst_tag_list_merge (self->tags, tags, GST_TAG_MERGE_REPLACE);
  if (self->tags != NULL)
    gst_tag_list_unref (self->tags);
  self->tags = merged;
}

static gboolean
gst_anc_s3_sink_event (GstBaseSink *base, GstEvent *event)
{
  GstAncS3Sink *self = GST_ANC_S3_SINK (base);

  if (GST_EVENT_TYPE (event) == GST_EVENT_TAG)
    note_tags (self, event);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT
           && !note_segment (self, event)) {
    gst_event_unref (event);
    return FALSE;
  }
  return GST_BASE_SINK_CLASS (gst_anc_s3_sink_parent_class)
      ->event (base, event);
}

static gboolean
gst_anc_s3_sink_set_caps (GstBaseSink *base, GstCaps *caps)
{
  gst_anc_s3_sink_note_caps (GST_ANC_S3_SINK (base), caps);
  return TRUE;
}

static gboolean
gst_anc_s3_sink_query (GstBaseSink *base, GstQuery *query)
{
  return gst_anc_s3_sink_answer (GST_ANC_S3_SINK (base), query)
         || GST_BASE_SINK_CLASS (gst_anc_s3_sink_parent_class)
                ->query (base, query);
}

/* --- URI handler --- */

static GstURIType
uri_get_type (GType type)
{
  return GST_URI_SINK;
}

static gchar *
uri_get (GstURIHandler *handler)
{
  GstAncS3Sink *self = GST_ANC_S3_SINK (handler);
  gchar *uri;

  GST_OBJECT_LOCK (self);
  uri = gst_anc_s3_connection_get_uri (&self->connection);
  GST_OBJECT_UNLOCK (self);
  return uri;
}

static gboolean
uri_set (GstURIHandler *handler, const gchar *uri, GError **error)
{
  return gst_anc_s3_uri_set (GST_ELEMENT (handler),
                             &GST_ANC_S3_SINK (handler)->connection, uri,
                             error);
}

static void
uri_handler_init (gpointer iface, gpointer unused)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = uri_get_type;
  handler->get_protocols = gst_anc_s3_protocols;
  handler->get_uri = uri_get;
  handler->set_uri = uri_set;
}

/* --- properties and signals --- */

static void
gst_anc_s3_sink_set_property (GObject *object, guint id, const GValue *value,
                              GParamSpec *pspec)
{
  GstAncS3Sink *self = GST_ANC_S3_SINK (object);

  GST_OBJECT_LOCK (self);
  if (!gst_anc_s3_connection_set (&self->connection, id, value)
      && !gst_anc_s3_sink_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_anc_s3_sink_get_property (GObject *object, guint id, GValue *value,
                              GParamSpec *pspec)
{
  GstAncS3Sink *self = GST_ANC_S3_SINK (object);

  if (id == gst_anc_s3_sink_settings_stats_id ()) {
    g_value_take_boxed (value, gst_anc_s3_sink_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (!gst_anc_s3_connection_get (&self->connection, id, value)
      && !gst_anc_s3_sink_settings_get (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

/* FALSE: the key does not change. */
static gboolean
on_rotate (GstAncS3Sink *self)
{
  g_autoptr (AncS3Key) pattern = NULL;
  gboolean varies;

  GST_OBJECT_LOCK (self);
  if (self->connection.key != NULL)
    pattern = anc_s3_key_parse (self->connection.key, NULL);
  varies = pattern != NULL && anc_s3_key_varies (pattern);
  self->rotate = varies;
  GST_OBJECT_UNLOCK (self);
  if (!varies)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("key: it is the same for every object; put {index}, "
                          "{time} or {uuid} into it to rotate."),
                         (NULL));
  return varies;
}

static void
gst_anc_s3_sink_finalize (GObject *object)
{
  GstAncS3Sink *self = GST_ANC_S3_SINK (object);

  gst_anc_s3_sink_forget_stream (self);
  g_ptr_array_unref (self->header);
  gst_anc_s3_connection_clear (&self->connection);
  gst_anc_s3_sink_settings_clear (&self->settings);
  G_OBJECT_CLASS (gst_anc_s3_sink_parent_class)->finalize (object);
}

static void
gst_anc_s3_sink_class_init (GstAncS3SinkClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink = GST_BASE_SINK_CLASS (klass);

  object->set_property = gst_anc_s3_sink_set_property;
  object->get_property = gst_anc_s3_sink_get_property;
  object->finalize = gst_anc_s3_sink_finalize;
  element->change_state = gst_anc_s3_sink_change_state;
  sink->unlock = gst_anc_s3_sink_unlock;
  sink->unlock_stop = gst_anc_s3_sink_unlock_stop;
  sink->set_caps = gst_anc_s3_sink_set_caps;
  sink->event = gst_anc_s3_sink_event;
  sink->wait_event = gst_anc_s3_sink_wait_event;
  sink->query = gst_anc_s3_sink_query;
  sink->render = gst_anc_s3_sink_render;

  gst_anc_s3_connection_install (object, FALSE);
  gst_anc_s3_sink_settings_install (object);
  /**
   * GstAncS3Sink::rotate:
   *
   * Go on in a new object with the next buffer that can begin one.
   *
   * Returns: FALSE if the key has nothing that changes
   */
  signals[SIGNAL_ROTATE] = g_signal_new_class_handler (
      "rotate", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (on_rotate), NULL, NULL, NULL, G_TYPE_BOOLEAN, 0);
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_set_static_metadata (
      element, "S3 sink", "Sink/Network",
      "Writes a stream into objects of Amazon S3 and its like",
      "The gst-plugins-anc contributors");
}

static void
gst_anc_s3_sink_init (GstAncS3Sink *self)
{
  self->header
      = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  self->first = self->last = GST_CLOCK_TIME_NONE;
  gst_anc_s3_connection_init (&self->connection);
  gst_anc_s3_sink_settings_init (&self->settings);
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
}
