/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Topics, filters, URIs, settings and the pacing. */
#include <string.h>

#include "anc-mqtt-error.h"
#include "anc-mqtt-pacer.h"
#include "anc-mqtt-settings.h"
#include "anc-mqtt-topic.h"
#include "anc-mqtt-uri.h"
#include "anc-secret.h"

static void
check_topic (const gchar *topic, gboolean aws, const gchar *complaint)
{
  g_autoptr (GError) error = NULL;
  gboolean good = anc_mqtt_topic_check (topic, aws, &error);

  g_test_message ("%s", good ? topic : error->message);
  g_assert_true (good == (complaint == NULL));
  if (complaint != NULL) {
    g_assert_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_TOPIC);
    g_assert_nonnull (strstr (error->message, complaint));
  }
}

static void
test_topics (void)
{
  g_autofree gchar *longest = g_strnfill (65535, 'a');
  g_autofree gchar *longer = g_strnfill (65536, 'a');
  g_autofree gchar *aws = g_strnfill (256, 'a');
  g_autofree gchar *above = g_strnfill (257, 'a');
  g_autofree gchar *ingest = g_strconcat ("$aws/rules/rule/", aws, NULL);

  check_topic ("a/b", FALSE, NULL);
  check_topic ("/", FALSE, NULL);
  check_topic ("a//b ü", FALSE, NULL);
  check_topic (longest, FALSE, NULL);
  check_topic (longer, FALSE, "65,535");
  check_topic (NULL, FALSE, "there is no MQTT topic");
  check_topic ("", FALSE, "there is no MQTT topic");
  check_topic ("a/#", FALSE, "wildcard");
  check_topic ("a+b", FALSE, "wildcard");
  check_topic ("a\xff", FALSE, "UTF-8");
  check_topic (aws, TRUE, NULL);
  check_topic (above, TRUE, "256");
  check_topic (ingest, TRUE, NULL);
  check_topic ("1/2/3/4/5/6/7/8", TRUE, NULL);
  check_topic ("1/2/3/4/5/6/7/8/9", TRUE, "7 slashes");
  check_topic ("1/2/3/4/5/6/7/8/9", FALSE, NULL);
}

static void
test_filters (void)
{
  static const gchar *const good[]
      = { "#", "+", "a/#", "+/a/+", "/", "a", "$share/g/a/+", "+/#" };
  static const gchar *const bad[]
      = { "",          "a#",         "a/#/b",      "a+",
          "+a/b",      "##",         "$share/g",   "$share//a",
          "$share/g/", "$share/+/a", "$share/g/a#" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (anc_mqtt_filter_check (good[i], FALSE, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (anc_mqtt_filter_check (bad[i], FALSE, &error));
    g_assert_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_TOPIC);
  }
}

/* The examples of MQTT 3.1.1, 4.7. */
static void
test_matches (void)
{
  static const struct {
    const gchar *filter, *topic;
    gboolean matches;
  } table[] = {
    { "sport/tennis/player1/#", "sport/tennis/player1", TRUE },
    { "sport/tennis/player1/#", "sport/tennis/player1/ranking", TRUE },
    { "sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", TRUE },
    { "sport/#", "sport", TRUE },
    { "#", "a/b/c", TRUE },
    { "sport/tennis/+", "sport/tennis/player1", TRUE },
    { "sport/tennis/+", "sport/tennis/player1/ranking", FALSE },
    { "sport/+", "sport", FALSE },
    { "sport/+", "sport/", TRUE },
    { "+/+", "/finance", TRUE },
    { "/+", "/finance", TRUE },
    { "+", "/finance", FALSE },
    { "#", "$SYS/monitor", FALSE },
    { "+/monitor", "$SYS/monitor", FALSE },
    { "$SYS/#", "$SYS/monitor", TRUE },
    { "$SYS/monitor/+", "$SYS/monitor/Clients", TRUE },
    { "$share/g/a/+", "a/b", TRUE },
    { "a/b", "a/b", TRUE },
    { "a/b", "a/bc", FALSE },
    { "a/bc", "a/b", FALSE },
    { "a/b", "a", FALSE },
    { "a", "a/b", FALSE },
    { "a/+/c", "a//c", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_test_message ("%s %s", table[i].filter, table[i].topic);
    g_assert_true (anc_mqtt_filter_matches (table[i].filter, table[i].topic)
                   == table[i].matches);
  }
}

static void
test_uris (void)
{
  static const struct {
    const gchar *text, *back, *host, *user, *password, *topic;
    guint port;
  } table[] = {
    { "mqtt://h", "mqtt://h:1883", "h", NULL, NULL, NULL, 1883 },
    { "MQTTS://h/", "mqtts://h:8883", "h", NULL, NULL, NULL, 8883 },
    { "mqtt://h:1/a/b", "mqtt://h:1/a/b", "h", NULL, NULL, "a/b", 1 },
    { "mqtt://h//a", "mqtt://h:1883//a", "h", NULL, NULL, "/a", 1883 },
    { "mqtt://u:p%40%3A@h/a%23", "mqtt://u@h:1883/a%23", "h", "u", "p@:", "a#",
      1883 },
    { "mqtt://[::1]:5/+", "mqtt://[::1]:5/+", "::1", NULL, NULL, "+", 5 },
  };
  static const gchar *const bad[] = { "",
                                      "h",
                                      "http://h",
                                      "mqtt://",
                                      "mqtt:///a",
                                      "mqtt://h:0",
                                      "mqtt://h:65536",
                                      "mqtt://h:x",
                                      "mqtt://h/a#b",
                                      "mqtt://h/a?b",
                                      "mqtt://h/%FF",
                                      "mqtt://h/%0",
                                      "mqtt://u:secret-word@h:x/" };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (AncMqttUri) uri = anc_mqtt_uri_parse (table[i].text, &error);
    g_autofree gchar *back = NULL;

    g_assert_no_error (error);
    back = anc_mqtt_uri_to_string (uri);
    g_assert_cmpstr (back, ==, table[i].back);
    g_assert_cmpstr (uri->host, ==, table[i].host);
    g_assert_cmpstr (uri->user, ==, table[i].user);
    g_assert_cmpstr (uri->password, ==, table[i].password);
    g_assert_cmpstr (uri->topic, ==, table[i].topic);
    g_assert_cmpuint (uri->port, ==, table[i].port);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i]);
    g_assert_null (anc_mqtt_uri_parse (bad[i], &error));
    g_assert_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_SETTINGS);
    g_assert_null (strstr (error->message, "secret-word"));
  }
}

static void
test_aws (void)
{
  g_autoptr (AncMqttSettings) settings = anc_mqtt_settings_new ();
  g_autoptr (GError) error = NULL;

  settings->host = g_strdup ("a1b2c3-ats.iot.eu-central-1.amazonaws.com");
  settings->tls = TRUE;
  g_assert_true (anc_mqtt_settings_is_aws (settings));
  g_assert_true (anc_mqtt_settings_check (settings, &error));
  g_assert_cmpuint (anc_mqtt_settings_max_payload (settings), ==, 131072);
  g_assert_true (anc_mqtt_settings_check_qos (settings, 1, &error));
  g_assert_false (anc_mqtt_settings_check_qos (settings, 2, &error));
  g_assert_nonnull (strstr (error->message, "set qos to 1"));
  g_clear_error (&error);
  settings->client_id = g_strnfill (129, 'x');
  g_assert_false (anc_mqtt_settings_check (settings, &error));
  g_clear_error (&error);
  settings->client_id[128] = '\0';
  g_assert_true (anc_mqtt_settings_check (settings, &error));
  settings->tls = FALSE;
  g_assert_false (anc_mqtt_settings_check (settings, &error));
  g_assert_nonnull (strstr (error->message, "mqtts://"));
  settings->aws = ANC_MQTT_AWS_OFF;
  g_assert_false (anc_mqtt_settings_is_aws (settings));
  g_assert_true (anc_mqtt_settings_check_qos (settings, 2, NULL));
  g_assert_false (anc_mqtt_host_is_aws ("iot.example.com"));
}

static void
assert_refused (AncMqttSettings *settings, AncMqttError code,
                const gchar *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (anc_mqtt_settings_check (settings, &error));
  g_assert_error (error, ANC_MQTT_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_settings (void)
{
  g_autoptr (AncMqttSettings) settings = anc_mqtt_settings_new ();

  assert_refused (settings, ANC_MQTT_ERROR_SETTINGS, "there is no MQTT broker");
  settings->host = g_strdup ("h");
  g_assert_true (anc_mqtt_settings_check (settings, NULL));
  anc_secret_replace (&settings->password, "x");
  assert_refused (settings, ANC_MQTT_ERROR_SETTINGS, "needs a username");
  settings->version = ANC_MQTT_VERSION_5;
  g_assert_true (anc_mqtt_settings_check (settings, NULL));
  settings->will_topic = g_strdup ("a/#");
  assert_refused (settings, ANC_MQTT_ERROR_TOPIC, "wildcard");
  g_clear_pointer (&settings->will_topic, g_free);
  settings->ca_file = g_strdup ("/nowhere/ca.pem");
  assert_refused (settings, ANC_MQTT_ERROR_SETTINGS, "mqtts://");
  settings->tls = TRUE;
  assert_refused (settings, ANC_MQTT_ERROR_NOT_FOUND, "/nowhere/ca.pem");
}

/* No second holds more than the rates, whatever the sizes. */
static void
test_pacer (void)
{
  enum { MESSAGES = 100, BYTES = 512 * 1024, LARGEST = 129 * 1024 };
  static const gsize sizes[] = { 10, 128 * 1024, 4000 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
    AncMqttPacer pacer;
    g_autoptr (GArray) sent = g_array_new (FALSE, FALSE, sizeof (gint64));
    gint64 now = 5000000;

    anc_mqtt_pacer_init (&pacer, MESSAGES, BYTES, LARGEST, now);
    while (now < 25000000) {
      gint64 wait = anc_mqtt_pacer_ask (&pacer, sizes[s], now);

      if (wait == 0)
        g_array_append_val (sent, now);
      now += wait;
    }
    for (guint i = 0, first = 0; i < sent->len; i++) {
      gint64 time = g_array_index (sent, gint64, i);

      while (g_array_index (sent, gint64, first) <= time - 1000000)
        first++;
      g_assert_cmpuint (i - first + 1, <=, MESSAGES);
      g_assert_cmpuint ((i - first + 1) * sizes[s], <=, BYTES);
    }
    /* and not much less */
    g_assert_cmpuint (
        sent->len, >=,
        MIN (20 * MESSAGES * 8 / 10, 20 * (BYTES * 7 / 10 / sizes[s])));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/names/topics", test_topics);
  g_test_add_func ("/names/filters", test_filters);
  g_test_add_func ("/names/matches", test_matches);
  g_test_add_func ("/names/uris", test_uris);
  g_test_add_func ("/names/aws", test_aws);
  g_test_add_func ("/names/settings", test_settings);
  g_test_add_func ("/names/pacer", test_pacer);
  return g_test_run ();
}
