/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The payload format json-base64. Written by hand, a message is one string;
 * read with json-glib, after a look that keeps its recursion flat. */
#include "anc-mqtt-payload.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "anc-mqtt-error.h"
#include "anc-mqtt-gzip.h"
#include "anc-one-object.h"

#define FORMAT "anc-mqtt-1"
/* Members that are not known may be nested; json-glib's parser calls itself
 * for each level. */
#define DEPTH 16
/* Caps are text in practice of less than 1 kB. */
#define CAPS_BYTES 65536u

void
anc_mqtt_payload_clear (AncMqttPayload *self)
{
  g_clear_pointer (&self->caps, g_free);
  g_clear_pointer (&self->data, g_bytes_unref);
}

/* A JSON string (RFC 8259, 7). */
static void
append_string (GString *json, const gchar *text)
{
  g_string_append_c (json, '"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_printf (json, "\\%c", *text);
    else if ((guchar) *text < 0x20)
      g_string_append_printf (json, "\\u%04x", (guchar) *text);
    else
      g_string_append_c (json, *text);
  }
  g_string_append_c (json, '"');
}

static void
append_number (GString *json, const gchar *name, guint64 value)
{
  /* beyond what a JSON reader keeps exact nothing is said */
  if (value <= G_MAXINT64)
    g_string_append_printf (json, ",\"%s\":%" G_GUINT64_FORMAT, name, value);
}

static void
append_flags (GString *json, const AncMqttPayload *payload)
{
  const gchar *between = "";

  if (!payload->discont && !payload->gap && !payload->delta)
    return;
  g_string_append (json, ",\"flags\":[");
  if (payload->discont) {
    g_string_append (json, "\"discont\"");
    between = ",";
  }
  if (payload->gap) {
    g_string_append_printf (json, "%s\"gap\"", between);
    between = ",";
  }
  if (payload->delta)
    g_string_append_printf (json, "%s\"delta\"", between);
  g_string_append_c (json, ']');
}

static void
append_base64 (GString *json, GBytes *data)
{
  gsize size, at = json->len, written;
  const guchar *bytes = g_bytes_get_data (data, &size);
  gint state = 0, save = 0;

  /* GLib: (n / 3 + 1) * 4 + 4 bytes at most */
  g_string_set_size (json, at + (size / 3 + 1) * 4 + 4);
  written = size > 0 ? g_base64_encode_step (bytes, size, FALSE, json->str + at,
                                             &state, &save)
                     : 0;
  written
      += g_base64_encode_close (FALSE, json->str + at + written, &state, &save);
  g_string_truncate (json, at + written);
}

GBytes *
anc_mqtt_payload_write (const AncMqttPayload *payload, gboolean gzip)
{
  GString *json = g_string_new ("{\"format\":\"" FORMAT "\"");
  g_autoptr (GBytes) data
      = gzip ? anc_mqtt_gzip (payload->data) : g_bytes_ref (payload->data);

  if (payload->caps != NULL) {
    g_string_append (json, ",\"caps\":");
    append_string (json, payload->caps);
  }
  append_number (json, "pts", payload->pts);
  append_number (json, "dts", payload->dts);
  append_number (json, "duration", payload->duration);
  append_number (json, "offset", payload->offset);
  append_flags (json, payload);
  if (gzip)
    g_string_append (json, ",\"encoding\":\"gzip\"");
  g_string_append (json, ",\"data\":\"");
  append_base64 (json, data);
  g_string_append (json, "\"}");
  return g_string_free_to_bytes (json);
}

static gboolean
fail (GError **error, const gchar *why)
{
  g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_PAYLOAD,
               "the payload is not json-base64: %s", why);
  return FALSE;
}

static gboolean
get_string (JsonObject *object, const gchar *name, const gchar **ret_text,
            GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  *ret_text = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING) {
    g_autofree gchar *why = g_strdup_printf ("%s is no text", name);

    return fail (error, why);
  }
  *ret_text = json_node_get_string (node);
  return TRUE;
}

static gboolean
get_number (JsonObject *object, const gchar *name, guint64 *ret_number,
            GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  *ret_number = ANC_MQTT_NONE;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_INT64
      || json_node_get_int (node) < 0) {
    g_autofree gchar *why
        = g_strdup_printf ("%s is no whole number from 0 on", name);

    return fail (error, why);
  }
  *ret_number = (guint64) json_node_get_int (node);
  return TRUE;
}

static gboolean
get_flags (JsonObject *object, AncMqttPayload *payload, GError **error)
{
  JsonNode *node = json_object_get_member (object, "flags");
  JsonArray *flags;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail (error, "flags is no array");
  flags = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (flags); i++) {
    JsonNode *each = json_array_get_element (flags, i);
    const gchar *name
        = JSON_NODE_HOLDS_VALUE (each) ? json_node_get_string (each) : NULL;

    payload->discont |= g_strcmp0 (name, "discont") == 0;
    payload->gap |= g_strcmp0 (name, "gap") == 0;
    payload->delta |= g_strcmp0 (name, "delta") == 0;
  }
  return TRUE;
}

/* GLib's decoder skips what is not base64: we do not. */
static GBytes *
decode (const gchar *text, gsize limit, GError **error)
{
  gsize length = strlen (text), size, digits;
  guchar *bytes;

  digits = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "abcdefghijklmnopqrstuvwxyz0123456789+/");
  if (length % 4 != 0 || length - digits > 2
      || strspn (text + digits, "=") != length - digits) {
    fail (error, "data is not base64 with padding");
    return NULL;
  }
  if (length / 4 * 3 > limit + 2) {
    fail (error, "data is larger than max-payload-size");
    return NULL;
  }
  if (length == 0)
    return g_bytes_new (NULL, 0);
  bytes = g_base64_decode (text, &size);
  return g_bytes_new_take (bytes, size);
}

static gboolean
get_data (JsonObject *object, gsize limit, AncMqttPayload *payload,
          GError **error)
{
  const gchar *text, *encoding;
  g_autoptr (GBytes) data = NULL;

  if (!get_string (object, "data", &text, error)
      || !get_string (object, "encoding", &encoding, error))
    return FALSE;
  if (text == NULL)
    return fail (error, "it has no data");
  /* gzip adds a little to what cannot be compressed */
  data
      = decode (text, encoding != NULL ? limit + limit / 8 + 64 : limit, error);
  if (data == NULL)
    return FALSE;
  if (encoding == NULL)
    payload->data = g_steal_pointer (&data);
  else if (g_str_equal (encoding, "gzip"))
    payload->data = anc_mqtt_gunzip (data, limit, error);
  else
    return fail (error, "its encoding is not gzip");
  return payload->data != NULL;
}

static gboolean
read_object (JsonObject *object, gsize limit, AncMqttPayload *payload,
             GError **error)
{
  const gchar *format, *caps;

  if (!get_string (object, "format", &format, error)
      || !get_string (object, "caps", &caps, error))
    return FALSE;
  if (format != NULL && !g_str_equal (format, FORMAT))
    return fail (error, "its format is not " FORMAT);
  if (caps != NULL && strlen (caps) > CAPS_BYTES)
    return fail (error, "its caps are longer than 65,536 bytes");
  payload->caps = g_strdup (caps);
  return get_number (object, "pts", &payload->pts, error)
         && get_number (object, "dts", &payload->dts, error)
         && get_number (object, "duration", &payload->duration, error)
         && get_number (object, "offset", &payload->offset, error)
         && get_flags (object, payload, error)
         && get_data (object, limit, payload, error);
}

gboolean
anc_mqtt_payload_read (GBytes *text, gsize limit, AncMqttPayload *ret_payload,
                       GError **error)
{
  gsize size;
  const gchar *json = g_bytes_get_data (text, &size);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_auto (AncMqttPayload) payload = { 0 };
  JsonNode *root;

  if (json == NULL || !g_utf8_validate (json, (gssize) size, NULL))
    return fail (error, "it is no UTF-8 text");
  if (!anc_is_one_object (json, size, DEPTH))
    return fail (error, "it is not one JSON object, or nested too deeply");
  if (!json_parser_load_from_data (parser, json, (gssize) size, NULL))
    return fail (error, "it is no JSON");
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return fail (error, "it is no JSON object");
  if (!read_object (json_node_get_object (root), limit, &payload, error))
    return FALSE;
  *ret_payload = payload;
  payload = (AncMqttPayload){ 0 };
  return TRUE;
}
