/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-element-default.h"

#include "anc-launch.h"
#include "anc-property.h"

struct _AncElementDefaults {
  AncPipelineFile *file;
  GHashTable *values; /* of the keys of choices, at the moment */
  GHashTable *found;  /* parameter -> GPtrArray of AncElementDefault */
};

static void
default_free (gpointer data)
{
  AncElementDefault *self = data;

  g_free (self->factory);
  g_free (self->text);
  g_free (self);
}

static GPtrArray *
list_of (AncElementDefaults *self, const gchar *parameter)
{
  GPtrArray *list = g_hash_table_lookup (self->found, parameter);

  if (list == NULL) {
    list = g_ptr_array_new_with_free_func (default_free);
    g_hash_table_insert (self->found, g_strdup (parameter), list);
  }
  return list;
}

static void
add (AncElementDefaults *self, const AncParameter *parameter,
     const AncTarget *target, GstElement *element)
{
  const gchar *factory = GST_OBJECT_NAME (gst_element_get_factory (element));
  GPtrArray *list = list_of (self, parameter->name);
  AncElementDefault *entry;

  for (guint i = 0; i < list->len; i++) {
    if (g_str_equal (((AncElementDefault *) list->pdata[i])->factory, factory))
      return;
  }
  entry = g_new (AncElementDefault, 1);
  entry->factory = g_strdup (factory);
  entry->text = anc_property_get (element, target->property);
  g_ptr_array_add (list, entry);
}

static void
look_at (AncElementDefaults *self, GstElement *pipeline)
{
  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];

    if (parameter->required || parameter->default_kind != ANC_DEFAULT_NONE)
      continue;
    for (guint j = 0; j < parameter->targets->len; j++) {
      const AncTarget *target = parameter->targets->pdata[j];
      g_autoptr (GstElement) element
          = gst_bin_get_by_name (GST_BIN (pipeline), target->element);

      if (element != NULL
          && anc_property_is_readable (element, target->property))
        add (self, parameter, target, element);
    }
  }
}

static const gchar *
value_of (const gchar *parameter, gpointer data)
{
  const AncElementDefaults *self = data;

  return g_hash_table_lookup (self->values, parameter);
}

static void
build (AncElementDefaults *self)
{
  g_auto (GStrv) lines
      = anc_pipeline_file_expand_lines (self->file, value_of, self, NULL);
  g_autoptr (GstElement) pipeline = anc_launch (self->file, lines, NULL);

  if (pipeline != NULL)
    look_at (self, pipeline);
}

/* All keys on what the file starts with. */
static void
reset_values (AncElementDefaults *self)
{
  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];

    if (anc_pipeline_file_is_key (self->file, parameter->name))
      g_hash_table_insert (self->values, parameter->name,
                           parameter->default_kind == ANC_DEFAULT_TEXT
                               ? parameter->default_text
                               : parameter->values[0]);
  }
}

AncElementDefaults *
anc_element_defaults_new (AncPipelineFile *file)
{
  AncElementDefaults *self = g_new (AncElementDefaults, 1);

  self->file = anc_pipeline_file_ref (file);
  self->values = g_hash_table_new (g_str_hash, g_str_equal);
  self->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_ptr_array_unref);
  reset_values (self);
  build (self);
  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    if (!anc_pipeline_file_is_key (file, parameter->name))
      continue;
    for (guint j = 0; parameter->values[j] != NULL; j++) {
      g_hash_table_insert (self->values, parameter->name, parameter->values[j]);
      build (self);
    }
    reset_values (self);
  }
  return self;
}

void
anc_element_defaults_free (AncElementDefaults *self)
{
  anc_pipeline_file_unref (self->file);
  g_hash_table_unref (self->values);
  g_hash_table_unref (self->found);
  g_free (self);
}

const GPtrArray *
anc_element_defaults_get (const AncElementDefaults *self,
                          const gchar *parameter)
{
  return g_hash_table_lookup (self->found, parameter);
}
