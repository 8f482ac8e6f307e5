/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "observer.h"

#include "records.h"

#define PATIENCE_US (30 * G_TIME_SPAN_SECOND)

Client *
subscribe (TestServer *broker)
{
  g_autoptr (AncMqttSettings) settings = broker_settings (broker, "PORT");
  g_autoptr (GError) error = NULL;
  Client *client;

  settings->client_id = g_strdup ("observer");
  settings->clean_session = FALSE;
  client = client_new (settings, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (
      anc_mqtt_connection_subscribe (client->connection, "#", 1, &error));
  client_start (client);
  client_wait_state (client, ANC_MQTT_STATE_CONNECTED);
  return client;
}

Scene *
scene_new (const gchar *server)
{
  TestServer *broker = test_server_new (server);
  Scene *self;

  if (broker == NULL)
    return NULL;
  self = g_new0 (Scene, 1);
  self->broker = broker;
  self->port = test_server_get_port (broker, "PORT");
  self->client = subscribe (broker);
  return self;
}

void
scene_free (Scene *self)
{
  client_free (self->client);
  test_server_free (self->broker);
  g_free (self);
}

AncMqttMessage *
message_of (Client *client, guint i)
{
  AncMqttMessage *message;

  g_mutex_lock (&client->lock);
  g_assert_cmpuint (i, <, client->messages->len);
  message = anc_mqtt_message_ref (g_ptr_array_index (client->messages, i));
  g_mutex_unlock (&client->lock);
  return message;
}

guint
messages (Client *client)
{
  guint count;

  g_mutex_lock (&client->lock);
  count = client->messages->len;
  g_mutex_unlock (&client->lock);
  return count;
}

JsonNode *
parse_payload (GBytes *payload)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  const gchar *text = g_bytes_get_data (payload, &size);
  g_autofree gchar *whole = g_strndup (text, size);
  JsonNode *node = json_from_string (whole, &error);

  g_assert_no_error (error);
  return node;
}

GPtrArray *
records_of (Client *client)
{
  GPtrArray *records
      = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  guint count = messages (client);

  for (guint i = 0; i < count; i++) {
    g_autoptr (AncMqttMessage) message = message_of (client, i);
    g_autoptr (JsonNode) node = parse_payload (message->payload);

    if (JSON_NODE_HOLDS_OBJECT (node)) {
      g_ptr_array_add (records, json_node_dup_object (node));
      continue;
    }
    for (guint j = 0; j < json_array_get_length (json_node_get_array (node));
         j++)
      g_ptr_array_add (records, json_object_ref (json_array_get_object_element (
                                    json_node_get_array (node), j)));
  }
  return records;
}

const gchar *
text_of (JsonObject *record, const gchar *member)
{
  return json_object_get_string_member (record, member);
}

gint64
sequence_of (JsonObject *record)
{
  return json_object_get_int_member (record, "sequence");
}

gint64
assert_consecutive (GPtrArray *records, gint64 first)
{
  gint64 next = first;

  for (guint i = 0; i < records->len; i++) {
    JsonObject *record = g_ptr_array_index (records, i);

    g_assert_cmpstr (text_of (record, "format"), ==, "anc-telemetry-1");
    g_assert_cmpint (sequence_of (record), <=, next);
    if (sequence_of (record) == next)
      next++;
  }
  return next - 1;
}

GPtrArray *
wait_reason (Client *client, const gchar *reason)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_US;

  for (;;) {
    g_autoptr (GPtrArray) records = records_of (client);

    for (guint i = 0; i < records->len; i++) {
      if (g_str_equal (text_of (g_ptr_array_index (records, i), "reason"),
                       reason))
        return g_steal_pointer (&records);
    }
    g_assert_cmpint (g_get_monotonic_time (), <, until);
    g_usleep (5000);
  }
}

void
end_stream (GstElement *pipeline)
{
  g_assert_true (gst_element_send_event (pipeline, gst_event_new_eos ()));
  wait_eos (pipeline);
}

guint64
stat_of (GstElement *pipeline, const gchar *field)
{
  g_autoptr (GstElement) telemetry
      = gst_bin_get_by_name (GST_BIN (pipeline), "telemetry");
  g_autoptr (GstStructure) stats = NULL;
  guint64 count;

  g_object_get (telemetry, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, field, &count));
  return count;
}

void
wait_stat (GstElement *pipeline, const gchar *field, guint64 least)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_US;

  while (stat_of (pipeline, field) < least) {
    g_assert_cmpint (g_get_monotonic_time (), <, until);
    g_usleep (2000);
  }
}
