/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "records.h"

#include <string.h>

#define PATIENCE (30 * GST_SECOND)

GstElement *
parse (const gchar *launch)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch_full (
      launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);

  g_assert_no_error (error);
  return gst_object_ref_sink (pipeline);
}

GstElement *
parse_format (const gchar *format, ...)
{
  g_autofree gchar *launch = NULL;
  va_list arguments;

  va_start (arguments, format);
  launch = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return parse (launch);
}

void
set_state (GstElement *element, GstState state)
{
  g_assert_cmpint (gst_element_set_state (element, state), !=,
                   GST_STATE_CHANGE_FAILURE);
  g_assert_cmpint (gst_element_get_state (element, NULL, NULL, PATIENCE), !=,
                   GST_STATE_CHANGE_FAILURE);
}

GstMessage *
wait_message (GstElement *pipeline, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message
      = gst_bus_timed_pop_filtered (bus, PATIENCE, types | GST_MESSAGE_ERROR);

  g_assert_nonnull (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
      && (types & GST_MESSAGE_ERROR) == 0) {
    g_autoptr (GError) error = NULL;
    gst_message_parse_error (message, &error, NULL);
    g_assert_no_error (error);
  }
  return message;
}

void
wait_eos (GstElement *pipeline)
{
  gst_message_unref (wait_message (pipeline, GST_MESSAGE_EOS));
}

GstStructure *
next_record (GstElement *pipeline)
{
  for (;;) {
    g_autoptr (GstMessage) message
        = wait_message (pipeline, GST_MESSAGE_ELEMENT);

    if (gst_message_has_name (message, "anc-telemetry"))
      return gst_structure_copy (gst_message_get_structure (message));
  }
}

GstStructure *
record_with_reason (GstElement *pipeline, const gchar *reason)
{
  for (;;) {
    GstStructure *record = next_record (pipeline);

    if (g_str_equal (gst_structure_get_string (record, "reason"), reason))
      return record;
    gst_structure_free (record);
  }
}

GstStructure *
last_record (GstElement *pipeline)
{
  GstStructure *record;

  set_state (pipeline, GST_STATE_PLAYING);
  record = record_with_reason (pipeline, "eos");
  set_state (pipeline, GST_STATE_NULL);
  return record;
}

static const GstStructure *
structure_of (const GstStructure *structure, const gchar *field)
{
  const GValue *value = gst_structure_get_value (structure, field);

  g_assert_nonnull (value);
  return gst_value_get_structure (value);
}

const GstStructure *
stream_of (const GstStructure *record)
{
  return structure_of (record, "stream");
}

guint64
counter_of (const GstStructure *record, const gchar *field)
{
  guint64 count;

  g_assert_true (gst_structure_get_uint64 (
      gst_structure_has_field (record, field) ? record : stream_of (record),
      field, &count));
  return count;
}

guint
array_size (const GstStructure *record, const gchar *field)
{
  const GValue *array = gst_structure_get_value (record, field);

  g_assert_nonnull (array);
  return gst_value_array_get_size (array);
}

const GstStructure *
array_item (const GstStructure *record, const gchar *field, guint index)
{
  g_assert_cmpuint (index, <, array_size (record, field));
  return gst_value_get_structure (gst_value_array_get_value (
      gst_structure_get_value (record, field), index));
}

const GstStructure *
element_of (const GstStructure *record, const gchar *name)
{
  for (guint i = 0; i < array_size (record, "elements"); i++) {
    const GstStructure *each = array_item (record, "elements", i);

    if (g_str_equal (gst_structure_get_string (each, "name"), name))
      return each;
  }
  return NULL;
}

gboolean
has_change (const GstStructure *record, const gchar *change)
{
  const GValue *array = gst_structure_get_value (record, "changes");

  for (guint i = 0; i < gst_value_array_get_size (array); i++) {
    if (g_str_equal (g_value_get_string (gst_value_array_get_value (array, i)),
                     change))
      return TRUE;
  }
  return FALSE;
}

/* What was lost is also told to a program. */
static void
assert_details (GstMessage *message, const GError *error)
{
  const GstStructure *details = NULL;

  if (strstr (error->message, " are lost") == NULL)
    return;
  gst_message_parse_warning_details (message, &details);
  g_assert_nonnull (details);
  g_assert_true (
      gst_structure_has_field_typed (details, "broker", G_TYPE_STRING));
  g_assert_true (
      gst_structure_has_field_typed (details, "messages", G_TYPE_UINT64));
}

gchar *
take_warnings (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GString *text = g_string_new (NULL);
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING)) != NULL) {
    g_autoptr (GError) error = NULL;

    gst_message_parse_warning (message, &error, NULL);
    assert_details (message, error);
    g_string_append_printf (text, "%s\n", error->message);
    gst_message_unref (message);
  }
  return g_string_free (text, FALSE);
}
