/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text frames: one JSON object each. The limits are checked before json-glib
 * sees a byte: its parser recurses once a level, so a frame full of brackets
 * would need more stack than a thread has. */
#include "anc-stream-private.h"
#include "anc-one-object.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define DEPTH_MAX 8
#define CODE_MAX 64
#define SENTENCE_MAX 512

typedef struct {
  const gchar *name;
  guint flag;
} FlagName;

static const FlagName flag_names[] = {
  { "discont", ANC_STREAM_FLAG_DISCONT },
  { "gap", ANC_STREAM_FLAG_GAP },
  { "header", ANC_STREAM_FLAG_HEADER },
  { "delta", ANC_STREAM_FLAG_DELTA },
  { "more", ANC_STREAM_FLAG_MORE },
  { "continued", ANC_STREAM_FLAG_CONTINUED },
};

static const gchar *const type_names[] = {
  [ANC_STREAM_HELLO] = "hello",   [ANC_STREAM_DATA] = "data",
  [ANC_STREAM_ACK] = "ack",       [ANC_STREAM_END] = "end",
  [ANC_STREAM_FAILURE] = "error",
};

static gboolean
check_text (const gchar *text, gsize size, GError **error)
{
  if (size > ANC_STREAM_TEXT_MAX)
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_LIMIT,
                 "a text frame of %" G_GSIZE_FORMAT
                 " bytes, at most %u are allowed",
                 size, ANC_STREAM_TEXT_MAX);
  else if (size == 0 || memchr (text, '\0', size) != NULL
           || !g_utf8_validate_len (text, size, NULL))
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED,
                 "a text frame that is not text");
  else if (!anc_is_one_object (text, size, DEPTH_MAX))
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED,
                 "a text frame that is not one JSON object of at most %u "
                 "levels",
                 DEPTH_MAX);
  else
    return TRUE;
  return FALSE;
}

static gboolean
refuse_member (const gchar *name, const gchar *what, GError **error)
{
  g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED,
               "a text frame whose \"%s\" is not %s", name, what);
  return FALSE;
}

gboolean
anc_stream_read_uint (JsonObject *object, const gchar *name, guint64 min,
                      guint64 max, guint64 *ret_value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64 value;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return refuse_member (name, "a whole number", error);
  value = json_node_get_int (node);
  if (value < 0 || (guint64) value < min || (guint64) value > max)
    return refuse_member (name, "in its range", error);
  *ret_value = (guint64) value;
  return TRUE;
}

gboolean
anc_stream_read_boolean (JsonObject *object, const gchar *name,
                         gboolean *ret_value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return refuse_member (name, "true or false", error);
  *ret_value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
anc_stream_read_string (JsonObject *object, const gchar *name, gsize max,
                        gchar **ret_value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse_member (name, "a string", error);
  if (strlen (json_node_get_string (node)) > max)
    return refuse_member (name, "short enough", error);
  g_free (*ret_value);
  *ret_value = json_node_dup_string (node);
  return TRUE;
}

static gboolean
read_flags (JsonObject *object, guint *ret_flags, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++) {
    gboolean set = FALSE;

    if (!anc_stream_read_boolean (object, flag_names[i].name, &set, error))
      return FALSE;
    *ret_flags |= set ? flag_names[i].flag : 0;
  }
  return TRUE;
}

/* g_base64_decode () passes over whatever is not base64; a frame that was
 * damaged must not become other samples. */
static GBytes *
decode_base64 (const gchar *text, GError **error)
{
  gsize length = strlen (text), size;
  gsize digits
      = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                      "0123456789+/");
  guchar *data;

  if (length % 4 != 0 || length - digits > 2
      || strspn (text + digits, "=") != length - digits) {
    refuse_member ("data", "base64", error);
    return NULL;
  }
  data = g_base64_decode (text, &size);
  return g_bytes_new_take (data, size);
}

static gboolean
read_data (JsonObject *object, AncStreamMessage *message, GError **error)
{
  JsonNode *node = json_object_get_member (object, "data");

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse_member ("data", "a string", error);
  message->payload = decode_base64 (json_node_get_string (node), error);
  return message->payload != NULL
         && anc_stream_read_uint (object, "pts", 0, G_MAXINT64, &message->pts,
                                  error)
         && anc_stream_read_uint (object, "duration", 0, G_MAXINT64,
                                  &message->duration, error)
         && read_flags (object, &message->flags, error);
}

static gboolean
read_failure (JsonObject *object, AncStreamMessage *message, GError **error)
{
  message->code = g_strdup ("error");
  return anc_stream_read_string (object, "code", CODE_MAX, &message->code,
                                 error)
         && anc_stream_read_string (object, "message", SENTENCE_MAX,
                                    &message->text, error);
}

static gboolean
read_seq (JsonObject *object, AncStreamMessage *message, GError **error)
{
  if (!json_object_has_member (object, "seq"))
    return refuse_member ("seq", "there", error);
  return anc_stream_read_uint (object, "seq", 0, ANC_STREAM_SEQ_MAX,
                               &message->seq, error);
}

static gboolean
read_members (JsonObject *object, AncStreamMessage *message, GError **error)
{
  switch (message->type) {
  case ANC_STREAM_HELLO:
    return anc_stream_hello_parse (object, &message->hello, error);
  case ANC_STREAM_DATA:
    return read_seq (object, message, error)
           && read_data (object, message, error);
  case ANC_STREAM_ACK:
  case ANC_STREAM_END:
    return read_seq (object, message, error);
  case ANC_STREAM_FAILURE:
    return read_failure (object, message, error);
  case ANC_STREAM_OTHER:
    return TRUE;
  }
  return TRUE;
}

static AncStreamType
type_from_name (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++) {
    if (g_str_equal (name, type_names[i]))
      return i;
  }
  return ANC_STREAM_OTHER;
}

static AncStreamMessage *
read_object (JsonObject *object, GError **error)
{
  g_autofree gchar *type = NULL;
  g_autoptr (AncStreamMessage) message = NULL;

  if (!anc_stream_read_string (object, "type", CODE_MAX, &type, error))
    return NULL;
  if (type == NULL) {
    refuse_member ("type", "there", error);
    return NULL;
  }
  message = anc_stream_message_new (type_from_name (type), 0);
  if (!read_members (object, message, error))
    return NULL;
  return g_steal_pointer (&message);
}

AncStreamMessage *
anc_stream_text_parse (GBytes *frame, GError **error)
{
  gsize size;
  const gchar *text = g_bytes_get_data (frame, &size);
  g_autoptr (JsonParser) parser = NULL;
  JsonNode *root;

  if (!check_text (text, size, error))
    return NULL;
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, size, NULL)
      || (root = json_parser_get_root (parser)) == NULL
      || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_MALFORMED,
                 "a text frame that is not a JSON object");
    return NULL;
  }
  return read_object (json_node_get_object (root), error);
}

static void
append_time (GString *text, const gchar *name, guint64 time)
{
  if (time <= G_MAXINT64)
    g_string_append_printf (text, ",\"%s\":%" G_GUINT64_FORMAT, name, time);
}

/* By hand: of these fields none needs escaping, and this is done for each
 * buffer. */
static GBytes *
data_to_text (const AncStreamMessage *self)
{
  gsize size;
  const guchar *payload = g_bytes_get_data (self->payload, &size);
  g_autofree gchar *base64 = g_base64_encode (payload, size);
  GString *text = g_string_sized_new (strlen (base64) + 160);

  g_string_append_printf (text, "{\"type\":\"data\",\"seq\":%" G_GUINT64_FORMAT,
                          self->seq);
  append_time (text, "pts", self->pts);
  append_time (text, "duration", self->duration);
  for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++) {
    if (self->flags & flag_names[i].flag)
      g_string_append_printf (text, ",\"%s\":true", flag_names[i].name);
  }
  g_string_append_printf (text, ",\"data\":\"%s\"}", base64);
  return g_string_free_to_bytes (text);
}

static void
set_hello (JsonObject *object, const AncStreamHello *hello)
{
  json_object_set_int_member (object, "version", ANC_STREAM_VERSION);
  if (hello->stream != NULL)
    json_object_set_string_member (object, "stream", hello->stream);
  if (hello->caps != NULL)
    json_object_set_string_member (object, "caps", hello->caps);
  if (hello->format != NULL) {
    json_object_set_string_member (object, "format", hello->format);
    json_object_set_int_member (object, "rate", hello->rate);
    json_object_set_int_member (object, "channels", hello->channels);
  }
  json_object_set_string_member (object, "encoding",
                                 hello->base64 ? "base64" : "binary");
  json_object_set_boolean_member (object, "ack", hello->ack);
}

static GBytes *
object_to_text (const AncStreamMessage *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  gchar *text;

  json_node_take_object (root, object);
  json_object_set_string_member (object, "type", type_names[self->type]);
  if (self->type == ANC_STREAM_HELLO) {
    set_hello (object, &self->hello);
  } else if (self->type == ANC_STREAM_FAILURE) {
    json_object_set_string_member (object, "code", self->code);
    if (self->text != NULL)
      json_object_set_string_member (object, "message", self->text);
  } else {
    json_object_set_int_member (object, "seq", (gint64) self->seq);
  }
  text = json_to_string (root, FALSE);
  return g_bytes_new_take (text, strlen (text));
}

GBytes *
anc_stream_message_to_text (const AncStreamMessage *self, GError **error)
{
  g_autoptr (GBytes) text = self->type == ANC_STREAM_DATA
                                ? data_to_text (self)
                                : object_to_text (self);

  if (g_bytes_get_size (text) > ANC_STREAM_TEXT_MAX) {
    g_set_error (error, ANC_STREAM_ERROR, ANC_STREAM_ERROR_LIMIT,
                 "a %s of %" G_GSIZE_FORMAT
                 " bytes does not fit into a text frame of %u",
                 type_names[self->type], g_bytes_get_size (text),
                 ANC_STREAM_TEXT_MAX);
    return NULL;
  }
  return g_steal_pointer (&text);
}
