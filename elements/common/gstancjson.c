/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancjson.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
append_character (GString *json, gchar c)
{
  switch (c) {
  case '"':
    g_string_append (json, "\\\"");
    break;
  case '\\':
    g_string_append (json, "\\\\");
    break;
  case '\n':
    g_string_append (json, "\\n");
    break;
  case '\r':
    g_string_append (json, "\\r");
    break;
  case '\t':
    g_string_append (json, "\\t");
    break;
  default:
    if ((guchar) c < 0x20)
      g_string_append_printf (json, "\\u%04x", (guint) c);
    else
      g_string_append_c (json, c);
  }
}

void
gst_anc_json_append_string (GString *json, const gchar *text)
{
  g_autofree gchar *valid
      = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);

  g_string_append_c (json, '"');
  for (const gchar *c = valid != NULL ? valid : text; *c != '\0'; c++)
    append_character (json, *c);
  g_string_append_c (json, '"');
}

static void
append_text (GString *json, const gchar *text)
{
  if (text != NULL)
    gst_anc_json_append_string (json, text);
  else
    g_string_append (json, "null");
}

/* Takes the text. */
static void
append_own_text (GString *json, gchar *text)
{
  append_text (json, text);
  g_free (text);
}

/* 15 digits are enough for most doubles, 17 for all; a float has 6 and 9. */
static void
append_double (GString *json, gdouble number, gboolean is_float)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (number)) {
    g_string_append (json, "null");
    return;
  }
  for (guint digits = is_float ? 6 : 15;; digits++) {
    gchar format[8];
    gdouble back;

    g_snprintf (format, sizeof format, "%%.%ug", digits);
    back = g_ascii_strtod (g_ascii_formatd (text, sizeof text, format, number),
                           NULL);
    if (is_float ? (gfloat) back == (gfloat) number : back == number)
      break;
  }
  g_string_append (json, text);
}

static gboolean
append_number (GString *json, const GValue *value)
{
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value))) {
  case G_TYPE_CHAR:
    g_string_append_printf (json, "%d", g_value_get_schar (value));
    break;
  case G_TYPE_UCHAR:
    g_string_append_printf (json, "%u", g_value_get_uchar (value));
    break;
  case G_TYPE_INT:
    g_string_append_printf (json, "%d", g_value_get_int (value));
    break;
  case G_TYPE_UINT:
    g_string_append_printf (json, "%u", g_value_get_uint (value));
    break;
  case G_TYPE_LONG:
    g_string_append_printf (json, "%ld", g_value_get_long (value));
    break;
  case G_TYPE_ULONG:
    g_string_append_printf (json, "%lu", g_value_get_ulong (value));
    break;
  case G_TYPE_INT64:
    g_string_append_printf (json, "%" G_GINT64_FORMAT,
                            g_value_get_int64 (value));
    break;
  case G_TYPE_UINT64:
    if (g_value_get_uint64 (value) == G_MAXUINT64)
      g_string_append (json, "null");
    else
      g_string_append_printf (json, "%" G_GUINT64_FORMAT,
                              g_value_get_uint64 (value));
    break;
  case G_TYPE_FLOAT:
    append_double (json, (gdouble) g_value_get_float (value), TRUE);
    break;
  case G_TYPE_DOUBLE:
    append_double (json, g_value_get_double (value), FALSE);
    break;
  default:
    return FALSE;
  }
  return TRUE;
}

static void
append_enum (GString *json, const GValue *value)
{
  GEnumClass *klass = g_type_class_ref (G_VALUE_TYPE (value));
  const GEnumValue *each = g_enum_get_value (klass, g_value_get_enum (value));

  if (each != NULL)
    gst_anc_json_append_string (json, each->value_nick);
  else
    g_string_append_printf (json, "%d", g_value_get_enum (value));
  g_type_class_unref (klass);
}

static void
append_flags (GString *json, const GValue *value)
{
  GFlagsClass *klass = g_type_class_ref (G_VALUE_TYPE (value));
  guint left = g_value_get_flags (value);
  const gchar *comma = "";

  g_string_append_c (json, '[');
  while (left != 0) {
    const GFlagsValue *each = g_flags_get_first_value (klass, left);

    g_string_append (json, comma);
    comma = ",";
    if (each == NULL) {
      g_string_append_printf (json, "%u", left);
      break;
    }
    gst_anc_json_append_string (json, each->value_nick);
    left &= ~each->value;
  }
  g_string_append_c (json, ']');
  g_type_class_unref (klass);
}

/* The three containers of values of GStreamer and GLib. */
static void
append_array (GString *json, const GValue *value, guint size,
              const GValue *(*get) (const GValue *value, guint index))
{
  g_string_append_c (json, '[');
  for (guint i = 0; i < size; i++) {
    if (i > 0)
      g_string_append_c (json, ',');
    gst_anc_json_append_value (json, get (value, i));
  }
  g_string_append_c (json, ']');
}

/* Old, but what rtpsession's stats are made of. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static gboolean
is_value_array (const GValue *value)
{
  return G_VALUE_HOLDS (value, g_value_array_get_type ())
         && g_value_get_boxed (value) != NULL;
}

static const GValue *
value_array_get (const GValue *value, guint index)
{
  return g_value_array_get_nth (g_value_get_boxed (value), index);
}

static guint
value_array_size (const GValue *value)
{
  const GValueArray *array = g_value_get_boxed (value);
  return array->n_values;
}
G_GNUC_END_IGNORE_DEPRECATIONS

static gboolean
append_container (GString *json, const GValue *value)
{
  if (GST_VALUE_HOLDS_ARRAY (value))
    append_array (json, value, gst_value_array_get_size (value),
                  gst_value_array_get_value);
  else if (GST_VALUE_HOLDS_LIST (value))
    append_array (json, value, gst_value_list_get_size (value),
                  gst_value_list_get_value);
  else if (is_value_array (value))
    append_array (json, value, value_array_size (value), value_array_get);
  else
    return FALSE;
  return TRUE;
}

static void
append_strings (GString *json, const gchar *const *strings)
{
  g_string_append_c (json, '[');
  for (guint i = 0; strings[i] != NULL; i++) {
    if (i > 0)
      g_string_append_c (json, ',');
    gst_anc_json_append_string (json, strings[i]);
  }
  g_string_append_c (json, ']');
}

static void
append_error (GString *json, const GError *error)
{
  g_string_append (json, "{\"domain\":");
  gst_anc_json_append_string (json, g_quark_to_string (error->domain));
  g_string_append_printf (json, ",\"code\":%d,\"message\":", error->code);
  append_text (json, error->message);
  g_string_append_c (json, '}');
}

static void
append_bytes (GString *json, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  append_own_text (json,
                   size > 0 ? g_base64_encode (data, size) : g_strdup (""));
}

static void
append_boxed (GString *json, const GValue *value)
{
  gpointer boxed = g_value_get_boxed (value);

  if (boxed == NULL || G_VALUE_HOLDS (value, GST_TYPE_BUFFER)
      || G_VALUE_HOLDS (value, GST_TYPE_SAMPLE))
    g_string_append (json, "null");
  else if (GST_VALUE_HOLDS_STRUCTURE (value))
    gst_anc_json_append_structure (json, boxed);
  else if (GST_VALUE_HOLDS_CAPS (value))
    append_own_text (json, gst_caps_to_string (boxed));
  else if (G_VALUE_HOLDS (value, G_TYPE_STRV))
    append_strings (json, boxed);
  else if (G_VALUE_HOLDS (value, G_TYPE_BYTES))
    append_bytes (json, boxed);
  else if (G_VALUE_HOLDS (value, G_TYPE_ERROR))
    append_error (json, boxed);
  else
    append_own_text (json, gst_value_serialize (value));
}

static void
append_object (GString *json, const GValue *value)
{
  gpointer object = g_value_get_object (value);

  append_own_text (json, object != NULL && GST_IS_OBJECT (object)
                             ? gst_object_get_name (object)
                             : NULL);
}

void
gst_anc_json_append_value (GString *json, const GValue *value)
{
  if (append_number (json, value) || append_container (json, value))
    return;
  if (G_VALUE_HOLDS_BOOLEAN (value))
    g_string_append (json, g_value_get_boolean (value) ? "true" : "false");
  else if (G_VALUE_HOLDS_STRING (value))
    append_text (json, g_value_get_string (value));
  else if (G_VALUE_HOLDS_GTYPE (value))
    append_text (json, g_type_name (g_value_get_gtype (value)));
  else if (G_VALUE_HOLDS_ENUM (value))
    append_enum (json, value);
  else if (G_VALUE_HOLDS_FLAGS (value))
    append_flags (json, value);
  else if (G_VALUE_HOLDS_BOXED (value))
    append_boxed (json, value);
  else if (G_VALUE_HOLDS_OBJECT (value))
    append_object (json, value);
  else if (G_VALUE_HOLDS_POINTER (value))
    g_string_append (json, "null");
  else
    append_own_text (json, gst_value_serialize (value));
}

typedef struct {
  GString *json;
  gboolean more;
} Fields;

static gboolean
append_field (GQuark field, const GValue *value, gpointer user_data)
{
  Fields *fields = user_data;

  if (fields->more)
    g_string_append_c (fields->json, ',');
  fields->more = TRUE;
  gst_anc_json_append_string (fields->json, g_quark_to_string (field));
  g_string_append_c (fields->json, ':');
  gst_anc_json_append_value (fields->json, value);
  return TRUE;
}

void
gst_anc_json_append_structure (GString *json, const GstStructure *structure)
{
  Fields fields = { json, FALSE };

  g_string_append_c (json, '{');
  gst_structure_foreach (structure, append_field, &fields);
  g_string_append_c (json, '}');
}

gchar *
gst_anc_json_from_structure (const GstStructure *structure)
{
  GString *json = g_string_new (NULL);

  gst_anc_json_append_structure (json, structure);
  return g_string_free (json, FALSE);
}
