/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GStreamer's values as JSON: what is written, character by character, and
 * that json-glib reads it back. */
#include <gst/gst.h>
#include <json-glib/json-glib.h>
#include <math.h>

#include "gstancjson.h"

/* The structure's fields as they are written; every text must be JSON. */
static gchar *
write_json (GstStructure *structure)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  gchar *json = gst_anc_json_from_structure (structure);

  json_parser_load_from_data (parser, json, -1, &error);
  g_assert_no_error (error);
  gst_structure_free (structure);
  return json;
}

#define assert_json(structure, expected)                                       \
  G_STMT_START                                                                 \
  {                                                                            \
    g_autofree gchar *json = write_json (structure);                           \
    g_assert_cmpstr (json, ==, expected);                                      \
  }                                                                            \
  G_STMT_END

static void
test_numbers (void)
{
  assert_json (gst_structure_new_empty ("x"), "{}");
  assert_json (gst_structure_new ("x", "i", G_TYPE_INT, G_MININT, "u",
                                  G_TYPE_UINT, G_MAXUINT, "l", G_TYPE_LONG, -1L,
                                  "ul", G_TYPE_ULONG, 1UL, "c", G_TYPE_CHAR,
                                  -128, "uc", G_TYPE_UCHAR, 255, NULL),
               "{\"i\":-2147483648,\"u\":4294967295,\"l\":-1,\"ul\":1,"
               "\"c\":-128,\"uc\":255}");
  assert_json (gst_structure_new ("x", "least", G_TYPE_INT64, G_MININT64,
                                  "most", G_TYPE_INT64, G_MAXINT64, "unsigned",
                                  G_TYPE_UINT64, G_MAXUINT64 - 1, "unknown",
                                  G_TYPE_UINT64, GST_CLOCK_TIME_NONE, NULL),
               "{\"least\":-9223372036854775808,\"most\":9223372036854775807,"
               "\"unsigned\":18446744073709551614,\"unknown\":null}");
}

static void
test_doubles (void)
{
  static const gdouble numbers[] = {
    0.,  -0.,      0.1,     1. / 3., 1e300, 5e-324, 1.7976931348623157e308,
    -20, 123456.7, 2e-7 / 3
  };

  assert_json (gst_structure_new ("x", "tenth", G_TYPE_DOUBLE, 0.1, "float",
                                  G_TYPE_FLOAT, 0.1, "third", G_TYPE_FLOAT,
                                  1. / 3, "whole", G_TYPE_DOUBLE, -20., NULL),
               "{\"tenth\":0.1,\"float\":0.1,\"third\":0.33333334,"
               "\"whole\":-20}");
  assert_json (gst_structure_new ("x", "nan", G_TYPE_DOUBLE, (gdouble) NAN,
                                  "inf", G_TYPE_DOUBLE, (gdouble) INFINITY,
                                  "minus", G_TYPE_FLOAT, -(gdouble) INFINITY,
                                  NULL),
               "{\"nan\":null,\"inf\":null,\"minus\":null}");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree gchar *json = write_json (
        gst_structure_new ("x", "n", G_TYPE_DOUBLE, numbers[i], NULL));

    g_assert_cmpfloat (g_ascii_strtod (json + 5, NULL), ==, numbers[i]);
  }
}

static void
test_texts (void)
{
  assert_json (
      gst_structure_new ("x", "quote", G_TYPE_STRING, "a \"b\" \\ /", "none",
                         G_TYPE_STRING, NULL, "empty", G_TYPE_STRING, "", NULL),
      "{\"quote\":\"a \\\"b\\\" \\\\ /\",\"none\":null,\"empty\":\"\"}");
  assert_json (gst_structure_new ("x", "control", G_TYPE_STRING,
                                  "\n\r\t\x01\x1f\x7f", "\xc3\xa9tat",
                                  G_TYPE_STRING, "\xf0\x9f\x8e\xa4", NULL),
               "{\"control\":\"\\n\\r\\t\\u0001\\u001f\x7f\","
               "\"\xc3\xa9tat\":\"\xf0\x9f\x8e\xa4\"}");
  assert_json (gst_structure_new ("x", "yes", G_TYPE_BOOLEAN, TRUE, "no",
                                  G_TYPE_BOOLEAN, FALSE, NULL),
               "{\"yes\":true,\"no\":false}");
}

/* A structure refuses a string that is not UTF-8; other sources do not. */
static void
test_not_utf8 (void)
{
  g_autoptr (GString) json = g_string_new (NULL);

  gst_anc_json_append_string (json, "a\xff"
                                    "b");
  g_assert_cmpstr (json->str, ==,
                   "\"a\xef\xbf\xbd"
                   "b\"");
}

static void
test_names (void)
{
  g_autoptr (GstElement) bin = gst_bin_new ("my bin");

  assert_json (gst_structure_new (
                   "x", "enum", GST_TYPE_STATE, GST_STATE_PLAYING, "flags",
                   GST_TYPE_SEGMENT_FLAGS,
                   GST_SEGMENT_FLAG_RESET | GST_SEGMENT_FLAG_SEGMENT, "none",
                   GST_TYPE_SEGMENT_FLAGS, 0, "object", GST_TYPE_ELEMENT, bin,
                   "type", G_TYPE_GTYPE, GST_TYPE_BIN, NULL),
               "{\"enum\":\"playing\",\"flags\":[\"reset\",\"segment\"],"
               "\"none\":[],\"object\":\"my bin\",\"type\":\"GstBin\"}");
}

static void
test_media (void)
{
  g_autoptr (GstCaps) caps
      = gst_caps_from_string ("audio/x-raw, format=(string)F32LE, rate=48000");
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  g_autoptr (GstDateTime) date = gst_date_time_new (0.f, 2024, 2, 29, 1, 2, 3.);

  assert_json (
      gst_structure_new ("x", "rate", GST_TYPE_FRACTION, 30000, 1001, "caps",
                         GST_TYPE_CAPS, caps, "no", GST_TYPE_CAPS, NULL,
                         "range", GST_TYPE_INT_RANGE, 1, 5, "mask",
                         GST_TYPE_BITMASK, G_GUINT64_CONSTANT (3), "buffer",
                         GST_TYPE_BUFFER, buffer, "address", G_TYPE_POINTER,
                         buffer, "date", GST_TYPE_DATE_TIME, date, NULL),
      "{\"rate\":\"30000/1001\",\"caps\":\"audio/x-raw, "
      "format=(string)F32LE, rate=(int)48000\",\"no\":null,"
      "\"range\":\"[ 1, 5 ]\",\"mask\":\"0x0000000000000003\","
      "\"buffer\":null,\"address\":null,"
      "\"date\":\"2024-02-29T01:02:03Z\"}");
}

/* What rtpsession's stats are made of. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static GValueArray *
old_array (void)
{
  GValueArray *array = g_value_array_new (1);
  GValue value = G_VALUE_INIT;
  GstStructure *inner = gst_structure_new ("i", "ssrc", G_TYPE_UINT, 7, NULL);

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, inner);
  g_value_array_append (array, &value);
  g_value_unset (&value);
  return array;
}

static void
test_old_array (void)
{
  GValueArray *array = old_array ();

  assert_json (gst_structure_new ("x", "sources", g_value_array_get_type (),
                                  array, "none", g_value_array_get_type (),
                                  NULL, NULL),
               "{\"sources\":[{\"ssrc\":7}],\"none\":null}");
  g_value_array_free (array);
}
G_GNUC_END_IGNORE_DEPRECATIONS

static void
test_containers (void)
{
  static const gchar *const words[] = { "a", "b\"", NULL };
  g_autoptr (GstStructure) empty = gst_structure_new_empty ("z");
  g_autoptr (GstStructure) inner = gst_structure_new (
      "y", "a", G_TYPE_INT, 1, "b", GST_TYPE_STRUCTURE, empty, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\0\xff", 2);
  g_autoptr (GError) error = g_error_new (
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY, "it is \"busy\"");

  assert_json (gst_structure_new ("x", "inner", GST_TYPE_STRUCTURE, inner,
                                  "last", G_TYPE_INT, 2, NULL),
               "{\"inner\":{\"a\":1,\"b\":{}},\"last\":2}");
  assert_json (
      gst_structure_from_string ("x, array=(int)<1, 2>, list=(string){ p, q }, "
                                 "deep=<(int)<1, 2>, (int)<3>>;",
                                 NULL),
      "{\"array\":[1,2],\"list\":[\"p\",\"q\"],\"deep\":[[1,2],[3]]}");
  assert_json (
      gst_structure_new ("x", "words", G_TYPE_STRV, words, "bytes",
                         G_TYPE_BYTES, bytes, "error", G_TYPE_ERROR, error,
                         "none", GST_TYPE_STRUCTURE, NULL, NULL),
      "{\"words\":[\"a\",\"b\\\"\"],\"bytes\":\"AP8=\",\"error\":{\"domain\":"
      "\"gst-resource-error-quark\",\"code\":4,"
      "\"message\":\"it is \\\"busy\\\"\"},\"none\":null}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/json/numbers", test_numbers);
  g_test_add_func ("/json/doubles", test_doubles);
  g_test_add_func ("/json/texts", test_texts);
  g_test_add_func ("/json/not-utf8", test_not_utf8);
  g_test_add_func ("/json/names", test_names);
  g_test_add_func ("/json/media", test_media);
  g_test_add_func ("/json/old-array", test_old_array);
  g_test_add_func ("/json/containers", test_containers);
  return g_test_run ();
}
