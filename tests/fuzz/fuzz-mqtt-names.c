/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* URIs, topics and filters from one text: a URI that was read is read again
 * after it was written, a filter that is a topic selects itself. */
#include "fuzz.h"

#include "anc-mqtt-topic.h"
#include "anc-mqtt-uri.h"

static void
try_uri (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AncMqttUri) uri = anc_mqtt_uri_parse (text, &error);
  g_autoptr (AncMqttUri) again = NULL;
  g_autofree gchar *back = NULL;

  FUZZ_CHECK ((uri == NULL) == (error != NULL));
  if (uri == NULL)
    return;
  back = anc_mqtt_uri_to_string (uri);
  again = anc_mqtt_uri_parse (back, NULL);
  FUZZ_CHECK (again != NULL);
  FUZZ_CHECK (g_strcmp0 (uri->topic, again->topic) == 0);
  FUZZ_CHECK (g_strcmp0 (uri->user, again->user) == 0);
  FUZZ_CHECK (uri->port == again->port && again->password == NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  gboolean topic = anc_mqtt_topic_check (text, size % 2 == 0, NULL);
  gboolean filter = anc_mqtt_filter_check (text, FALSE, NULL);

  try_uri (text);
  if (filter)
    anc_mqtt_filter_matches (text, "a/b/c");
  if (topic && filter && !g_str_has_prefix (text, "$share/"))
    FUZZ_CHECK (anc_mqtt_filter_matches (text, text));
  return 0;
}
