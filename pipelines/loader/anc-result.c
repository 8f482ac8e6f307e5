/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-result.h"

#include "anc-error.h"

#include <math.h>

#define MAX_OBJECTS 1000

AncResult *
anc_result_new (const gchar *pipeline)
{
  AncResult *self = g_new0 (AncResult, 1);

  self->pipeline = g_strdup (pipeline);
  self->elements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) gst_structure_free);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->objects
      = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_structure_free);
  return self;
}

void
anc_result_free (AncResult *self)
{
  g_free (self->pipeline);
  g_hash_table_unref (self->elements);
  g_ptr_array_unref (self->warnings);
  g_ptr_array_unref (self->objects);
  g_clear_error (&self->error);
  g_free (self->error_element);
  g_free (self->error_debug);
  g_free (self);
}

gdouble
anc_result_get_realtime_factor (const AncResult *self)
{
  return self->wall_seconds > 0 ? self->audio_seconds / self->wall_seconds : 0;
}

static gboolean
to_double (const GValue *value, gdouble *ret)
{
  g_auto (GValue) number = G_VALUE_INIT;

  if (value == NULL
      || !g_value_type_transformable (G_VALUE_TYPE (value), G_TYPE_DOUBLE))
    return FALSE;
  g_value_init (&number, G_TYPE_DOUBLE);
  g_value_transform (value, &number);
  *ret = g_value_get_double (&number);
  return TRUE;
}

void
anc_result_add_object (AncResult *self, GstStructure *object)
{
  if (self->objects->len >= MAX_OBJECTS)
    g_ptr_array_remove_index (self->objects, 0);
  g_ptr_array_add (self->objects, object);
}

gboolean
anc_result_find_number (const AncResult *self, const gchar *field, gdouble *ret)
{
  GHashTableIter iter;
  gpointer structure;

  g_hash_table_iter_init (&iter, self->elements);
  while (g_hash_table_iter_next (&iter, NULL, &structure)) {
    if (to_double (gst_structure_get_value (structure, field), ret))
      return TRUE;
  }
  return FALSE;
}

static JsonNode *
value_to_json (const GValue *value)
{
  JsonNode *node = json_node_alloc ();
  gdouble number;

  if (GST_VALUE_HOLDS_STRUCTURE (value)) {
    json_node_unref (node);
    return anc_structure_to_json (gst_value_get_structure (value));
  }
  if (G_VALUE_HOLDS_STRING (value))
    return json_node_init_string (node, g_value_get_string (value));
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return json_node_init_boolean (node, g_value_get_boolean (value));
  if (to_double (value, &number)) {
    if (!G_VALUE_HOLDS_DOUBLE (value) && !G_VALUE_HOLDS_FLOAT (value)
        && fabs (number) < 9e15)
      return json_node_init_int (node, (gint64) number);
    /* JSON has no infinity: the level of silence is null. */
    return isfinite (number) ? json_node_init_double (node, number)
                             : json_node_init_null (node);
  }
  g_autofree gchar *text = gst_value_serialize (value);
  return json_node_init_string (node, text != NULL ? text : "");
}

static gboolean
add_field (GQuark id, const GValue *value, gpointer data)
{
  json_object_set_member (data, g_quark_to_string (id), value_to_json (value));
  return TRUE;
}

JsonNode *
anc_structure_to_json (const GstStructure *structure)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  gst_structure_foreach (structure, add_field, object);
  json_node_take_object (node, object);
  return node;
}

static void
set_string (JsonObject *object, const gchar *key, const gchar *text)
{
  if (text != NULL)
    json_object_set_string_member (object, key, text);
  else
    json_object_set_null_member (object, key);
}

JsonNode *
anc_error_to_json (const GError *error, const gchar *element,
                   const gchar *debug)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  set_string (object, "domain", anc_error_domain_name (error));
  set_string (object, "message", error->message);
  set_string (object, "element", element);
  set_string (object, "debug", debug);
  json_node_take_object (node, object);
  return node;
}

static JsonObject *
elements_to_json (const AncResult *self)
{
  JsonObject *object = json_object_new ();
  GHashTableIter iter;
  gpointer name, structure;

  g_hash_table_iter_init (&iter, self->elements);
  while (g_hash_table_iter_next (&iter, &name, &structure))
    json_object_set_member (object, name, anc_structure_to_json (structure));
  return object;
}

static JsonArray *
warnings_to_json (const AncResult *self)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < self->warnings->len; i++)
    json_array_add_string_element (array, self->warnings->pdata[i]);
  return array;
}

static JsonArray *
objects_to_json (const AncResult *self)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < self->objects->len; i++)
    json_array_add_element (array,
                            anc_structure_to_json (self->objects->pdata[i]));
  return array;
}

static JsonObject *
figures_to_json (const AncFigures *figures)
{
  JsonObject *object = json_object_new ();

  if (figures->has_floor) {
    json_object_set_double_member (object, "noise-floor-before-db",
                                   figures->floor_before);
    json_object_set_double_member (object, "noise-floor-after-db",
                                   figures->floor_after);
  }
  if (figures->has_voice) {
    json_object_set_double_member (object, "voice-to-rest-before-db",
                                   figures->voice_before);
    json_object_set_double_member (object, "voice-to-rest-after-db",
                                   figures->voice_after);
  }
  return object;
}

JsonNode *
anc_result_to_json (const AncResult *self)
{
  static const gchar *const outcomes[] = { "ok", "interrupted", "failed" };
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  set_string (object, "result", outcomes[self->outcome]);
  set_string (object, "pipeline", self->pipeline);
  json_object_set_double_member (object, "audio-seconds", self->audio_seconds);
  json_object_set_double_member (object, "wall-seconds", self->wall_seconds);
  json_object_set_double_member (object, "realtime-factor",
                                 anc_result_get_realtime_factor (self));
  json_object_set_object_member (object, "figures",
                                 figures_to_json (&self->figures));
  json_object_set_object_member (object, "elements", elements_to_json (self));
  json_object_set_array_member (object, "warnings", warnings_to_json (self));
  if (self->objects->len > 0)
    json_object_set_array_member (object, "objects", objects_to_json (self));
  if (self->error != NULL)
    json_object_set_member (object, "error",
                            anc_error_to_json (self->error, self->error_element,
                                               self->error_debug));
  else
    json_object_set_null_member (object, "error");
  json_node_take_object (node, object);
  return node;
}
