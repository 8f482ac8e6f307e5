/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-launch-range.h"

#include <gst/gst.h>

static GParamSpec *
find_property (const gchar *factory, const gchar *property)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);
  g_autoptr (GstPluginFeature) loaded
      = found != NULL ? gst_plugin_feature_load (GST_PLUGIN_FEATURE (found))
                      : NULL;
  g_autoptr (GTypeClass) class = NULL;

  if (loaded == NULL)
    return NULL;
  class = g_type_class_ref (
      gst_element_factory_get_element_type (GST_ELEMENT_FACTORY (loaded)));
  /* Classes stay when nobody holds them. */
  return g_object_class_find_property (G_OBJECT_CLASS (class), property);
}

static gboolean
is_number (const GParamSpec *pspec)
{
  static const GType numbers[] = { G_TYPE_INT,    G_TYPE_UINT,  G_TYPE_INT64,
                                   G_TYPE_UINT64, G_TYPE_FLOAT, G_TYPE_DOUBLE };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    if (pspec->value_type == numbers[i])
      return TRUE;
  }
  return FALSE;
}

gchar *
anc_launch_out_of_range (const gchar *setting)
{
  g_auto (GStrv) words = g_strsplit (setting, " ", 2);
  g_auto (GStrv) parts
      = words[1] != NULL ? g_strsplit (words[1], "=", 2) : NULL;
  GParamSpec *pspec = parts != NULL ? find_property (words[0], parts[0]) : NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  if (pspec == NULL || !is_number (pspec))
    return NULL;
  g_value_init (&value, pspec->value_type);
  if (!gst_value_deserialize (&value, parts[1])
      || !g_param_value_validate (pspec, &value)
      || (pspec->flags & G_PARAM_LAX_VALIDATION) != 0)
    return NULL;
  return g_strdup_printf ("%s is out of the range of the property %s of %s",
                          words[1], parts[0], words[0]);
}
