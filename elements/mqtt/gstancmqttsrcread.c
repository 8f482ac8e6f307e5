/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages become buffers: caps, times and flags. */
#include "config.h"

#include "gstancmqttsrc-private.h"

#include "anc-mqtt-gzip.h"
#include "anc-mqtt-payload.h"

/* A sender's clock that goes back, or ahead by more, is a new stream. */
#define JUMP (10 * GST_SECOND)

/* Untrusted: any publisher can send any text. */
static gboolean
parse_caps (GstAncMqttSrc *self, const gchar *text)
{
  GstCaps *caps;

  if (g_strcmp0 (text, self->caps_text) == 0)
    return TRUE;
  caps = gst_caps_from_string (text);
  if (caps == NULL || !gst_caps_is_fixed (caps)) {
    gst_clear_caps (&caps);
    return FALSE;
  }
  g_free (self->caps_text);
  self->caps_text = g_strdup (text);
  gst_clear_caps (&self->message_caps);
  self->message_caps = caps;
  return gst_base_src_set_caps (GST_BASE_SRC (self), caps);
}

static GstClockTime
running_time (GstAncMqttSrc *self)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));
  GstClockTime now = clock != NULL ? gst_clock_get_time (clock) : base;

  return now > base ? now - base : 0;
}

static gboolean
is_new_stream (const GstAncMqttSrc *self, GstClockTime pts)
{
  return !GST_CLOCK_TIME_IS_VALID (self->last_pts)
         || pts + JUMP < self->last_pts || pts > self->last_pts + JUMP;
}

/* The sender's time on our running time: the first one is now. */
static GstClockTime
translate (GstAncMqttSrc *self, GstClockTime time)
{
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return time;
  if (time >= self->first_pts)
    return self->anchor + (time - self->first_pts);
  return self->anchor > self->first_pts - time
             ? self->anchor - (self->first_pts - time)
             : 0;
}

static void
set_times (GstAncMqttSrc *self, GstBuffer *buffer, AncMqttPayload *payload)
{
  GstClockTime pts = payload->pts;

  GST_BUFFER_DURATION (buffer) = payload->duration;
  GST_BUFFER_OFFSET (buffer) = payload->offset;
  if (self->timestamps == GST_ANC_MQTT_TIMESTAMPS_ARRIVAL)
    return;
  if (self->timestamps == GST_ANC_MQTT_TIMESTAMPS_SENDER) {
    if (GST_CLOCK_TIME_IS_VALID (pts) && is_new_stream (self, pts)) {
      self->first_pts = pts;
      self->anchor = running_time (self);
      payload->discont = TRUE;
    }
    if (GST_CLOCK_TIME_IS_VALID (pts))
      self->last_pts = pts;
    if (!GST_CLOCK_TIME_IS_VALID (self->first_pts)) {
      GST_BUFFER_PTS (buffer) = running_time (self);
      return;
    }
    pts = translate (self, pts);
    payload->dts = translate (self, payload->dts);
  }
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DTS (buffer) = payload->dts;
}

static void
set_flags (GstBuffer *buffer, const AncMqttPayload *payload)
{
  if (payload->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (payload->gap)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
  if (payload->delta)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
}

static GstBuffer *
read_json (GstAncMqttSrc *self, const AncMqttMessage *message, GError **error)
{
  g_auto (AncMqttPayload) payload = { 0 };
  GstBuffer *buffer;

  if (!anc_mqtt_payload_read (message->payload, self->max_payload, &payload,
                              error))
    return NULL;
  if (payload.caps != NULL && !parse_caps (self, payload.caps)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                 "its caps cannot be used");
    return NULL;
  }
  buffer = gst_buffer_new_wrapped_bytes (payload.data);
  set_times (self, buffer, &payload);
  set_flags (buffer, &payload);
  return buffer;
}

static GstBuffer *
read_raw (GstAncMqttSrc *self, const AncMqttMessage *message, GError **error)
{
  g_autoptr (GBytes) plain = NULL;

  if (!self->gzip)
    return gst_buffer_new_wrapped_bytes (message->payload);
  plain = anc_mqtt_gunzip (message->payload, self->max_payload, error);
  return plain != NULL ? gst_buffer_new_wrapped_bytes (plain) : NULL;
}

GstBuffer *
gst_anc_mqtt_src_read (GstAncMqttSrc *self, const AncMqttMessage *message,
                       GError **error)
{
  return self->format == GST_ANC_MQTT_PAYLOAD_JSON_BASE64
             ? read_json (self, message, error)
             : read_raw (self, message, error);
}
