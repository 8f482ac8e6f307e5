/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-error.h"
#include "anc-result.h"

#include <math.h>

static void
test_json (void)
{
  g_autoptr (AncResult) result = anc_result_new ("p");
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object, *stats, *error;

  result->outcome = ANC_OUTCOME_FAILED;
  result->audio_seconds = 6;
  result->wall_seconds = 2;
  result->error = g_error_new (ANC_ERROR, ANC_ERROR_RUN, "no \"luck\"");
  result->error_element = g_strdup ("e");
  g_hash_table_insert (
      result->elements, g_strdup ("c"),
      gst_structure_new ("c", "erle-db", G_TYPE_DOUBLE, 12.5, "floor",
                         G_TYPE_DOUBLE, -INFINITY, "samples", G_TYPE_UINT64,
                         G_GUINT64_CONSTANT (1) << 40, "kernel", G_TYPE_STRING,
                         "sse", "on", G_TYPE_BOOLEAN, TRUE, NULL));
  node = anc_result_to_json (result);
  object = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (object, "result"), ==,
                   "failed");
  g_assert_cmpfloat (json_object_get_double_member (object, "realtime-factor"),
                     ==, 3);
  stats = json_object_get_object_member (
      json_object_get_object_member (object, "elements"), "c");
  g_assert_cmpfloat (json_object_get_double_member (stats, "erle-db"), ==,
                     12.5);
  g_assert_true (json_object_get_null_member (stats, "floor"));
  g_assert_cmpint (json_object_get_int_member (stats, "samples"), ==,
                   G_GINT64_CONSTANT (1) << 40);
  g_assert_cmpstr (json_object_get_string_member (stats, "kernel"), ==, "sse");
  g_assert_true (json_object_get_boolean_member (stats, "on"));
  error = json_object_get_object_member (object, "error");
  g_assert_cmpstr (json_object_get_string_member (error, "domain"), ==, "run");
  g_assert_cmpstr (json_object_get_string_member (error, "element"), ==, "e");
  g_assert_true (json_object_get_null_member (error, "debug"));
}

static void
test_find (void)
{
  g_autoptr (AncResult) result = anc_result_new ("p");
  gdouble value;

  g_assert_false (anc_result_find_number (result, "a", &value));
  g_hash_table_insert (result->elements, g_strdup ("x"),
                       gst_structure_new ("x", "a", G_TYPE_INT, 3, "s",
                                          G_TYPE_STRING, "t", NULL));
  g_assert_true (anc_result_find_number (result, "a", &value));
  g_assert_cmpfloat (value, ==, 3);
  g_assert_false (anc_result_find_number (result, "b", &value));
}

static void
test_suggestion (void)
{
  const gchar *const names[] = { "filter-length", "step-size", NULL };
  g_autofree gchar *near = anc_error_suggestion ("filter-lenght", names);
  g_autofree gchar *far = anc_error_suggestion ("banana", names);
  g_autofree gchar *none = anc_error_suggestion ("x", NULL);

  g_assert_cmpstr (near, ==, ", did you mean filter-length?");
  g_assert_cmpstr (far, ==, "");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/result/json", test_json);
  g_test_add_func ("/result/find", test_find);
  g_test_add_func ("/result/suggestion", test_suggestion);
  return g_test_run ();
}
