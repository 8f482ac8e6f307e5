/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancs3fields.h"

#include "gstancs3connection.h"

#define MEMBER(type) G_STRUCT_MEMBER (type, settings, field->offset)

static const GstAncS3Field *
find (const GstAncS3Field *fields, guint id)
{
  for (; fields->id != 0; fields++) {
    if (fields->id == id)
      return fields;
  }
  return NULL;
}

void
gst_anc_s3_fields_install_strings (const GstAncS3Field *fields,
                                   GObjectClass *klass, guint without)
{
  for (; fields->id != 0; fields++) {
    if (fields->name != NULL && fields->id != without)
      g_object_class_install_property (
          klass, fields->id,
          g_param_spec_string (fields->name, fields->nick, fields->blurb, NULL,
                               GST_ANC_S3_READY_FLAGS));
  }
}

gboolean
gst_anc_s3_fields_set (const GstAncS3Field *fields, gpointer settings, guint id,
                       const GValue *value)
{
  const GstAncS3Field *field = find (fields, id);

  if (field == NULL)
    return FALSE;
  switch (field->kind) {
  case GST_ANC_S3_STRING:
    g_free (MEMBER (gchar *));
    MEMBER (gchar *) = g_value_dup_string (value);
    break;
  case GST_ANC_S3_BOOLEAN:
    MEMBER (gboolean) = g_value_get_boolean (value);
    break;
  case GST_ANC_S3_UINT:
    MEMBER (guint) = g_value_get_uint (value);
    break;
  case GST_ANC_S3_UINT64:
    MEMBER (guint64) = g_value_get_uint64 (value);
    break;
  case GST_ANC_S3_ENUM:
    MEMBER (gint) = g_value_get_enum (value);
    break;
  case GST_ANC_S3_STRUCTURE:
    g_clear_pointer (&MEMBER (GstStructure *), gst_structure_free);
    MEMBER (GstStructure *) = g_value_dup_boxed (value);
    break;
  }
  return TRUE;
}

gboolean
gst_anc_s3_fields_get (const GstAncS3Field *fields, gconstpointer settings,
                       guint id, GValue *value)
{
  const GstAncS3Field *field = find (fields, id);

  if (field == NULL)
    return FALSE;
  switch (field->kind) {
  case GST_ANC_S3_STRING:
    g_value_set_string (value, MEMBER (gchar *const));
    break;
  case GST_ANC_S3_BOOLEAN:
    g_value_set_boolean (value, MEMBER (const gboolean));
    break;
  case GST_ANC_S3_UINT:
    g_value_set_uint (value, MEMBER (const guint));
    break;
  case GST_ANC_S3_UINT64:
    g_value_set_uint64 (value, MEMBER (const guint64));
    break;
  case GST_ANC_S3_ENUM:
    g_value_set_enum (value, MEMBER (const gint));
    break;
  case GST_ANC_S3_STRUCTURE:
    g_value_set_boxed (value, MEMBER (GstStructure *const));
    break;
  }
  return TRUE;
}

void
gst_anc_s3_fields_clear (const GstAncS3Field *fields, gpointer settings)
{
  for (const GstAncS3Field *field = fields; field->id != 0; field++) {
    if (field->kind == GST_ANC_S3_STRING)
      g_clear_pointer (&MEMBER (gchar *), g_free);
    else if (field->kind == GST_ANC_S3_STRUCTURE)
      g_clear_pointer (&MEMBER (GstStructure *), gst_structure_free);
  }
}
