/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ancmqttsink and ancmqttsrc and a broker that is away: one warning an
 * outage. */
#include <string.h>

#include "../bench.h"
#include "observer.h"
#include "records.h"

#define QUICK                                                                  \
  "connect-timeout=0 reconnect-min=20000000 reconnect-max=100000000 "          \
  "uri=mqtt://127.0.0.1:%u/a "
#define SINK "audiotestsrc is-live=true ! ancmqttsink name=element " QUICK
#define SOURCE "ancmqttsrc name=element %s " QUICK " ! fakesink"

static void
keep_warning (GPtrArray *warnings, GstMessage *message)
{
  g_autoptr (GError) warning = NULL;

  gst_message_parse_warning (message, &warning, NULL);
  g_test_message ("%s", warning->message);
  g_assert_true (warning->domain == GST_RESOURCE_ERROR);
  g_ptr_array_add (warnings, g_strdup (warning->message));
}

/* The warnings until the `count`th message of that name has come. */
static GPtrArray *
warnings_until (GstElement *pipeline, const gchar *name, guint count)
{
  GPtrArray *warnings = g_ptr_array_new_with_free_func (g_free);

  while (count > 0) {
    g_autoptr (GstMessage) message
        = wait_message (pipeline, GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING);

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
      keep_warning (warnings, message);
    else if (gst_message_has_name (message, name))
      count--;
  }
  return warnings;
}

static void
assert_one_outage (GstElement *pipeline, const gchar *cause,
                   const gchar *meanwhile)
{
  g_autoptr (GPtrArray) warnings
      = warnings_until (pipeline, "anc-mqtt-disconnected", 4);
  const gchar *text = g_ptr_array_index (warnings, 0);

  g_assert_cmpuint (warnings->len, ==, 1);
  g_assert_true (g_str_has_prefix (text, "element waits for the MQTT broker "
                                         "127.0.0.1:"));
  g_assert_nonnull (strstr (text, " and keeps trying; "));
  g_assert_nonnull (strstr (text, meanwhile));
  g_assert_nonnull (strstr (text, cause));
}

static void
expect (TestServer *broker, GstElement *pipeline, const gchar *meanwhile)
{
  g_autoptr (GPtrArray) none = NULL;

  test_server_tell (broker, "kill");
  set_state (pipeline, GST_STATE_PLAYING);
  assert_one_outage (pipeline, "refuses connections", meanwhile);
  test_server_tell (broker, "start");
  none = warnings_until (pipeline, "anc-mqtt-connected", 1);
  g_assert_cmpuint (none->len, ==, 0);
  test_server_tell (broker, "kill");
  assert_one_outage (pipeline, " connection", meanwhile);
  set_state (pipeline, GST_STATE_NULL);
}

static void
test_sink (void)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;

  if (broker == NULL)
    return;
  pipeline = parse_format (SINK, test_server_get_port (broker, "PORT"));
  expect (broker, pipeline, " queued: ");
}

static void
test_source (gconstpointer settings)
{
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;

  if (broker == NULL)
    return;
  pipeline = parse_format (SOURCE, (const gchar *) settings,
                           test_server_get_port (broker, "PORT"));
  expect (broker, pipeline,
          *(const gchar *) settings == '\0' ? "meanwhile is missed: "
                                            : "the broker keeps what comes");
}

static void
add_tests (void)
{
  g_test_add_func ("/outage/sink", test_sink);
  g_test_add_data_func ("/outage/source", "", test_source);
  g_test_add_data_func ("/outage/lasting-source",
                        "client-id=listener clean-session=false", test_source);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
