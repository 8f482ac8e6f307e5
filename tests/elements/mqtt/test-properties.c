/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the MQTT elements take and tell, without a broker. */
#include <gst/gst.h>
#include <string.h>

static void
assert_no_secret (gchar *text)
{
  g_assert_true (text == NULL || strstr (text, "hidden-word") == NULL);
  g_free (text);
}

/* No property that can be read has the password, wherever it came from. */
static void
test_password (gconstpointer factory)
{
  g_autoptr (GstElement) element
      = gst_object_ref_sink (gst_element_factory_make (factory, NULL));
  g_autofree GParamSpec **specs = NULL;
  g_autofree gchar *uri = NULL;
  guint count;

  g_object_set (element, "uri", "mqtt://ann:hidden-word@host/topic", "password",
                "hidden-word", "tls-key-password", "hidden-word", NULL);
  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &count);
  for (guint i = 0; i < count; i++) {
    GValue value = G_VALUE_INIT;

    if ((specs[i]->flags & G_PARAM_READABLE) == 0)
      continue;
    g_object_get_property (G_OBJECT (element), specs[i]->name, &value);
    assert_no_secret (g_strdup_value_contents (&value));
    g_value_unset (&value);
  }
  if (GST_IS_URI_HANDLER (element))
    assert_no_secret (gst_uri_handler_get_uri (GST_URI_HANDLER (element)));
  g_object_get (element, "uri", &uri, NULL);
  g_assert_cmpstr (uri, ==, "mqtt://ann@host:1883/topic");
}

/* By the URI alone, and not while it runs. */
static void
test_uri_handler (gconstpointer data)
{
  GstURIType type = (GstURIType) GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_element_make_from_uri (
      type, "mqtts://127.0.0.1:1/a%20b", NULL, &error);
  GstURIHandler *handler = GST_URI_HANDLER (element);
  g_autofree gchar *uri = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (gst_uri_handler_get_uri_type (handler), ==, type);
  uri = gst_uri_handler_get_uri (handler);
  g_assert_cmpstr (uri, ==, "mqtts://127.0.0.1:1/a%20b");
  g_assert_false (gst_uri_handler_set_uri (handler, "mqtt://h:0/a", &error));
  g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI);
  g_clear_error (&error);
  gst_element_set_state (element, GST_STATE_PAUSED);
  g_assert_false (gst_uri_handler_set_uri (handler, "mqtt://h/a", &error));
  g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE);
  gst_element_set_state (element, GST_STATE_NULL);
  g_assert_true (gst_uri_handler_set_uri (handler, "mqtt://h/a", NULL));
  gst_object_unref (element);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/properties/uri-handler/sink",
                        GINT_TO_POINTER (GST_URI_SINK), test_uri_handler);
  g_test_add_data_func ("/properties/uri-handler/src",
                        GINT_TO_POINTER (GST_URI_SRC), test_uri_handler);
  g_test_add_data_func ("/properties/password/sink", "ancmqttsink",
                        test_password);
  g_test_add_data_func ("/properties/password/src", "ancmqttsrc",
                        test_password);
  g_test_add_data_func ("/properties/password/telemetry", "anctelemetry",
                        test_password);
  return g_test_run ();
}
