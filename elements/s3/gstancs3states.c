/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the sink holds in which state: from READY on the service, from PAUSED on
 * the uploader. */
#include "config.h"

#include "gstancs3sink-private.h"

#include "anc-aws-error.h"

/* A short object is through by then, and needs no check. */
#define CHECK_AFTER_MS 1000

/* Rotation needs names that differ. */
static gboolean
check_pattern (GstAncS3Sink *self, GError **error)
{
  gboolean rotates
      = self->settings.rotate_size > 0 || self->settings.rotate_duration > 0;

  if (!rotates || anc_s3_key_varies (self->pattern))
    return TRUE;
  anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                     "key: with rotation every object needs a name of its own, "
                     "and \"%s\" is always the same; put {index}, {time} or "
                     "{uuid} into it.",
                     self->connection.key);
  return FALSE;
}

/* The object's lock is held. */
static gboolean
configure (GstAncS3Sink *self, GError **error)
{
  g_autoptr (AncS3Description) description = NULL;

  self->s3 = gst_anc_s3_connection_open (&self->connection, GST_ELEMENT (self),
                                         error);
  if (self->s3 == NULL)
    return FALSE;
  self->pattern = anc_s3_key_parse (self->connection.key, error);
  if (self->pattern == NULL || !check_pattern (self, error))
    return FALSE;
  self->bucket = g_strdup (self->connection.bucket);
  description
      = gst_anc_s3_sink_settings_describe (&self->settings, NULL, error);
  return description != NULL;
}

/* Not in the base class's start (), which adds an error of its own to ours. */
static gboolean
open_service (GstAncS3Sink *self)
{
  g_autoptr (GError) error = NULL;
  gboolean good;

  GST_OBJECT_LOCK (self);
  good = configure (self, &error);
  GST_OBJECT_UNLOCK (self);
  if (!good)
    gst_anc_s3_sink_post_error (self, error, GST_RESOURCE_ERROR_SETTINGS);
  return good;
}

static void
close_service (GstAncS3Sink *self)
{
  AncS3 *s3;

  GST_OBJECT_LOCK (self);
  s3 = g_steal_pointer (&self->s3);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&s3, anc_s3_unref);
  g_clear_pointer (&self->pattern, anc_s3_key_free);
  g_clear_pointer (&self->bucket, g_free);
}

static gboolean
open_uploader (GstAncS3Sink *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *directory = NULL;
  AncS3UploaderOptions options;
  AncS3Uploader *uploader;

  GST_OBJECT_LOCK (self);
  directory = g_strdup (self->settings.spool_directory);
  options = (AncS3UploaderOptions){
    .s3 = self->s3,
    .calls = anc_s3_calls (),
    .bucket = self->bucket,
    .part_size = self->settings.part_size,
    .parallel = self->settings.parallel_uploads,
    .max_memory = self->settings.max_memory,
    .on_error = self->settings.on_error,
    .timeout_seconds = self->connection.timeout,
    .spool_directory = directory,
    .spool_limit = self->settings.spool_limit,
    .check_after_ms = self->settings.check_access ? CHECK_AFTER_MS : 0,
    .events = gst_anc_s3_sink_events,
    .data = self,
  };
  self->last_progress = g_get_monotonic_time ();
  GST_OBJECT_UNLOCK (self);
  uploader = anc_s3_uploader_new (&options, &error);
  if (uploader == NULL) {
    gst_anc_s3_sink_post_error (self, error, GST_RESOURCE_ERROR_OPEN_WRITE);
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  self->uploader = uploader;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* What has not ended is dealt with as on-error says. The statistics stay
 * readable until it is. */
static void
close_uploader (GstAncS3Sink *self)
{
  AncS3Uploader *uploader;

  if (self->uploader != NULL)
    anc_s3_uploader_stop (self->uploader);
  GST_OBJECT_LOCK (self);
  uploader = g_steal_pointer (&self->uploader);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&uploader, anc_s3_uploader_free);
  gst_anc_s3_sink_forget_stream (self);
}

static gboolean
before_change (GstAncS3Sink *self, GstStateChange change)
{
  switch (change) {
  case GST_STATE_CHANGE_NULL_TO_READY:
    return open_service (self);
  case GST_STATE_CHANGE_READY_TO_PAUSED:
    return open_uploader (self);
  default:
    return TRUE;
  }
}

static void
after_change (GstAncS3Sink *self, GstStateChange change, gboolean failed)
{
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY
      || (failed && change == GST_STATE_CHANGE_READY_TO_PAUSED))
    close_uploader (self);
  if (change == GST_STATE_CHANGE_READY_TO_NULL
      || (failed && change == GST_STATE_CHANGE_NULL_TO_READY))
    close_service (self);
}

GstStateChangeReturn
gst_anc_s3_sink_change_state (GstElement *element, GstStateChange change)
{
  GstAncS3Sink *self = GST_ANC_S3_SINK (element);
  GstStateChangeReturn result = GST_STATE_CHANGE_FAILURE;

  if (before_change (self, change))
    result = GST_ELEMENT_CLASS (g_type_class_peek (GST_TYPE_BASE_SINK))
                 ->change_state (element, change);
  after_change (self, change, result == GST_STATE_CHANGE_FAILURE);
  return result;
}
