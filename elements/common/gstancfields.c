/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancfields.h"

static GParamSpec *
make_spec (const GstAncField *field, GParamFlags when)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | when;

  switch (field->type) {
  case GST_ANC_FIELD_TEXT:
    return g_param_spec_string (field->name, field->nick, field->blurb, NULL,
                                flags);
  case GST_ANC_FIELD_STRUCTURE:
    return g_param_spec_boxed (field->name, field->nick, field->blurb,
                               GST_TYPE_STRUCTURE, flags);
  case GST_ANC_FIELD_SWITCH:
    return g_param_spec_boolean (field->name, field->nick, field->blurb,
                                 field->standard != 0, flags);
  case GST_ANC_FIELD_NUMBER:
    return g_param_spec_uint (field->name, field->nick, field->blurb,
                              (guint) field->minimum, (guint) field->maximum,
                              (guint) field->standard, flags);
  case GST_ANC_FIELD_CHOICE:
    return g_param_spec_enum (field->name, field->nick, field->blurb,
                              field->get_enumeration (), (gint) field->standard,
                              flags);
  default:
    return g_param_spec_uint64 (field->name, field->nick, field->blurb,
                                field->minimum, field->maximum, field->standard,
                                flags);
  }
}

void
gst_anc_fields_install (GObjectClass *klass, guint first,
                        const GstAncField *fields, guint count,
                        GParamFlags when)
{
  for (guint i = 0; i < count; i++)
    g_object_class_install_property (klass, first + i,
                                     make_spec (&fields[i], when));
}

static void
set (gpointer base, const GstAncField *field, const GValue *value)
{
  gpointer member = (guint8 *) base + field->offset;

  switch (field->type) {
  case GST_ANC_FIELD_TEXT:
    g_free (*(gchar **) member);
    *(gchar **) member = g_value_dup_string (value);
    break;
  case GST_ANC_FIELD_STRUCTURE:
    g_clear_pointer ((GstStructure **) member, gst_structure_free);
    *(GstStructure **) member = g_value_dup_boxed (value);
    break;
  case GST_ANC_FIELD_SWITCH:
    *(gboolean *) member = g_value_get_boolean (value);
    break;
  case GST_ANC_FIELD_NUMBER:
    *(guint *) member = g_value_get_uint (value);
    break;
  case GST_ANC_FIELD_LONG:
    *(guint64 *) member = g_value_get_uint64 (value);
    break;
  case GST_ANC_FIELD_TIME:
    *(guint *) member = (guint) (g_value_get_uint64 (value) / GST_MSECOND);
    break;
  case GST_ANC_FIELD_CHOICE:
    *(gint *) member = g_value_get_enum (value);
    break;
  }
}

static void
get (gconstpointer base, const GstAncField *field, GValue *value)
{
  gconstpointer member = (const guint8 *) base + field->offset;

  switch (field->type) {
  case GST_ANC_FIELD_TEXT:
    g_value_set_string (value, *(gchar *const *) member);
    break;
  case GST_ANC_FIELD_STRUCTURE:
    g_value_set_boxed (value, *(GstStructure *const *) member);
    break;
  case GST_ANC_FIELD_SWITCH:
    g_value_set_boolean (value, *(const gboolean *) member);
    break;
  case GST_ANC_FIELD_NUMBER:
    g_value_set_uint (value, *(const guint *) member);
    break;
  case GST_ANC_FIELD_LONG:
    g_value_set_uint64 (value, *(const guint64 *) member);
    break;
  case GST_ANC_FIELD_TIME:
    g_value_set_uint64 (value, *(const guint *) member * GST_MSECOND);
    break;
  case GST_ANC_FIELD_CHOICE:
    g_value_set_enum (value, *(const gint *) member);
    break;
  }
}

void
gst_anc_fields_init (gpointer base, const GstAncField *fields, guint count)
{
  for (guint i = 0; i < count; i++) {
    GParamSpec *spec = g_param_spec_ref_sink (make_spec (&fields[i], 0));

    set (base, &fields[i], g_param_spec_get_default_value (spec));
    g_param_spec_unref (spec);
  }
}

void
gst_anc_fields_clear (gpointer base, const GstAncField *fields, guint count)
{
  for (guint i = 0; i < count; i++) {
    gpointer member = (guint8 *) base + fields[i].offset;

    if (fields[i].type == GST_ANC_FIELD_TEXT)
      g_clear_pointer ((gchar **) member, g_free);
    else if (fields[i].type == GST_ANC_FIELD_STRUCTURE)
      g_clear_pointer ((GstStructure **) member, gst_structure_free);
  }
}

void
gst_anc_fields_own (gpointer base, const GstAncField *fields, guint count)
{
  for (guint i = 0; i < count; i++) {
    gpointer member = (guint8 *) base + fields[i].offset;

    if (fields[i].type == GST_ANC_FIELD_TEXT)
      *(gchar **) member = g_strdup (*(gchar **) member);
    else if (fields[i].type == GST_ANC_FIELD_STRUCTURE
             && *(GstStructure **) member != NULL)
      *(GstStructure **) member
          = gst_structure_copy (*(GstStructure **) member);
  }
}

gboolean
gst_anc_fields_set (gpointer base, guint first, const GstAncField *fields,
                    guint count, guint id, const GValue *value)
{
  if (id < first || id - first >= count)
    return FALSE;
  set (base, &fields[id - first], value);
  return TRUE;
}

gboolean
gst_anc_fields_get (gconstpointer base, guint first, const GstAncField *fields,
                    guint count, guint id, GValue *value)
{
  if (id < first || id - first >= count)
    return FALSE;
  get (base, &fields[id - first], value);
  return TRUE;
}
