/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ancmqttsink and ancmqttsrc and a broker that is away: one warning an
 * outage. */
#include <string.h>

#include "../bench.h"
#include "observer.h"
#include "records.h"

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
      = warnings_until (pipeline, "anc-mqtt-disconnected", 2);
  const gchar *text = g_ptr_array_index (warnings, 0);

  g_assert_cmpuint (warnings->len, ==, 1);
  g_assert_true (g_str_has_prefix (text, "element waits for the MQTT broker "
                                         "127.0.0.1:"));
  g_assert_nonnull (strstr (text, " and keeps trying; "));
  g_assert_nonnull (strstr (text, meanwhile));
  g_assert_nonnull (strstr (text, cause));
}

static void
connect_to (GstElement *pipeline, TestServer *broker)
{
  g_autoptr (GstElement) element
      = gst_bin_get_by_name (GST_BIN (pipeline), "element");
  g_autofree gchar *uri = g_strdup_printf (
      "mqtt://127.0.0.1:%u/a", test_server_get_port (broker, "PORT"));

  g_object_set (element, "uri", uri, "connect-timeout", G_GUINT64_CONSTANT (0),
                "reconnect-min", 20 * GST_MSECOND, "reconnect-max",
                100 * GST_MSECOND, NULL);
}

typedef struct {
  const gchar *launch, *meanwhile;
} Case;

static void
test_outages (gconstpointer each)
{
  const Case *self = each;
  g_autoptr (TestServer) broker
      = test_server_new ("mosquitto --no-persistence");
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GPtrArray) none = NULL;

  if (broker == NULL)
    return;
  test_server_tell (broker, "kill");
  pipeline = parse (self->launch);
  connect_to (pipeline, broker);
  set_state (pipeline, GST_STATE_PLAYING);
  assert_one_outage (pipeline, "refuses connections", self->meanwhile);
  test_server_tell (broker, "start");
  none = warnings_until (pipeline, "anc-mqtt-connected", 1);
  g_assert_cmpuint (none->len, ==, 0);
  test_server_tell (broker, "kill");
  assert_one_outage (pipeline, " connection", self->meanwhile);
  set_state (pipeline, GST_STATE_NULL);
}

static void
test_all (void)
{
  static const Case cases[] = {
    { "audiotestsrc is-live=true ! ancmqttsink name=element", " queued" },
    { "ancmqttsrc name=element ! fakesink async=false",
      "meanwhile is missed: " },
    { "ancmqttsrc name=element client-id=listener clean-session=false ! "
      "fakesink async=false",
      "the broker keeps what comes" },
  };

  side_by_side (test_outages, cases, G_N_ELEMENTS (cases), sizeof cases[0]);
}

static void
add_tests (void)
{
  g_test_add_func ("/outage/one-warning", test_all);
}

int
main (int argc, char **argv)
{
  return bench_main (argc, argv, add_tests);
}
