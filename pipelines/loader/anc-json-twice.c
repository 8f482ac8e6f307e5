/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keys that an object has twice. json-glib keeps the last and says nothing,
 * but its parser tells of each member as it comes. */
#include "anc-json-twice.h"

#include "anc-error.h"

struct _AncJsonTwice {
  GHashTable *names;    /* JsonObject -> names so far */
  GHashTable *repeated; /* JsonObject -> the first name that came again */
};

static void
on_member (JsonParser *parser, JsonObject *object, const gchar *name,
           gpointer data)
{
  AncJsonTwice *self = data;
  GHashTable *names = g_hash_table_lookup (self->names, object);

  if (names == NULL) {
    names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    /* Held, or a later object could get the address of a replaced one. */
    g_hash_table_insert (self->names, json_object_ref (object), names);
  }
  if (!g_hash_table_add (names, g_strdup (name))
      && !g_hash_table_contains (self->repeated, object))
    g_hash_table_insert (self->repeated, object, g_strdup (name));
}

AncJsonTwice *
anc_json_twice_new (JsonParser *parser)
{
  AncJsonTwice *self = g_new (AncJsonTwice, 1);

  self->names
      = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) json_object_unref,
                               (GDestroyNotify) g_hash_table_unref);
  self->repeated = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_signal_connect (parser, "object-member", G_CALLBACK (on_member), self);
  return self;
}

void
anc_json_twice_free (AncJsonTwice *self)
{
  g_hash_table_unref (self->repeated);
  g_hash_table_unref (self->names);
  g_free (self);
}

static gboolean
check_child (const AncJsonTwice *self, const AncJson *json, const gchar *key,
             JsonNode *node, GError **error)
{
  g_autofree gchar *pointer = anc_json_child_pointer (json, key);
  AncJson child = { json->file, pointer, node };

  return anc_json_twice_check (self, &child, error);
}

static gboolean
check_array (const AncJsonTwice *self, const AncJson *json, GError **error)
{
  JsonArray *array = json_node_get_array (json->node);

  for (guint i = 0; i < json_array_get_length (array); i++) {
    g_autofree gchar *key = g_strdup_printf ("%u", i);

    if (!check_child (self, json, key, json_array_get_element (array, i),
                      error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_object (const AncJsonTwice *self, const AncJson *json, GError **error)
{
  JsonObject *object = json_node_get_object (json->node);
  const gchar *name = g_hash_table_lookup (self->repeated, object);
  JsonObjectIter iter;
  JsonNode *node;

  if (name != NULL) {
    g_autofree gchar *pointer = anc_json_child_pointer (json, name);

    anc_config_error (error, json->file, pointer,
                      "this key is there twice; remove one");
    return FALSE;
  }
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    if (!check_child (self, json, name, node, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
anc_json_twice_check (const AncJsonTwice *self, const AncJson *json,
                      GError **error)
{
  /* Of the objects that repeat a key, the outermost is always still there. */
  if (JSON_NODE_HOLDS_OBJECT (json->node))
    return check_object (self, json, error);
  return !JSON_NODE_HOLDS_ARRAY (json->node) || check_array (self, json, error);
}
