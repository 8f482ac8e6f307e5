/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What muxers and applications ask the sink. */
#include "config.h"

#include "gstancs3sink-private.h"

/* Muxers ask whether they may come back to their header. */
static void
answer_seeking (GstAncS3Sink *self, GstQuery *query)
{
  gboolean rotates;
  GstFormat format;

  GST_OBJECT_LOCK (self);
  rotates
      = self->settings.rotate_size > 0 || self->settings.rotate_duration > 0;
  GST_OBJECT_UNLOCK (self);
  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  gst_query_set_seeking (query, format, format == GST_FORMAT_BYTES && !rotates,
                         0, -1);
}

static gboolean
answer_position (GstAncS3Sink *self, GstQuery *query)
{
  AncS3UploaderStats stats = { 0 };
  GstFormat format;

  gst_query_parse_position (query, &format, NULL);
  if (format != GST_FORMAT_BYTES && format != GST_FORMAT_DEFAULT)
    return FALSE;
  GST_OBJECT_LOCK (self);
  if (self->uploader != NULL)
    anc_s3_uploader_get_stats (self->uploader, &stats);
  GST_OBJECT_UNLOCK (self);
  gst_query_set_position (query, format, (gint64) stats.bytes_written);
  return TRUE;
}

gboolean
gst_anc_s3_sink_answer (GstAncS3Sink *self, GstQuery *query)
{
  g_autofree gchar *uri = NULL;

  switch (GST_QUERY_TYPE (query)) {
  case GST_QUERY_SEEKING:
    answer_seeking (self, query);
    return TRUE;
  case GST_QUERY_POSITION:
    if (answer_position (self, query))
      return TRUE;
    break;
  case GST_QUERY_FORMATS:
    gst_query_set_formats (query, 2, GST_FORMAT_DEFAULT, GST_FORMAT_BYTES);
    return TRUE;
  case GST_QUERY_URI:
    GST_OBJECT_LOCK (self);
    uri = gst_anc_s3_connection_get_uri (&self->connection);
    GST_OBJECT_UNLOCK (self);
    gst_query_set_uri (query, uri);
    return TRUE;
  default:
    break;
  }
  return FALSE;
}
