/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* MQTT 3.1.1 (OASIS, 2014) and 5.0 (2019), sections 4.7 and 4.8. */
#include "anc-mqtt-topic.h"

#include <string.h>

#include "anc-mqtt-error.h"

#define SHARE "$share/"
#define BASIC_INGEST "$aws/rules/"

static gboolean
fail (GError **error, const gchar *what, const gchar *topic, const gchar *why)
{
  /* A wrong topic may be a whole file. */
  g_autofree gchar *printable = g_utf8_make_valid (topic, -1);
  g_autofree gchar *start = g_utf8_substring (
      printable, 0, MIN (g_utf8_strlen (printable, -1), 80));

  g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_TOPIC,
               "the MQTT %s \"%s\" %s", what, start, why);
  return FALSE;
}

static gboolean
check_text (const gchar *what, const gchar *topic, GError **error)
{
  if (topic == NULL || *topic == '\0') {
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_TOPIC,
                 "there is no MQTT %s; set one, such as site/room/microphone",
                 what);
    return FALSE;
  }
  if (!g_utf8_validate (topic, -1, NULL))
    return fail (error, what, topic, "is not UTF-8");
  if (strlen (topic) > ANC_MQTT_TOPIC_BYTES)
    return fail (error, what, topic, "is longer than 65,535 bytes");
  return TRUE;
}

/* Past $aws/rules/RULE/, which AWS does not count. */
static const gchar *
after_basic_ingest (const gchar *topic)
{
  const gchar *slash;

  if (!g_str_has_prefix (topic, BASIC_INGEST))
    return topic;
  slash = strchr (topic + strlen (BASIC_INGEST), '/');
  return slash != NULL ? slash + 1 : topic;
}

static gboolean
check_aws (const gchar *what, const gchar *topic, GError **error)
{
  const gchar *counted = after_basic_ingest (topic);
  guint slashes = 0;

  for (const gchar *at = counted; *at != '\0'; at++)
    slashes += *at == '/';
  if (strlen (counted) > ANC_MQTT_AWS_TOPIC_BYTES)
    return fail (error, what, topic,
                 "is longer than the 256 bytes that AWS IoT allows");
  if (slashes > ANC_MQTT_AWS_TOPIC_SLASHES)
    return fail (error, what, topic,
                 "has more than the 7 slashes that AWS IoT allows");
  return TRUE;
}

gboolean
anc_mqtt_topic_check (const gchar *topic, gboolean aws, GError **error)
{
  if (!check_text ("topic", topic, error))
    return FALSE;
  if (strpbrk (topic, "+#") != NULL)
    return fail (error, "topic", topic,
                 "has a wildcard: + and # are for subscriptions, "
                 "a message is published to one topic");
  return !aws || check_aws ("topic", topic, error);
}

static gboolean
check_levels (const gchar *whole, const gchar *filter, GError **error)
{
  g_auto (GStrv) levels = g_strsplit (filter, "/", -1);

  for (guint i = 0; levels[i] != NULL; i++) {
    if (strchr (levels[i], '#') != NULL
        && (levels[i][1] != '\0' || levels[i + 1] != NULL))
      return fail (error, "topic filter", whole,
                   "has a # that is not the whole last level; "
                   "write it as in site/#");
    if (strchr (levels[i], '+') != NULL && levels[i][1] != '\0')
      return fail (error, "topic filter", whole,
                   "has a + that is not a whole level; "
                   "write it as in site/+/level");
  }
  return TRUE;
}

gboolean
anc_mqtt_filter_check (const gchar *filter, gboolean aws, GError **error)
{
  const gchar *levels = filter;

  if (!check_text ("topic filter", filter, error))
    return FALSE;
  if (g_str_has_prefix (filter, SHARE)) {
    const gchar *group = filter + strlen (SHARE);
    gsize length = strcspn (group, "/");

    if (length == 0 || strcspn (group, "+#") < length || group[length] == '\0'
        || group[length + 1] == '\0')
      return fail (error, "topic filter", filter,
                   "is not $share/GROUP/FILTER with a group without wildcards");
    levels = group + length + 1;
  }
  return check_levels (filter, levels, error)
         && (!aws || check_aws ("topic filter", levels, error));
}

gboolean
anc_mqtt_filter_matches (const gchar *filter, const gchar *topic)
{
  if (g_str_has_prefix (filter, SHARE)) {
    filter = strchr (filter + strlen (SHARE), '/');
    if (filter == NULL)
      return FALSE;
    filter++;
  }
  if (*topic == '$' && (*filter == '+' || *filter == '#'))
    return FALSE;
  for (;;) {
    gsize level = strcspn (topic, "/"), wanted = strcspn (filter, "/");

    if (*filter == '#')
      return TRUE;
    if (*filter != '+'
        && (level != wanted || memcmp (filter, topic, level) != 0))
      return FALSE;
    topic += level;
    filter += wanted;
    /* "a/#" selects "a" too */
    if (*topic == '\0')
      return *filter == '\0' || g_str_equal (filter, "/#");
    if (*filter == '\0')
      return FALSE;
    topic++;
    filter++;
  }
}
