/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The schemes mqtt and mqtts after IANA's port names; the generic syntax is
 * RFC 3986. */
#include "anc-mqtt-uri.h"

#include <string.h>

#include "anc-mqtt-error.h"
#include "anc-secret.h"

#define FLAGS                                                                  \
  (G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH                         \
   | G_URI_FLAGS_ENCODED_QUERY | G_URI_FLAGS_ENCODED_FRAGMENT)

#define FORM "mqtt://HOST:PORT/TOPIC or mqtts://HOST:PORT/TOPIC"

static AncMqttUri *
fail (GError **error, const gchar *why)
{
  /* Not the text: it may hold a password. */
  g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_SETTINGS, "uri: %s", why);
  return NULL;
}

/* The topic: the path without its first slash, or NULL; FALSE if its %XX are
 * no text. */
static gboolean
read_topic (const gchar *path, gchar **ret_topic)
{
  *ret_topic = NULL;
  if (path[0] == '\0' || path[1] == '\0')
    return TRUE;
  *ret_topic = g_uri_unescape_string (path + 1, NULL);
  return *ret_topic != NULL && g_utf8_validate (*ret_topic, -1, NULL);
}

/* Names, addresses, and names in other alphabets; not what would end the host
 * when it is written again. */
static gboolean
is_host (const gchar *host)
{
  if (host == NULL || *host == '\0' || strpbrk (host, "/?#@[]%\\ ") != NULL)
    return FALSE;
  for (; *host != '\0'; host++) {
    if (g_ascii_iscntrl (*host))
      return FALSE;
  }
  return TRUE;
}

typedef struct {
  gchar *host;
  gint port;
  gchar *path;
  gchar *query;
  gchar *fragment;
} Parts;

static void
parts_clear (Parts *self)
{
  g_free (self->host);
  g_free (self->path);
  g_free (self->query);
  g_free (self->fragment);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static AncMqttUri *
from_parts (AncMqttUri *uri, Parts *parts, GError **error)
{
  g_autoptr (AncMqttUri) self = uri;

  if (!is_host (parts->host))
    return fail (error, "names no host; write " FORM);
  if (parts->port == 0 || parts->port > G_MAXUINT16)
    return fail (error, "has a port outside 1 to 65535");
  if (parts->query != NULL)
    return fail (error, "has a query; a ? in a topic is written %3F, and "
                        "settings are properties");
  if (parts->fragment != NULL)
    return fail (error, "has a #; in a topic filter it is written %23");
  if (!read_topic (parts->path, &self->topic))
    return fail (error, "has a topic whose %XX are not UTF-8 text");
  self->host = g_steal_pointer (&parts->host);
  self->port = parts->port > 0 ? (guint) parts->port
               : self->tls     ? ANC_MQTTS_PORT
                               : ANC_MQTT_PORT;
  return g_steal_pointer (&self);
}

AncMqttUri *
anc_mqtt_uri_parse (const gchar *text, GError **error)
{
  AncMqttUri *self;
  g_auto (Parts) parts = { 0 };
  g_autofree gchar *scheme = NULL;

  if (text == NULL || *text == '\0')
    return fail (error, "is empty; write " FORM);
  scheme = g_uri_parse_scheme (text);
  if (scheme == NULL
      || (g_ascii_strcasecmp (scheme, "mqtt") != 0
          && g_ascii_strcasecmp (scheme, "mqtts") != 0))
    return fail (error, "has another scheme; write " FORM);
  self = g_new0 (AncMqttUri, 1);
  self->tls = g_ascii_strcasecmp (scheme, "mqtts") == 0;
  if (!g_uri_split_with_user (text, FLAGS, NULL, &self->user, &self->password,
                              NULL, &parts.host, &parts.port, &parts.path,
                              &parts.query, &parts.fragment, NULL)) {
    anc_mqtt_uri_free (self);
    return fail (error, "cannot be read; write " FORM
                        ", other characters than letters as %XX");
  }
  return from_parts (self, &parts, error);
}

gchar *
anc_mqtt_uri_to_string (const AncMqttUri *self)
{
  g_autofree gchar *where = anc_mqtt_host_and_port (self->host, self->port);
  g_autofree gchar *topic
      = self->topic != NULL ? g_uri_escape_string (
            self->topic, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE)
                            : NULL;
  g_autofree gchar *user = self->user != NULL
                               ? g_uri_escape_string (self->user, NULL, FALSE)
                               : NULL;

  return g_strdup_printf ("%s://%s%s%s%s%s", self->tls ? "mqtts" : "mqtt",
                          user != NULL ? user : "", user != NULL ? "@" : "",
                          where, topic != NULL ? "/" : "",
                          topic != NULL ? topic : "");
}

void
anc_mqtt_uri_free (AncMqttUri *self)
{
  g_free (self->host);
  g_free (self->user);
  anc_secret_free (self->password);
  g_free (self->topic);
  g_free (self);
}

gchar *
anc_mqtt_host_and_port (const gchar *host, guint port)
{
  return g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u",
                          host, port);
}

gboolean
anc_mqtt_host_is_aws (const gchar *host)
{
  g_autofree gchar *lower = NULL;

  if (host == NULL)
    return FALSE;
  lower = g_ascii_strdown (host, -1);
  return strstr (lower, ".iot.") != NULL
         && (g_str_has_suffix (lower, ".amazonaws.com")
             || g_str_has_suffix (lower, ".amazonaws.com.cn"));
}
