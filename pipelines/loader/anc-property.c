/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-property.h"

#include "anc-error.h"

static GParamSpec *
find (GstElement *element, const gchar *property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (element), property);
}

gboolean
anc_property_exists (GstElement *element, const gchar *property)
{
  GParamSpec *pspec = find (element, property);

  return pspec != NULL && (pspec->flags & G_PARAM_WRITABLE) != 0;
}

static gchar *
enum_names (GParamSpec *pspec)
{
  GEnumClass *class = G_PARAM_SPEC_ENUM (pspec)->enum_class;
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < class->n_values; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            class->values[i].value_nick);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static gboolean
to_value (GParamSpec *pspec, const gchar *text, GValue *value,
          gchar **ret_reason)
{
  g_value_init (value, pspec->value_type);
  /* Deserialising a string would take quotes and escapes away. */
  if (pspec->value_type == G_TYPE_STRING) {
    g_value_set_string (value, text);
    return TRUE;
  }
  if (gst_value_deserialize_with_pspec (value, text, pspec))
    return TRUE;
  if (G_IS_PARAM_SPEC_ENUM (pspec)) {
    g_autofree gchar *names = enum_names (pspec);

    *ret_reason = g_strdup_printf ("must be one of %s", names);
  } else {
    *ret_reason = g_strdup_printf ("is no value of type %s",
                                   g_type_name (pspec->value_type));
  }
  return FALSE;
}

static gboolean
has_protocol (const gchar *const *protocols, const gchar *uri)
{
  g_autofree gchar *protocol = gst_uri_get_protocol (uri);

  return protocol != NULL && g_strv_contains (protocols, protocol);
}

/* Set as a property a bad URI would be told only when the element starts. */
static gboolean
set_uri (GstElement *element, const gchar *uri, gchar **ret_reason)
{
  const gchar *const *protocols
      = gst_uri_handler_get_protocols (GST_URI_HANDLER (element));
  g_autoptr (GError) error = NULL;
  g_autofree gchar *clause = NULL;

  if (!has_protocol (protocols, uri)) {
    g_autofree gchar *all = g_strjoinv (":// or ", (gchar **) protocols);

    *ret_reason = g_strdup_printf ("must begin with %s://", all);
    return FALSE;
  }
  if (gst_uri_handler_set_uri (GST_URI_HANDLER (element), uri, &error))
    return TRUE;
  clause = anc_error_as_clause (error);
  *ret_reason = g_strdup_printf ("cannot be used: %s", clause);
  return FALSE;
}

gboolean
anc_property_set (GstElement *element, const gchar *property, const gchar *text,
                  gchar **ret_reason)
{
  GParamSpec *pspec = find (element, property);
  g_auto (GValue) value = G_VALUE_INIT;

  if (GST_IS_URI_HANDLER (element) && g_str_equal (property, "uri"))
    return set_uri (element, text, ret_reason);
  if (!to_value (pspec, text, &value, ret_reason))
    return FALSE;
  /* g_object_set would quietly clamp it. */
  if (g_param_value_validate (pspec, &value)
      && !(pspec->flags & G_PARAM_LAX_VALIDATION)) {
    *ret_reason = g_strdup_printf ("is out of the range of the property %s "
                                   "of %s",
                                   property, GST_OBJECT_NAME (element));
    return FALSE;
  }
  g_object_set_property (G_OBJECT (element), property, &value);
  return TRUE;
}

gboolean
anc_property_is_readable (GstElement *element, const gchar *property)
{
  GParamSpec *pspec = find (element, property);

  return pspec != NULL && (pspec->flags & G_PARAM_READABLE) != 0;
}

gchar *
anc_property_get (GstElement *element, const gchar *property)
{
  GParamSpec *pspec = find (element, property);
  g_auto (GValue) value = G_VALUE_INIT;
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];
  GEnumValue *entry;

  g_value_init (&value, pspec->value_type);
  g_object_get_property (G_OBJECT (element), property, &value);
  if (G_IS_PARAM_SPEC_ENUM (pspec)) {
    entry = g_enum_get_value (G_PARAM_SPEC_ENUM (pspec)->enum_class,
                              g_value_get_enum (&value));
    return entry != NULL ? g_strdup (entry->value_nick) : NULL;
  }
  if (G_VALUE_HOLDS_STRING (&value)) {
    const gchar *text = g_value_get_string (&value);

    return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
  }
  if (G_VALUE_HOLDS_BOXED (&value) && g_value_get_boxed (&value) == NULL)
    return NULL; /* a structure that is not set */
  /* Serialising would write all digits of the nearest binary number. */
  if (G_VALUE_HOLDS_DOUBLE (&value))
    return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.10g",
                                      g_value_get_double (&value)));
  if (G_VALUE_HOLDS_FLOAT (&value))
    return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.6g",
                                      (gdouble) g_value_get_float (&value)));
  return gst_value_serialize (&value);
}
