/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-media-source.h"

#include "anc-error.h"
#include "anc-packages.h"
#include "anc-property.h"

static gboolean
is_for (const AncTarget *target, const AncParameter *of)
{
  for (guint i = 0; i < of->targets->len; i++) {
    const AncTarget *other = of->targets->pdata[i];

    if (g_str_equal (target->element, other->element))
      return TRUE;
  }
  return FALSE;
}

/* What cannot be set is told when the pipeline itself is built. */
static void
copy_settings (const AncParameters *parameters, const AncParameter *of,
               GstElement *source)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);

  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];
    const gchar *text = anc_parameters_get (parameters, parameter->name);

    for (guint j = 0; text != NULL && j < parameter->targets->len; j++) {
      const AncTarget *target = parameter->targets->pdata[j];
      g_autofree gchar *reason = NULL;

      if (parameter != of && is_for (target, of)
          && anc_property_exists (source, target->property))
        anc_property_set (source, target->property, text, &reason);
    }
  }
}

/* The factory of the element that the pipeline reads it with, or NULL. */
static gchar *
declared_factory (const AncPipelineFile *file, const AncParameter *of)
{
  const AncTarget *target = of->targets->len > 0 ? of->targets->pdata[0] : NULL;

  return target != NULL ? anc_text_factory_of (file->text, target->element)
                        : NULL;
}

static gboolean
check_installed (const gchar *factory, GError **error)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);
  const gchar *package = anc_packages_for_element (factory);

  /* What no package has is a mistake of the file, which the builder tells. */
  if (found != NULL || package == NULL)
    return TRUE;
  g_set_error (error, ANC_ERROR, ANC_ERROR_RUN,
               "the element %s is not installed; it is in %s", factory,
               package);
  return FALSE;
}

/* NULL: it is no element that takes a URI itself. */
static GstElement *
new_uri_handler (const gchar *factory)
{
  GstElement *source
      = factory != NULL ? gst_element_factory_make (factory, NULL) : NULL;

  if (source == NULL || GST_IS_URI_HANDLER (source))
    return source;
  gst_object_unref (gst_object_ref_sink (source));
  return NULL;
}

static GstElement *
new_for_uri (const AncPipelineFile *file, const AncParameter *of,
             const gchar *uri, GError **error)
{
  g_autofree gchar *factory = declared_factory (file, of);
  g_autofree gchar *reason = NULL;
  GstElement *source;

  if (factory != NULL && !check_installed (factory, error))
    return NULL;
  source = new_uri_handler (factory);
  if (source == NULL)
    return gst_element_make_from_uri (GST_URI_SRC, uri, NULL, error);
  if (anc_property_set (source, "uri", uri, &reason))
    return source;
  gst_object_unref (gst_object_ref_sink (source));
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s=%s: it %s", of->name,
               uri, reason);
  return NULL;
}

GstElement *
anc_media_source_new (const AncParameters *parameters, const AncParameter *of,
                      GError **error)
{
  const gchar *name = anc_parameters_get (parameters, of->name);
  GstElement *source;

  if (of->format == ANC_FORMAT_INPUT_URI) {
    source
        = new_for_uri (anc_parameters_get_file (parameters), of, name, error);
    if (source != NULL)
      copy_settings (parameters, of, source);
    return source;
  }
  source = gst_element_factory_make ("filesrc", NULL);
  if (source == NULL)
    g_set_error_literal (error, ANC_ERROR, ANC_ERROR_RUN,
                         "the element filesrc is not installed; it is in "
                         "libgstreamer1.0-0");
  else
    g_object_set (source, "location", name, NULL);
  return source;
}
