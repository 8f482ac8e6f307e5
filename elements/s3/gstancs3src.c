/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-ancs3src
 * @title: ancs3src
 * @see_also: ancs3sink
 *
 * Reads an object of Amazon S3, or of what speaks like it. Ranges are fetched
 * ahead, #GstAncS3Src:parallel-downloads at a time, and passed on as they
 * arrive. It seeks, in bytes, and serves demuxers in pull mode: after a jump it
 * fetches little, and more as long as reading goes on in sequence.
 *
 * All that is read is one object: its ETag is fixed at the start, and if it is
 * replaced meanwhile that is an error, never a mixture. A transfer that breaks
 * off goes on at the byte that was reached.
 *
 * S3 is asked for the object in the change from READY to PAUSED, which waits for
 * the answer: demuxers want to know its size, and that it seeks, before they
 * choose between pulling and being pushed to. An application that must not wait
 * for the network uses gst_element_call_async().
 *
 * Credentials are found as every AWS program does it: environment, shared
 * files, web identity, container, EC2 instance. Memory: (parallel-downloads +
 * 1) ranges of #GstAncS3Src:range-size at most. Not live, no latency.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ancs3src uri=s3://voices/noisy.wav ! wavparse ! audioconvert ! wavenc ! filesink location=clean.wav
 * ]| An object to a file.
 * |[
 * gst-launch-1.0 ancs3src bucket=voices key=noisy.wav ! wavparse ! audioconvert ! wavenc ! ancs3sink uri=s3://voices/copy.wav
 * ]| From bucket to bucket.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstancs3src.h"

#include "anc-aws-client.h"
#include "anc-aws-error.h"
#include "anc-s3-reader.h"
#include "gstancs3connection.h"
#include "gstancs3error.h"

GST_DEBUG_CATEGORY_STATIC (gst_anc_s3_src_debug);
#define GST_CAT_DEFAULT gst_anc_s3_src_debug

#define DEFAULT_RANGE_SIZE (8u << 20)
#define MIN_RANGE_SIZE (64u << 10)
#define MAX_RANGE_SIZE (1u << 30)
#define DEFAULT_PARALLEL_DOWNLOADS 4
#define MAX_PARALLEL_DOWNLOADS 64
/* GstBaseSrc's 4 KiB would be a buffer for every 85 ms of stereo at 48 kHz. */
#define BUFFER_SIZE (64u << 10)

struct _GstAncS3Src {
  GstBaseSrc parent;

  /* under the object's lock */
  GstAncS3Connection connection;
  guint range_size;
  guint parallel_downloads;
  AncS3 *s3;           /* from the first start until READY */
  AncS3Reader *reader; /* likewise */

  /* of the thread that changes states or activates the pad */
  gboolean said_why_not; /* start () has failed, and posted the error */
};

enum {
  PROP_RANGE_SIZE = GST_ANC_S3_PROP_OWN,
  PROP_PARALLEL_DOWNLOADS,
  PROP_STATS
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void uri_handler_init (gpointer iface, gpointer unused);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstAncS3Src, gst_anc_s3_src, GST_TYPE_BASE_SRC,
                               G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
                                                      uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (
    ancs3src, "ancs3src", GST_RANK_PRIMARY, GST_TYPE_ANC_S3_SRC,
    GST_DEBUG_CATEGORY_INIT (gst_anc_s3_src_debug, "ancs3src", 0,
                             "objects from S3"))

static void
post_error (GstAncS3Src *self, const GError *error, GstResourceError fallback)
{
  g_autofree gchar *bucket = NULL, *key = NULL;
  GstAncS3ErrorPlace place = { .fallback = fallback };

  GST_OBJECT_LOCK (self);
  bucket = g_strdup (self->connection.bucket);
  key = g_strdup (self->connection.key);
  GST_OBJECT_UNLOCK (self);
  place.bucket = bucket;
  place.key = key;
  gst_anc_s3_post_error (
      GST_ELEMENT (self), error,
      g_error_matches (error, ANC_AWS_ERROR, ANC_AWS_ERROR_PRECONDITION)
          ? "It was replaced while it was read: read it again from the start, "
            "or name its version-id."
          : NULL,
      &place);
}

/* --- start and stop --- */

static AncS3Reader *
open_reader (GstAncS3Src *self, AncS3 *s3, GError **error)
{
  g_autofree gchar *bucket = NULL, *key = NULL, *version_id = NULL;
  AncS3ReaderOptions options;

  GST_OBJECT_LOCK (self);
  bucket = g_strdup (self->connection.bucket);
  key = g_strdup (self->connection.key);
  version_id = g_strdup (self->connection.version_id);
  options = (AncS3ReaderOptions){ .s3 = s3,
                                  .bucket = bucket,
                                  .key = key,
                                  .version_id = version_id,
                                  .range_size = self->range_size,
                                  .parallel = self->parallel_downloads,
                                  .attempts = self->connection.retry_attempts };
  GST_OBJECT_UNLOCK (self);
  return anc_s3_reader_open (&options, NULL, error);
}

static void
set_open (GstAncS3Src *self, AncS3 *s3, AncS3Reader *reader)
{
  AncS3 *old_s3;
  AncS3Reader *old_reader;

  GST_OBJECT_LOCK (self);
  old_s3 = self->s3;
  old_reader = self->reader;
  self->s3 = s3;
  self->reader = reader;
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&old_reader, anc_s3_reader_free);
  g_clear_pointer (&old_s3, anc_s3_unref);
}

static gboolean
open_object (GstAncS3Src *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AncS3) s3 = NULL;
  AncS3Reader *reader = NULL;

  GST_OBJECT_LOCK (self);
  s3 = gst_anc_s3_connection_open (&self->connection, GST_ELEMENT (self),
                                   &error);
  GST_OBJECT_UNLOCK (self);
  if (s3 != NULL)
    reader = open_reader (self, s3, &error);
  if (reader == NULL) {
    post_error (self, error, GST_RESOURCE_ERROR_OPEN_READ);
    return FALSE;
  }
  set_open (self, g_steal_pointer (&s3), reader);
  return TRUE;
}

/* A demuxer asks for random access, and pulls, before our own state changes:
 * then this opens the object. It stays open through stop (), which the base
 * class calls after each such question. */
static gboolean
gst_anc_s3_src_start (GstBaseSrc *base)
{
  GstAncS3Src *self = GST_ANC_S3_SRC (base);

  if (self->reader != NULL)
    return TRUE;
  self->said_why_not = !open_object (self);
  return !self->said_why_not;
}

/* Here rather than in start () where it can be, as the base class adds an error
 * of its own to that of start (). */
static gboolean
open_for_pause (GstAncS3Src *self)
{
  if (self->said_why_not) {
    self->said_why_not = FALSE;
    return FALSE;
  }
  return self->reader != NULL || open_object (self);
}

static GstStateChangeReturn
gst_anc_s3_src_change_state (GstElement *element, GstStateChange change)
{
  GstAncS3Src *self = GST_ANC_S3_SRC (element);
  GstStateChangeReturn result = GST_STATE_CHANGE_FAILURE;

  if (change != GST_STATE_CHANGE_READY_TO_PAUSED || open_for_pause (self))
    result = GST_ELEMENT_CLASS (gst_anc_s3_src_parent_class)
                 ->change_state (element, change);
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY
      || change == GST_STATE_CHANGE_READY_TO_NULL
      || (change == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    set_open (self, NULL, NULL);
  return result;
}

static gboolean
gst_anc_s3_src_is_seekable (GstBaseSrc *base)
{
  return TRUE;
}

static gboolean
gst_anc_s3_src_get_size (GstBaseSrc *base, guint64 *ret_size)
{
  GstAncS3Src *self = GST_ANC_S3_SRC (base);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = self->reader != NULL;
  if (known)
    *ret_size = anc_s3_reader_info (self->reader)->size;
  GST_OBJECT_UNLOCK (self);
  return known;
}

/* --- the stream --- */

static void
set_flushing (GstAncS3Src *self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  if (self->reader != NULL)
    anc_s3_reader_set_flushing (self->reader, flushing);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_anc_s3_src_unlock (GstBaseSrc *base)
{
  set_flushing (GST_ANC_S3_SRC (base), TRUE);
  return TRUE;
}

static gboolean
gst_anc_s3_src_unlock_stop (GstBaseSrc *base)
{
  set_flushing (GST_ANC_S3_SRC (base), FALSE);
  return TRUE;
}

static GstFlowReturn
gst_anc_s3_src_fill (GstBaseSrc *base, guint64 offset, guint size,
                     GstBuffer *buffer)
{
  GstAncS3Src *self = GST_ANC_S3_SRC (base);
  g_autoptr (GError) error = NULL;
  GstMapInfo map;
  gboolean good;
  gsize n;

  if (!gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE,
                       ("The memory of a buffer cannot be written."), (NULL));
    return GST_FLOW_ERROR;
  }
  good = anc_s3_reader_read (self->reader, offset, map.data,
                             MIN (size, map.size), &n, &error);
  gst_buffer_unmap (buffer, &map);
  if (!good && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return GST_FLOW_FLUSHING;
  if (!good) {
    post_error (self, error, GST_RESOURCE_ERROR_READ);
    return GST_FLOW_ERROR;
  }
  if (n == 0)
    return GST_FLOW_EOS;
  gst_buffer_resize (buffer, 0, (gssize) n);
  GST_BUFFER_OFFSET (buffer) = offset;
  GST_BUFFER_OFFSET_END (buffer) = offset + n;
  return GST_FLOW_OK;
}

static gboolean
gst_anc_s3_src_query (GstBaseSrc *base, GstQuery *query)
{
  GstAncS3Src *self = GST_ANC_S3_SRC (base);
  g_autofree gchar *uri = NULL;

  if (GST_QUERY_TYPE (query) != GST_QUERY_URI)
    return GST_BASE_SRC_CLASS (gst_anc_s3_src_parent_class)
        ->query (base, query);
  GST_OBJECT_LOCK (self);
  uri = gst_anc_s3_connection_get_uri (&self->connection);
  GST_OBJECT_UNLOCK (self);
  gst_query_set_uri (query, uri);
  return TRUE;
}

/* --- URI handler --- */

static GstURIType
uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static gchar *
uri_get (GstURIHandler *handler)
{
  GstAncS3Src *self = GST_ANC_S3_SRC (handler);
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
                             &GST_ANC_S3_SRC (handler)->connection, uri, error);
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

/* --- properties --- */

static GstStructure *
stats_of (GstAncS3Src *self)
{
  AncS3ReaderStats stats = { 0 };
  AncAwsClientStats client = { 0 };

  if (self->reader != NULL)
    anc_s3_reader_get_stats (self->reader, &stats);
  if (self->s3 != NULL)
    anc_aws_client_get_stats (anc_s3_client (self->s3), &client);
  return gst_structure_new (
      "ancs3src", "bytes-read", G_TYPE_UINT64, stats.bytes_read,
      "bytes-received", G_TYPE_UINT64, stats.bytes_received, "ranges",
      G_TYPE_UINT64, stats.ranges, "resumed", G_TYPE_UINT64, stats.resumed,
      "jumps", G_TYPE_UINT64, stats.jumps, "memory", G_TYPE_UINT64,
      stats.memory, "requests", G_TYPE_UINT64, client.requests, "retries",
      G_TYPE_UINT64, client.retries, "throttled", G_TYPE_UINT64,
      client.throttled, NULL);
}

static void
gst_anc_s3_src_set_property (GObject *object, guint id, const GValue *value,
                             GParamSpec *pspec)
{
  GstAncS3Src *self = GST_ANC_S3_SRC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_RANGE_SIZE:
    self->range_size = g_value_get_uint (value);
    break;
  case PROP_PARALLEL_DOWNLOADS:
    self->parallel_downloads = g_value_get_uint (value);
    break;
  default:
    if (!gst_anc_s3_connection_set (&self->connection, id, value))
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_anc_s3_src_get_property (GObject *object, guint id, GValue *value,
                             GParamSpec *pspec)
{
  GstAncS3Src *self = GST_ANC_S3_SRC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_RANGE_SIZE:
    g_value_set_uint (value, self->range_size);
    break;
  case PROP_PARALLEL_DOWNLOADS:
    g_value_set_uint (value, self->parallel_downloads);
    break;
  case PROP_STATS:
    g_value_take_boxed (value, stats_of (self));
    break;
  default:
    if (!gst_anc_s3_connection_get (&self->connection, id, value))
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_anc_s3_src_finalize (GObject *object)
{
  GstAncS3Src *self = GST_ANC_S3_SRC (object);

  gst_anc_s3_connection_clear (&self->connection);
  G_OBJECT_CLASS (gst_anc_s3_src_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  gst_anc_s3_connection_install (klass, TRUE);
  g_object_class_install_property (
      klass, PROP_RANGE_SIZE,
      g_param_spec_uint ("range-size", "Range size",
                         "Bytes that a request asks for at most",
                         MIN_RANGE_SIZE, MAX_RANGE_SIZE, DEFAULT_RANGE_SIZE,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                             | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (
      klass, PROP_PARALLEL_DOWNLOADS,
      g_param_spec_uint ("parallel-downloads", "Parallel downloads",
                         "Requests at the same time", 1, MAX_PARALLEL_DOWNLOADS,
                         DEFAULT_PARALLEL_DOWNLOADS,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                             | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (
      klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Bytes, ranges, jumps, retries and memory since the "
                          "start",
                          GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_anc_s3_src_class_init (GstAncS3SrcClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *source = GST_BASE_SRC_CLASS (klass);

  object->set_property = gst_anc_s3_src_set_property;
  object->get_property = gst_anc_s3_src_get_property;
  object->finalize = gst_anc_s3_src_finalize;
  element->change_state = gst_anc_s3_src_change_state;
  source->start = gst_anc_s3_src_start;
  source->is_seekable = gst_anc_s3_src_is_seekable;
  source->get_size = gst_anc_s3_src_get_size;
  source->unlock = gst_anc_s3_src_unlock;
  source->unlock_stop = gst_anc_s3_src_unlock_stop;
  source->fill = gst_anc_s3_src_fill;
  source->query = gst_anc_s3_src_query;

  install_properties (object);
  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (
      element, "S3 source", "Source/Network",
      "Reads an object of Amazon S3 and its like",
      "The gst-plugins-anc contributors");
}

static void
gst_anc_s3_src_init (GstAncS3Src *self)
{
  gst_anc_s3_connection_init (&self->connection);
  self->range_size = DEFAULT_RANGE_SIZE;
  self->parallel_downloads = DEFAULT_PARALLEL_DOWNLOADS;
  gst_base_src_set_blocksize (GST_BASE_SRC (self), BUFFER_SIZE);
}
