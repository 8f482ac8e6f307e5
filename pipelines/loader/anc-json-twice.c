/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keys that an object has twice. json-glib keeps the last and says nothing,
 * but its parser tells of each member as it comes. */
#include "anc-json-twice.h"

#include "anc-error.h"

struct _AncJsonTwice {
  GHashTable *names;    /* JsonObject -> names so far */
  GHashTable *repeated; /* JsonObject -> names that came again, a GPtrArray */
};

static void
note_repeated (AncJsonTwice *self, JsonObject *object, const gchar *name)
{
  GPtrArray *names = g_hash_table_lookup (self->repeated, object);

  if (names == NULL) {
    names = g_ptr_array_new_with_free_func (g_free);
    g_hash_table_insert (self->repeated, object, names);
  }
  g_ptr_array_add (names, g_strdup (name));
}

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
  if (!g_hash_table_add (names, g_strdup (name)))
    note_repeated (self, object, name);
}

AncJsonTwice *
anc_json_twice_new (JsonParser *parser)
{
  AncJsonTwice *self = g_new (AncJsonTwice, 1);

  self->names
      = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) json_object_unref,
                               (GDestroyNotify) g_hash_table_unref);
  self->repeated = g_hash_table_new_full (NULL, NULL, NULL,
                                          (GDestroyNotify) g_ptr_array_unref);
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

static void
check_child (const AncJsonTwice *self, const AncJson *json, const gchar *key,
             JsonNode *node, AncMistakes *mistakes)
{
  g_autofree gchar *pointer = anc_json_child_pointer (json, key);
  AncJson child = { json->file, pointer, node };

  anc_json_twice_check (self, &child, mistakes);
}

static void
check_array (const AncJsonTwice *self, const AncJson *json,
             AncMistakes *mistakes)
{
  JsonArray *array = json_node_get_array (json->node);

  for (guint i = 0; i < json_array_get_length (array); i++) {
    g_autofree gchar *key = g_strdup_printf ("%u", i);

    check_child (self, json, key, json_array_get_element (array, i), mistakes);
  }
}

static void
check_object (const AncJsonTwice *self, const AncJson *json,
              AncMistakes *mistakes)
{
  JsonObject *object = json_node_get_object (json->node);
  GPtrArray *names = g_hash_table_lookup (self->repeated, object);
  JsonObjectIter iter;
  JsonNode *node;
  const gchar *name;

  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree gchar *pointer = anc_json_child_pointer (json, names->pdata[i]);
    GError *error = NULL;

    anc_config_error (&error, json->file, pointer,
                      "this key is there twice; remove one");
    anc_mistakes_take (mistakes, &error);
  }
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    check_child (self, json, name, node, mistakes);
}

void
anc_json_twice_check (const AncJsonTwice *self, const AncJson *json,
                      AncMistakes *mistakes)
{
  /* Of the objects that repeat a key, the outermost is always still there. */
  if (JSON_NODE_HOLDS_OBJECT (json->node))
    check_object (self, json, mistakes);
  else if (JSON_NODE_HOLDS_ARRAY (json->node))
    check_array (self, json, mistakes);
}
