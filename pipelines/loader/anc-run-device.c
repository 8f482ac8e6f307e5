/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-run-device.h"

#include <string.h>

static const gchar *
class_of (GstObject *object)
{
  const gchar *class = GST_IS_ELEMENT (object)
                           ? gst_element_class_get_metadata (
                               GST_ELEMENT_GET_CLASS (object),
                               GST_ELEMENT_METADATA_KLASS)
                           : NULL;

  return class != NULL && strstr (class, "Audio") != NULL ? class : "";
}

gboolean
anc_run_device_is_automatic (GstObject *object)
{
  GstElementFactory *factory
      = GST_IS_ELEMENT (object) ? gst_element_get_factory (GST_ELEMENT (object))
                                : NULL;

  return factory != NULL
         && g_str_has_prefix (GST_OBJECT_NAME (factory), "autoaudio");
}

/* Does a value of the parameter decide what the element is? */
static gboolean
is_key_of (const AncPipelineFile *file, const AncParameter *parameter,
           const gchar *element)
{
  for (guint i = 0; i < file->choices->len; i++) {
    const AncChoice *choice = file->choices->pdata[i];
    GHashTableIter iter;
    gpointer text;

    if (!g_str_equal (choice->parameter, parameter->name))
      continue;
    g_hash_table_iter_init (&iter, choice->fragments);
    while (g_hash_table_iter_next (&iter, NULL, &text)) {
      if (anc_text_declares (text, element))
        return TRUE;
    }
  }
  return FALSE;
}

static gboolean
is_device_of (const AncParameter *parameter, const gchar *element)
{
  for (guint i = 0; i < parameter->targets->len; i++) {
    const AncTarget *target = parameter->targets->pdata[i];

    if (g_str_equal (target->element, element)
        && g_str_equal (target->property, "device"))
      return TRUE;
  }
  return FALSE;
}

/* ", or choose another with a= or b=", or nothing. */
static gchar *
other_choices (const AncPipelineFile *file, const gchar *element)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (is_key_of (file, parameter, element)
        || is_device_of (parameter, element))
      g_string_append_printf (
          text, "%s%s=", text->len > 0 ? " or " : ", or choose another with ",
          parameter->name);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gchar *
anc_run_device_describe (const AncParameters *parameters, GstObject *object,
                         const gchar *clause)
{
  const gchar *class = class_of (object);
  gboolean source = strstr (class, "Source") != NULL;
  g_autofree gchar *others = NULL;

  if (!source && strstr (class, "Sink") == NULL)
    return NULL;
  others = other_choices (anc_parameters_get_file (parameters),
                          GST_OBJECT_NAME (object));
  return g_strdup_printf ("%s: no %s could be opened (%s); connect one%s",
                          GST_OBJECT_NAME (object),
                          source ? "microphone" : "sound card", clause, others);
}
