/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stream in objects: names, bounds, what each begins with. */
#include "config.h"

#include "gstancs3sink-private.h"

#include "anc-aws-error.h"
#include "gstancs3error.h"

/* Media types after RFC 4337, 5334, 9639 and 7845's registrations, where they
 * are not the name of the caps. */
static const gchar *const media_types[][2] = {
  { "audio/x-wav", "audio/wav" },
  { "audio/x-flac", "audio/flac" },
  { "audio/x-m4a", "audio/mp4" },
  { "video/quicktime", "video/quicktime" },
  { "application/ogg", "application/ogg" },
  { "video/x-matroska", "video/x-matroska" },
  { "audio/x-matroska", "audio/x-matroska" },
  { "application/x-apetag", "audio/mpeg" },
};

/* What has one header, which its muxer writes at the end of the stream and which
 * is not in the caps. */
static const gchar *const whole_types[][2] = {
  { "audio/x-wav", "WAV" },     { "audio/x-rf64", "WAV" },
  { "audio/x-aiff", "AIFF" },   { "audio/x-m4a", "MP4" },
  { "video/quicktime", "MP4" }, { "video/x-msvideo", "AVI" },
};

static const gchar *
whole_type_of (const GstStructure *structure)
{
  const gchar *name = gst_structure_get_name (structure);

  if (gst_structure_has_field (structure, "streamheader"))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (whole_types); i++) {
    if (g_str_equal (name, whole_types[i][0]))
      return whole_types[i][1];
  }
  return NULL;
}

static gchar *
content_type_of (const GstStructure *structure)
{
  const gchar *name = gst_structure_get_name (structure);
  const gchar *variant = gst_structure_get_string (structure, "variant");

  if (g_str_equal (name, "video/quicktime") && variant != NULL
      && g_str_has_prefix (variant, "iso"))
    return g_strdup ("video/mp4");
  if (g_str_equal (name, "audio/mpeg")
      && gst_structure_has_field_typed (structure, "mpegversion", G_TYPE_INT))
    return g_strdup ("audio/mpeg");
  for (guint i = 0; i < G_N_ELEMENTS (media_types); i++) {
    if (g_str_equal (name, media_types[i][0]))
      return g_strdup (media_types[i][1]);
  }
  /* raw samples have no registered type without their parameters */
  return g_str_has_suffix (name, "/x-raw") ? NULL : g_strdup (name);
}

/* flacenc has its headers as Ogg wants them: nine bytes come before "fLaC".
 * Xiph, "Ogg FLAC mapping". */
static const guint8 ogg_flac[] = { 0x7f, 'F', 'L', 'A', 'C' };
#define OGG_FLAC_BYTES 9

static void
add_header (GPtrArray *header, const GValue *value)
{
  GstBuffer *buffer;

  if (!G_VALUE_HOLDS (value, GST_TYPE_BUFFER))
    return;
  buffer = g_value_get_boxed (value);
  if (gst_buffer_memcmp (buffer, 0, ogg_flac, sizeof ogg_flac) == 0)
    g_ptr_array_add (header,
                     gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY,
                                             OGG_FLAC_BYTES, -1));
  else
    g_ptr_array_add (header, gst_buffer_ref (buffer));
}

void
gst_anc_s3_sink_note_caps (GstAncS3Sink *self, GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  const GValue *streamheader
      = gst_structure_get_value (structure, "streamheader");

  g_free (self->content_type);
  self->content_type = content_type_of (structure);
  self->whole = whole_type_of (structure);
  g_ptr_array_set_size (self->header, 0);
  if (streamheader == NULL || !GST_VALUE_HOLDS_ARRAY (streamheader))
    return;
  for (guint i = 0; i < gst_value_array_get_size (streamheader); i++)
    add_header (self->header, gst_value_array_get_value (streamheader, i));
}

void
gst_anc_s3_sink_forget_stream (GstAncS3Sink *self)
{
  self->open = self->broken = self->said_whole = FALSE;
  self->whole = NULL;
  self->objects = 0;
  self->base = self->next = 0;
  self->first = self->last = GST_CLOCK_TIME_NONE;
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->content_type, g_free);
  g_ptr_array_set_size (self->header, 0);
  g_clear_pointer (&self->tags, gst_tag_list_unref);
}

static void
post_setting_error (GstAncS3Sink *self, const GError *error)
{
  GstAncS3ErrorPlace place
      = { .bucket = self->bucket, .fallback = GST_RESOURCE_ERROR_OPEN_WRITE };

  gst_anc_s3_post_error (GST_ELEMENT (self), error, NULL, &place);
}

/* --- names --- */

typedef struct {
  GstTagList *tags;
  gchar *value; /* of the last answer */
} TagLookup;

static const gchar *
look_up_tag (const gchar *name, gpointer data)
{
  TagLookup *lookup = data;
  GValue value = G_VALUE_INIT;

  g_clear_pointer (&lookup->value, g_free);
  if (lookup->tags == NULL || !gst_tag_exists (name)
      || !gst_tag_list_copy_value (&value, lookup->tags, name))
    return NULL;
  lookup->value = G_VALUE_HOLDS_STRING (&value) ? g_value_dup_string (&value)
                                                : gst_value_serialize (&value);
  g_value_unset (&value);
  return lookup->value;
}

static gchar *
next_key (GstAncS3Sink *self, guint64 index, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *name = gst_object_get_name (GST_OBJECT (self));
  TagLookup lookup = { self->tags, NULL };
  AncS3KeyValues values = { .time = now,
                            .index = index,
                            .element = name,
                            .tag = look_up_tag,
                            .tag_data = &lookup };
  g_autofree gchar *key = anc_s3_key_resolve (self->pattern, &values, error);

  g_free (lookup.value);
  if (key != NULL && g_strcmp0 (key, self->key) == 0 && self->objects > 0
      && anc_s3_key_varies (self->pattern)) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "key: two objects of this stream would both be \"%s\"; "
                       "put {index} or {uuid} into it.",
                       key);
    return NULL;
  }
  return g_steal_pointer (&key);
}

/* --- begin and end --- */

static GstFlowReturn
write_header (GstAncS3Sink *self)
{
  GstFlowReturn result = GST_FLOW_OK;

  for (guint i = 0; result == GST_FLOW_OK && i < self->header->len; i++) {
    GstBuffer *buffer = g_ptr_array_index (self->header, i);
    for (guint j = 0; result == GST_FLOW_OK && j < gst_buffer_n_memory (buffer);
         j++)
      result = gst_anc_s3_sink_write (self, gst_buffer_peek_memory (buffer, j));
  }
  return result;
}

static gboolean
begin (GstAncS3Sink *self, GError **error)
{
  g_autoptr (AncS3Description) description = NULL;
  g_autofree gchar *key = NULL;
  guint64 index;

  GST_OBJECT_LOCK (self);
  index = self->settings.index++;
  self->rotate = FALSE;
  description = gst_anc_s3_sink_settings_describe (&self->settings,
                                                   self->content_type, error);
  GST_OBJECT_UNLOCK (self);
  if (description == NULL)
    return FALSE;
  key = next_key (self, index, error);
  if (key == NULL
      || !anc_s3_uploader_begin (self->uploader, key,
                                 anc_s3_key_is_unique (self->pattern), index,
                                 &description->attributes, error))
    return FALSE;
  g_free (self->key);
  self->key = g_steal_pointer (&key);
  return TRUE;
}

GstFlowReturn
gst_anc_s3_sink_begin (GstAncS3Sink *self)
{
  g_autoptr (GError) error = NULL;

  if (self->broken)
    return GST_FLOW_ERROR;
  if (!begin (self, &error)) {
    self->broken = TRUE;
    post_setting_error (self, error);
    return GST_FLOW_ERROR;
  }
  self->base = self->next;
  self->first = self->last = GST_CLOCK_TIME_NONE;
  self->open = TRUE;
  g_object_notify (G_OBJECT (self), "index");
  /* the first one has them in the stream */
  return self->objects++ > 0 ? write_header (self) : GST_FLOW_OK;
}

gboolean
gst_anc_s3_sink_finish (GstAncS3Sink *self)
{
  guint64 duration = GST_CLOCK_TIME_IS_VALID (self->first)
                             && GST_CLOCK_TIME_IS_VALID (self->last)
                             && self->last > self->first
                         ? self->last - self->first
                         : 0;

  self->open = FALSE;
  return anc_s3_uploader_finish (self->uploader, duration, NULL);
}

/* --- bounds --- */

/* Muxers count bytes in their segments, and leave the time on the buffers. */
static GstClockTime
running_time (GstAncS3Sink *self, GstBuffer *buffer)
{
  GstSegment *segment = &GST_BASE_SINK (self)->segment;
  GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);

  if (segment->format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (time))
    return time;
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
}

void
gst_anc_s3_sink_note_time (GstAncS3Sink *self, GstBuffer *buffer)
{
  GstClockTime time = running_time (self, buffer);

  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;
  if (!GST_CLOCK_TIME_IS_VALID (self->first))
    self->first = time;
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    time += GST_BUFFER_DURATION (buffer);
  if (!GST_CLOCK_TIME_IS_VALID (self->last) || time > self->last)
    self->last = time;
}

/* The rest would be without a header, and the header's lengths wrong. */
static gboolean
may_cut (GstAncS3Sink *self)
{
  if (self->whole != NULL && !self->said_whole)
    GST_ELEMENT_WARNING (
        self, STREAM, FORMAT,
        ("A %s file cannot be cut, as its header is written at the end: all of "
         "it goes into one object. Rotate FLAC, Ogg, Matroska or MP3 instead, "
         "for example with flacenc, or set no rotation.",
         self->whole),
        (NULL));
  self->said_whole = self->whole != NULL;
  return self->whole == NULL;
}

gboolean
gst_anc_s3_sink_is_due (GstAncS3Sink *self, GstBuffer *buffer)
{
  GstClockTime time = running_time (self, buffer), span;
  guint64 size = anc_s3_uploader_size (self->uploader), limit;
  gboolean due;

  /* an object begins where a decoder can */
  if (size == 0 || GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    return FALSE;
  GST_OBJECT_LOCK (self);
  limit = self->settings.rotate_size;
  span = self->settings.rotate_duration;
  due = self->rotate
        || (limit > 0 && size + gst_buffer_get_size (buffer) > limit)
        || (span > 0 && GST_CLOCK_TIME_IS_VALID (time)
            && GST_CLOCK_TIME_IS_VALID (self->first)
            && time >= self->first + span);
  GST_OBJECT_UNLOCK (self);
  return due && may_cut (self);
}
