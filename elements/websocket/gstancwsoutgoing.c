/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancwsoutgoing.h"

#include "anc-stream-message.h"

#include <string.h>

typedef struct {
  GstBufferFlags theirs;
  guint ours;
} FlagPair;

static const FlagPair flag_pairs[] = {
  { GST_BUFFER_FLAG_DISCONT, ANC_STREAM_FLAG_DISCONT },
  { GST_BUFFER_FLAG_GAP, ANC_STREAM_FLAG_GAP },
  { GST_BUFFER_FLAG_HEADER, ANC_STREAM_FLAG_HEADER },
  { GST_BUFFER_FLAG_DELTA_UNIT, ANC_STREAM_FLAG_DELTA },
};

void
gst_anc_ws_outgoing_start (GstAncWsOutgoing *self, gboolean raw,
                           gboolean base64, gboolean ack, gsize max_message)
{
  gst_anc_ws_outgoing_clear (self);
  *self = (GstAncWsOutgoing){
    .raw = raw,
    .base64 = base64 && !raw,
    .ack = ack && !raw,
    .max_payload = base64 && !raw
                       ? MIN (max_message, ANC_STREAM_BASE64_PAYLOAD_MAX)
                       : max_message,
    .stream = g_uuid_string_random (),
  };
}

void
gst_anc_ws_outgoing_clear (GstAncWsOutgoing *self)
{
  g_clear_pointer (&self->stream, g_free);
}

/* For readers that cannot parse caps. */
static void
describe_audio (const GstCaps *caps, AncStreamHello *hello)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  const gchar *format = gst_structure_get_string (structure, "format");
  const gchar *layout = gst_structure_get_string (structure, "layout");
  gint rate, channels;

  if (!gst_structure_has_name (structure, "audio/x-raw") || format == NULL
      || g_strcmp0 (layout, "interleaved") != 0
      || !gst_structure_get_int (structure, "rate", &rate)
      || !gst_structure_get_int (structure, "channels", &channels)
      || channels > 64)
    return;
  hello->format = g_strdup (format);
  hello->rate = (guint) rate;
  hello->channels = (guint) channels;
}

GstAncWsItem *
gst_anc_ws_outgoing_hello (GstAncWsOutgoing *self, const GstCaps *caps,
                           GError **error)
{
  g_autoptr (AncStreamMessage) message
      = anc_stream_message_new (ANC_STREAM_HELLO, 0);
  GBytes *frame;

  message->hello.stream = g_strdup (self->stream);
  message->hello.base64 = self->base64;
  message->hello.ack = self->ack;
  if (caps != NULL) {
    message->hello.caps = gst_caps_to_string (caps);
    describe_audio (caps, &message->hello);
  } else {
    message->hello.caps = g_strdup ("application/octet-stream");
  }
  if (strlen (message->hello.caps) > ANC_STREAM_CAPS_MAX) {
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_LIMIT,
                 "caps of more than %u characters", ANC_STREAM_CAPS_MAX);
    return NULL;
  }
  frame = anc_stream_message_to_text (message, error);
  if (frame == NULL)
    return NULL;
  self->greeted = TRUE;
  return gst_anc_ws_item_new (GST_ANC_WS_ITEM_HELLO, frame, TRUE);
}

static GBytes *
extract (GstBuffer *buffer, gsize offset, gsize size)
{
  gpointer data;

  gst_buffer_extract_dup (buffer, offset, size, &data, &size);
  return g_bytes_new_take (data, size);
}

static guint
flags_of (GstBuffer *buffer)
{
  guint flags = 0;

  for (guint i = 0; i < G_N_ELEMENTS (flag_pairs); i++) {
    if (GST_BUFFER_FLAG_IS_SET (buffer, flag_pairs[i].theirs))
      flags |= flag_pairs[i].ours;
  }
  return flags;
}

GstAncWsItem *
gst_anc_ws_outgoing_data (GstAncWsOutgoing *self, GstBuffer *buffer,
                          GstClockTime time, gsize *offset)
{
  gsize rest = gst_buffer_get_size (buffer) - *offset;
  gsize size = MIN (rest, self->max_payload);
  g_autoptr (GBytes) payload = extract (buffer, *offset, size);
  g_autoptr (AncStreamMessage) message = NULL;
  GstAncWsItem *item;

  if (self->raw) {
    *offset += size;
    return gst_anc_ws_item_new (GST_ANC_WS_ITEM_DATA,
                                g_steal_pointer (&payload), FALSE);
  }
  message = anc_stream_message_new_data (self->seq++, payload);
  if (*offset == 0) {
    message->pts = time;
    message->duration = GST_BUFFER_DURATION (buffer);
    message->flags = flags_of (buffer);
  } else {
    message->flags = ANC_STREAM_FLAG_CONTINUED;
  }
  message->flags |= size < rest ? ANC_STREAM_FLAG_MORE : 0;
  item = gst_anc_ws_item_new (GST_ANC_WS_ITEM_DATA,
                              self->base64
                                  ? anc_stream_message_to_text (message, NULL)
                                  : anc_stream_message_to_binary (message),
                              self->base64);
  item->seq = message->seq;
  item->continued = *offset > 0;
  *offset += size;
  return item;
}

GstAncWsItem *
gst_anc_ws_outgoing_end (GstAncWsOutgoing *self)
{
  g_autoptr (AncStreamMessage) message = NULL;
  GstAncWsItem *item;

  if (self->raw)
    return gst_anc_ws_item_new (GST_ANC_WS_ITEM_CLOSE, NULL, FALSE);
  message = anc_stream_message_new (ANC_STREAM_END, self->seq++);
  item = gst_anc_ws_item_new (GST_ANC_WS_ITEM_END,
                              anc_stream_message_to_text (message, NULL), TRUE);
  item->seq = message->seq;
  return item;
}
