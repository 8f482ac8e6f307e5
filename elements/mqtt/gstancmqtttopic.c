/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancmqtttopic.h"

#include <string.h>

#include "anc-mqtt-error.h"

#define UNKNOWN "unknown"

/* A value of the stream as one level of a topic. */
static void
append_level (GString *topic, const gchar *value)
{
  g_autofree gchar *level = g_strdup (value != NULL ? value : UNKNOWN);

  g_strdelimit (level, "/+#", '_');
  g_string_append (topic, *level != '\0' ? level : UNKNOWN);
}

static void
append_tag (GString *topic, const gchar *name, const GstTagList *tags)
{
  const GValue *value
      = tags != NULL ? gst_tag_list_get_value_index (tags, name, 0) : NULL;
  g_autofree gchar *text = NULL;

  if (value != NULL && G_VALUE_HOLDS_STRING (value))
    text = g_value_dup_string (value);
  else if (value != NULL)
    text = gst_value_serialize (value);
  append_level (topic, text);
}

static gboolean
is_known (const gchar *name)
{
  return g_str_equal (name, "element") || g_str_equal (name, "client-id")
         || g_str_equal (name, "host") || gst_tag_exists (name);
}

gboolean
gst_anc_mqtt_topic_check_template (const gchar *text, GError **error)
{
  while (text != NULL && (text = strpbrk (text, "{}")) != NULL) {
    g_autofree gchar *name = NULL;
    const gchar *end = strchr (text, '}');

    if (text[0] == text[1]) {
      text += 2;
      continue;
    }
    if (*text == '{' && end != NULL)
      name = g_strndup (text + 1, (gsize) (end - text - 1));
    if (name == NULL || !is_known (name)) {
      g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_TOPIC,
                   "the topic has the placeholder %s%s%s that is not known; "
                   "there are {element}, {client-id}, {host} and tags such as "
                   "{title}, and braces are written {{ and }}",
                   name != NULL ? "{" : "", name != NULL ? name : text,
                   name != NULL ? "}" : "");
      return FALSE;
    }
    text = end + 1;
  }
  return TRUE;
}

gchar *
gst_anc_mqtt_topic_expand (const gchar *text, const gchar *element,
                           const gchar *client_id, const GstTagList *tags)
{
  GString *topic = g_string_new (NULL);

  while (*text != '\0') {
    gsize plain = strcspn (text, "{}");
    g_autofree gchar *name = NULL;

    g_string_append_len (topic, text, (gssize) plain);
    text += plain;
    if (*text == '\0')
      break;
    if (text[0] == text[1]) {
      g_string_append_c (topic, *text);
      text += 2;
      continue;
    }
    plain = strcspn (text, "}");
    name = g_strndup (text + 1, plain - 1);
    if (g_str_equal (name, "element"))
      append_level (topic, element);
    else if (g_str_equal (name, "client-id"))
      append_level (topic, client_id);
    else if (g_str_equal (name, "host"))
      append_level (topic, g_get_host_name ());
    else
      append_tag (topic, name, tags);
    text += plain + 1;
  }
  return g_string_free (topic, FALSE);
}
